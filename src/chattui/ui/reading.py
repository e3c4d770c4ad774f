"""What counts as read: opened, at its end, on the screen, with somebody in front of it."""

from collections.abc import Callable
from typing import TYPE_CHECKING

from chattui.model.records import ConversationId
from chattui.ui.attention import Attention
from chattui.ui.selection import Selection
from chattui.ui.widgets.thread import ThreadView

if TYPE_CHECKING:
    from chattui.desk import Desk


class Reading:
    """Marks what was seen. `on_screen` says whether nothing stands above the inbox."""

    def __init__(  # noqa: PLR0913 - all that has to be true at once
        self,
        desk: "Desk",
        selection: Selection,
        thread: ThreadView,
        *,
        attention: Attention,
        clock: Callable[[], float],
        on_screen: Callable[[], bool],
    ) -> None:
        self._desk, self._selection, self._thread = desk, selection, thread
        self._attention, self._clock, self._on_screen = attention, clock, on_screen

    def attend(self) -> None:
        """Somebody looks again, or opened it: what stands at the end is read."""
        if self._selection.shown is not None and self._thread.at_bottom:
            self.seen(self._selection.shown, self._thread.last_visible_seq)

    def seen(self, conversation_id: ConversationId, seq: int) -> None:
        """The end of a thread is in sight."""
        selection = self._selection
        opened = selection.opened and selection.shown == conversation_id
        if seq and opened and self._on_screen() and self._attention.here(self._clock()):
            self._desk.read(conversation_id, seq)
