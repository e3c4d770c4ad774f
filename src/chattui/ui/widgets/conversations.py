"""The list of conversations."""

from collections.abc import Callable, Iterable, Sequence
from datetime import datetime
from time import monotonic

from textual.message import Message
from textual.scroll_view import ScrollView

from chattui.model.records import ConversationId
from chattui.store.projections import ListRow


class ConversationList(ScrollView, can_focus=True):
    """Two lines a conversation, drawn as they are seen; the cursor stands on an id, never on a place.

    `ids` answers with the live view: `len`, `[i]`, `in` and `index` are asked of it, and nothing walks it.
    """

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
        self.empty = ""

    @property
    def cursor(self) -> ConversationId | None:
        """Where the cursor stands."""
        return None

    def painted_under_cursor(self) -> ConversationId | None:
        """What the person sees under the cursor: None where its row is out of sight."""
        return None

    def say_when_empty(self, text: str) -> None:
        """What stands in an empty list."""

    def reload(self) -> None:
        """Another view or filter: the order is taken anew at once."""

    def reorder(self) -> None:
        """Order or membership changed: shown at once, or 1 s after the last key."""

    def refresh_rows(self, ids: Iterable[ConversationId]) -> None:
        """These changed in themselves: those in sight are drawn again."""

    def move_to(self, conversation_id: ConversationId) -> None:
        """Put the cursor there and bring it into sight; nothing happens where the view does not hold it."""

    def hold(self) -> None:
        """A key came that is about the list: the order stays as it is for another second."""
