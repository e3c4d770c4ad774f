"""One client's connection and the one to the server that belongs to it."""

import asyncio
from collections.abc import Callable
from contextlib import suppress

import h11
from msgspec import Struct

from tests.faults.exchange import Peer, Whole, addressed, asks_for_socket, measured, response, summary
from tests.faults.faults import (
    Answer,
    Direction,
    FrameFault,
    HttpFault,
    Kind,
    LoseAnswer,
    LoseRequest,
    Message,
    Request,
    SlowBody,
    Stall,
    Truncate,
)
from tests.faults.framing import Sieve, closing_frame, text_frame
from tests.faults.lanes import Lane, Weather

ABNORMAL = 1006
PIECES = 10


class Strikes(Struct, frozen=True):
    """Which fault strikes a request or a frame that passes, if any. To ask counts and logs the strike."""

    request: Callable[[Request], HttpFault | None]
    message: Callable[[Message], FrameFault | None]


class Lost(Exception):
    """The connection is to be reset."""


class Connection:
    """Both sides, from the first byte to the last."""

    def __init__(self, host: str, strikes: Strikes, weather: Weather, client: "Streams", server: "Streams") -> None:
        self._host = host
        self._strikes = strikes
        self._up = Lane(weather, Direction.UP, server.writer)
        self._down = Lane(weather, Direction.DOWN, client.writer)
        self._client = Peer(h11.SERVER, client.reader, self._down)
        self._server = Peer(h11.CLIENT, server.reader, self._up)
        self._task: asyncio.Task[None] | None = None
        self._words: Sieve | None = None

    @property
    def kind(self) -> Kind:
        """A socket from the request for it on."""
        return self._down.kind

    async def serve(self) -> None:
        """Until both sides have ended. Raises nothing of the network's."""
        self._task = asyncio.current_task()
        try:
            async with asyncio.TaskGroup() as group:
                group.create_task(self._up.run())
                group.create_task(self._down.run())
                group.create_task(self._converse())
        except* (OSError, EOFError, Lost, h11.ProtocolError):
            pass
        finally:
            self._up.reset()
            self._down.reset()

    def reset(self) -> None:
        """Both ends learn at once that the connection is no more."""
        self._up.reset()
        self._down.reset()
        if self._task:
            self._task.cancel()

    def strand(self) -> None:
        """Nothing passes any more, and nobody is told."""
        self._up.stranded = self._down.stranded = True

    def insert(self, text: str) -> None:
        """Send this to the client of a socket, as if the server had."""
        if self._words:
            self._words.say(text_frame(text))

    def close(self, code: int, reason: str) -> None:
        """Close a socket towards the client, as the server would."""
        if self._words:
            if code != ABNORMAL:
                self._words.say(closing_frame(code, reason))
            self._down.finish()
            self._up.finish()

    # HTTP

    async def _converse(self) -> None:
        answering = asyncio.ensure_future(self._server.hear())
        try:
            while (asked := await self._asked(answering)) is not None:
                if not await self._exchange(asked, answering):
                    break
                if answering.done():
                    answering = asyncio.ensure_future(self._server.hear())
        finally:
            answering.cancel()
        self._up.finish()
        self._down.finish()

    async def _asked(self, answering: "asyncio.Future[Whole | None]") -> Whole | None:
        """The next request; None where either side has hung up."""
        asking = asyncio.ensure_future(self._client.hear())
        try:
            await asyncio.wait((asking, answering), return_when=asyncio.FIRST_COMPLETED)
            if answering.done():
                answering.exception()
                return None
            return asking.result()
        finally:
            asking.cancel()

    async def _exchange(self, asked: Whole, answering: "asyncio.Future[Whole | None]") -> bool:
        """One request and its answer; False: the connection ends behind it."""
        assert isinstance(asked.head, h11.Request)
        if asks_for_socket(asked.head):
            self._up.kind = self._down.kind = Kind.SOCKET
        fault = self._strikes.request(summary(asked.head))
        if isinstance(fault, Answer):
            self._client.say(response(fault.status, fault.headers, fault.body))
            return self._client.next()
        answer = await self._answered(asked, answering, fault)
        await self._tell(measured(answer), fault)
        if self._server.switched:
            await self._relay()
            return False
        return self._client.next() and self._server.next()

    async def _answered(
        self, asked: Whole, answering: "asyncio.Future[Whole | None]", fault: HttpFault | None
    ) -> Whole:
        if isinstance(fault, Stall):
            await self._client.reader.read()
        if isinstance(fault, Stall | LoseRequest):
            raise Lost
        self._server.say(addressed(asked, self._host))
        answer = await answering
        if answer is None or isinstance(fault, LoseAnswer):
            raise Lost
        return answer

    async def _tell(self, answer: Whole, fault: HttpFault | None) -> None:
        match fault:
            case SlowBody(seconds=seconds):
                await self._dribble(answer, seconds)
            case Truncate(keep=keep, broken=False):
                kept = answer.body[: int(len(answer.body) * keep)]
                self._client.say(measured(Whole(answer.head, kept)))
            case Truncate(keep=keep):
                self._client.begin(answer.head)
                self._client.go_on(answer.body[: int(len(answer.body) * keep)])
                self._down.finish()
            case _:
                self._client.say(answer)

    async def _dribble(self, answer: Whole, seconds: float) -> None:
        self._client.begin(answer.head)
        size = max(1, len(answer.body) // PIECES)
        for start in range(0, len(answer.body), size):
            await asyncio.sleep(seconds / PIECES)
            self._client.go_on(answer.body[start : start + size])
        self._client.end()

    # WebSocket

    async def _relay(self) -> None:
        self._words = Sieve(Direction.DOWN, self._strikes.message, self._down.carry)
        asks = Sieve(Direction.UP, self._strikes.message, self._up.carry)
        async with asyncio.TaskGroup() as group:
            group.create_task(_pump(self._client, asks, self._up))
            group.create_task(_pump(self._server, self._words, self._down))


class Streams(Struct, frozen=True):
    """What asyncio has of one socket."""

    reader: asyncio.StreamReader
    writer: asyncio.StreamWriter


async def _pump(source: Peer, sieve: Sieve, lane: Lane) -> None:
    data = source.unread
    with suppress(ConnectionResetError):
        while True:
            sieve.take(data)
            if not (data := await source.reader.read(65536)):
                break
    lane.finish()
