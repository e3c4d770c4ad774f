"""The list of conversations."""

from collections.abc import Callable, Iterable, Sequence
from datetime import datetime
from time import monotonic
from typing import TYPE_CHECKING, ClassVar

from rich.style import Style
from textual import events
from textual.binding import Binding, BindingType
from textual.geometry import Size, clamp
from textual.message import Message
from textual.scroll_view import ScrollView
from textual.strip import Strip

from chattui.model.records import ConversationId
from chattui.store.projections import ListRow
from chattui.text.inert import Inert
from chattui.ui.widgets import signs
from chattui.ui.widgets.conversation_rows import age, draw_row
from chattui.ui.widgets.painted_order import PaintedOrder
from chattui.ui.widgets.strips import Span, lay, wrapped

if TYPE_CHECKING:
    from textual.timer import Timer

ROW = 2
"""Lines a conversation takes."""
HOLD = 1.0
"""Seconds after the last key during which the order stays."""
AGEING = 10.0
"""Seconds between two looks at the ages in sight."""
FADING = 1.0
"""Seconds between two looks at who still types; only while somebody in sight does."""
KEPT = 256
"""Drawn rows that are remembered."""


class ConversationList(ScrollView, can_focus=True):
    """Two lines a conversation, drawn as they are seen; the cursor stands on an id, never on a place.

    `ids` answers with the live view: `len`, `[i]`, `in` and `index` are asked of it, and nothing walks it.
    While keys come the order on the screen is the one that was painted; it follows `HOLD` seconds after the last.
    """

    DEFAULT_CSS = """
    ConversationList {
        overflow-x: hidden; scrollbar-gutter: stable; scrollbar-size-vertical: 1;
        scrollbar-color: $line; scrollbar-color-hover: $muted; scrollbar-color-active: $muted;
        scrollbar-background: $background; scrollbar-background-hover: $background;
        scrollbar-background-active: $background; background: $background; color: $foreground;
        & > .list--faint, & > .list--age, & > .list--ai, & > .list--closed, & > .list--preview { color: $muted; }
        & > .list--name-unread { text-style: bold; }
        & > .list--bar, & > .list--owner, & > .list--viewer, & > .list--typing, & > .list--read { color: $accent; }
        & > .list--unread { color: $accent; text-style: bold; }
        & > .list--waiting, & > .list--priority { color: $waiting; }
        & > .list--active { color: $active; }
        & > .list--label, & > .list--draft { color: $secondary; }
        & > .list--refused { color: $error; }
        & > .list--moved { background: $accent; color: $background; text-style: bold; }
        & > .list--cursor { background: $cursor-line; }
    }
    """
    PARTS: ClassVar[tuple[str, ...]] = (
        *("fill", "bar", "cursor", "moved", "faint"),
        *("name", "name-unread", "unread", "age", "owner", "viewer", "label", "priority", "draft"),
        *("preview", "preview-unread", "typing", "read", "queued", "sent", "refused"),
        *("waiting", "active", "ai", "closed"),
    )
    COMPONENT_CLASSES: ClassVar[set[str]] = {f"list--{part}" for part in PARTS}
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("up,k", "move(-1)", "Up", show=False),
        Binding("down,j", "move(1)", "Down", show=False),
        Binding("pageup", "page(-1)", "Page up", show=False),
        Binding("pagedown", "page(1)", "Page down", show=False),
        Binding("home,g", "first", "First", show=False),
        Binding("end,G", "last", "Last", show=False),
        Binding("enter", "open", "Open", show=False),
    ]

    class Highlighted(Message):
        """The cursor stands on another conversation, or on none."""

        def __init__(self, conversation_id: ConversationId | None) -> None:
            super().__init__()
            self.conversation_id = conversation_id

    class Opened(Message):
        """Enter or a double click."""

        def __init__(self, conversation_id: ConversationId) -> None:
            super().__init__()
            self.conversation_id = conversation_id

    def __init__(
        self,
        ids: Callable[[], Sequence[ConversationId]],
        row: Callable[[ConversationId], ListRow],
        now: Callable[[], datetime],
        *,
        clock: Callable[[], float] = monotonic,
        id: str | None = None,  # noqa: A002 - Textual's own name
    ) -> None:
        super().__init__(id=id)
        self._ids, self._row, self._now, self._clock = ids, row, now, clock
        self._order = PaintedOrder(ids)
        self._size_of_order = 0
        self._cursor: ConversationId | None = None
        self._cursor_row = 0
        self._painted: ConversationId | None = None
        self._drawn: dict[ConversationId, tuple[ListRow, Inert, bool, tuple[Strip, Strip]]] = {}
        self._last_key = -HOLD
        self._thawing: Timer | None = None
        self._fading: Timer | None = None
        self._behind = False
        self._moved = 0
        self._empty: tuple[Inert, ...] = ()

    # What the screen asks and says

    @property
    def cursor(self) -> ConversationId | None:
        """Where the cursor stands."""
        return self._cursor

    @property
    def moved(self) -> int:
        """How many of the rows in sight would be others if the order were not held."""
        return self._moved

    def painted_under_cursor(self) -> ConversationId | None:
        """What the person sees under the cursor: None where its row is out of sight."""
        first, last = self._rows_in_sight
        return self._painted if first <= self._cursor_row < last else None

    def say_when_empty(self, text: Inert) -> None:
        """What stands in an empty list."""
        self._empty = (text,)
        self.refresh()

    def reload(self) -> None:
        """Another view or filter: the order is taken anew at once."""
        self._drawn.clear()
        self._follow()

    def reorder(self) -> None:
        """Order or membership changed: shown at once, or 1 s after the last key."""
        if not self._holding:
            self._follow()
            return
        self._behind = True
        self._count_moved()
        self._thaw_later()

    def refresh_rows(self, ids: Iterable[ConversationId]) -> None:
        """These changed in themselves: those in sight are drawn again."""
        for conversation_id in ids:
            self._drawn.pop(conversation_id, None)
            row = self._order.row_of(conversation_id)
            if row is not None:
                self.refresh_lines(row * ROW, ROW)

    def move_to(self, conversation_id: ConversationId) -> None:
        """Put the cursor there and bring it into sight; nothing happens where the view does not hold it."""
        row = self._order.row_of(conversation_id)
        if row is None and conversation_id in self._ids():
            self._follow()
            row = self._ids().index(conversation_id)
        if row is not None:
            self._go(row)

    def hold(self) -> None:
        """A key came that is about the list: the order stays as it is for another second."""
        self._last_key = self._clock()
        self._thaw_later()

    # Keys and mouse

    def on_key(self) -> None:
        """Any key that reaches the list holds its order, whoever acts on it."""
        self.hold()

    def on_mouse_down(self) -> None:
        """Between press and release nothing may slip under the pointer."""
        self.hold()

    def on_click(self, event: events.Click) -> None:
        """A click selects, the second one opens."""
        offset = event.get_content_offset(self)
        row = (offset.y + self.scroll_offset.y) // ROW if offset else self._size_of_order
        if row >= self._size_of_order:
            return
        self._go(row)
        if event.chain == 2 and self._cursor is not None:  # noqa: PLR2004 - a double click
            self.post_message(self.Opened(self._cursor))

    def action_move(self, step: int) -> None:
        """One row up or down."""
        self._go(self._cursor_row + step)

    def action_page(self, step: int) -> None:
        """As many rows as are in sight."""
        self._go(self._cursor_row + step * max(self._page - 1, 1))

    def action_first(self) -> None:
        """To the top."""
        self._go(0)

    def action_last(self) -> None:
        """To the end."""
        self._go(self._size_of_order - 1)

    def action_open(self) -> None:
        """Open what is painted under the cursor."""
        conversation_id = self.painted_under_cursor()
        if conversation_id is not None:
            self.post_message(self.Opened(conversation_id))

    # Order

    @property
    def _holding(self) -> bool:
        return self._clock() - self._last_key < HOLD

    @property
    def _page(self) -> int:
        return max(self.scrollable_content_region.height // ROW, 1)

    @property
    def _rows_in_sight(self) -> tuple[int, int]:
        """From the first one to one past the last, a half one included."""
        top, height = self.scroll_offset.y, self.scrollable_content_region.height
        return top // ROW, min(-(-(top + height) // ROW), self._size_of_order)

    def _thaw_later(self) -> None:
        if self._thawing is None and self.is_mounted:
            self._thawing = self.set_timer(max(self._last_key + HOLD - self._clock(), 0.01), self.thaw)

    def thaw(self) -> None:
        """Follow the live order again, if the last key is long enough ago."""
        self._thawing = None
        if self._holding:
            self._thaw_later()
        elif self._behind:
            self._follow()

    def _follow(self) -> None:
        """Take the live order: the cursor stays with its conversation, and that one on its line of the screen."""
        self._behind, self._moved = False, 0
        live, line = self._ids(), self._cursor_row * ROW - self.scroll_offset.y
        self._size_of_order = len(live)
        held = self._cursor is not None and self._cursor in live
        self._cursor_row = (
            live.index(self._cursor) if held and self._cursor else max(min(self._cursor_row, len(live) - 1), 0)
        )
        self.virtual_size = Size(self.scrollable_content_region.width, len(live) * ROW)
        self._scroll_for(self._cursor_row, line)
        self._take()
        self._put(live[self._cursor_row] if live else None)
        self.refresh()

    def _scroll_for(self, row: int, line: int) -> None:
        """The top stays the top while the cursor is in sight; else the cursor's row keeps its line."""
        top = self.scroll_offset.y
        if top > 0 or not row < self._page:
            top = row * ROW - clamp(line, 0, (self._page - 1) * ROW)
        self.scroll_to(y=top, animate=False, force=True)

    def _take(self) -> None:
        first, last = self._rows_in_sight
        self._order.take(first - self._page, last + self._page)

    def _go(self, row: int) -> None:
        """The cursor to a row of the painted order, and that row into sight."""
        self.hold()
        if not self._size_of_order:
            return
        row = clamp(row, 0, self._size_of_order - 1)
        top, lines = self.scroll_offset.y, self._page * ROW
        self.scroll_to(y=clamp(top, row * ROW + ROW - lines, row * ROW), animate=False, force=True)
        self._cover_sight()
        old, self._cursor_row = self._cursor_row, row
        for line in (old, row):
            self.refresh_lines(line * ROW, ROW)
        self._put(self._order.at(row))

    def _cover_sight(self) -> None:
        first, last = self._rows_in_sight
        if not self._order.cover(max(first - self._page, 0), min(last + self._page, self._size_of_order)):
            self._take()
            self.refresh()

    def _put(self, conversation_id: ConversationId | None) -> None:
        if conversation_id != self._cursor:
            self._cursor = conversation_id
            self.post_message(self.Highlighted(conversation_id))

    def _count_moved(self) -> None:
        moved = self._order.moved(*self._rows_in_sight)
        if moved != self._moved:
            self._moved = moved
            self.refresh_lines(self.scroll_offset.y + self.scrollable_content_region.height - 1)

    # Life

    def on_mount(self) -> None:
        """Ages are the one thing that changes by itself."""
        self.set_interval(AGEING, self._grow_old)

    def _size_updated(self, size: Size, virtual_size: Size, container_size: Size, layout: bool = True) -> bool:  # noqa: FBT001, FBT002 - Textual's signature
        """The cursor's row stays in sight. Here and not at `Resize`, which comes after the first paint."""
        changed = super()._size_updated(size, virtual_size, container_size, layout)
        if changed:
            self._drawn.clear()
            self._follow()
        return changed

    def notify_style_update(self) -> None:
        """Another theme: nothing that was drawn holds."""
        self._drawn.clear()
        super().notify_style_update()

    def watch_scroll_y(self, old_value: float, new_value: float) -> None:
        """Hold the rows that came into sight, before they are painted."""
        super().watch_scroll_y(old_value, new_value)
        if self._size_of_order:
            self._cover_sight()

    def _in_sight(self) -> Iterable[ConversationId]:
        rows = (self._order.at(row) for row in range(*self._rows_in_sight))
        return [conversation_id for conversation_id in rows if conversation_id is not None]

    def _grow_old(self) -> None:
        now = self._now()
        drawn = [(conversation_id, self._drawn.get(conversation_id)) for conversation_id in self._in_sight()]
        self.refresh_rows(key for key, kept in drawn if kept is not None and age(kept[0], now) != kept[1])

    def _fade(self) -> None:
        """Whoever typed may have stopped: ask again for those rows."""
        self._fading = None
        self.refresh_rows([key for key, kept in self._drawn.items() if kept[0].typing])

    # Drawing

    def render_line(self, y: int) -> Strip:
        """One of the two lines of a row, the count of what moved, or the words of an empty list."""
        width, height = self.scrollable_content_region.size
        if not self._size_of_order:
            return self._draw_empty(y, width)
        row, line = divmod(y + self.scroll_offset.y, ROW)
        conversation_id = self._order.at(row)
        strip = (
            self._drawn_row(conversation_id, row, width)[line]
            if conversation_id
            else Strip.blank(width, self._look("fill"))
        )
        return self._badge(strip, width) if self._moved and y == height - 1 else strip

    def _look(self, part: str) -> Style:
        return self.get_component_rich_style(f"list--{part}")

    def _drawn_row(self, conversation_id: ConversationId, row: int, width: int) -> tuple[Strip, Strip]:
        cursor = row == self._cursor_row
        if cursor:
            self._painted = conversation_id
        kept = self._drawn.get(conversation_id)
        if kept is None or kept[2] != cursor:
            kept = self._draw(conversation_id, width, cursor=cursor)
        return kept[3]

    def _draw(
        self, conversation_id: ConversationId, width: int, *, cursor: bool
    ) -> tuple[ListRow, Inert, bool, tuple[Strip, Strip]]:
        row, now = self._row(conversation_id), self._now()
        under = Style(bgcolor=self._look("cursor").bgcolor) if cursor else Style.null()
        strips = draw_row(row, width, now, lambda part: self._look(part) + under, cursor=cursor)
        if len(self._drawn) >= KEPT:
            self._drawn.clear()
        self._drawn[conversation_id] = kept = row, age(row, now), cursor, strips
        if row.typing and self._fading is None:
            self._fading = self.set_timer(FADING, self._fade)
        return kept

    def _badge(self, strip: Strip, width: int) -> Strip:
        badge = lay(width, self._look("fill"), [], [Span(signs.moved(self._moved), self._look("moved"))])
        size = len(signs.moved(self._moved))
        return Strip.join([strip.crop(0, width - size), badge.crop(width - size, width)])

    def _draw_empty(self, y: int, width: int) -> Strip:
        lines = [line for text in self._empty for line in wrapped(text, max(width - 4, 8))]
        text = lines[y - 1] if 0 < y <= len(lines) else Inert("")
        return lay(width, self._look("fill"), [Span(Inert("  "), self._look("fill")), Span(text, self._look("faint"))])
