"""What is wrong between this terminal and that project, and the remedy.

Each check stands on the ones before it: where a check fails, those that need it are left out rather than failing too.
"""

import asyncio
import json
import locale
import os
import shutil
import sys
import time
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import suppress
from email.utils import parsedate_to_datetime
from http.client import HTTPResponse
from typing import Any, Literal
from urllib.error import HTTPError, URLError
from urllib.request import Request, urlopen

from msgspec import Struct

from chattui import paths
from chattui.config import ConfigError, Target
from chattui.credentials import Credentials
from chattui.gateway.errors import GatewayError
from chattui.gateway.protocol import Gateway, Identity, Reset, Snapshot
from chattui.model.events import ChannelJoined, ChannelLost, GatewayEvent, RowPatched, RowsStored
from chattui.model.intents import UpdateProfile
from chattui.model.records import RECORDS, Profile

SIGNS = {"ok": "✓", "warning": "!", "failed": "✗"}
SKEW = 20.0
"""Seconds that the clocks may differ: tokens are renewed a minute before their end."""
JOIN_PATIENCE = 20.0
TRIP_PATIENCE = 10.0
COMFORT = (80, 24)
"""Columns and rows that show list and thread side by side."""


class Finding(Struct, frozen=True):
    """What one check found, and what to do about it."""

    check: str
    state: Literal["ok", "warning", "failed"]
    said: str
    remedy: str = ""

    @property
    def bad(self) -> bool:
        """Whether chattui cannot work before this is mended."""
        return self.state == "failed"

    def line(self) -> str:
        """For a person."""
        return f"{SIGNS[self.state]} {self.check:10} {self.said}" + (f"\n{'':13}→ {self.remedy}" if self.remedy else "")


async def examine(chosen: Callable[[], Target | None]) -> AsyncIterator[Finding]:
    """One finding after another, as they are made."""
    for finding in _terminal():
        yield finding
    yield _places()
    try:
        target = chosen()
    except ConfigError as error:
        yield Finding("config", "failed", str(error), f"edit {paths.config_file()}")
        return
    if target is None:
        yield Finding("config", "failed", "no project is set up", "run `chattui login`, or `chattui demo` to try it")
        return
    yield Finding("config", "ok", f"{target.name}: {target.url}")
    async for finding in _project(target):
        yield finding


async def _project(target: Target) -> AsyncIterator[Finding]:
    answer = await asyncio.to_thread(_ask, target, "GET", "/auth/v1/health")
    yield (reached := _reached(target, answer))
    if reached.bad:
        return
    yield _clock(answer)
    yield await asyncio.to_thread(_anon, target)
    storage = Credentials(target.url)
    try:
        who = await _who(target, storage)
    except GatewayError as error:
        yield Finding("sign-in", "failed", str(error), "run `chattui login`")
        return
    yield (signed_in := _sign_in(who))
    if not signed_in.bad:
        async for finding in _inside(target, storage):
            yield finding


async def _who(target: Target, storage: Credentials) -> Identity:
    from chattui.gateway.supabase import whoami  # noqa: PLC0415 - it loads supabase

    return await whoami(target.url, target.key, storage)


def _sign_in(who: Identity) -> Finding:
    if who.role is None:
        remedy = "an admin has to add a profile for you (docs/hosting.md has the SQL)"
        return Finding("sign-in", "failed", f"{who.email or who.user_id} is no agent here", remedy)
    return Finding("sign-in", "ok", f"{who.name}, {who.role} of {who.organization}")


async def _inside(target: Target, storage: Credentials) -> AsyncIterator[Finding]:
    from chattui.gateway.supabase import open_agent  # noqa: PLC0415

    gateway = await open_agent(target.url, target.key, storage)
    try:
        snapshot = await gateway.snapshot()
        yield await _schema(gateway, snapshot)
        async for finding in _live(gateway, snapshot):
            yield finding
    except GatewayError as error:
        yield Finding("schema", "failed", str(error), "apply the migrations: supabase db push")
    finally:
        await gateway.close()


async def _schema(gateway: Gateway, snapshot: Snapshot) -> Finding:
    """Call the functions that reading needs: they have to exist, and to answer what this version understands."""
    answer = await gateway.sync(snapshot.cursor)
    await gateway.search("chattui")
    if isinstance(answer, Reset):
        return Finding("schema", "warning", f"sync started over at once: {answer.reason}", "run the doctor again")
    return Finding("schema", "ok", f"the migrations are there; {len(snapshot.event.rows)} rows read")


async def _live(gateway: Gateway, snapshot: Snapshot) -> AsyncIterator[Finding]:
    events: asyncio.Queue[GatewayEvent] = asyncio.Queue()

    async def listen() -> None:
        async for event in gateway.events():
            events.put_nowait(event)

    listening = asyncio.create_task(listen())
    try:
        yield (joined := await _joined(events))
        if not joined.bad:
            yield await _round_trip(gateway, snapshot, events)
    finally:
        listening.cancel()
        with suppress(asyncio.CancelledError):
            await listening


async def _joined(events: asyncio.Queue[GatewayEvent]) -> Finding:
    began, reason = time.monotonic(), "no answer"
    with suppress(TimeoutError):
        async with asyncio.timeout(JOIN_PATIENCE):
            while not isinstance(event := await events.get(), ChannelJoined):
                reason = event.reason if isinstance(event, ChannelLost) else reason
            return Finding("realtime", "ok", f"joined in {_ms(began)}; all tables are in the publication")
    remedy = (
        "apply all migrations (supabase db push); look whether Realtime is on and the firewall lets WebSockets through"
    )
    return Finding("realtime", "failed", f"not joined within {JOIN_PATIENCE:.0f} s: {reason}", remedy)


async def _round_trip(gateway: Gateway, snapshot: Snapshot, events: asyncio.Queue[GatewayEvent]) -> Finding:
    """Change a setting of my own profile, wait for the row event of it, and change it back."""
    mine = (row for row in snapshot.event.rows if isinstance(row, Profile) and row.id == snapshot.event.me)
    me = next(mine)
    began = time.monotonic()
    try:
        await gateway.submit(UpdateProfile(notifications_enabled=not me.notifications_enabled))
        async with asyncio.timeout(TRIP_PATIENCE):
            while not _is_profile(await events.get(), me):
                pass
    except TimeoutError:
        remedy = "look at the project's Realtime settings and limits; chattui goes on by reconciling every minute"
        return Finding("round trip", "failed", f"a change did not come back in {TRIP_PATIENCE:.0f} s", remedy)
    else:
        return Finding("round trip", "ok", f"a change came back in {_ms(began)}")
    finally:
        await gateway.submit(UpdateProfile(notifications_enabled=me.notifications_enabled))


def _is_profile(event: GatewayEvent, me: Profile) -> bool:
    match event:
        case RowsStored(rows):
            return any(isinstance(row, Profile) and row.id == me.id for row in rows)
        case RowPatched(table=Profile.TABLE, key=key):
            return key == me.id
        case _:
            return False


def _ms(began: float) -> str:
    return f"{(time.monotonic() - began) * 1000:.0f} ms"


# What the key alone can do --------------------------------------------------------------------------------------------


class _Answer(Struct, frozen=True):
    """Status 0 where nobody answered; `text` then says why."""

    status: int
    text: str
    date: str | None = None


def _ask(target: Target, method: str, path: str, body: str | None = None) -> _Answer:
    headers = {"apikey": target.key, "Content-Type": "application/json"}
    request = Request(target.url + path, body.encode() if body else None, headers, method=method)  # noqa: S310 - checked by config
    try:
        with urlopen(request, timeout=10) as response:  # noqa: S310
            return _read(response)
    except HTTPError as error:
        return _Answer(error.code, error.read(10_000).decode(errors="replace"), error.headers["Date"])
    except (URLError, OSError, ValueError) as error:
        return _Answer(0, str(getattr(error, "reason", error)))


def _read(response: HTTPResponse) -> _Answer:
    return _Answer(response.status, response.read(100_000).decode(errors="replace"), response.headers["Date"])


def _reached(target: Target, answer: _Answer) -> Finding:
    match answer.status:
        case 0:
            said, remedy = f"no answer: {answer.text}", f"check the network, and that {target.url} is right"
        case 200:
            return Finding("server", "ok", "it answers, and accepts the key")
        case 401 | 403:
            said, remedy = "it does not accept the key", "compare `key` with the project's API settings"
        case status:
            said, remedy = f"HTTP {status}: no Supabase project is there", "check `url` in the profile"
    return Finding("server", "failed", said, remedy)


def _clock(answer: _Answer) -> Finding:
    if answer.date is None:
        return Finding("clock", "warning", "the server does not tell the time")
    skew = time.time() - parsedate_to_datetime(answer.date).timestamp()
    if abs(skew) > SKEW:
        way = "fast" if skew > 0 else "slow"
        return Finding(
            "clock", "failed", f"this machine is {abs(skew):.0f} s {way}", "set the clock (timedatectl set-ntp true)"
        )
    return Finding("clock", "ok", "this machine and the server agree")


def _anon(target: Target) -> Finding:
    """Try to read and write every table with the public key alone: nobody may."""
    readable = [table for table in RECORDS if _has_rows(_ask(target, "GET", f"/rest/v1/{table}?select=*&limit=1"))]
    writable = [table for table in RECORDS if _may_write(target, table)]
    if open_tables := [f"read {table}" for table in readable] + [f"write {table}" for table in writable]:
        remedy = "apply the migrations again (supabase db push), and drop policies that were added by hand"
        return Finding("anon", "failed", f"anybody with the key may {', '.join(open_tables)}", remedy)
    return Finding("anon", "ok", "without signing in nothing can be read or written")


def _may_write(target: Target, table: str) -> bool:
    """Whether an update would be let through; it names a version that no row has, so that nothing is changed."""
    return _ask(target, "PATCH", f"/rest/v1/{table}?version=eq.-1", '{"version": 1}').status in {200, 204}


def _has_rows(answer: _Answer) -> bool:
    with suppress(json.JSONDecodeError):
        rows: Any = json.loads(answer.text)
        return answer.status in {200, 206} and isinstance(rows, list) and bool(rows)
    return False


# This machine ---------------------------------------------------------------------------------------------------------


def _places() -> Finding:
    try:
        probe = paths.private_dir(paths.state_dir()) / f".doctor.{os.getpid()}"
        paths.write_private(probe, "")
        probe.unlink()
    except OSError as error:
        return Finding("files", "failed", str(error), "drafts and unsent messages would be lost; make it writable")
    return Finding("files", "ok", f"{paths.state_dir()} can be written; the log is in {paths.log_dir()}")


def _terminal() -> Iterator[Finding]:
    size = shutil.get_terminal_size()
    if not sys.stdout.isatty():
        yield Finding("terminal", "warning", "stdout is no terminal", "")
    elif size.columns < COMFORT[0] or size.lines < COMFORT[1]:
        said = f"{size.columns} columns, {size.lines} rows"
        yield Finding("terminal", "warning", said, "80 by 24 or more shows list and thread side by side")
    else:
        yield Finding("terminal", "ok", f"{os.environ.get('TERM', '?')}, {size.columns} by {size.lines}, {_colours()}")
    if "utf" not in locale.getpreferredencoding(do_setlocale=False).lower():
        yield Finding("encoding", "failed", "the locale is not UTF-8: names would be broken", "export LANG=C.UTF-8")
    if os.environ.get("TMUX"):
        remedy = "tmux set -g focus-events on, so that what you look at counts as read and notices stay away"
        yield Finding("tmux", "warning", "focus reports may be off", remedy)


def _colours() -> str:
    if os.environ.get("NO_COLOR"):
        return "no colour (NO_COLOR)"
    return "16 million colours" if os.environ.get("COLORTERM") in {"truecolor", "24bit"} else "256 colours or fewer"
