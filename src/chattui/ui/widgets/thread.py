"""The conversation itself."""

from collections.abc import Callable, Sequence
from datetime import datetime, tzinfo

from textual.message import Message
from textual.scroll_view import ScrollView

from chattui.model.records import ConversationId
from chattui.store.projections import Entry, Thread
from chattui.text.inert import Inert


class ThreadView(ScrollView, can_focus=True):
    """A thread drawn by line, standing at its end until somebody scrolls."""

    class OlderWanted(Message):
        """The top comes near and the beginning is not loaded. Said once for each state of the thread."""

        def __init__(self, conversation_id: ConversationId) -> None:
            super().__init__()
            self.conversation_id = conversation_id

    class ReadUpTo(Message):
        """The end is in sight, and `seq` is its newest message. Whether somebody looks is for the screen to know."""

        def __init__(self, conversation_id: ConversationId, seq: int) -> None:
            super().__init__()
            self.conversation_id, self.seq = conversation_id, seq

    class EntrySelected(Message):
        """The message cursor stands on another entry, or on none."""

        def __init__(self, entry: Entry | None) -> None:
            super().__init__()
            self.entry = entry

    def __init__(
        self,
        now: Callable[[], datetime],
        *,
        zone: tzinfo | None = None,
        id: str | None = None,  # noqa: A002 - Textual's own name
    ) -> None:
        super().__init__(id=id)
        self._now, self._zone = now, zone

    def show(self, thread: Thread | None) -> None:
        """Draw this state. Another conversation stands at its end; the same one keeps its place, or follows its end."""

    def say_when_empty(self, text: str) -> None:
        """What stands where no conversation is shown."""

    def typing(self, names: Sequence[Inert]) -> None:
        """Who writes now: the line under the last message."""

    @property
    def at_bottom(self) -> bool:
        """The last message is in sight."""
        return True

    @property
    def last_visible_seq(self) -> int:
        """The newest stored message in sight, 0 where there is none."""
        return 0

    @property
    def selected(self) -> Entry | None:
        """Where the message cursor stands."""
        return None

    def select(self, step: int) -> None:
        """Move the message cursor: -1 up, +1 down; past the last one it is gone."""

    def deselect(self) -> None:
        """No message cursor."""

    def to_end(self) -> None:
        """Stand at the newest message and follow it."""
