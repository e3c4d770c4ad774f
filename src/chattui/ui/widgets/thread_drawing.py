"""How the lines of a thread look."""

from collections.abc import Callable
from datetime import tzinfo
from typing import NamedTuple

from rich.style import Style
from textual.strip import Strip

from chattui.model.records import Sender
from chattui.store.projections import Entry, EntryKind
from chattui.text.inert import Inert
from chattui.text.times import clock
from chattui.ui.widgets import signs
from chattui.ui.widgets.strips import SPACE, Span, blank, cells, centred, lay
from chattui.ui.widgets.thread_lines import Line, LineKind, is_ours, links_in

BEFORE_WORDS = 3
"""Characters of a body line before its words."""
GUTTER = {Sender.CUSTOMER: Inert("│"), Sender.AGENT: Inert("┃"), Sender.AI: Inert("┊")}
NOTE_GUTTER = Inert("▌")

Look = Callable[[str], Style]


class Drawn(NamedTuple):
    """What drawing a line depends on beside the line."""

    width: int
    zone: tzinfo | None
    look: Look
    customer_read_seq: int
    cursor: bool
    keys: Inert = Inert("")
    """What can be done to a refused message."""


def voice(entry: Entry) -> str:
    """Whose colour it has."""
    return "note" if entry.kind is EntryKind.NOTE else str(entry.sender or "system")


def draw_line(line: Line, entry: Entry, first: bool, drawn: Drawn) -> Strip:  # noqa: FBT001 - first line of its kind
    """One line of exactly `drawn.width` cells."""
    match line.kind:
        case LineKind.DAY | LineKind.NEW:
            return _rule(line.text, drawn, drawn.look(line.kind.name.lower()))
        case LineKind.EVENT:
            return _aside(line, entry, drawn, first=first)
        case LineKind.HEAD:
            return _head(line, entry, drawn)
        case LineKind.LINK | LineKind.REFUSED:
            return _beneath(Span(line.text, drawn.look("refused")), entry, drawn)
        case LineKind.KEYS:
            return _beneath(Span(drawn.keys, drawn.look("time")), entry, drawn)
        case LineKind.BODY:
            return _body(line, entry, drawn)


def _bar(drawn: Drawn) -> Span:
    return Span(Inert("▌") if drawn.cursor else SPACE, drawn.look("bar"))


def _rule(text: Inert, drawn: Drawn, style: Style) -> Strip:
    ruled = Inert(f"{signs.RULE}{text}{signs.RULE_END}")
    return centred(drawn.width, drawn.look("fill"), Span(ruled, style))


def _time(entry: Entry, drawn: Drawn) -> Span:
    return Span(Inert(clock(entry.at, drawn.zone) + " "), drawn.look("time"))


def _aside(line: Line, entry: Entry, drawn: Drawn, *, first: bool) -> Strip:
    """In the middle, or as far to the right as the time leaves room."""
    fill = drawn.look("fill")
    words = Span(Inert(f"{signs.RULE}{line.text}{signs.RULE_END}"), drawn.look("system"))
    time = [_time(entry, drawn)] if first else []
    size = cells([words])
    before = min((drawn.width - size) // 2, drawn.width - size - cells(time) - 1) - 1
    return lay(drawn.width, fill, [_bar(drawn), blank(before, fill), words], time)


def _head(line: Line, entry: Entry, drawn: Drawn) -> Strip:
    look = drawn.look
    name = [Span(line.text, look(f"{voice(entry)}-name"))]
    if entry.mine:
        name += [Span(SPACE, look("fill")), Span(signs.ME, look("time"))]
    if entry.kind is EntryKind.NOTE:
        name[:0] = [Span(NOTE_GUTTER, look("note")), Span(SPACE, look("fill")), Span(signs.NOTE, look("note-word"))]
    return lay(drawn.width, look("fill"), [_bar(drawn), *name], [_time(entry, drawn)])


def _gutter(entry: Entry, drawn: Drawn) -> list[Span]:
    style = drawn.look(voice(entry))
    sign = NOTE_GUTTER if entry.kind is EntryKind.NOTE else GUTTER.get(entry.sender or Sender.SYSTEM, SPACE)
    return [_bar(drawn), Span(sign, style), Span(SPACE, drawn.look("fill"))]


def _beneath(words: Span, entry: Entry, drawn: Drawn) -> Strip:
    return lay(drawn.width, drawn.look("fill"), [*_gutter(entry, drawn), words])


def _body(line: Line, entry: Entry, drawn: Drawn) -> Strip:
    words = drawn.look("deleted" if entry.deleted else f"{voice(entry)}-words")
    left = [*_gutter(entry, drawn), *_linked(line, entry, words)]
    return lay(drawn.width, drawn.look("fill"), left, _mark(entry, drawn) if line.marked else [])


def _linked(line: Line, entry: Entry, style: Style) -> list[Span]:
    """The words of a line, links underlined. The terminal is told of none: a key opens them, and shows them first."""
    spans: list[Span] = []
    at, end = line.start, line.start + len(line.text)
    for link in links_in(entry.body):
        start, stop = max(link.start, at), min(link.end, end)
        if start < stop and not entry.deleted:
            linked = style + Style(underline=True)
            spans += [Span(Inert(entry.body[at:start]), style), Span(Inert(entry.body[start:stop]), linked)]
            at = stop
    return [*spans, Span(Inert(line.text[at - line.start :]), style)]


def _mark(entry: Entry, drawn: Drawn) -> list[Span]:
    edited = Span(signs.EDITED, drawn.look("time"))
    if not is_ours(entry):
        return [edited]
    mark = signs.delivered(entry, drawn.customer_read_seq)
    style = drawn.look(
        str(entry.delivery) if entry.delivery else "read" if entry.seq <= drawn.customer_read_seq else "time"
    )
    return [*([edited] if entry.edited else []), Span(mark, style), Span(SPACE, drawn.look("fill"))]
