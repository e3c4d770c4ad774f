"""Keeps the store equal to the database: joins, catches up, follows, and looks again when something is amiss."""

import asyncio
import logging
import random
from collections.abc import Callable, Iterable
from contextlib import suppress
from datetime import datetime, timedelta
from itertools import pairwise

import msgspec
from msgspec import Struct

from chattui.desk.clock import Monotonic, ServerClock
from chattui.desk.portions import portions
from chattui.gateway.attempts import Attempt
from chattui.gateway.errors import GatewayError, Unreachable
from chattui.gateway.paging import conversations
from chattui.gateway.protocol import Cursor, Gateway, Reset, Snapshot
from chattui.model.events import (
    ChannelJoined,
    ChannelLost,
    Event,
    GatewayEvent,
    LinkChanged,
    LinkState,
    RowsLoaded,
    RowsStored,
    RowSuspected,
)
from chattui.model.records import Row

_log = logging.getLogger(__name__)

CAP = 8.0
"""Seconds between two attempts to catch up, at most."""
PATIENCE = 30.0
"""Seconds until what a person has to put right is tried again."""
SKEW = timedelta(seconds=1)
"""What the clocks of two machines may differ by without anybody seeing it."""
SPACING = 0.2
"""Seconds between two syncs, at least."""
QUIET, BUSY, LOOK = 60.0, 2.0, 10.0
"""Reconcile every QUIET seconds; every LOOK seconds while more than BUSY events a second arrive."""


class Heeds(Struct, frozen=True):
    """What a follower does with what it learns."""

    live: Callable[[Event], None]
    """A live event."""
    synced: Callable[[tuple[Event, ...]], None]
    """What a sync, or the rest of a first load, brought: a portion of it."""
    loaded: Callable[[Snapshot], None]
    """A first load begins: all else is forgotten."""
    link: Callable[[LinkChanged], None]
    joined: Callable[[], None]


class Follower:
    """Join → buffer → promise of row events → sync → buffer → live; the same after every (re)join."""

    def __init__(self, gateway: Gateway, clock: ServerClock, monotonic: Monotonic, heeds: Heeds) -> None:
        self._gateway = gateway
        self._clock = clock
        self._monotonic = monotonic
        self._heeds = heeds
        self._cursor: Cursor | None = None
        self._page: Snapshot | None = None
        """The last page of a first load that is not at its end."""
        self._coming = 0
        self._wanted = asyncio.Event()
        self._hurry = asyncio.Event()
        self._joined = False
        self._catching_up = True
        self._stale = False
        self._buffer: list[Event] = []
        self._link = LinkChanged(LinkState.CONNECTING, clock.now())
        self._events_seen = 0
        self._synced_at = monotonic()
        self._attempt = Attempt(self._sync)

    @property
    def state(self) -> LinkState:
        """As the header says it."""
        return self._link.state

    @property
    def cursor(self) -> Cursor | None:
        """What the store holds is not older than this; None before a first load."""
        return self._cursor

    def go_on_at(self, cursor: Cursor) -> None:
        """The store holds what was known then: no first load is needed, if the server still knows this cursor."""
        self._cursor = cursor

    def want(self, why: str) -> None:
        """Something is amiss: sync soon."""
        _log.debug("sync: %s", why)
        self._wanted.set()

    def hurry(self) -> None:
        """Sync now, whatever pause there is, and whatever answer an attempt still waits for."""
        self._hurry.set()
        self._wanted.set()
        self._attempt.anew()
        if self._link.state is LinkState.LIVE:
            self._show(LinkState.CATCHING_UP)

    async def follow(self) -> None:
        """Take what the gateway tells, until cancelled."""
        self._show(LinkState.CONNECTING)
        self.want("a first load")
        async for event in self._gateway.events():
            try:
                self._take(event)
            except Exception:  # noqa: BLE001 - one event that we fail on must not end the shift
                _log.exception("an event could not be taken")
                self.want("an event that could not be taken")

    async def catch_up(self) -> None:
        """Sync whenever it is wanted, until cancelled."""
        failures = 0
        while True:
            await self._wanted.wait()
            self._wanted.clear()
            try:
                await self._attempt.answer()
            except GatewayError as error:
                failures += 1
                await self._fail(str(error), _back_off(failures, error))
            except Exception:  # noqa: BLE001 - as above
                _log.exception("catching up failed")
                await self._fail("chattui failed to catch up and tries again; its log tells more.", PATIENCE)
            else:
                failures = 0
                self._arrived()
                if not self._stale:  # joined meanwhile: what is missing until then keeps everybody waiting
                    await self._pause(SPACING)

    async def reconcile(self) -> None:
        """Look again now and then, until cancelled: a server can lose rows without a word."""
        while True:
            before, at = self._events_seen, self._monotonic()
            await asyncio.sleep(LOOK * random.uniform(0.8, 1.2))  # noqa: S311 - no secret
            now = self._monotonic()
            busy = self._events_seen - before > BUSY * (now - at)
            if busy or now - self._synced_at >= QUIET - LOOK / 2:
                self.want("reconciliation")

    # Inside

    def _take(self, event: GatewayEvent) -> None:
        match event:
            case ChannelJoined():
                self._joined = self._catching_up = self._stale = True
                self._show(LinkState.CATCHING_UP)
                self.want("joined")
                self._hurry.set()
                self._heeds.joined()
            case ChannelLost(reason=reason):
                self._joined = False
                self._show(LinkState.OFFLINE, reason)
            case RowSuspected(table=table, reason=reason):
                self.want(f"{table}: {reason}")
            case _:
                self._events_seen += 1
                self._heed(event)

    def _heed(self, event: Event) -> None:
        if not self._catching_up:
            self._heeds.live(event)
            return
        self._buffer.append(event)
        if self._link.state is LinkState.CATCHING_UP:
            self._show(LinkState.CATCHING_UP)

    async def _sync(self) -> None:
        self._stale = False
        while self._cursor is None or not await self._synced(self._cursor):
            if await self._loaded():
                return

    async def _synced(self, cursor: Cursor) -> bool:
        """Whether the server knew the cursor. The next one counts once the store holds all that came before it."""
        synced = await self._gateway.sync(cursor)
        if isinstance(synced, Reset):
            _log.info("starting again: %s", synced.reason)
            self._cursor = None
            return False
        self._set_clock(synced.now)
        self._coming = len(synced.rows)
        first, *others = portions(synced.rows, self._gateway.me)
        self._heeds.synced((RowsStored(first),))
        for before, rows in pairwise((first, *others)):
            await self._breathe(len(before))
            self._heeds.synced((RowsStored(rows),))
        self._heeds.synced(synced.gone)
        self._cursor = synced.cursor
        return True

    async def _loaded(self) -> bool:
        """A first load, or the rest of one that was broken off; whether all of it is as of one moment."""
        self._catching_up = True
        if self._link.state is LinkState.LIVE:
            self._show(LinkState.CATCHING_UP)
        last = self._page or await self._begun()
        at_once = self._page is None and last.more is None
        while last.more is not None:
            page = await self._gateway.snapshot(last.more)
            await self._fill(portions(page.event.rows, page.event.me))
            last = self._page = msgspec.structs.replace(page, cursor=last.cursor)
        self._cursor, self._page = last.cursor, None
        return at_once

    async def _begun(self) -> Snapshot:
        """The first page, whole in the store."""
        page = await self._gateway.snapshot()
        self._set_clock(page.event.now)
        rows, *others = portions(page.event.rows, page.event.me)
        self._heeds.loaded(msgspec.structs.replace(page, event=msgspec.structs.replace(page.event, rows=rows)))
        self._coming = max(0, page.open - conversations(rows))
        await self._fill(others)
        return page

    async def _fill(self, several: Iterable[tuple[Row, ...]]) -> None:
        for rows in several:
            await self._breathe(conversations(rows))
            self._heeds.synced((RowsLoaded(rows),))

    async def _breathe(self, come: int) -> None:
        """Between two portions, so that what is not large has arrived at once: others see what is still to come."""
        self._coming = max(0, self._coming - come)
        self._show(LinkState.CATCHING_UP if self._joined and self._catching_up else self._link.state)
        await asyncio.sleep(0)

    def _set_clock(self, now: datetime) -> None:
        """The link's `since` was told by the clock as it went before."""
        moved = self._clock.set(now)
        if abs(moved) > SKEW:
            self._link = msgspec.structs.replace(self._link, since=self._link.since + moved)
            self._heeds.link(self._link)

    async def _fail(self, reason: str, pause: float) -> None:
        self._show(LinkState.OFFLINE, reason)
        self._wanted.set()
        if not self._stale:  # joined while that attempt was under way: the server is there again
            await self._pause(pause)

    def _arrived(self) -> None:
        self._synced_at, self._coming = self._monotonic(), 0
        if not self._joined or self._stale:  # joined while that sync was on its way: it may miss something
            return
        buffered, self._buffer, self._catching_up = self._buffer, [], False
        for event in buffered:
            self._heeds.live(event)
        self._show(LinkState.LIVE)

    def _show(self, state: LinkState, reason: str = "") -> None:
        waiting = state in {LinkState.CONNECTING, LinkState.CATCHING_UP}
        pending = self._coming + len(self._buffer) if waiting else 0
        since = self._link.since if state is self._link.state else self._clock.now()
        link = LinkChanged(state, since, pending, reason)
        if link != self._link or state is LinkState.CONNECTING:
            self._link = link
            self._heeds.link(link)

    async def _pause(self, seconds: float) -> None:
        self._hurry.clear()
        with suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                await self._hurry.wait()


def _back_off(failures: int, error: GatewayError) -> float:
    if not isinstance(error, Unreachable):
        return PATIENCE
    return error.patience + random.uniform(0, min(CAP, 0.5 * 2 ** min(failures, 5)))  # noqa: S311 - no secret
