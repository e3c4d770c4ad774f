"""What may be worth a bell, noted while rows come in. The same thing never rings twice."""

from chattui.model.records import Conversation, ConversationEvent, Message, Note, Sender, Status
from chattui.store.changes import Cause, Touched
from chattui.store.projections import NoticeKind
from chattui.store.state import State

REMEMBERED = 1_000
"""Rung bells that are kept, so that a row that comes again stays silent."""


class Bells:
    """Decides from the row and what was known before it. What I did myself never rings."""

    def __init__(self, state: State) -> None:
        self._state = state
        self._rung: dict[str, None] = {}

    def conversation(self, before: Conversation | None, now: Conversation, touched: Touched) -> None:
        """It is newly waiting."""
        waited = before is not None and before.status is Status.WAITING
        if now.status is Status.WAITING and not waited and not self._state.pending[now.id]:
            self._ring(
                f"{now.id} {now.waiting_since}",
                Cause(NoticeKind.WAITING, now.id, now.handoff_reason or ""),
                touched,
            )

    def message(self, message: Message, touched: Touched) -> None:
        """A customer of mine wrote."""
        conversation = self._state.conversations.get(message.conversation_id)
        if message.sender_type is Sender.CUSTOMER and conversation is not None and self._state.mine(conversation):
            self._ring(message.id, Cause(NoticeKind.MESSAGE, message.conversation_id, message.body), touched)

    def side(self, row: Note | ConversationEvent, touched: Touched) -> None:
        """A colleague named me in a note, gave me a conversation, or took one from me."""
        me = self._state.people.me
        if isinstance(row, Note):
            if me in row.mentions and row.author_id != me and row.deleted_at is None:
                self._ring(row.id, Cause(NoticeKind.MENTION, row.conversation_id, row.body), touched)
        elif row.actor_id != me:
            self._handed(row, touched)

    def _handed(self, row: ConversationEvent, touched: Touched) -> None:
        from_me, to_me = (row.data.get(agent) == self._state.people.me for agent in ("previous_agent", "assigned_to"))
        if to_me and row.kind == "transferred":
            self._ring(row.id, Cause(NoticeKind.ASSIGNED, row.conversation_id, ""), touched)
        elif from_me and not to_me:
            told = self._state.drawing.side(row).body
            self._ring(row.id, Cause(NoticeKind.TAKEN, row.conversation_id, told), touched)

    def _ring(self, key: str, cause: Cause, touched: Touched) -> None:
        if key in self._rung:
            return
        self._rung[key] = None
        if len(self._rung) > REMEMBERED:
            del self._rung[next(iter(self._rung))]
        touched.causes.append(cause)
