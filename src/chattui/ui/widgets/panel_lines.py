"""What the customer panel says, line by line."""

from collections.abc import Iterator
from datetime import datetime, tzinfo
from typing import NamedTuple

from chattui.model.records import ConversationId, Status
from chattui.store.projections import CustomerPanel, PastConversation
from chattui.text.cells import cut, fit
from chattui.text.inert import Inert
from chattui.text.times import ago
from chattui.ui.widgets import signs
from chattui.ui.widgets.strips import wrapped

KEY_CELLS = 9
"""The column of what a fact is called."""
NOTE_INDENT = 2


class Piece(NamedTuple):
    """Some words, and which part of the panel they are."""

    text: Inert
    part: str


class PanelLine(NamedTuple):
    """One line; `past` where it opens another conversation."""

    pieces: tuple[Piece, ...] = ()
    past: ConversationId | None = None


def panel_lines(panel: CustomerPanel, width: int, now: datetime, zone: tzinfo | None) -> list[PanelLine]:
    """Who it is, what is known, what was before, what colleagues noted; a group that says nothing is left out."""
    groups = (_contact(panel, width), _facts(panel, width), _before(panel, width, now, zone), _notes(panel, width))
    lines: list[PanelLine] = []
    for group in groups:
        found = list(group)
        lines += [PanelLine(), *found] if lines and found else found
    return lines


def _contact(panel: CustomerPanel, width: int) -> Iterator[PanelLine]:
    yield from _words(panel.name, width, "name")
    if panel.blocked:
        yield _line(signs.BLOCKED, "blocked")
    for text in (panel.email, panel.phone):
        if text:
            yield from _words(text, width, "words")


def _facts(panel: CustomerPanel, width: int) -> Iterator[PanelLine]:
    if panel.labels:
        yield from _fact("labels", Inert(" · ".join(label.name for label in panel.labels)), width)
    known = (
        ("mood", panel.sentiment),
        ("intent", panel.intent),
        ("language", panel.language),
        ("summary", panel.summary),
    )
    for key, value in known:
        if value:
            yield from _fact(key, value, width)
    for name, value in (*panel.attributes, *panel.metadata):
        yield from _fact(name, value, width)


def _before(panel: CustomerPanel, width: int, now: datetime, zone: tzinfo | None) -> Iterator[PanelLine]:
    if panel.past:
        yield _line(Inert("before"), "title")
    for past in panel.past:
        yield _past(past, width, now, zone)


def _past(past: PastConversation, width: int, now: datetime, zone: tzinfo | None) -> PanelLine:
    when = fit(Inert(ago(past.at, now, zone)), 7)
    closed = past.status is Status.CLOSED  # as nearly all of them are: their sign says enough
    standing = signs.STATUS_SIGN[past.status] if closed else signs.standing_of(past.status)
    subject = fit(past.subject or signs.NO_SUBJECT, max(width - 9 - len(standing), 1))
    pieces = (Piece(Inert(f" {when}"), "key"), Piece(Inert(f"{subject} "), "past"), Piece(standing, past.status))
    return PanelLine(pieces, past.id)


def _notes(panel: CustomerPanel, width: int) -> Iterator[PanelLine]:
    if panel.notes:
        yield _line(Inert("notes"), "title")
    for author, text in panel.notes:
        first, *rest = wrapped(Inert(f"{author}: {text}"), max(width - NOTE_INDENT, 8))
        yield _line(Inert(f" {first}"), "note")
        yield from (_line(Inert(f"  {line}"), "note") for line in rest)


def _fact(key: str, value: Inert, width: int) -> Iterator[PanelLine]:
    """A name in its column and its value beside it; a name that is too long stands above."""
    name = Inert(key)
    if len(name) >= KEY_CELLS:
        yield _line(cut(name, width), "key")
        name = Inert("")
    column = fit(name, KEY_CELLS)
    for line in wrapped(value, max(width - KEY_CELLS, 8)):
        yield PanelLine((Piece(column, "key"), Piece(line, "words")))
        column = fit(Inert(""), KEY_CELLS)


def _words(text: Inert, width: int, part: str) -> Iterator[PanelLine]:
    return (_line(line, part) for line in wrapped(text, max(width, 8)))


def _line(text: Inert, part: str) -> PanelLine:
    return PanelLine((Piece(text, part),))
