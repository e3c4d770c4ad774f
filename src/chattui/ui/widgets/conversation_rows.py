"""How one conversation looks in the list: two lines, readable from 24 cells on, generous from 40."""

from collections.abc import Callable
from datetime import datetime

from rich.style import Style
from textual.strip import Strip

from chattui.model.records import Sender, Status
from chattui.store.projections import LabelChip, ListRow
from chattui.text.inert import Inert
from chattui.text.times import ago, until
from chattui.ui.widgets import signs
from chattui.ui.widgets.strips import SPACE, Span, blank, cells, clip, lay, wrapped

WIDE = 40
"""Cells from which on the status has a column of its own."""
MANY = 99
OWNER_CELLS = 8
VIEWER_CELLS = 12
UNREAD_CELLS = 4
AGE_CELLS = 7
SHORT_AGE_CELLS = 4
NAME_CELLS = (12, 24)
SPEAKER = {Sender.AI: Inert("ai: "), Sender.AGENT: Inert("agent: "), Sender.SYSTEM: Inert("— ")}
"""Who said the last line. The customer's own words carry no name: the row has it."""

Look = Callable[[str], Style]
"""Name of a component → its style on this row."""


def draw_row(row: ListRow, width: int, now: datetime, look: Look, *, cursor: bool) -> tuple[Strip, Strip]:
    """Both lines, each of exactly `width` cells."""
    bar = Span(Inert("▌" if cursor else " "), look("bar"))
    counts = _counts(row, now, look, AGE_CELLS if width >= WIDE else SHORT_AGE_CELLS)
    upper, lower = _wide(row, width, now, look) if width >= WIDE else _narrow(row, width, cells(counts), look)
    fill = look("fill")
    return (
        lay(width, fill, [bar, *upper], counts),
        lay(width, fill, [bar, *lower], _viewers(row, look)),
    )


def draw_badge(strip: Strip, moved: int, look: Look) -> Strip:
    """A line with the count of what moved over its end."""
    badge = clip([Span(signs.moved(moved), look("moved"))], strip.cell_length)
    size = cells(badge)
    return Strip.join([strip.crop(0, strip.cell_length - size), lay(size, look("fill"), badge)])


def draw_empty(text: Inert, y: int, width: int, look: Look) -> Strip:
    """Line `y` of a list that holds nobody."""
    lines = wrapped(text, max(width - 4, 8))
    words = lines[y - 1] if 0 < y <= len(lines) else Inert("")
    return lay(width, look("fill"), [blank(2, look("fill")), Span(words, look("faint"))])


def age(row: ListRow, now: datetime) -> Inert:
    """How long somebody waits; else when something was last said."""
    waiting = row.waiting_since if row.status is Status.WAITING else None
    return Inert(ago(waiting or row.last_at, now))


def _wide(row: ListRow, width: int, now: datetime, look: Look) -> tuple[list[Span], list[Span]]:
    room = width - 1 - UNREAD_CELLS - AGE_CELLS
    name_cells = min(max(room // 2 - 1, NAME_CELLS[0]), NAME_CELLS[1])
    name = _name(row, name_cells, look)
    standing = [*_sign(row, look), *name, blank(name_cells - cells(name) + 1, look("fill")), *_status(row, now, look)]
    chips = _chips(row.labels, room - cells(standing), look)
    return [*standing, *chips], _said(row, width - 3 - cells(_viewers(row, look)), look)


def _narrow(row: ListRow, width: int, taken: int, look: Look) -> tuple[list[Span], list[Span]]:
    status = _owner(row, look) or [_word(row, look)]
    room = width - 5 - cells(status) - cells(_viewers(row, look))
    said = _said(row, room, look)
    return [*_sign(row, look), *_name(row, width - 3 - taken, look)], [blank(2, look("fill")), *status, *said]


def _sign(row: ListRow, look: Look) -> list[Span]:
    sign = signs.PENDING if row.pending else signs.standing(row)[0]
    return [Span(sign, look(row.status)), Span(SPACE, look("fill"))]


def _name(row: ListRow, room: int, look: Look) -> list[Span]:
    """However long it is, it leaves room for the sign of a draft."""
    style = look("name-unread" if row.unread else "name")
    draft = [Span(SPACE, style), Span(signs.DRAFT, look("draft"))] if row.draft else []
    name = [Span(signs.PRIORITY[min(max(row.priority, 0), 3)], look("priority")), Span(row.name, style)]
    return [*clip(name, room - cells(draft)), *draft]


def _status(row: ListRow, now: datetime, look: Look) -> list[Span]:
    """Its word; of what is active whose it is; of what sleeps until when."""
    if row.snoozed_until is not None:
        return [Span(Inert(f"until {until(row.snoozed_until, now)}"), look(row.status))]
    owner = signs.YOU if row.mine else signs.first_name(row.assignee or Inert(""))
    if row.status is Status.ACTIVE and owner:
        return [_word(row, look), blank(1, look("fill")), Span(Inert("· "), look("faint")), Span(owner, look("owner"))]
    return [_word(row, look)]


def _word(row: ListRow, look: Look) -> Span:
    return Span(signs.standing(row)[1], look(row.status))


def _owner(row: ListRow, look: Look) -> list[Span]:
    """In a narrow list the word of an active conversation is whose it is."""
    owner = signs.MINE if row.mine else signs.first_name(row.assignee or Inert(""))
    return clip([Span(owner, look("owner"))], OWNER_CELLS) if row.status is Status.ACTIVE and owner else []


def _counts(row: ListRow, now: datetime, look: Look, age_cells: int) -> list[Span]:
    if not row.unread and age_cells == SHORT_AGE_CELLS:
        return _right(age(row, now), age_cells, look("age"), look)
    unread = Inert(f"{min(row.unread, MANY)}{'+' if row.unread > MANY else ''}" if row.unread else "")
    return [*_right(unread, UNREAD_CELLS, look("unread"), look), *_right(age(row, now), age_cells, look("age"), look)]


def _right(text: Inert, size: int, style: Style, look: Look) -> list[Span]:
    return [blank(max(size - len(text), 1), look("fill")), Span(text, style)]


def _viewers(row: ListRow, look: Look) -> list[Span]:
    if not row.viewers:
        return []
    more = f"+{len(row.viewers) - 1}" if len(row.viewers) > 1 else ""
    who = signs.first_name(row.viewers[0])
    spans = [
        blank(1, look("fill")),
        Span(Inert("◉ "), look("viewer")),
        Span(who, look("viewer")),
        Span(Inert(more), look("viewer")),
    ]
    return clip(spans, 12)


def _chips(labels: tuple[LabelChip, ...], room: int, look: Look) -> list[Span]:
    """The longest first: what does not fit is left out, and a shorter one may still stand behind it."""
    chips: list[Span] = []
    for label in sorted(labels, key=lambda label: -len(label.name)):
        chip = [blank(1, look("fill")), Span(Inert("#"), look("label")), Span(label.name, look("label"))]
        if cells(chip) <= room:
            chips += chip
            room -= cells(chip)
    return chips


def _said(row: ListRow, room: int, look: Look) -> list[Span]:
    """Who said what last, at most `room` cells of it; the mark at its end stands whatever is cut."""
    indent = blank(2, look("fill"))
    if row.typing:
        return [indent, *clip(_writes(row, look), room)]
    mark = _mark(row, look)
    preview = Span(row.preview, look("preview-unread" if row.unread else "preview"))
    return [indent, *clip([*_speaker(row, look), preview], room - cells(mark)), *mark]


def _writes(row: ListRow, look: Look) -> list[Span]:
    return [Span(Inert(f"{signs.first_name(row.typing[0])} {signs.TYPING}"), look("typing"))]


def _speaker(row: ListRow, look: Look) -> list[Span]:
    if row.preview_mine:
        return [Span(Inert("you: "), look("faint"))]
    name = SPEAKER.get(row.preview_sender) if row.preview_sender else None
    return [Span(name, look("faint"))] if name else []


def _mark(row: ListRow, look: Look) -> list[Span]:
    if row.delivery is not None:
        return [Span(SPACE, look("fill")), Span(signs.DELIVERY_SIGN[row.delivery], look(row.delivery))]
    return [Span(SPACE, look("fill")), Span(signs.READ, look("read"))] if row.read_by_customer else []
