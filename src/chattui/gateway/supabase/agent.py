"""One agent's way to the database."""

import asyncio
import logging
import time
from collections.abc import AsyncIterator, Coroutine, Iterable
from contextlib import suppress
from datetime import datetime
from typing import Any

import msgspec
from msgspec import Struct

from chattui.gateway.errors import GatewayError, Misconfigured, Unreachable
from chattui.gateway.protocol import Accepted, Cursor, Found, Refused, Reset, Snapshot, Synced
from chattui.gateway.supabase import frames
from chattui.gateway.supabase.client import Connection
from chattui.gateway.supabase.faults import BROKEN, Denied
from chattui.gateway.supabase.frames import Frame
from chattui.gateway.supabase.intents import call_of
from chattui.gateway.supabase.link import Heard, Joined, Link
from chattui.gateway.supabase.rest import Rest
from chattui.gateway.supabase.rows import rows_of
from chattui.gateway.supabase.signs import Signs
from chattui.gateway.supabase.socket import Binding, Channel, Lost
from chattui.model.events import (
    ChannelJoined,
    ChannelLost,
    ConversationGone,
    GatewayEvent,
    PageLoaded,
    PresenceSeen,
    SnapshotTaken,
)
from chattui.model.intents import Intent, SendMessage, Signal, Typing, UpdateProfile, Viewing
from chattui.model.records import PUBLISHED, Availability, ConversationId, OrgId, Profile, ReadMark, Row, UserId

_log = logging.getLogger(__name__)

PRESENCE_SPACING = 7.0
"""Seconds between two signs of presence: a server closes a channel with more than five in 30 s."""
NO_PROFILE = "You are signed in, but are no agent here. Ask an admin of your organisation for a profile."


class _Snapshot(Struct, frozen=True):
    me: UserId
    org_id: OrgId
    now: datetime
    epoch: str
    database_id: str
    cursor: str
    rows: dict[str, list[Any]]
    more: str | None = None
    open: int | None = None


class _Gone(Struct, frozen=True):
    id: ConversationId
    version: int


class _Sync(Struct, frozen=True):
    reset: str | None = None
    now: datetime | None = None
    epoch: str = ""
    rows: dict[str, list[Any]] = {}
    gone: tuple[_Gone, ...] = ()
    cursor: str | None = None
    more: Any = None


class _Page(Struct, frozen=True):
    conversation_id: ConversationId
    lo: int
    hi: int
    rows: dict[str, list[Any]]


class SupabaseGateway:
    """Implements `chattui.gateway.protocol.Gateway`."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._rest = Rest(connection)
        self._events: asyncio.Queue[GatewayEvent | None] = asyncio.Queue()
        self._roster = frames.Roster()
        self._signs = Signs()
        self._profile: Profile | None = None
        self._appeared_at = 0.0
        self._reappearing = False
        self._link = Link(connection, self._subject, self._heard)
        self._tasks: list[asyncio.Task[None]] = []
        self._asides: set[asyncio.Task[None]] = set()

    @property
    def me(self) -> UserId:
        """Who is signed in."""
        return self._connection.session.user_id

    async def snapshot(self, after: str | None = None) -> Snapshot:
        """Open conversations, the newest 500 closed, and all that the views need; no messages."""
        answer = await self._rest.ask("snapshot", {} if after is None else {"after": after}, _Snapshot)
        rows = await asyncio.to_thread(rows_of, answer.rows)
        self._belong(next((row for row in rows if isinstance(row, Profile) and row.id == answer.me), self._profile))
        taken = SnapshotTaken(answer.me, answer.org_id, answer.now, rows)
        cursor = Cursor(answer.epoch, _digits(answer.cursor))
        return Snapshot(taken, cursor, answer.database_id, answer.more, answer.open or 0)

    async def sync(self, cursor: Cursor) -> Synced | Reset:
        """What changed since; a row may come again, none is left out."""
        rows: list[Row] = []
        gone: list[ConversationGone] = []
        params: dict[str, Any] = {"since": cursor.xid, "epoch": cursor.epoch}
        while True:
            answer = await self._rest.ask("sync", params, _Sync)
            if answer.reset is not None or answer.now is None:
                return Reset(answer.reset or "the answer had no time")
            rows += await asyncio.to_thread(rows_of, answer.rows)
            gone += [ConversationGone(it.id, it.version) for it in answer.gone]
            if answer.more is None:
                break
            params["after"] = answer.more
        return Synced(tuple(rows), tuple(gone), Cursor(answer.epoch, _digits(answer.cursor)), answer.now)

    async def page(self, conversation_id: ConversationId, before_seq: int | None = None) -> PageLoaded:
        """The last (or those before `before_seq`) 50 messages of a thread, with notes and audit lines between."""
        params: dict[str, Any] = {"conversation_id": conversation_id}
        if before_seq is not None:
            params["before_seq"] = before_seq
        answer = await self._rest.ask("page", params, _Page)
        return PageLoaded(answer.conversation_id, answer.lo, answer.hi, rows_of(answer.rows))

    async def search(self, query: str) -> list[Found]:
        """Messages with these words, newest first, 50 at most."""
        return await self._rest.ask("search_messages", {"query": query}, list[Found])

    async def people(self, user_ids: Iterable[UserId]) -> tuple[Row, ...]:
        """The profiles of these people, as far as I may see them."""
        wanted = list(user_ids)
        answer = await self._rest.select(lambda rest: rest.from_("profiles").select("*").in_("id", wanted))
        return rows_of({"profiles": answer})

    async def wake_due(self) -> int:
        """Wake the conversations whose snooze is over."""
        return await self._rest.ask("wake_due", {}, int)

    async def submit(self, intent: Intent) -> Accepted | Refused:
        """Ask for something. A raise leaves the outcome unknown; a repeat of the same intent is harmless."""
        call = call_of(intent)
        if isinstance(intent, SendMessage):
            await self._signs.settled()
        try:
            rows = (await self._rest.row(call.function, call.params, call.table),)
        except Denied as denied:
            return denied.refused
        if isinstance(intent, UpdateProfile):
            self._reappear(rows)
        return Accepted(rows)

    async def say(self, signal: Signal) -> None:
        """Tell others what I am doing. Best effort: never raises, may be lost."""
        match signal:
            case Typing():
                await self._signs.send(self._type(signal))
            case Viewing():
                with suppress(GatewayError):
                    await self._broadcast("viewing", signal)

    async def events(self) -> AsyncIterator[GatewayEvent]:
        """Connects, and tells what happens until `close`."""
        self._tasks = [asyncio.create_task(self._link.run()), asyncio.create_task(self._connection.session.keep())]
        while (event := await self._events.get()) is not None:
            yield event

    def retry_now(self) -> None:
        """Do not wait for the next back-off."""
        self._connection.doubt()
        self._link.retry_now()

    async def close(self) -> None:
        """Leave. Returns within 1 s whatever the network does."""
        await self._link.close()
        tasks = [*self._tasks, *self._asides]
        for task in tasks:
            task.cancel()
        if tasks:
            await asyncio.wait(tasks, timeout=0.1)
        self._events.put_nowait(None)
        await self._connection.aclose()

    # Inside

    async def _subject(self) -> Channel:
        me = await self._me()
        rows = [Binding(table, f"org_id=eq.{me.org_id}") for table in PUBLISHED if table != ReadMark.TABLE]
        # Others' read marks would be one row event for each agent and each reading.
        mine = Binding(ReadMark.TABLE, f"user_id=eq.{me.id}")
        return Channel(f"org:{me.org_id}", (*rows, mine), presence=me.id)

    async def _me(self) -> Profile:
        if self._profile is None:
            await self._connection.session.fresh()
            found = await self.people([self._connection.session.user_id])
            self._profile = next((row for row in found if isinstance(row, Profile)), None)
        if self._profile is None:
            raise Misconfigured(NO_PROFILE)
        return self._profile

    def _belong(self, profile: Profile | None) -> None:
        """Another organisation has another channel."""
        before, self._profile = self._profile, profile
        if before and profile and before.org_id != profile.org_id:
            self._link.rejoin("You belong to another organisation now.")

    def _heard(self, heard: Heard) -> None:
        match heard:
            case Joined():
                self._aside(self._appear())
                self._events.put_nowait(ChannelJoined())
            case Lost(reason=reason, pause=pause):
                self._connection.doubt()
                if pause:  # perhaps it was asked for as somebody that I no longer am
                    self._profile = None
                self._events.put_nowait(ChannelLost(reason))
            case Frame():
                event = self._event(heard)
                if event is not None:
                    self._events.put_nowait(event)

    def _event(self, frame: Frame) -> GatewayEvent | None:
        match frame.event:
            case "postgres_changes":
                return frames.change(frame.payload)
            case "broadcast":
                return frames.broadcast(frame.payload)
            case "presence_state":
                self._roster.replace(frame.payload)
            case "presence_diff":
                self._roster.change(frame.payload)
            case _:
                return None
        return PresenceSeen(self._roster.agents())

    async def _appear(self) -> None:
        """Say that I am here."""
        me = self._profile
        if me is not None:
            self._appeared_at = time.monotonic()
            connected = me.availability is not Availability.OFFLINE
            track = {"user_id": me.id, "availability": me.availability if connected else Availability.ONLINE}
            await self._link.push("presence", {"type": "presence", "event": "track", "payload": track})

    def _reappear(self, rows: tuple[Row, ...]) -> None:
        """Say it again where my availability has changed."""
        before = self._profile
        self._profile = next((row for row in rows if isinstance(row, Profile)), before)
        changed = before is None or self._profile is None or before.availability is not self._profile.availability
        if changed and not self._reappearing:
            self._reappearing = True
            self._aside(self._appear_again())

    async def _appear_again(self) -> None:
        await asyncio.sleep(self._appeared_at + PRESENCE_SPACING - time.monotonic())
        self._reappearing = False
        await self._appear()

    async def _type(self, signal: Typing) -> None:
        """Colleagues hear it on the channel; it crosses to the customer by the database alone."""
        await self._broadcast("typing", signal)
        await self._rest.rpc("typing", msgspec.to_builtins(signal))

    async def _broadcast(self, event: str, signal: Signal) -> None:
        payload = {**msgspec.to_builtins(signal), "user_id": self._connection.session.user_id}
        await self._link.push("broadcast", {"type": "broadcast", "event": event, "payload": payload})

    def _aside(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.get_running_loop().create_task(work)
        self._asides.add(task)
        task.add_done_callback(self._asides.discard)


def _digits(cursor: str | None) -> str:
    if cursor is None or not cursor.isdecimal():
        raise Unreachable(BROKEN)
    return cursor
