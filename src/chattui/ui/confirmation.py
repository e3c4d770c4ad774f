"""The question before what is hard to take back: the same key again, for the same conversation, within seconds."""

from chattui.model.records import ConversationId


class Confirmation:
    """At most one question stands. Times are monotonic seconds; `unread` of them nobody can have read it yet."""

    def __init__(self, seconds: float, unread: float = 0.0) -> None:
        self._seconds, self._unread = seconds, unread
        self._asked: tuple[str, ConversationId] | None = None
        self._since = self._until = 0.0

    def ask(self, action_id: str, conversation_id: ConversationId, now: float) -> None:
        """This is the question from now on."""
        self._asked = (action_id, conversation_id)
        self._since, self._until = now + self._unread, now + self._seconds

    def stands(self, action_id: str, conversation_id: ConversationId, now: float) -> bool:
        """Whether this would answer it."""
        return self._asked == (action_id, conversation_id) and self._since <= now <= self._until

    def forget(self) -> bool:
        """No question stands; True where one did."""
        stood, self._asked = self._asked is not None, None
        return stood
