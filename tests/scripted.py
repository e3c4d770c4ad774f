"""A gateway that a test plays: it answers what it was told to, and says what it is told to say.

gateway = ScriptedGateway(rows=[me, rosa, conversation(...)])
desk = Desk(gateway, Store(), clock)
gateway.tell(RowsStored((message(...),)))       # a row event
gateway.answer(TakeOver, Refused("PT409", "Bo has it."))
gateway.cut("the cable was pulled"); gateway.join()
"""

import asyncio
from collections import defaultdict
from collections.abc import AsyncIterator, Callable, Iterable
from datetime import UTC, datetime, timedelta
from typing import Any

from chattui.gateway.protocol import Accepted, Cursor, Found, Refused, Reset, Snapshot, Synced
from chattui.model.events import ChannelJoined, ChannelLost, GatewayEvent, PageLoaded, SnapshotTaken
from chattui.model.intents import Intent, MarkRead, SendMessage, Signal
from chattui.model.records import (
    Availability,
    Contact,
    ContactId,
    Conversation,
    ConversationId,
    Message,
    MessageId,
    Organization,
    OrgId,
    Profile,
    ReadMark,
    Row,
    Sender,
    Status,
    Tail,
    UserId,
    key_of,
)

T0 = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
ORG = OrgId("org")
ANA = UserId("ana")
BO = UserId("bo")
ROSA = ContactId("rosa")

Answer = Accepted | Refused | Exception
Reply = Answer | Callable[[Intent], Answer]


def at(seconds: float) -> datetime:
    return T0 + timedelta(seconds=seconds)


def stamped(version: int, seconds: float) -> dict[str, Any]:
    return {"org_id": ORG, "version": version, "created_at": at(seconds), "updated_at": at(seconds)}


def organization() -> Organization:
    return Organization(id=ORG, name="Acme Support", slug="acme", **stamped(1, 0))


def profile(user_id: UserId = ANA, name: str = "Ana Torres", version: int = 1) -> Profile:
    return Profile(id=user_id, display_name=name, availability=Availability.ONLINE, **stamped(version, 0))


def contact(contact_id: ContactId = ROSA, name: str = "Rosa Díaz") -> Contact:
    return Contact(id=contact_id, name=name, **stamped(1, 0))


def conversation(
    conversation_id: str,
    status: Status = Status.AI,
    version: int = 1,
    *,
    contact_id: ContactId = ROSA,
    snoozed_until: datetime | None = None,
) -> Conversation:
    """One in `status`; an active one is Ana's."""
    return Conversation(
        id=ConversationId(conversation_id),
        contact_id=contact_id,
        status=status,
        assigned_to=ANA if status is Status.ACTIVE else None,
        waiting_since=at(version) if status is Status.WAITING else None,
        snoozed_until=snoozed_until,
        **stamped(version, version),
    )


def tail(conversation_id: str, last_seq: int, inbound: int = 0) -> Tail:
    return Tail(
        conversation_id=ConversationId(conversation_id),
        last_seq=last_seq,
        inbound_count=inbound,
        last_message_at=at(last_seq) if last_seq else None,
        last_message_preview=f"line {last_seq}" if last_seq else None,
        last_sender_type=Sender.CUSTOMER if last_seq else None,
        **stamped(1 + last_seq, last_seq),
    )


def message(  # noqa: PLR0913 - what a test may want to say of a message
    conversation_id: str,
    seq: int,
    body: str | None = None,
    *,
    sender: Sender = Sender.CUSTOMER,
    by: UserId | None = None,
    message_id: str | None = None,
) -> Message:
    return Message(
        id=MessageId(message_id or f"{conversation_id}-{seq}"),
        conversation_id=ConversationId(conversation_id),
        seq=seq,
        inbound_no=seq if sender is Sender.CUSTOMER else 0,
        sender_type=sender,
        sender_id=by,
        body=f"line {seq}" if body is None else body,
        **stamped(1, seq),
    )


def read_mark(conversation_id: str, seq: int, inbound: int = 0, user_id: UserId = ANA) -> ReadMark:
    return ReadMark(
        conversation_id=ConversationId(conversation_id),
        user_id=user_id,
        last_read_seq=seq,
        last_read_inbound=inbound,
        **stamped(1 + seq, seq),
    )


class ScriptedGateway:
    """Implements `chattui.gateway.protocol.Gateway`. Joins by itself unless told `joins=False`.

    `table` is what the database holds: `snapshot`, `sync` and `page` answer from it, `store` changes it in silence,
    and `tell` says what a channel would say.
    """

    def __init__(self, rows: Iterable[Row] = (), *, me: UserId = ANA, joins: bool = True) -> None:
        self.me = me
        self.table: dict[tuple[str, str], Row] = {}
        self.changed: list[tuple[int, Row]] = []
        self.xid = 0
        self.clock: Callable[[], datetime] = lambda: T0
        self.calls: list[str] = []
        self.submitted: list[Intent] = []
        self.said: list[Signal] = []
        self.retries = 0
        self.page_size: int | None = None
        """Rows on a page of a snapshot; None: all are on one."""
        self.closed = False
        self.sync_once: Reset | None = None
        """What the next sync answers, instead of rows."""
        self.down: Exception | None = None
        """While set, every call raises it."""
        self.gate = asyncio.Event()
        """While cleared, calls wait here."""
        self.gate.set()
        self._answers: dict[type, list[Reply]] = defaultdict(list)
        self._events: asyncio.Queue[GatewayEvent | None] = asyncio.Queue()
        self._joins = joins
        self._moved = asyncio.Condition()
        self.store(organization(), profile(), *rows)

    # What a test says

    def store(self, *rows: Row) -> None:
        """These rows are in the database now; nobody is told."""
        self.xid += 1
        for row in rows:
            self.table[row.TABLE, key_of(row)] = row
            self.changed.append((self.xid, row))

    def tell(self, *events: GatewayEvent) -> None:
        for event in events:
            self._events.put_nowait(event)

    def join(self) -> None:
        self.tell(ChannelJoined())

    def cut(self, reason: str = "The connection was lost.") -> None:
        self.tell(ChannelLost(reason))

    def answer(self, intent: type, *replies: Reply) -> None:
        """The next answers to an intent of this type, in order; after them the usual one."""
        self._answers[intent].extend(replies)

    async def until(self, true: Callable[[], bool]) -> None:
        """Wait until something a call changed makes this true."""
        async with self._moved:
            await self._moved.wait_for(true)

    # What a desk asks

    async def snapshot(self, after: str | None = None) -> Snapshot:
        await self._called("snapshot" if after is None else f"snapshot {after}")
        light = [row for row in self.table.values() if not isinstance(row, Message)]
        first, cursor = (0, str(self.xid + 1)) if after is None else (int(after.split(".")[1]), after.split(".")[0])
        rows = tuple(light[first:][: self.page_size])
        more = f"{cursor}.{first + len(rows)}" if first + len(rows) < len(light) else None
        many = sum(isinstance(row, Conversation) for row in light) if more and after is None else 0
        return Snapshot(SnapshotTaken(self.me, ORG, self.clock(), rows), Cursor("one", cursor), more=more, open=many)

    async def sync(self, cursor: Cursor) -> Synced | Reset:
        await self._called("sync")
        once, self.sync_once = self.sync_once, None
        if once is not None or cursor.epoch != "one":
            return once or Reset("another database")
        rows = tuple(row for xid, row in self.changed if xid >= int(cursor.xid))
        return Synced(rows, (), self._cursor(), self.clock())

    async def page(self, conversation_id: ConversationId, before_seq: int | None = None) -> PageLoaded:
        await self._called(f"page {conversation_id} {before_seq}")
        said = [r for r in self.table.values() if isinstance(r, Message) and r.conversation_id == conversation_id]
        below = sorted((m for m in said if before_seq is None or m.seq < before_seq), key=lambda m: m.seq)[-50:]
        about = [r for k, r in self.table.items() if k[1] == conversation_id]
        lo, hi = (below[0].seq, below[-1].seq) if below else (1, 0)
        return PageLoaded(conversation_id, lo, hi, (*about, *below))

    async def search(self, query: str) -> list[Found]:
        await self._called(f"search {query}")
        said = (row for row in self.table.values() if isinstance(row, Message) and query in row.body)
        return [
            Found(row.conversation_id, row.id, row.seq, row.body, row.created_at)
            for row in sorted(said, key=lambda row: row.created_at, reverse=True)
        ]

    async def people(self, user_ids: Iterable[UserId]) -> tuple[Row, ...]:
        wanted = sorted(user_ids)
        await self._called(f"people {' '.join(wanted)}")
        return tuple(self.table[key] for user in wanted if (key := ("profiles", user)) in self.table)

    async def wake_due(self) -> int:
        await self._called("wake_due")
        return 0

    async def submit(self, intent: Intent) -> Accepted | Refused:
        self.submitted.append(intent)
        await self._called(f"submit {type(intent).__name__}")
        queued = self._answers[type(intent)]
        reply = queued.pop(0) if queued else self._usual(intent)
        answer = reply(intent) if callable(reply) else reply
        if isinstance(answer, Exception):
            raise answer
        return answer

    async def say(self, signal: Signal) -> None:
        self.said.append(signal)
        await self._notify()

    async def events(self) -> AsyncIterator[GatewayEvent]:
        if self._joins:
            self.join()
        while (event := await self._events.get()) is not None:
            yield event

    def retry_now(self) -> None:
        self.retries += 1

    async def close(self) -> None:
        self.closed = True
        self._events.put_nowait(None)

    # Its inside

    def _usual(self, intent: Intent) -> Accepted:
        """Messages and read marks become rows; anything else holds without one."""
        match intent:
            case SendMessage():
                row = self._write(intent)
            case MarkRead(conversation_id=conversation_id, last_read_seq=seq):
                row = read_mark(conversation_id, seq, user_id=self.me)
                self.store(row)
            case _:
                return Accepted(())
        return Accepted((row,))

    def _write(self, intent: SendMessage) -> Row:
        known = self.table.get(("messages", intent.id))
        if known is not None:
            return known
        thread, seq = intent.conversation_id, self.last_seq(intent.conversation_id) + 1
        row = message(thread, seq, intent.body, sender=Sender.AGENT, by=self.me, message_id=intent.id)
        before = self.table.get(("conversation_tail", thread))
        self.store(row, tail(thread, seq, before.inbound_count if isinstance(before, Tail) else 0))
        return row

    def last_seq(self, conversation_id: ConversationId) -> int:
        """Of what the database holds."""
        seqs = [r.seq for r in self.table.values() if isinstance(r, Message) and r.conversation_id == conversation_id]
        known = self.table.get(("conversation_tail", conversation_id))
        return max([*seqs, known.last_seq if isinstance(known, Tail) else 0])

    def _cursor(self) -> Cursor:
        return Cursor("one", str(self.xid + 1))

    async def _called(self, name: str) -> None:
        self.calls.append(name)
        await self._notify()
        await self.gate.wait()
        if self.down is not None:
            raise self.down

    async def _notify(self) -> None:
        async with self._moved:
            self._moved.notify_all()
