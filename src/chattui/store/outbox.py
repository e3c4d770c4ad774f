"""What I wrote and the database has not confirmed by its row."""

from collections import Counter, defaultdict
from collections.abc import Iterable
from datetime import datetime

from msgspec import Struct
from msgspec.structs import replace

from chattui.model.events import Delivery, DeliveryChanged, MessageQueued, NoteQueued
from chattui.model.records import ConversationId


class Queued(Struct, frozen=True):
    """A message or a note of mine without a row."""

    id: str
    conversation_id: ConversationId
    body: str
    at: datetime
    delivery: Delivery
    reason: str
    note: bool


class Outbox:
    """Per conversation in the order in which they were written. What has a row is never in it again."""

    def __init__(self) -> None:
        self._queued: dict[str, Queued] = {}
        self._of: defaultdict[ConversationId, dict[str, None]] = defaultdict(dict)
        self._stored: set[str] = set()
        self._deliveries: Counter[Delivery] = Counter()

    def put(self, event: MessageQueued | NoteQueued) -> bool:
        """I wrote something; False where its row was here before."""
        queued = Queued(
            event.id,
            event.conversation_id,
            event.body,
            event.at,
            event.delivery,
            event.reason,
            isinstance(event, NoteQueued),
        )
        if event.id in self._stored or self._queued.get(event.id) == queued:
            return False
        self._count(self._queued.get(event.id), queued)
        self._queued[event.id] = queued
        self._of[event.conversation_id][event.id] = None
        return True

    def change(self, event: DeliveryChanged) -> ConversationId | None:
        """How far it came; the conversation it stands in, if anything changed."""
        known = self._queued.get(event.id)
        if known is None or (known.delivery, known.reason) == (event.delivery, event.reason):
            return None
        queued = replace(known, delivery=event.delivery, reason=event.reason)
        self._count(known, queued)
        self._queued[event.id] = queued
        return queued.conversation_id

    def drop(self, key: str) -> ConversationId | None:
        """It is given up; the conversation it stood in."""
        queued = self._queued.pop(key, None)
        if queued is None:
            return None
        self._count(queued, None)
        self._of[queued.conversation_id].pop(key)
        if not self._of[queued.conversation_id]:
            del self._of[queued.conversation_id]
        return queued.conversation_id

    def stored(self, key: str) -> ConversationId | None:
        """Its row is here; the conversation it stood in, if it did."""
        self._stored.add(key)
        return self.drop(key)

    def of(self, conversation_id: ConversationId) -> list[Queued]:
        """What waits in one conversation, oldest first."""
        keys = self._of.get(conversation_id)
        return [self._queued[key] for key in keys] if keys else []

    def all(self) -> Iterable[Queued]:
        """What waits anywhere, oldest first."""
        return self._queued.values()

    def waiting(self) -> int:
        """What is on its way."""
        return self._deliveries[Delivery.QUEUED] + self._deliveries[Delivery.SENT]

    def refused(self) -> int:
        """What the database refused, until it is sent again or given up."""
        return self._deliveries[Delivery.REFUSED]

    def _count(self, before: Queued | None, after: Queued | None) -> None:
        if before:
            self._deliveries[before.delivery] -= 1
        if after:
            self._deliveries[after.delivery] += 1
