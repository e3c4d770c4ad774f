"""What the lines of a thread say: of one entry, given the one before it.

Nothing here depends on more than that one neighbour, so that a thread can be laid out from any place in it.
"""

from datetime import datetime, timedelta, tzinfo
from enum import Enum, auto
from functools import lru_cache
from typing import NamedTuple

from chattui.model.events import Delivery
from chattui.model.records import Sender
from chattui.store.projections import Entry, EntryKind
from chattui.text.cells import width as cell_width
from chattui.text.inert import Inert
from chattui.text.links import Link, links
from chattui.text.times import day
from chattui.ui.widgets import signs
from chattui.ui.widgets.strips import wrapped

TOGETHER = timedelta(minutes=5)
"""Words of one person closer than this stand under one name."""
MARGIN = 4
"""Cells of a line that its words do not get: a bar, the gutter, a space, and one at the right."""
MARK_CELLS = 9
"""Kept free for how far a message has come, so that its progress moves nothing."""

EDITED_CELLS = 8
MOST_LINKS = 3
"""Hosts named below one message; the key that opens links shows all."""
ASIDE_MARGIN = 15
"""Cells of an audit line that its words do not get: a bar, two rules, the time and a space."""


class LineKind(Enum):
    """What a line is."""

    DAY = auto()
    NEW = auto()
    HEAD = auto()
    BODY = auto()
    EVENT = auto()
    LINK = auto()
    REFUSED = auto()
    KEYS = auto()


class Line(NamedTuple):
    """One line of an entry. `start` is where in the body its words begin; `marked` lines end with the delivery mark."""

    kind: LineKind
    text: Inert
    start: int = 0
    marked: bool = False


class Setting(NamedTuple):
    """What the lines of every entry depend on."""

    width: int
    zone: tzinfo | None
    now: datetime
    new_at: str | None
    """Key of the first entry that was new when the thread was opened."""
    new_count: int


def lines_of(entry: Entry, before: Entry | None, setting: Setting) -> list[Line]:
    """All lines of an entry, from the day it may begin to the reason why it was refused."""
    lines: list[Line] = []
    at = entry.at.astimezone(setting.zone)
    new_day = before is None or before.at.astimezone(setting.zone).date() != at.date()
    if new_day:
        lines.append(Line(LineKind.DAY, Inert(day(entry.at, setting.now, setting.zone))))
    if entry.key == setting.new_at:
        lines.append(Line(LineKind.NEW, Inert(f"{setting.new_count} new")))
    if is_aside(entry):
        return lines + [
            Line(LineKind.EVENT, text) for text in wrapped(entry.body, max(setting.width - ASIDE_MARGIN, 8))
        ]
    if lines or before is None or not belongs_to(entry, before):
        lines.append(Line(LineKind.HEAD, entry.author))
    return lines + _said(entry, max(setting.width - MARGIN, 8))


def is_aside(entry: Entry) -> bool:
    """An audit line or the system's words: they stand in the middle and belong to nobody."""
    return entry.kind is EntryKind.EVENT or entry.sender is Sender.SYSTEM


def belongs_to(entry: Entry, before: Entry) -> bool:
    """Whether it stands under the same name as the entry before it. A note always says that it is one."""
    return (
        entry.kind is before.kind is EntryKind.MESSAGE
        and (entry.sender, entry.author_id, entry.author) == (before.sender, before.author_id, before.author)
        and entry.at - before.at < TOGETHER
    )


def is_ours(entry: Entry) -> bool:
    """An agent's message to the customer, or my own note on its way: it carries a mark. What was refused says why."""
    if entry.delivery is not None:
        return entry.delivery is not Delivery.REFUSED
    return entry.kind is EntryKind.MESSAGE and entry.sender is Sender.AGENT


def _said(entry: Entry, width: int) -> list[Line]:
    texts = wrapped(signs.DELETED if entry.deleted else entry.body, width)
    lines, start = [], 0
    for text in texts:
        start = max(entry.body.find(text, start), start)
        lines.append(Line(LineKind.BODY, text, start))
        start += len(text)
    if is_ours(entry) or entry.edited:
        mark_cells = MARK_CELLS * is_ours(entry) + EDITED_CELLS * entry.edited
        lines[-1:] = _marked(lines[-1], width - mark_cells)
    lines += [Line(LineKind.LINK, line) for host in _disguised(entry) for line in wrapped(signs.leads_to(host), width)]
    if entry.delivery is Delivery.REFUSED:
        lines += [Line(LineKind.REFUSED, text) for text in wrapped(signs.refused(entry.reason), width)]
        lines.append(Line(LineKind.KEYS, Inert("")))
    return lines


@lru_cache(2048)
def links_in(body: Inert) -> tuple[Link, ...]:
    """Found once: a body is laid out and drawn whenever it comes into sight."""
    return links(body)


def _disguised(entry: Entry) -> list[Inert]:
    """Hosts that the words do not plainly name."""
    hosts = dict.fromkeys(link.host for link in links_in(entry.body) if not link.plain)
    return [] if entry.deleted else list(hosts)[:MOST_LINKS]


def _marked(line: Line, room: int) -> list[Line]:
    """The mark stands behind the last words, or on a line of its own where they leave no room."""
    if cell_width(line.text) <= room:
        return [line._replace(marked=True)]
    return [line, Line(LineKind.BODY, Inert(""), line.start + len(line.text), marked=True)]
