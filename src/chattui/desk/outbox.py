"""What I wrote, on its way: in order within a conversation, conversations apart, each exactly once."""

import asyncio
import logging
import random
from collections.abc import Callable, Iterable
from contextlib import suppress
from uuid import uuid4

from chattui.desk.clock import ServerClock
from chattui.desk.errands import Errands
from chattui.desk.keeping import Drawer, Item, Outgoing, Unkept, parked
from chattui.gateway.errors import GatewayError, Unreachable
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
TURN = 0.2
"""Seconds between two questions whether the process that sends has ended."""


class Outbox:
    """One lane for each conversation. The id of the row is chosen here, so that a repeat changes nothing.

    What the drawer holds is the truth, whichever process put it there; each of its answers is shown as it comes. One
    process at a time sends: the one that claimed the drawer.
    """

    def __init__(
        self, gateway: Gateway, drawer: Drawer, clock: ServerClock, errands: Errands, apply: Callable[..., None]
    ) -> None:
        self._gateway = gateway
        self._drawer = drawer
        self._clock = clock
        self._errands = errands
        self._apply = apply
        self._items: dict[str, Item] = {}
        self._working: set[ConversationId] = set()
        self._hurry = asyncio.Event()
        self._stirred = asyncio.Event()
        self._turns = asyncio.Semaphore(AT_ONCE)
        self._not_before = 0.0
        self._open = self._sending = False

    def begin(self) -> None:
        """This is the database that it was written for: send it."""
        self._open = True
        self._send()

    def renew(self, items: Iterable[Item]) -> None:
        """These are all that the drawer holds."""
        before, self._items = self._items, {item.id: item for item in items}
        gone = [OutboxDiscarded(MessageId(item_id)) for item_id in before if item_id not in self._items]
        changed = [item for item in self._items.values() if before.get(item.id) != item]
        if gone or changed:
            self._apply(*gone, *(event for item in changed for event in _shown(item)))
            self._send()

    async def message(self, conversation_id: ConversationId, body: str) -> None:
        """Words for the customer. Raises `Unkept`."""
        await self._put(SendMessage(MessageId(str(uuid4())), conversation_id, body))

    async def note(self, conversation_id: ConversationId, body: str) -> None:
        """Words for colleagues. Raises `Unkept`."""
        await self._put(AddNote(NoteId(str(uuid4())), conversation_id, body))

    async def label(self, conversation_id: ConversationId, label_id: LabelId, *, present: bool) -> None:
        """A label on, or off; of several changes that wait the last one counts."""
        await self._try(SetLabel(conversation_id, label_id, present), slot=f"label {label_id}")

    async def mark(self, conversation_id: ConversationId, seq: int) -> None:
        """A read mark; of several that wait the last one counts."""
        await self._try(MarkRead(conversation_id, seq), slot="read")

    async def retry(self, item_id: str) -> None:
        """Send what was refused once more. Raises `Unkept`."""
        if (item := self._items.get(item_id)) is not None and item.refused:
            self.renew(await self._drawer.change(parked(item, "")))
            self.hurry()

    async def discard(self, item_id: str) -> None:
        """Give up what was refused. Raises `Unkept`."""
        if (item := self._items.get(item_id)) is not None and item.refused:
            self.renew(await self._drawer.remove(item_id))

    async def take_back(self, item_id: str) -> str | None:
        """What was refused is a draft again; the draft as it is now, None where it is gone. Raises `Unkept`."""
        item = self._items.get(item_id)
        taken = await self._drawer.take_back(item) if item is not None and item.refused else None
        if taken is None:
            return None
        self.renew(taken[0])
        return taken[1]

    def go_on(self) -> None:
        """End every back-off: the link is back."""
        self._hurry.set()
        self._hurry = asyncio.Event()
        self._send()

    def hurry(self) -> None:
        """An agent pressed a key: whatever the server asked for, try at once."""
        self._not_before = 0.0
        self.go_on()

    # Inside

    async def _put(self, intent: Outgoing, slot: str = "") -> None:
        item_id = getattr(intent, "id", None) or str(uuid4())
        item = Item(item_id, intent.conversation_id, intent, self._clock.now(), slot)
        self.renew(await self._drawer.put(item))

    async def _try(self, intent: SetLabel | MarkRead, slot: str) -> None:
        """It can be done again by hand: where no disk takes it, it goes out at once, and once only."""
        try:
            await self._put(intent, slot)
        except Unkept as error:
            _log.info("%s", error)
            if isinstance(answer := await self._gateway.submit(intent), Accepted):
                self._apply(RowsStored(answer.rows))

    def _lanes(self) -> dict[ConversationId, None]:
        """Those in which something waits, the longest first."""
        return dict.fromkeys(item.conversation_id for item in self._items.values() if not item.refused)

    def _send(self) -> None:
        self._stirred.set()
        if self._open and not self._sending and self._lanes():
            self._sending = True
            self._errands.run(self._empty())

    async def _empty(self) -> None:
        """Until nothing waits, here or in the process whose turn it is."""
        try:
            while self._lanes():
                if (items := await self._drawer.claim()) is None:
                    await asyncio.sleep(TURN)
                    continue
                try:
                    self.renew(items)
                    await self._empty_lanes()
                finally:
                    self._drawer.release()
        except Unkept as error:
            _log.warning("%s", error)
        finally:
            self._sending = False

    async def _empty_lanes(self) -> None:
        while (waiting := self._lanes()) or self._working:
            self._stirred.clear()
            for conversation_id in (one for one in waiting if one not in self._working):
                self._working.add(conversation_id)
                self._errands.run(self._empty_lane(conversation_id))
            await self._stirred.wait()

    async def _empty_lane(self, conversation_id: ConversationId) -> None:
        try:
            while (item := self._first(conversation_id)) is not None:
                await self._deliver(item)
        finally:
            self._working.discard(conversation_id)
            self._stirred.set()

    def _first(self, conversation_id: ConversationId) -> Item | None:
        lane = (item for item in self._items.values() if item.conversation_id == conversation_id)
        return next((item for item in lane if not item.refused), None)

    async def _deliver(self, item: Item) -> None:
        """Until it is stored or refused."""
        failures = 0
        while True:
            await self._be_patient()
            hurry = self._hurry
            try:
                async with self._turns:
                    self._apply(*_changed(item, Delivery.SENT))
                    answer = await self._gateway.submit(item.intent)
            except GatewayError as error:
                failures += 1
                self._heed(error)
                self._apply(*_changed(item, Delivery.QUEUED, str(error)))
            except Exception:  # noqa: BLE001 - a fault of ours must not stop what else waits
                _log.exception("something could not be sent")
                answer = Refused("", "chattui failed to send this. Its log tells more.")
                return await self._settle(item, answer)
            else:
                return await self._settle(item, answer)
            await _pause(hurry, random.uniform(0, min(CAP, 0.5 * 2 ** min(failures, 5))))  # noqa: S311 - no secret

    def _heed(self, error: GatewayError) -> None:
        if isinstance(error, Unreachable) and error.patience:
            self._not_before = asyncio.get_running_loop().time() + error.patience

    async def _be_patient(self) -> None:
        """What the server asked of one lane it asked of all. Only a key ends it."""
        while (seconds := self._not_before - asyncio.get_running_loop().time()) > 0:
            await _pause(self._hurry, seconds)

    async def _settle(self, item: Item, answer: Accepted | Refused) -> None:
        match answer:
            case Accepted(rows=rows):
                self._apply(RowsStored(rows))
                await self._end(item, None)
            case Refused(sentence=sentence) if isinstance(item.intent, SendMessage | AddNote):
                await self._end(item, parked(item, sentence or "It was refused."))
            case Refused(code=code):  # a mark or a label is nothing that anybody would send again
                _log.info("%s was refused: %s", type(item.intent).__name__, code)
                await self._end(item, None)

    async def _end(self, item: Item, left: Item | None) -> None:
        """It is done, or this is left of it. What the disk does not note is sent again by a later run, to no effect."""
        try:
            self.renew(await (self._drawer.change(left) if left else self._drawer.remove(item.id)))
        except Unkept as error:
            _log.warning("%s", error)
            noted = {one.id: one for one in self._items.values() if one.id != item.id}
            self.renew((noted | ({left.id: left} if left else {})).values())


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
