"""A customer's way to their own thread."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import suppress
from typing import Any
from uuid import uuid4

import msgspec
from realtime.types import RealtimePostgresChangesListenEvent

from chattui.gateway.errors import Declined, GatewayError, SignedOut, Unreachable
from chattui.gateway.protocol import AgentTyping, CustomerEvent, Standing
from chattui.gateway.supabase import frames
from chattui.gateway.supabase.client import Connection
from chattui.gateway.supabase.faults import BROKEN, Denied
from chattui.gateway.supabase.frames import Frame
from chattui.gateway.supabase.link import Heard, Joined, Link
from chattui.gateway.supabase.rest import Rest
from chattui.gateway.supabase.rows import rows_of
from chattui.gateway.supabase.signing import Signing
from chattui.gateway.supabase.signs import Signs
from chattui.gateway.supabase.socket import Binding, Channel, Lost
from chattui.model.events import ChannelLost, RowsStored
from chattui.model.records import ConversationId, Message, MessageId, OrgId, UserId

GONE = "PT401"
"""The code of a refusal to somebody whose account was deleted."""
PAGE = 500
"""Messages that are read at once."""
RETRY = 1.0
"""Seconds until what could not be read is asked for again."""


class SupabaseCustomerGateway:
    """Implements `chattui.gateway.protocol.CustomerGateway`."""

    def __init__(self, connection: Connection, org_id: OrgId | None = None) -> None:
        self._connection = connection
        self._org_id = org_id
        self._rest = Rest(connection)
        self._id: ConversationId | None = None
        self._begun = asyncio.Event()
        self._told_seq: int | None = None
        self._news: asyncio.Queue[CustomerEvent | None] = asyncio.Queue()
        self._gap = asyncio.Event()
        """Messages may have been missed."""
        self._hint = asyncio.Event()
        """How it stands may have changed."""
        self._signs = Signs()
        self._link = Link(connection, self._subject, self._heard)
        self._tasks: list[asyncio.Task[None]] = []

    @property
    def me(self) -> UserId:
        """Who is signed in, as the session says."""
        return self._connection.session.user_id

    async def start(self, name: str | None = None) -> Standing:
        """My open conversation, or a new one. Whose account or session is gone is a new customer."""
        params = {"id": str(uuid4()), "name": name, "org_id": self._org_id}
        try:
            return self._stands(await self._rpc("start_conversation", params))
        except SignedOut:
            await Signing(self._connection).anonymously()
            return self._stands(await self._rpc("start_conversation", params))

    async def thread(self) -> Standing:
        """How it stands; begins one where there is none."""
        answer = await self._rpc("my_conversation", {})
        return await self.start() if answer is None else self._stands(answer)

    async def messages(self, after_seq: int = 0) -> list[Message]:
        """What was said after `after_seq`, in order."""
        found: list[Message] = []
        while True:
            page = await self._page(found[-1].seq if found else after_seq)
            found += page
            if len(page) < PAGE:
                break
        if self._told_seq is None:
            self._told_seq = found[-1].seq if found else after_seq
        return found

    async def send(self, message_id: MessageId, body: str) -> Message:
        """Say something. Opens a closed conversation again."""
        params = {"id": message_id, "conversation_id": await self._conversation(), "body": body}
        await self._signs.settled()
        try:
            return msgspec.convert(await self._rpc("insert_message", params), Message)
        except msgspec.ValidationError as error:
            raise Unreachable(BROKEN) from error

    async def typing(self, *, is_typing: bool) -> None:
        """Best effort, in order."""
        await self._signs.send(self._sign(is_typing=is_typing))

    async def _sign(self, *, is_typing: bool) -> None:
        await self._rpc("typing", {"conversation_id": await self._conversation(), "is_typing": is_typing})

    async def mark_read(self, last_read_seq: int) -> None:
        """I have seen everything up to here."""
        params = {"conversation_id": await self._conversation(), "last_read_seq": last_read_seq}
        await self._rpc("mark_read", params)

    async def request_human(self, reason: str) -> None:
        """Ask for a person."""
        params = {"conversation_id": await self._conversation(), "handoff_reason": reason}
        await self._rpc("request_human", params)

    async def events(self) -> AsyncIterator[CustomerEvent]:
        """Live, from now on; what was missed before it was (re)joined comes as well, and how it stands then."""
        work = (
            self._listen(),
            self._answer(self._gap, self._fill),
            self._answer(self._hint, self._look),
            self._connection.session.keep(),
        )
        self._tasks = [asyncio.create_task(part) for part in work]
        while (news := await self._news.get()) is not None:
            yield news

    async def close(self) -> None:
        """Leave. Returns within 1 s whatever the network does."""
        await self._link.close()
        for task in self._tasks:
            task.cancel()
        if self._tasks:
            await asyncio.wait(self._tasks, timeout=0.1)
        self._news.put_nowait(None)
        await self._connection.aclose()

    # Inside

    async def _listen(self) -> None:
        while self._told_seq is None:
            await self._begun.wait()
            with suppress(GatewayError):
                newest = await self.messages()
                self._told_seq = newest[-1].seq if newest else 0
                break
            await asyncio.sleep(RETRY)
        await self._link.run()

    async def _answer(self, reason: asyncio.Event, ask: Callable[[], Awaitable[None]]) -> None:
        """Ask once whenever there is a reason, and again where that failed."""
        while True:
            await reason.wait()
            reason.clear()
            try:
                await ask()
            except GatewayError:
                await asyncio.sleep(RETRY)
                reason.set()

    async def _fill(self) -> None:
        for message in await self.messages(self._told_seq or 0):
            self._tell(message)

    async def _look(self) -> None:
        self._news.put_nowait(await self.thread())

    async def _subject(self) -> Channel:
        await self._begun.wait()
        only = f"conversation_id=eq.{self._id}"
        rows = (Binding("messages", only, RealtimePostgresChangesListenEvent.Insert),)
        return Channel(f"conversation:{self._id}", rows)

    def _heard(self, heard: Heard) -> None:
        match heard:
            case Joined():
                self._gap.set()
                self._hint.set()
            case Lost(reason=reason):
                self._news.put_nowait(ChannelLost(reason))
            case Frame(event="postgres_changes", payload=payload):
                self._row(payload)
            case Frame(event="broadcast", payload=payload):
                self._signal(payload)

    def _row(self, payload: Any) -> None:
        match frames.change(payload):
            case RowsStored(rows=(Message() as message,)) if message.seq == (self._told_seq or 0) + 1:
                self._tell(message)
            case RowsStored(rows=(Message() as message,)) if message.seq <= (self._told_seq or 0):
                pass
            case _:
                self._gap.set()

    def _signal(self, payload: Any) -> None:
        if frames.hands_changed(payload):
            self._hint.set()
        is_typing = frames.other_side_types(payload)
        if is_typing is not None:
            self._news.put_nowait(AgentTyping(is_typing))

    def _tell(self, message: Message) -> None:
        if message.seq > (self._told_seq or 0):
            self._told_seq = message.seq
            self._news.put_nowait(message)

    async def _page(self, after_seq: int) -> list[Message]:
        conversation_id = await self._conversation()
        answer = await self._rest.select(
            lambda rest: (
                rest.from_("messages")
                .select("*")
                .eq("conversation_id", conversation_id)
                .gt("seq", after_seq)
                .order("seq")
                .limit(PAGE)
            )
        )
        if not isinstance(answer, list):
            raise Unreachable(BROKEN)
        return [row for row in rows_of({"messages": answer}) if isinstance(row, Message)]

    async def _conversation(self) -> ConversationId:
        if self._id is None:
            await self.thread()
        return self._id or ConversationId("")

    async def _rpc(self, name: str, params: dict[str, Any]) -> Any:
        try:
            return await self._rest.rpc(name, params)
        except Denied as denied:
            kind = SignedOut if denied.refused.code == GONE else Declined
            raise kind(denied.refused.sentence) from denied

    def _stands(self, answer: Any) -> Standing:
        try:
            stands = msgspec.convert(answer, _Thread)
        except msgspec.ValidationError as error:
            raise Unreachable(BROKEN) from error
        self._id = stands.id
        self._begun.set()
        return Standing(stands.id, stands.status, stands.agent)


class _Thread(msgspec.Struct, frozen=True):
    id: ConversationId
    status: str
    agent: str | None = None
