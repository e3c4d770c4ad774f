"""A proxy between a client and its server that does to their talk whatever a network, a gateway or a server may do.

    async with FaultProxy(stack.url, seed=7) as proxy:
        client = connect(proxy.url)
        proxy.inject(Drop(Frames(event="postgres_changes", table="messages"), times=3))
        proxy.inject(Answer(Requests("/rest/v1/rpc/sync"), status=503))
        hole = proxy.inject(BlackHole())
        ...
        proxy.heal(hole)                     # or proxy.heal() for all
        proxy.inject(Cut(), seconds=2.0)
        proxy.log, proxy.last_byte(Direction.DOWN)

HTTP/1.1 and WebSockets are understood, message by message and frame by frame; everything that no fault strikes passes
unchanged but for `Host` and framing headers, and WebSocket compression is not offered. Faults are listed in
`tests.faults.faults`.
"""

import asyncio
import socket
import ssl
from collections.abc import Callable
from random import Random
from types import TracebackType
from typing import Self, TypeVar
from urllib.parse import urlsplit

from msgspec import Struct

from tests.faults.connection import Connection, Streams, Strikes
from tests.faults.faults import (
    Close,
    Cut,
    Direction,
    Fault,
    FrameFault,
    HttpFault,
    Insert,
    Kind,
    Message,
    Refuse,
    Request,
    Reset,
    Strand,
)
from tests.faults.lanes import Lane, Weather

F = TypeVar("F", FrameFault, HttpFault)
T = TypeVar("T", Message, Request)


class Entry(Struct, frozen=True):
    """Something that happened, by the loop's clock (`time.monotonic`)."""

    at: float
    what: str
    """`injected`, `struck` (a message or a frame), `healed`, `connected`."""
    fault: Fault | None = None
    detail: str = ""


class Standing:
    """A fault that was injected. `left` is how often it may still strike, None: any number of times."""

    def __init__(self, fault: Fault) -> None:
        self.fault = fault
        self.left = getattr(fault, "times", None)
        self.struck = 0
        """How many requests or frames it has struck."""
        self.timer: asyncio.TimerHandle | None = None
        self._strike, self._healing = asyncio.Event(), asyncio.Event()

    def strike(self) -> None:
        """Count a request or a frame that it struck."""
        self.struck += 1
        self._strike.set()
        if self.left is not None:
            self.left -= 1

    def heal(self) -> None:
        """It is over."""
        self._healing.set()
        if self.timer:
            self.timer.cancel()

    async def strikes(self, seconds: float = 3) -> None:
        """Wait for its first strike."""
        await asyncio.wait_for(self._strike.wait(), seconds)

    async def heals(self, seconds: float = 3) -> None:
        """Wait until it is over."""
        await asyncio.wait_for(self._healing.wait(), seconds)


class FaultProxy:
    """`async with FaultProxy(url) as proxy:` – clients use `proxy.url`; it keeps its port while it refuses."""

    def __init__(self, target: str, *, seed: int = 0) -> None:
        self._target = urlsplit(target)
        self._random = Random(seed)  # noqa: S311 - it plays, it keeps no secret
        self._weather = Weather(self._random, self._passed)
        self._standing: list[Standing] = []
        self._door = _Door(self._enter)
        self._open: dict[Connection, None] = {}
        self._serving: set[asyncio.Task[None]] = set()
        self._last: dict[tuple[Kind, Direction], float] = {}
        self.log: list[Entry] = []
        """Every fault and every connection, in order."""

    @property
    def url(self) -> str:
        """Where clients connect to."""
        return f"http://127.0.0.1:{self._door.port}{self._target.path}"

    @property
    def connections(self) -> int:
        """How many have been accepted so far."""
        return sum(entry.what == "connected" for entry in self.log)

    def last_byte(self, direction: Direction, kind: Kind | None = None) -> float:
        """When the last byte got through in this direction, by the loop's clock; -inf where none has."""
        kinds = list(Kind) if kind is None else [kind]
        return max(self._last.get((each, direction), float("-inf")) for each in kinds)

    def inject(self, fault: Fault, seconds: float | None = None) -> Standing:
        """From now on, until `heal`, until it has struck as often as it says, or for so many seconds."""
        standing = Standing(fault)
        self._note("injected", fault)
        match fault:
            case Reset(kind=kind, all=every):
                self._reset(kind, every=every)
            case Strand(kind=kind):
                for one in self._of(kind):
                    one.strand()
            case Close(code=code, reason=reason):
                self._each_socket(lambda one: one.close(code, reason))
            case Insert(text=text):
                self._each_socket(lambda one: one.insert(text))
            case _:
                self._stand(standing, seconds)
        return standing

    def heal(self, standing: Standing | None = None) -> None:
        """End this fault, or all. One that is over already is ignored."""
        for one in [each for each in self._standing if standing in {None, each}]:
            self._standing.remove(one)
            one.heal()
            self._note("healed", one.fault)
        self._become()

    async def __aenter__(self) -> Self:
        self._door.reserve()
        self._door.open()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._door.close()
        self.heal()
        self._door.give_up()
        for task in self._serving:
            task.cancel()
        await asyncio.gather(*self._serving, return_exceptions=True)

    # Faults

    def _stand(self, standing: Standing, seconds: float | None) -> None:
        self._standing.append(standing)
        if seconds is not None:
            standing.timer = asyncio.get_running_loop().call_later(seconds, self.heal, standing)
        if isinstance(standing.fault, Cut):
            self._reset(None, every=True)
        self._become()

    def _become(self) -> None:
        faults = [standing.fault for standing in self._standing]
        self._weather.becomes(faults)
        if any(isinstance(fault, Cut | Refuse) for fault in faults):
            self._door.close()
        else:
            self._door.open()

    def _reset(self, kind: Kind | None, *, every: bool) -> None:
        some = self._of(kind)
        for one in some if every else self._random.sample(some, min(len(some), 1)):
            one.reset()

    def _of(self, kind: Kind | None) -> list[Connection]:
        return [one for one in self._open if kind in {None, one.kind}]

    def _each_socket(self, do: Callable[[Connection], None]) -> None:
        for one in self._of(Kind.SOCKET):
            do(one)

    def _struck(self, kind: type[F], thing: Message | Request) -> F | None:
        for standing in self._standing:
            fault = standing.fault
            if isinstance(fault, kind) and fault.match(thing):  # type: ignore[arg-type]
                self._use(standing, thing)
                return fault
        return None

    def _use(self, standing: Standing, thing: Message | Request) -> None:
        self._note("struck", standing.fault, str(thing)[:200])
        standing.strike()
        if standing.left == 0:
            self.heal(standing)

    # Connections

    def _enter(self, accepted: socket.socket) -> None:
        self._note("connected", None)
        task = asyncio.get_running_loop().create_task(self._serve(accepted))
        self._serving.add(task)
        task.add_done_callback(self._serving.discard)

    async def _serve(self, accepted: socket.socket) -> None:
        client = Streams(*await asyncio.open_connection(sock=accepted))
        try:
            server = await self._behind()
        except (OSError, asyncio.CancelledError):
            Lane(self._weather, Direction.DOWN, client.writer).reset()
            return
        strikes = Strikes(lambda asked: self._struck(HttpFault, asked), lambda said: self._struck(FrameFault, said))
        connection = Connection(self._target.netloc, strikes, self._weather, client, server)
        self._open[connection] = None
        try:
            await connection.serve()
        finally:
            del self._open[connection]

    async def _behind(self) -> Streams:
        secure = self._target.scheme == "https"
        port = self._target.port or (443 if secure else 80)
        context = ssl.create_default_context() if secure else None
        return Streams(*await asyncio.open_connection(self._target.hostname, port, ssl=context))

    def _passed(self, kind: Kind, direction: Direction) -> None:
        self._last[kind, direction] = asyncio.get_running_loop().time()

    def _note(self, what: str, fault: Fault | None, detail: str = "") -> None:
        self.log.append(Entry(asyncio.get_running_loop().time(), what, fault, detail))


class _Door:
    """A port of this machine that can be shut, so that connections are refused, and stays ours meanwhile."""

    def __init__(self, enter: Callable[[socket.socket], None]) -> None:
        self._enter = enter
        self._reserved: socket.socket | None = None
        self._listening: socket.socket | None = None
        self.port = 0

    def reserve(self) -> None:
        """Choose it. A socket that is bound and does not listen keeps others from getting it."""
        self._reserved = self._bound()
        self.port = self._reserved.getsockname()[1]

    def give_up(self) -> None:
        """Let it go for good."""
        self.close()
        if self._reserved:
            self._reserved.close()

    def open(self) -> None:
        """Accept whoever comes."""
        if self._listening is None:
            self._listening = self._bound()
            self._listening.settimeout(0)
            self._listening.listen(256)
            asyncio.get_running_loop().add_reader(self._listening, self._accept)

    def close(self) -> None:
        """Refuse."""
        if self._listening is not None:
            asyncio.get_running_loop().remove_reader(self._listening)
            self._listening.close()
            self._listening = None

    def _bound(self) -> socket.socket:
        bound = socket.socket(proto=socket.IPPROTO_TCP)
        bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        bound.bind(("127.0.0.1", self.port))
        return bound

    def _accept(self) -> None:
        if self._listening is not None:
            accepted, _ = self._listening.accept()
            accepted.settimeout(0)
            self._enter(accepted)
