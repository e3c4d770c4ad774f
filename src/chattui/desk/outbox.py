"""What I wrote, on its way: in order within a conversation, conversations apart, each exactly once."""

import asyncio
import logging
import random
from collections import deque
from collections.abc import Callable
from contextlib import suppress
from uuid import uuid4

from chattui.desk.clock import ServerClock
from chattui.desk.errands import Errands
from chattui.desk.keeping import Item, OutboxStore, Outgoing, parked
from chattui.gateway.errors import GatewayError
from chattui.gateway.protocol import Accepted, Gateway, Refused
from chattui.model.events import (
    Delivery,
    DeliveryChanged,
    Event,
    MessageQueued,
    NoteQueued,
    OutboxDiscarded,
    RowsStored,
)
from chattui.model.intents import AddNote, MarkRead, SendMessage, SetLabel
from chattui.model.records import ConversationId, LabelId, MessageId, NoteId

_log = logging.getLogger(__name__)

CAP = 8.0
"""Seconds between two attempts at most."""
AT_ONCE = 8
"""Conversations that are written to at the same time."""


class Outbox:
    """One lane for each conversation. The id of the row is chosen here, so that a repeat changes nothing."""

    def __init__(
        self, gateway: Gateway, store: OutboxStore, clock: ServerClock, errands: Errands, apply: Callable[..., None]
    ) -> None:
        self._gateway = gateway
        self._store = store
        self._clock = clock
        self._errands = errands
        self._apply = apply
        self._lanes: dict[ConversationId, deque[Item]] = {}
        self._working: set[ConversationId] = set()
        self._sending: set[str] = set()
        self._parked: dict[str, Item] = {}
        self._hurry = asyncio.Event()
        self._turns = asyncio.Semaphore(AT_ONCE)
        self._open = False

    def begin(self) -> None:
        """Show and send what an earlier run left."""
        self._open = True
        for item in self._store.load():
            if item.refused:
                self._parked[item.id] = item
            else:
                self._enter(item)
            self._apply(*_shown(item))
        for conversation_id in self._lanes:
            self._work(conversation_id)

    def message(self, conversation_id: ConversationId, body: str) -> None:
        """Words for the customer."""
        self._put(conversation_id, SendMessage(MessageId(str(uuid4())), conversation_id, body))

    def note(self, conversation_id: ConversationId, body: str) -> None:
        """Words for colleagues."""
        self._put(conversation_id, AddNote(NoteId(str(uuid4())), conversation_id, body))

    def label(self, conversation_id: ConversationId, label_id: LabelId, *, present: bool) -> None:
        """A label on, or off; of several changes that wait the last one counts."""
        self._put(conversation_id, SetLabel(conversation_id, label_id, present), slot=f"label {label_id}")

    def mark(self, conversation_id: ConversationId, seq: int) -> None:
        """A read mark; of several that wait the last one counts."""
        self._put(conversation_id, MarkRead(conversation_id, seq), slot="read")

    def retry(self, item_id: str) -> None:
        """Send what was refused once more."""
        item = self._parked.pop(item_id, None)
        if item is None:
            return
        waiting = parked(item, "")
        self._store.put(waiting)
        self._apply(DeliveryChanged(MessageId(item_id), Delivery.QUEUED))
        self._enter(waiting)
        self._work(item.conversation_id)

    def discard(self, item_id: str) -> None:
        """Give up what was refused."""
        if self._parked.pop(item_id, None) is not None:
            self._store.remove(item_id)
            self._apply(OutboxDiscarded(MessageId(item_id)))

    def hurry(self) -> None:
        """End every pause: the link is back, or an agent pressed a key."""
        self._hurry.set()
        self._hurry = asyncio.Event()

    # Inside

    def _put(self, conversation_id: ConversationId, intent: Outgoing, slot: str = "") -> None:
        item = Item(getattr(intent, "id", None) or str(uuid4()), conversation_id, intent, self._clock.now(), slot)
        self._store.put(item)
        self._apply(*_shown(item))
        self._enter(item)
        self._work(conversation_id)

    def _enter(self, item: Item) -> None:
        """At the end of its lane; what it replaces leaves, unless that is being sent at this moment."""
        lane = self._lanes.setdefault(item.conversation_id, deque())
        for old in [old for old in lane if item.slot and old.slot == item.slot and old.id not in self._sending]:
            lane.remove(old)
            self._store.remove(old.id)
        lane.append(item)

    def _work(self, conversation_id: ConversationId) -> None:
        if self._open and conversation_id not in self._working:
            self._working.add(conversation_id)
            self._errands.run(self._empty(conversation_id))

    async def _empty(self, conversation_id: ConversationId) -> None:
        lane = self._lanes[conversation_id]
        try:
            while lane:
                self._sending.add(lane[0].id)
                await self._deliver(lane[0])
                self._sending.discard(lane.popleft().id)
            del self._lanes[conversation_id]
        finally:
            self._working.discard(conversation_id)

    async def _deliver(self, item: Item) -> None:
        """Until it is stored or refused."""
        failures = 0
        while True:
            hurry = self._hurry
            try:
                async with self._turns:
                    self._apply(*_changed(item, Delivery.SENT))
                    return self._settle(item, await self._gateway.submit(item.intent))
            except GatewayError as error:
                failures += 1
                self._apply(*_changed(item, Delivery.QUEUED, str(error)))
            except Exception:  # noqa: BLE001 - a fault of ours must not stop what else waits
                _log.exception("something could not be sent")
                return self._settle(item, Refused("", "chattui failed to send this. Its log tells more."))
            await _pause(hurry, random.uniform(0, min(CAP, 0.5 * 2 ** min(failures, 5))))  # noqa: S311 - no secret

    def _settle(self, item: Item, answer: Accepted | Refused) -> None:
        match answer:
            case Accepted(rows=rows):
                self._apply(RowsStored(rows))
                self._store.remove(item.id)
            case Refused(sentence=sentence) if isinstance(item.intent, SendMessage | AddNote):
                self._parked[item.id] = parked(item, sentence)
                self._store.put(self._parked[item.id])
                self._apply(*_changed(item, Delivery.REFUSED, sentence))
            case Refused(code=code):  # a mark or a label is nothing that anybody would send again
                _log.info("%s was refused: %s", type(item.intent).__name__, code)
                self._store.remove(item.id)


async def _pause(hurry: asyncio.Event, seconds: float) -> None:
    with suppress(TimeoutError):
        async with asyncio.timeout(seconds):
            await hurry.wait()


def _shown(item: Item) -> tuple[Event, ...]:
    delivery = Delivery.REFUSED if item.refused else Delivery.QUEUED
    match item.intent:
        case SendMessage(id=message_id, body=body):
            return (MessageQueued(message_id, item.conversation_id, body, item.at, delivery, item.refused),)
        case AddNote(id=note_id, body=body):
            return (NoteQueued(note_id, item.conversation_id, body, item.at, delivery, item.refused),)
        case _:
            return ()


def _changed(item: Item, delivery: Delivery, reason: str = "") -> tuple[Event, ...]:
    match item.intent:
        case SendMessage(id=row_id) | AddNote(id=row_id):
            return (DeliveryChanged(row_id, delivery, reason),)
        case _:
            return ()
