"""One direction of one connection, with all that a bad line does to bytes."""

import asyncio
import socket
import struct
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from random import Random

from tests.faults.faults import BlackHole, Delay, Direction, Fault, Kind, Throttle

Notify = Callable[[Kind, Direction], None]


class Weather:
    """Those of the standing faults that act on bytes: delays, throttles and black holes."""

    def __init__(self, random: Random, passed: Notify) -> None:
        self._random = random
        self._faults: tuple[Fault, ...] = ()
        self._changed = asyncio.Event()
        self.passed = passed
        """Called when bytes have got through."""

    def becomes(self, faults: Iterable[Fault]) -> None:
        """These stand from here on."""
        self._faults = tuple(faults)
        self._changed.set()
        self._changed = asyncio.Event()

    def delay(self, direction: Direction) -> float:
        """Seconds that bytes sent now are under way."""
        delays = [fault for fault in self._faults if isinstance(fault, Delay) and direction in fault.directions]
        return sum(fault.seconds + self._random.uniform(0, fault.jitter) for fault in delays)

    def rate(self, direction: Direction) -> int | None:
        """Bytes a second; None: no limit."""
        throttles = [fault for fault in self._faults if isinstance(fault, Throttle) and direction in fault.directions]
        return min((fault.bytes_per_second for fault in throttles), default=None)

    async def clears(self, direction: Direction, kind: Callable[[], Kind]) -> None:
        """Wait until no black hole is in the way."""
        while any(_swallows(fault, direction, kind()) for fault in self._faults):
            await self._changed.wait()


class Lane:
    """Carries bytes to `writer`, in order. What it is given during a black hole waits, the end as well."""

    def __init__(self, weather: Weather, direction: Direction, writer: asyncio.StreamWriter) -> None:
        self._weather = weather
        self._direction = direction
        self._writer = writer
        self._queue: asyncio.Queue[tuple[float, bytes | None]] = asyncio.Queue()
        self._ended = False
        self.kind = Kind.HTTP
        self.stranded = False
        """What it is given from then on is never carried."""

    def carry(self, data: bytes) -> None:
        """Send this."""
        self._put(data)

    def finish(self) -> None:
        """End the connection in this direction, behind all that was sent."""
        self._put(None)

    def reset(self) -> None:
        """End it at once, as a dying process does; not where the end has been carried already."""
        if not self._ended:
            with suppress(OSError):
                linger = struct.pack("ii", 1, 0)
                self._writer.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)
            self._writer.transport.abort()

    async def run(self) -> None:
        """Until the end was carried, or the connection is gone."""
        loop = asyncio.get_running_loop()
        while True:
            due, data = await self._queue.get()
            await asyncio.sleep(due - loop.time())
            for piece in self._pieces(data or b""):
                await self._pass(piece)
            if data is None:
                await self._clears()
                self._ended = True
                self._writer.close()
                return

    def _put(self, data: bytes | None) -> None:
        due = asyncio.get_running_loop().time() + self._weather.delay(self._direction)
        self._queue.put_nowait((due, data))

    def _pieces(self, data: bytes) -> Iterator[bytes]:
        size = max(1, (self._weather.rate(self._direction) or 20 * len(data)) // 20)
        return (data[start : start + size] for start in range(0, len(data), size))

    async def _clears(self) -> None:
        await self._weather.clears(self._direction, lambda: self.kind)
        if self.stranded:
            await asyncio.Future()

    async def _pass(self, piece: bytes) -> None:
        if rate := self._weather.rate(self._direction):
            await asyncio.sleep(len(piece) / rate)
        await self._clears()
        self._writer.write(piece)
        await self._writer.drain()
        self._weather.passed(self.kind, self._direction)


def _swallows(fault: Fault, direction: Direction, kind: Kind) -> bool:
    return isinstance(fault, BlackHole) and direction in fault.directions and fault.kind in {None, kind}
