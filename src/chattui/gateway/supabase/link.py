"""The live connection: one channel that is joined again and again, for ever, and never in silence."""

import asyncio
import logging
import random
from collections.abc import Awaitable, Callable, Coroutine, Iterable
from contextlib import suppress
from typing import Any

from msgspec import Struct, convert
from realtime.types import RealtimeSubscribeStates
from supabase_auth.types import Session
from websockets.exceptions import InvalidStatus, WebSocketException

from chattui.gateway.attempts import Attempt
from chattui.gateway.errors import GatewayError, Unreachable
from chattui.gateway.supabase.client import Connection, is_loopback
from chattui.gateway.supabase.faults import OFFLINE, WRONG_KEY, WRONG_URL
from chattui.gateway.supabase.frames import Frame, System
from chattui.gateway.supabase.socket import Binding, Channel, Lost, Socket

_log = logging.getLogger(__name__)

JOIN_TIMEOUT = 30.0
"""Seconds from the socket to the first row event's promise; a database that was asleep takes some."""
SOON = 12.0
"""Seconds of an outage in which attempts are at most `QUICK` apart."""
QUICK = 0.6
STEADY, FLAPS = 5.0, 10
"""A channel that lasted less than so many seconds has flapped; after so many flaps in a row attempts are further apart:
some servers let everybody in and close the channel with the next message."""
CAP = 8.0
CONFIG_PAUSE = 30.0
"""Seconds before what needs a person's hand is tried again."""


class Joined(Struct, frozen=True):
    """Row events flow from here on (again)."""


Heard = Joined | Lost | Frame
Subject = Callable[[], Awaitable[Channel]]
"""What to join. Asked before each attempt."""


class Link:
    """One channel, joined again whenever it is lost. All that happens on it is handed to `emit`, in order."""

    def __init__(self, connection: Connection, subject: Subject, emit: Callable[[Heard], None]) -> None:
        self._connection = connection
        self._subject = subject
        self._asking = Attempt(self._ask)
        self._emit = emit
        self._hurry = asyncio.Event()
        self._closed = False
        self._life: _Life | None = None
        self._asides: set[asyncio.Task[None]] = set()
        connection.session.listen(self._renewed)

    async def run(self) -> None:
        """Until closed or cancelled. Raises nothing else."""
        now = asyncio.get_running_loop().time
        down_since, failures, flaps = now(), 0, 0
        while not self._closed:
            began = now()
            lost, joined = await self._live()
            if self._closed:
                return
            if joined or not failures:
                down_since, failures = now(), 0
                flaps = flaps + 1 if now() - began < STEADY else 0
            failures += 1
            self._emit(lost)
            back_off = _back_off(failures, now() - down_since, flaps)
            await self._pause(_spread(lost.pause) if lost.pause else back_off)

    def retry_now(self) -> None:
        """End the present pause. Of what was joined or is being asked for, find out whether anybody still answers."""
        self._hurry.set()
        self._connection.session.hurry()
        self._asking.anew()
        if self._life is not None:
            self._aside(self._life.doubt())

    def rejoin(self, reason: str) -> None:
        """Begin anew: what to join has changed."""
        if self._life is not None:
            self._life.over(reason)

    async def push(self, event: str, payload: dict[str, Any]) -> None:
        """Say something on the channel, if it is joined; lost else."""
        if self._life is not None:
            await self._life.push(event, payload)

    async def close(self) -> None:
        """Leave and hang up for good, within a second."""
        self._closed = True
        self._hurry.set()
        life, self._life = self._life, None
        if life is not None:
            await life.leave()

    async def _live(self) -> tuple[Lost, bool]:
        """One life: why it ended, and whether the channel was ever joined in it."""
        life: _Life | None = None
        try:
            channel, session = await self._asking.answer()
            life = self._life = _Life(self._connection, session.access_token, self._emit)
            lost = await life.live(channel)
            if life.token_refused:
                await self._connection.session.renew(session)
        except GatewayError as error:
            lost = Lost(str(error), None if isinstance(error, Unreachable) else CONFIG_PAUSE)
        except Exception:  # noqa: BLE001 - the link never dies
            _log.exception("the link failed")
            lost = Lost("The connection failed for a reason of its own; the log tells more.")
        finally:
            self._life = None
        return lost, life is not None and life.joined.is_set()

    async def _ask(self) -> tuple[Channel, Session]:
        """What to join, and as whom."""
        return await self._subject(), await self._connection.session.fresh()

    def _renewed(self, token: str) -> None:
        """A new token goes to the channel too; where that fails, the channel ends and is joined with the new one."""
        if self._life is not None:
            self._aside(self._life.tell_token(token))

    def _aside(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.get_running_loop().create_task(work)
        self._asides.add(task)
        task.add_done_callback(self._asides.discard)

    async def _pause(self, seconds: float) -> None:
        with suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                await self._hurry.wait()
        self._hurry.clear()


class _Life:
    """One socket and one channel, from the attempt to the end."""

    def __init__(self, connection: Connection, token: str, emit: Callable[[Heard], None]) -> None:
        url = connection.url.rstrip("/") + "/realtime/v1"
        self._socket = Socket(url, connection.key, token, proxy=not is_loopback(url), hear=self._hear)
        self._rows: tuple[Binding, ...] = ()
        self._emit = emit
        self._patience = asyncio.timeout(JOIN_TIMEOUT)
        self.joined = asyncio.Event()
        self.token_refused = False

    async def live(self, channel: Channel) -> Lost:
        """Join and stay, until it is lost."""
        self._rows = channel.rows
        try:
            async with self._patience:
                await self._socket.connect()
                await self._socket.join(channel, self._told)
                await self._first_rows()
            return await asyncio.shield(self._socket.lost)
        except InvalidStatus as error:
            return _unwelcome(error.response.status_code)
        except TimeoutError:
            return Lost("The server does not answer.")
        except (OSError, WebSocketException):
            return Lost(OFFLINE)
        finally:
            await self._socket.dispose()

    async def doubt(self) -> None:
        """Wait for an answer no longer than this."""
        if self.joined.is_set():
            await self._socket.probe()
        else:
            with suppress(RuntimeError):  # not begun, or over
                self._patience.reschedule(asyncio.get_running_loop().time())

    def over(self, reason: str) -> None:
        """End it."""
        self._socket.over(reason)

    async def push(self, event: str, payload: dict[str, Any]) -> None:
        """Say something, if the channel is joined."""
        await self._socket.push(event, payload)

    async def tell_token(self, token: str) -> None:
        """Go on with this token."""
        with suppress(Exception):
            await self._socket.set_auth(token)

    async def leave(self) -> None:
        """Say good-bye if that is quick, and hang up."""
        with suppress(Exception):
            async with asyncio.timeout(0.2):
                await self._socket.leave()
        with suppress(TimeoutError):
            async with asyncio.timeout(0.7):
                await self._socket.dispose()

    async def _first_rows(self) -> None:
        """Wait for the promise of row events, or for the end: what comes earlier is lost by some servers."""
        promise = asyncio.ensure_future(self.joined.wait())
        try:
            await asyncio.wait((promise, self._socket.lost), return_when=asyncio.FIRST_COMPLETED)
        finally:
            promise.cancel()

    def _told(self, state: RealtimeSubscribeStates, error: Exception | None) -> None:
        if state is not RealtimeSubscribeStates.SUBSCRIBED:
            _log.info("the channel says %s: %s", state, error)
            self.token_refused |= _is_about_token(str(error))
            self._socket.over(*_why(state, str(error)))

    def _hear(self, frame: Frame) -> None:
        if frame.event == "system":
            self._system(frame)
        else:
            self._emit(frame)

    def _system(self, frame: Frame) -> None:
        system = convert(frame.payload, System)
        if system.status == "error":
            self._trouble(system)
        elif system.extension == "postgres_changes":
            self.joined.set()
            self._emit(Joined())

    def _trouble(self, system: System) -> None:
        _log.warning("the server says of the channel: %s", system.message)
        self.token_refused |= _is_about_token(system.message)
        if system.extension == "postgres_changes":
            self._socket.over(_unpublished(system.message, self._rows), CONFIG_PAUSE)
        elif "Too many" in system.message:  # of all that the project sends; the next message closes again, for a minute
            self._socket.over("The project sends more messages than its plan allows.", CAP)
        else:
            self._socket.over(f"The server closed the channel: {system.message}.")


def _back_off(failures: int, down: float, flaps: int) -> float:
    """Full jitter, so that a server that comes back is not met by everybody at once."""
    soon = down < SOON and flaps <= FLAPS
    most = QUICK if soon else min(CAP, QUICK * 2 ** min(max(failures, flaps - FLAPS), 8))
    return random.uniform(0, most)  # noqa: S311 - no secret


def _spread(pause: float) -> float:
    """So that those who were sent away together do not come back together."""
    return pause * random.uniform(0.75, 1.25)  # noqa: S311 - no secret


def _unwelcome(status: int) -> Lost:
    match status:
        case 401 | 403:
            return Lost(WRONG_KEY, CONFIG_PAUSE)
        case 404:
            return Lost(WRONG_URL, CONFIG_PAUSE)
        case 429:
            return Lost("The project has too many connections for now.", CAP)
        case _:
            return Lost(OFFLINE)


def _is_about_token(message: str) -> bool:
    return "JWT" in message or "Token has expired" in message


def _why(state: RealtimeSubscribeStates, error: str) -> tuple[str, float | None]:
    if "Unauthorized" in error:
        return "The server does not let you into this channel. Ask an admin whether you still belong.", CONFIG_PAUSE
    if state is RealtimeSubscribeStates.TIMED_OUT:
        return "The server does not answer.", None
    return "The server closed the channel. chattui joins it again.", None


def _unpublished(message: str, rows: Iterable[Binding]) -> str:
    """One sentence that names the table, where the server names one."""
    table = next((b.table for b in rows if b.table in message), None)
    what = f"the table {table}" if table else "the tables of chattui"
    return f"Live changes of {what} are not available: apply the chattui migrations."
