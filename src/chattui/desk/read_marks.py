"""How far I have read, told to the database in bundles."""

from chattui.desk.errands import Errands
from chattui.desk.outbox import Outbox
from chattui.model.records import ConversationId
from chattui.store.queries import Queries

DEBOUNCE = 0.2
"""Seconds that read marks are collected: scrolling passes many."""


class ReadMarks:
    """They never move back."""

    def __init__(self, queries: Queries, outbox: Outbox, errands: Errands) -> None:
        self._queries, self._outbox, self._errands = queries, outbox, errands
        self._seen: dict[ConversationId, int] = {}

    def seen(self, conversation_id: ConversationId, seq: int) -> None:
        """Everything up to here. Lower than before is ignored."""
        known = self._queries.thread(conversation_id).my_read_seq if self._queries.knows(conversation_id) else 0
        if seq > max(known, self._seen.get(conversation_id, 0)):
            self._seen[conversation_id] = seq
            self._errands.later(f"read {conversation_id}", DEBOUNCE, lambda: self._mark(conversation_id))

    def _mark(self, conversation_id: ConversationId) -> None:
        self._errands.run(self._outbox.mark(conversation_id, self._seen[conversation_id]))
