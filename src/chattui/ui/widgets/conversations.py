"""The list of conversations."""

from collections.abc import Callable, Iterable, Sequence
from datetime import datetime
from time import monotonic
from typing import TYPE_CHECKING, ClassVar

from textual import events
from textual.binding import Binding, BindingType
from textual.geometry import Size, clamp
from textual.message import Message
from textual.strip import Strip

from chattui.model.records import ConversationId
from chattui.store.projections import ListRow
from chattui.text.inert import Inert
from chattui.ui.widgets.conversation_rows import draw_badge, draw_empty
from chattui.ui.widgets.drawn_rows import DrawnRows
from chattui.ui.widgets.lined import LinedView
from chattui.ui.widgets.painted_order import PaintedOrder, place_of

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
PARTS = (
    *("fill", "bar", "cursor", "moved", "faint"),
    *("name", "name-unread", "unread", "age", "owner", "viewer", "label", "priority", "draft"),
    *("preview", "preview-unread", "typing", "read", "queued", "sent", "refused"),
    *("waiting", "active", "ai", "closed"),
)
"""What the style sheet can name as `list--…`."""
STYLE = """
ConversationList {
    & > .list--faint, & > .list--age, & > .list--ai, & > .list--closed, & > .list--preview { color: $muted; }
    & > .list--name-unread { text-style: bold; }
    & > .list--bar, & > .list--owner, & > .list--viewer, & > .list--typing, & > .list--read { color: $accent; }
    & > .list--unread { color: $accent; text-style: bold; }
    & > .list--waiting, & > .list--priority { color: $waiting; }
    & > .list--active { color: $active; }
    & > .list--label, & > .list--draft { color: $label; }
    & > .list--refused { color: $error; }
    & > .list--moved { background: $accent; color: $background; text-style: bold; }
    & > .list--cursor { background: $cursor-line; }
}
"""


class ConversationList(LinedView, can_focus=True):
    """Two lines a conversation, drawn as they are seen; the cursor stands on an id, never on a place.

    `ids` answers with the live view: `len`, `[i]`, `in` and `index` are asked of it, and nothing walks it.
    While keys come the order on the screen is the one that was painted; it follows `HOLD` seconds after the last.
    """

    DEFAULT_CSS = STYLE
    COMPONENT_CLASSES: ClassVar[set[str]] = {f"list--{part}" for part in PARTS}
    PREFIX = "list"
    ALLOW_SELECT = False  # a click chooses a conversation
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
        self._ids, self._clock = ids, clock
        self._order, self._drawn = PaintedOrder(ids), DrawnRows(row, now)
        self._size_of_order = 0
        self._cursor: ConversationId | None = None
        self._cursor_row = 0
        self._painted: ConversationId | None = None
        self._last_key = -HOLD
        self._thawing: Timer | None = None
        self._fading: Timer | None = None
        self._behind = False
        self._moved = 0
        self._empty = Inert("")

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
        self._empty = text
        self.refresh()

    def reload(self) -> None:
        """Another view or filter: the order is taken anew at once."""
        self._drawn.clear()
        self._follow()
        self.refresh()

    def reorder(self) -> None:
        """Order or membership changed: shown at once, or 1 s after the last key."""
        if not self._holding:
            self._follow()
            return
        self._behind = True
        self._show_moved(self._order.moved(*self._rows_in_sight))
        self._thaw_later()

    def refresh_rows(self, ids: Iterable[ConversationId]) -> None:
        """These changed in themselves: those in sight are drawn again."""
        for conversation_id in ids:
            self._drawn.forget(conversation_id)
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
        return max(self.lines_in_sight // ROW, 1)

    @property
    def _rows_in_sight(self) -> tuple[int, int]:
        """From the first one to one past the last, a half one included."""
        top, height = self.scroll_offset.y, self.lines_in_sight
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
        self._behind = False
        self._show_moved(0)
        live, line, before = self._ids(), self._cursor_row * ROW - self.scroll_offset.y, self._seen()
        self._size_of_order = len(live)
        stays = None if self._cursor is None else place_of(self._cursor, live)
        self._cursor_row = max(min(self._cursor_row, len(live) - 1), 0) if stays is None else stays
        self.virtual_size = Size(self.scrollable_content_region.width, len(live) * ROW)
        self._scroll_for(self._cursor_row, line)
        self._take()
        self._put(live[self._cursor_row] if live else None)
        self._refresh_since(before)

    def _seen(self) -> dict[int, tuple[ConversationId | None, bool]]:
        """What stands on each row in sight, and whether the cursor does."""
        return {row: (self._order.at(row), row == self._cursor_row) for row in range(*self._rows_in_sight)}

    def _refresh_since(self, before: dict[int, tuple[ConversationId | None, bool]]) -> None:
        """Draw the rows again that show something else now."""
        after = self._seen()
        if not (before and after):
            self.refresh()
        for row in before.keys() | after.keys():
            if before.get(row) != after.get(row):
                self.refresh_lines(row * ROW, ROW)

    def _scroll_for(self, row: int, line: int) -> None:
        """The top stays the top while the cursor is in sight; else the cursor's row keeps its line."""
        top = self.scroll_offset.y
        if top > 0 or not row < self._page:
            top = row * ROW - clamp(line, 0, (self._page - 1) * ROW)
        self.scroll_to_line(top)

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
        self.scroll_to_line(clamp(top, row * ROW + ROW - lines, row * ROW))
        self._cover_sight()
        old, self._cursor_row = self._cursor_row, row
        for line in (old, row):
            self.refresh_lines(line * ROW, ROW)
        self._put(self._order.at(row))

    def _cover_sight(self) -> None:
        first, last = self._rows_in_sight
        if self._order.holds(first, last):
            return
        if not self._order.cover(max(first - self._page, 0), min(last + self._page, self._size_of_order)):
            self._take()
            self.refresh()

    def _put(self, conversation_id: ConversationId | None) -> None:
        if conversation_id != self._cursor:
            self._cursor = conversation_id
            self.post_message(self.Highlighted(conversation_id))

    def _show_moved(self, moved: int) -> None:
        if moved != self._moved:
            self._moved = moved
            self.refresh_lines(self.scroll_offset.y + self.lines_in_sight - 1)

    # Life

    def on_mount(self) -> None:
        """Ages are the one thing that changes by itself."""
        self.set_interval(AGEING, self.grow_old)

    def fit(self) -> None:
        """The cursor's row stays in sight."""
        self._drawn.clear()
        self._follow()
        self.refresh()

    def notify_style_update(self) -> None:
        """Another theme: nothing that was drawn holds."""
        self._drawn.clear()
        super().notify_style_update()

    def watch_scroll_y(self, old_value: float, new_value: float) -> None:
        """Hold the rows that came into sight, before they are painted."""
        super().watch_scroll_y(old_value, new_value)
        if self._size_of_order:
            self._cover_sight()

    def grow_old(self) -> None:
        """Draw those rows in sight again whose age reads differently by now."""
        seen = (conversation_id for conversation_id, _ in self._seen().values() if conversation_id is not None)
        self.refresh_rows(self._drawn.grown_old(seen))

    def _fade(self) -> None:
        """Whoever typed may have stopped: ask again for those rows."""
        self._fading, self._drawn.typing_seen = None, False
        self.refresh_rows(self._drawn.typed_in())

    # Drawing

    def render_line(self, y: int) -> Strip:
        """One of the two lines of a row, the count of what moved, or the words of an empty list."""
        width, height = self.scrollable_content_region.size
        if not self._size_of_order:
            return draw_empty(self._empty, y, width, self.look)
        row, line = divmod(y + self.scroll_offset.y, ROW)
        conversation_id = self._order.at(row)
        strip = Strip.blank(width, self.look("fill"))
        if conversation_id is not None:
            strip = self._draw(conversation_id, row, width)[line]
        return draw_badge(strip, self._moved, self.look) if self._moved and y == height - 1 else strip

    def _draw(self, conversation_id: ConversationId, row: int, width: int) -> tuple[Strip, Strip]:
        cursor = row == self._cursor_row
        if cursor:
            self._painted = conversation_id
        lines = self._drawn.lines(conversation_id, width, self.look, self.under_cursor() if cursor else None)
        if self._fading is None and self._drawn.typing_seen:
            self._fading = self.set_timer(FADING, self._fade)
        return lines
