"""The question before what is hard to take back: the same key again, for the same conversation, within seconds."""

from chattui.model.records import ConversationId


class Confirmation:
    """At most one question stands. Times are monotonic seconds."""

    def __init__(self, seconds: float) -> None:
        self._seconds = seconds
        self._asked: tuple[str, ConversationId] | None = None
        self._until = 0.0

    def ask(self, action_id: str, conversation_id: ConversationId, now: float) -> None:
        """This is the question from now on."""
        self._asked, self._until = (action_id, conversation_id), now + self._seconds

    def stands(self, action_id: str, conversation_id: ConversationId, now: float) -> bool:
        """Whether this would answer it."""
        return self._asked == (action_id, conversation_id) and now <= self._until

    def forget(self) -> bool:
        """No question stands; True where one did."""
        stood, self._asked = self._asked is not None, None
        return stood
