"""Which conversation the thread shows, and whether it was opened or is only looked at."""

from chattui.model.records import ConversationId


class Selection:
    """A preview follows the cursor and leaves no trace; an opened conversation is read and seen by colleagues."""

    def __init__(self) -> None:
        self.shown: ConversationId | None = None
        self.opened = False
        self.previous: ConversationId | None = None

    def preview(self, conversation_id: ConversationId | None) -> bool:
        """Look at it; False where it is shown already."""
        if conversation_id == self.shown:
            return False
        self._leave()
        self.shown, self.opened = conversation_id, False
        return True

    def open(self, conversation_id: ConversationId) -> bool:
        """Work on it; False where it was open already."""
        if conversation_id == self.shown and self.opened:
            return False
        if conversation_id != self.shown:
            self._leave()
        self.shown, self.opened = conversation_id, True
        return True

    def _leave(self) -> None:
        if self.opened:
            self.previous = self.shown
