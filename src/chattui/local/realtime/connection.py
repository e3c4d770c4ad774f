"""One websocket: an actor that handles what comes in and sends what it is told to, one after the other.

Frames of the client and messages for it share one mailbox. That a refused join holds everything up for a while, and
that a reply stands before or behind a broadcast, follows from it.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from typing import TypeAlias

from chattui.local.realtime.bindings import echo
from chattui.local.realtime.channel import Channel, ChannelCrashError
from chattui.local.realtime.frames import Codec, Frame, Incoming, Outgoing, Push, Ref, UserPush
from chattui.local.realtime.hub import Room
from chattui.local.realtime.joining import JoinRefusedError, read_join
from chattui.local.realtime.server import Server
from chattui.local.realtime.tokens import UNAUTHORIZED, Claims, TokenRefusedError

Data: TypeAlias = str | bytes
Receive: TypeAlias = Callable[[], Awaitable[Data | None]]
"""Answers a frame of the client, None once it is gone."""
Send: TypeAlias = Callable[[Data], Awaitable[None]]

PREFIX = "realtime:"
_MAX_UNHANDLED = 64
"""Frames of a client that wait in the mailbox; beyond that its socket is not read."""
_MAX_UNSENT = 20_000
"""Messages that wait for a client which does not read; beyond that the socket is closed."""
NORMAL, TRY_AGAIN_LATER = 1000, 1013
_logger = logging.getLogger(__name__)


class Connection:
    """The server's side of one socket. `key` is what its handshake proved."""

    def __init__(self, server: Server, codec: Codec, key: Claims, send: Send) -> None:
        self._server, self._codec, self._key, self._send = server, codec, key, send
        self._mailbox: asyncio.Queue[Incoming | Outgoing | int] = asyncio.Queue()
        self._room = asyncio.Semaphore(_MAX_UNHANDLED)
        self._channels: dict[str, Channel] = {}
        self._overflown = False

    async def run(self, receive: Receive) -> int:
        """Serve until the client is gone, idle or too slow; answer the close code."""
        reader = asyncio.create_task(self._read(receive))
        reader.add_done_callback(lambda _: self.end(NORMAL))
        try:
            return await self._serve()
        except TimeoutError:
            return TRY_AGAIN_LATER
        finally:
            reader.cancel()
            for channel in list(self._channels.values()):
                channel.abandon()

    async def _serve(self) -> int:
        while not isinstance(item := await self._mailbox.get(), int):
            await self._take(item)
            if self._overflown:
                return TRY_AGAIN_LATER
        return item

    def post(self, message: Outgoing) -> None:
        """Send a message after everything that waits already; too much waiting ends the socket."""
        if self._mailbox.qsize() < _MAX_UNSENT:
            self._mailbox.put_nowait(message)
        else:
            self._overflown = True

    def forget(self, channel: Channel) -> None:
        """The channel is over: its topic may be joined anew."""
        if self._channels.get(channel.topic) is channel:
            del self._channels[channel.topic]

    def end(self, code: int) -> None:
        """Close the socket once what waits is done."""
        self._mailbox.put_nowait(code)

    async def _read(self, receive: Receive) -> None:
        """Put what the client sends into the mailbox; nothing for long enough means that it is gone."""
        while True:
            try:
                async with asyncio.timeout(self._server.config.idle_timeout):
                    data = await receive()
            except TimeoutError:
                data = None
            if data is None:
                return
            if frame := self._codec.decode(data):
                await self._room.acquire()
                self._mailbox.put_nowait(frame)

    async def _take(self, item: Incoming | Outgoing) -> None:
        if not isinstance(item, Frame | UserPush):
            await self._transmit(item)
            return
        self._room.release()
        await self._handle(item)

    async def _transmit(self, message: Outgoing) -> None:
        """Send, and give a client that does not read as long as one that does not write."""
        if (data := self._codec.encode(message)) is not None:
            async with asyncio.timeout(self._server.config.idle_timeout):
                await self._send(data)

    async def _handle(self, frame: Incoming) -> None:
        match frame:
            case Frame(topic="phoenix", event="heartbeat"):
                await self._answer(frame, "ok", {})
            case Frame(event="phx_join") if frame.topic.startswith(PREFIX):
                await self._join(frame)
            case _ if channel := self._channels.get(frame.topic):
                await self._push(channel, frame)
            case Frame(event="phx_leave"):
                await self._answer(frame, "ok", {})
            case _:
                await self._answer(frame, "error", {"reason": "unmatched topic"})

    async def _push(self, channel: Channel, frame: Incoming) -> None:
        try:
            self._check_payload(frame)
            await channel.handle(frame)
        except ChannelCrashError:
            channel.close("phx_error", {"reason": "channel_crash"})
        except Exception:
            _logger.exception("A push of event %r ended its channel", frame.event)
            channel.close("phx_error", {"reason": "channel_crash"})

    def _check_payload(self, frame: Incoming) -> None:
        text = isinstance(frame, Frame) and frame.event == "broadcast" and self._codec.objects_only
        if text and not bytes(frame.payload).lstrip().startswith(b"{"):
            raise ChannelCrashError

    async def _join(self, frame: Frame) -> None:
        """Join, in place of the channel that the topic had on this socket."""
        if before := self._channels.get(frame.topic):
            before.close()
        name = frame.topic.removeprefix(PREFIX)
        try:
            request = read_join(name, frame.payload)
            self._check_number()
            channel = Channel(self._server, self, Room(name, request.private), frame.join_ref, request)
            self._channels[frame.topic] = channel
            await channel.open(self._claims(name, request.token))
        except JoinRefusedError as refusal:
            await self._refuse(frame, str(refusal))
        except Exception as error:
            _logger.exception("A join of %r failed", frame.topic)
            await self._refuse(frame, f"UnknownErrorOnChannel: {error}")
        else:
            await self._answer(frame, "ok", {"postgres_changes": [echo(each) for each in request.bindings]})

    def _check_number(self) -> None:
        if len(self._channels) >= self._server.config.max_channels:
            raise JoinRefusedError("ChannelRateLimitReached: Too many channels")

    def _claims(self, name: str, token: object) -> Claims:
        """Believe the join's token, or the key of the handshake where there is none of its own."""
        own = token is not None and not str(token).startswith("sb_")
        try:
            return self._server.verify(token if own else self._key.token)
        except TokenRefusedError as error:
            topic = f": {name}" if error.code == UNAUTHORIZED else ""
            raise JoinRefusedError(f"{error.code}: {error}{topic}") from error

    async def _refuse(self, frame: Frame, reason: str) -> None:
        """Hold the socket, as the hosted server does, then say why."""
        self._channels.pop(frame.topic, None)
        await asyncio.sleep(self._server.config.join_error_delay)
        await self._answer(frame, "error", {"reason": reason})

    async def _answer(self, frame: Incoming, status: str, response: object) -> None:
        joined: Ref = frame.join_ref if frame.event == "phx_join" else None
        body = {"status": status, "response": response}
        await self._transmit(Push(frame.topic, "phx_reply", body, frame.ref, joined))
