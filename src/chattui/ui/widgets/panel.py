"""What is known of the customer."""

from collections.abc import Callable
from datetime import datetime, tzinfo

from textual.message import Message
from textual.scroll_view import ScrollView

from chattui.model.records import ConversationId
from chattui.store.projections import CustomerPanel


class CustomerPanelView(ScrollView, can_focus=True):
    """Contact, what the AI makes of it, labels, past conversations, notes."""

    class PastOpened(Message):
        """Enter or a click on a past conversation."""

        def __init__(self, conversation_id: ConversationId) -> None:
            super().__init__()
            self.conversation_id = conversation_id

    def __init__(
        self,
        now: Callable[[], datetime],
        *,
        zone: tzinfo | None = None,
        id: str | None = None,  # noqa: A002 - Textual's own name
    ) -> None:
        super().__init__(id=id)
        self._now, self._zone = now, zone

    def show(self, panel: CustomerPanel | None) -> None:
        """Draw this customer, or nobody."""
