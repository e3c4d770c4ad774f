"""The list of conversations."""

from collections.abc import Callable, Iterable, Sequence
from datetime import datetime
from time import monotonic

from textual import events
from textual.geometry import clamp
from textual.message import Message
from textual.strip import Strip

from chattui.model.records import ConversationId
from chattui.store.projections import ListRow
from chattui.text.inert import Inert
from chattui.ui.widgets.ageing import AGEING, Ageing
from chattui.ui.widgets.conversation_rows import draw_badge, draw_empty
from chattui.ui.widgets.drawn_rows import DrawnRows
from chattui.ui.widgets.hold import Hold
from chattui.ui.widgets.lined import LinedView
from chattui.ui.widgets.looks import STRONG, Look
from chattui.ui.widgets.painted_order import PaintedOrder, place_of
from chattui.ui.widgets.sight import ROW, Sight

MUTED, ACCENT, WAITING, LABEL = Look("muted"), Look("accent"), Look("waiting"), Look("label")
LOOKS = {
    **dict.fromkeys(("faint", "age", "ai", "closed", "preview"), MUTED),
    **dict.fromkeys(("bar", "owner", "viewer", "typing", "read"), ACCENT),
    **dict.fromkeys(("waiting", "priority"), WAITING),
    **dict.fromkeys(("label", "draft"), LABEL),
    "name-unread": STRONG,
    "unread": Look("accent", style="bold"),
    "active": Look("active"),
    "refused": Look("error"),
    "moved": Look("background", "accent", style="bold"),
    "cursor": Look(background="cursor-line"),
}


class ConversationList(LinedView, can_focus=True):
    """Two lines a conversation, drawn as they are seen; the cursor stands on an id, never on a place.

    `ids` answers with the live view: `len`, `[i]`, `in` and `index` are asked of it, and nothing walks it.
    While keys come the order on the screen is the one that was painted; `held` says for how long.
    """

    LOOKS = LOOKS
    ALLOW_SELECT = False  # a click chooses a conversation

    class Highlighted(Message):
        """The cursor stands on another conversation, or on none."""

        def __init__(self, conversation_id: ConversationId | None) -> None:
            super().__init__()
            self.conversation_id = conversation_id

    class Opened(Message):
        """A double click."""

        def __init__(self, conversation_id: ConversationId) -> None:
            super().__init__()
            self.conversation_id = conversation_id

    def __init__(
        self,
        ids: Callable[[], Sequence[ConversationId]],
        row: Callable[[ConversationId], ListRow | None],
        now: Callable[[], datetime],
        *,
        clock: Callable[[], float] = monotonic,
        id: str | None = None,  # noqa: A002 - Textual's own name
    ) -> None:
        super().__init__(id=id)
        self._ids = ids
        self._order, self._drawn = PaintedOrder(ids), DrawnRows(row, now)
        self.held = Hold(self._follow, self.set_timer, clock)
        self.ageing = Ageing(self._drawn, self.refresh_rows, self.set_timer)
        self._count = 0
        self._cursor: ConversationId | None = None
        self._cursor_row = 0
        self._painted: ConversationId | None = None
        self._moved = 0
        """How many of the rows in sight would be others if the order were not held."""
        self.when_empty = Inert("")
        """What stands in an empty list, from the next `reload` on."""

    # What the screen asks and says

    @property
    def cursor(self) -> ConversationId | None:
        """Where the cursor stands."""
        return self._cursor

    def painted_under_cursor(self) -> ConversationId | None:
        """What the person sees under the cursor: None where its row is out of sight."""
        return self._painted if self._cursor_row in self._sight.rows else None

    def reload(self) -> None:
        """Another view or filter: the order is taken anew at once."""
        self._drawn.clear()
        self._follow()
        self.refresh()

    fit = reload  # the cursor's row stays in sight

    def reorder(self) -> None:
        """Order or membership changed: shown at once, or 1 s after the last key."""
        if self.held.stands:
            self.held.lag()
            self._show_moved(self._order.moved(self._sight.rows))
        else:
            self._follow()

    def refresh_rows(self, ids: Iterable[ConversationId]) -> None:
        """These changed in themselves: those in sight are drawn again."""
        for conversation_id in ids:
            self._drawn.forget(conversation_id)
            row = self._order.row_of(conversation_id)
            if row is not None:
                self.refresh_lines(row * ROW, ROW)

    # The cursor

    def move_to(self, conversation_id: ConversationId) -> None:
        """Put the cursor there and bring it into sight; nothing happens where the view does not hold it."""
        row = self._order.row_of(conversation_id)
        if row is None and conversation_id in self._ids():
            self._follow()
            row = self._ids().index(conversation_id)
        if row is not None:
            self._go(row)

    def step(self, by: int) -> None:
        """So many rows down, or up."""
        self._go(self._cursor_row + by)

    def to_first(self) -> None:
        """To the top."""
        self._go(0)

    def to_last(self) -> None:
        """To the end."""
        self._go(self._count - 1)

    def on_mouse_down(self) -> None:
        """Between press and release nothing may slip under the pointer."""
        self.held.key()

    def on_click(self, event: events.Click) -> None:
        """A click selects, the second one opens."""
        offset = event.get_content_offset(self)
        row = (offset.y + self.scroll_offset.y) // ROW if offset else self._count
        if row >= self._count:
            return
        self._go(row)
        if event.chain == 2 and self._cursor is not None:  # noqa: PLR2004 - a double click
            self.post_message(self.Opened(self._cursor))

    def _go(self, row: int) -> None:
        """The cursor to a row of the painted order, and that row into sight."""
        self.held.key()
        if not self._count:
            return
        row = clamp(row, 0, self._count - 1)
        self.scroll_to_line(self._sight.showing(row))
        self._cover_sight()
        old, self._cursor_row = self._cursor_row, row
        for line in (old, row):
            self.refresh_lines(line * ROW, ROW)
        self._put(self._order.at(row))

    def _put(self, conversation_id: ConversationId | None) -> None:
        if conversation_id != self._cursor:
            self._cursor = conversation_id
            self.post_message(self.Highlighted(conversation_id))

    # The order

    @property
    def _sight(self) -> Sight:
        return Sight(self.scroll_offset.y, self.lines_in_sight, self._count)

    def _follow(self) -> None:
        """Take the live order: the cursor stays with its conversation, and that one on its line of the screen."""
        self.held.catch_up()
        self._show_moved(0)
        live, line, before = self._ids(), self._cursor_row * ROW - self.scroll_offset.y, self._seen()
        self._count = len(live)
        stays = None if self._cursor is None else place_of(self._cursor, live)
        self._cursor_row = clamp(self._cursor_row, 0, max(len(live) - 1, 0)) if stays is None else stays
        self.be_tall(len(live) * ROW)
        self.scroll_to_line(self._sight.keeping(self._cursor_row, line))
        self._order.take(self._sight.around)
        self._put(live[self._cursor_row] if live else None)
        self._refresh_since(before)

    def _seen(self) -> dict[int, tuple[ConversationId | None, bool]]:
        """What stands on each row in sight, and whether the cursor does."""
        return {row: (self._order.at(row), row == self._cursor_row) for row in self._sight.rows}

    def _refresh_since(self, before: dict[int, tuple[ConversationId | None, bool]]) -> None:
        """Draw the rows again that show something else now."""
        after = self._seen()
        if not (before and after):
            self.refresh()
        for row in before.keys() | after.keys():
            if before.get(row) != after.get(row):
                self.refresh_lines(row * ROW, ROW)

    def _cover_sight(self) -> None:
        sight = self._sight
        if not self._order.holds(sight.rows) and not self._order.cover(sight.around):
            self._order.take(sight.around)
            self.refresh()

    def _show_moved(self, moved: int) -> None:
        if moved != self._moved:
            self._moved = moved
            self.refresh_lines(self.scroll_offset.y + self.lines_in_sight - 1)

    # Life and drawing

    def on_mount(self) -> None:
        """Ages are the one thing that always changes by itself."""
        self.set_interval(AGEING, self.ageing.grow_old)

    def notify_style_update(self) -> None:
        """Another theme: nothing that was drawn holds."""
        self._drawn.clear()
        super().notify_style_update()

    def watch_scroll_y(self, old_value: float, new_value: float) -> None:
        """Hold the rows that came into sight, before they are painted."""
        super().watch_scroll_y(old_value, new_value)
        if self._count:
            self._cover_sight()

    def render_line(self, y: int) -> Strip:
        """One of the two lines of a row, the count of what moved, or the words of an empty list."""
        width, height = self.scrollable_content_region.size
        if not self._count:
            return draw_empty(self.when_empty, y, width, self.look)
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
        return self._drawn.lines(conversation_id, width, self.look, self.under_cursor() if cursor else None)
