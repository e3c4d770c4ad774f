"""The question before what is hard to take back: the same key again, for the same conversation, within seconds."""

from chattui.model.records import ConversationId


class Confirmation:
    """At most one question stands. Times are monotonic seconds."""

    def __init__(self, seconds: float) -> None:
        self._seconds = seconds
        self._asked: tuple[str, ConversationId] | None = None
        self._until = 0.0

    def answered(self, action_id: str, conversation_id: ConversationId, now: float) -> bool:
        """True where this answers the question that stands; else this is the question from now on."""
        asked = (action_id, conversation_id)
        if self._asked == asked and now <= self._until:
            self.forget()
            return True
        self._asked, self._until = asked, now + self._seconds
        return False

    def forget(self) -> bool:
        """No question stands; True where one did."""
        stood, self._asked = self._asked is not None, None
        return stood
