"""One websocket of realtime-py, for one channel and one life: when anything breaks it is thrown away.

realtime-py sends and joins. Its reader is replaced, because one exception in a callback ends it in silence and each
row event costs it 120 µs; its reconnecting is left out, because it gives up after five attempts.
"""

import asyncio
import logging
from collections.abc import Callable
from contextlib import suppress
from typing import Any

import msgspec
from msgspec import Struct
from pydantic import ValidationError
from realtime import AsyncRealtimeChannel, AsyncRealtimeClient
from realtime.message import ServerMessageAdapter
from realtime.types import RealtimeChannelOptions, RealtimePostgresChangesListenEvent, RealtimeSubscribeStates
from websockets import connect
from websockets.exceptions import ConnectionClosed

from chattui.gateway.supabase.frames import Frame, decode_frame

_log = logging.getLogger(__name__)

OPEN_TIMEOUT = 5.0
PING, PONG = 4.0, 5.0
"""Seconds between pings, and to wait for a pong: a half-open socket is noticed within 9 s, and closed in one more."""
PROBE = 2.0
"""Seconds to wait for a pong when somebody doubts."""
MAX_FRAME = 8 * 2**20
_ANSWERS = frozenset({"phx_reply", "phx_close", "phx_error"})


class Binding(Struct, frozen=True):
    """The rows of one table that a channel carries."""

    table: str
    filter: str
    event: RealtimePostgresChangesListenEvent = RealtimePostgresChangesListenEvent.All


class Channel(Struct, frozen=True):
    """A private channel: its topic, the rows it carries, and the key under which one is present on it, if at all."""

    topic: str
    rows: tuple[Binding, ...]
    presence: str | None = None


Told = Callable[[RealtimeSubscribeStates, Exception | None], None]


class Lost(Struct, frozen=True):
    """It is over: why, for a person, and how many seconds to wait at least where the wait is not to be short."""

    reason: str
    pause: float | None = None


class Socket(AsyncRealtimeClient):
    """A websocket that hands every frame but answers to `hear`, and says once, by `lost`, that it is over."""

    def __init__(self, url: str, key: str, token: str, *, proxy: bool, hear: Callable[[Frame], None]) -> None:
        super().__init__(url, token=key, auto_reconnect=False)
        self.access_token = token
        self.lost: asyncio.Future[Lost] = asyncio.get_running_loop().create_future()
        self._channel: AsyncRealtimeChannel | None = None
        self._proxy = proxy
        self._hear = hear

    async def connect(self) -> None:
        """Open it. Raises `OSError`, `TimeoutError` or a `WebSocketException`."""
        if self.is_connected:
            return
        self._ws_connection = await connect(
            self.endpoint_url(),
            open_timeout=OPEN_TIMEOUT,
            ping_interval=PING,
            ping_timeout=PONG,
            close_timeout=1,
            max_size=MAX_FRAME,
            proxy=True if self._proxy else None,
        )
        await self._on_connect()

    async def join(self, subject: Channel, told: Told) -> None:
        """Ask for the one channel; `told` hears how it stands, now and later."""
        channel = self._channel = self.channel(subject.topic, _options(subject))
        for row in subject.rows:
            channel.on_postgres_changes(row.event, _unheard, table=row.table, schema="public", filter=row.filter)
        await channel.subscribe(told)

    async def push(self, event: str, payload: dict[str, Any]) -> None:
        """Say something on the channel, if it is joined; it may be lost."""
        if self._channel is not None and self._channel.is_joined:
            with suppress(Exception):
                await self._channel.push(event, payload)

    async def probe(self) -> None:
        """Ask whether anybody is there; where no answer comes, it is over."""
        if (websocket := self._ws_connection) is None:
            return
        try:
            async with asyncio.timeout(PROBE):
                await (await websocket.ping())
        except (TimeoutError, ConnectionClosed):
            self.over("The server does not answer.")
            websocket.transport.abort()  # nobody is there to say good-bye to

    async def leave(self) -> None:
        """Tell the server that nobody listens any more."""
        if self._channel is not None and self._channel.is_joined:
            await self._channel.unsubscribe()

    async def dispose(self) -> None:
        """Close it and end every timer of it, within a second."""
        self._hear = _deaf
        channels = list(self.channels.values())
        with suppress(Exception):
            await asyncio.wait_for(self.close(), 1)
        for channel in channels:
            _silence(channel)
        self.channels.clear()
        self.over("The connection was closed.")

    def over(self, reason: str, pause: float | None = None) -> None:
        """It is of no use any more."""
        if not self.lost.done():
            self.lost.set_result(Lost(reason, pause))

    async def _listen(self) -> None:
        if (websocket := self._ws_connection) is None:
            return
        try:
            async for text in websocket:
                self._take(text)
        except ConnectionClosed:
            pass
        except Exception:  # noqa: BLE001 - the reader must end in `over`, whatever it met
            _log.exception("the reader of the socket failed")
        finally:
            self.over("The connection to the server was lost.")

    def _take(self, text: str | bytes) -> None:
        try:
            frame = decode_frame(text)
            if frame.event in _ANSWERS:
                self._answer(frame.topic, text)
            else:
                self._hear(frame)
        except (msgspec.MsgspecError, UnicodeDecodeError):
            _log.warning("a frame of %d bytes made no sense", len(text))
        except Exception:  # noqa: BLE001 - one frame must not end the reader
            _log.exception("a frame could not be handled")

    def _answer(self, topic: str, text: str | bytes) -> None:
        channel = self.channels.get(topic)
        if channel is None:
            return
        try:
            channel._handle_message(ServerMessageAdapter.validate_json(text))  # noqa: SLF001 - its reader is ours
        except ValidationError:
            _log.warning("an answer of the socket made no sense")


def _options(subject: Channel) -> RealtimeChannelOptions:
    return {
        "config": {
            "broadcast": {"ack": False, "self": False},
            "presence": {"key": subject.presence or "", "enabled": subject.presence is not None},
            "private": True,
        }
    }


def _unheard(_payload: Any) -> None:
    """realtime-py wants a callback; its frames are read before it."""


def _deaf(_frame: Frame) -> None:
    """A thrown-away socket is not heard."""


def _silence(channel: AsyncRealtimeChannel) -> None:
    channel.subscribe_callback = None
    channel.rejoin_timer.reset()
    channel.join_push.destroy()
    for push in channel.messages_waiting_for_ack.values():
        push.destroy()
