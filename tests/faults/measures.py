"""How long things take under faults, and whether the header tells the truth meanwhile."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from random import Random
from statistics import median

from msgspec import Struct

from chattui.gateway.supabase.socket import PING
from chattui.model.events import LinkState
from tests.faults.faults import BlackHole, Cut, Direction, Fault, Kind, Strand
from tests.faults.proxy import FaultProxy
from tests.faults.scene import Scene

EVERY = 0.1
"""Seconds between two looks at a header."""
HONEST = 15.0
"""Seconds without a byte after which no header may say `live`."""

GONE = Cut()

Trial = Callable[[Scene, Random], Awaitable[float]]


class Measure(Struct, frozen=True):
    """Seconds that something took, and how many it may take."""

    what: str
    promise: float
    samples: Sequence[float]

    @property
    def kept(self) -> bool:
        """Whether the promise was."""
        return bool(self.samples) and max(self.samples) <= self.promise

    def line(self) -> str:
        """A row of a table."""
        p50, most = f"{median(self.samples):.2f}", f"{max(self.samples):.2f}"
        return f"| {self.what} | {self.promise:g} | {p50} | {most} | {len(self.samples)} |"


async def measure(what: str, promise: float, trials: Sequence[Trial], scenes: Sequence[Scene], seed: int) -> Measure:
    """Each trial on each scene, one trial after another, all scenes at the same time."""
    randoms = [Random(f"{seed} {what} {number}") for number in range(len(scenes))]  # noqa: S311 - no secret
    samples: list[float] = []
    for trial in trials:
        samples += await asyncio.gather(*(trial(*one) for one in zip(scenes, randoms, strict=True)))
    return Measure(what, promise, samples)


# Trials


def notice(fault: Fault) -> Trial:
    """From the moment at which nothing passes any more until the header says so."""

    async def trial(scene: Scene, random: Random) -> float:
        await scene.until(LinkState.LIVE, 30)
        await asyncio.sleep(random.uniform(0, PING))
        began = _now()
        scene.proxy.inject(fault)
        noticed = await scene.until(LinkState.OFFLINE, 30)
        scene.proxy.heal()
        return noticed - began

    return trial


def back(seconds: float, calm: float = 1.0, fault: Fault = GONE) -> Trial:
    """From the server's return after so long an outage until the store has caught up and the header says `live`.

    Before it all was well for at most `calm` seconds.
    """

    async def trial(scene: Scene, random: Random) -> float:
        await _out(scene, random, calm, fault, seconds)
        return await _live_after(scene, _now())

    return trial


def back_by_key(seconds: float, calm: float = 1.0) -> Trial:
    """As `back`; a key is pressed at the server's return."""

    async def trial(scene: Scene, random: Random) -> float:
        await _out(scene, random, calm, GONE, seconds)
        began = _now()
        scene.ana.resync()
        return await _live_after(scene, began)

    return trial


HALF_OPEN: Sequence[Fault] = (
    BlackHole(),
    BlackHole(frozenset({Direction.UP})),
    BlackHole(frozenset({Direction.DOWN})),
    BlackHole(kind=Kind.SOCKET),
    Strand(),
)


class Witness:
    """Looks at headers every 100 ms, and at the proxy between: how old was the last byte when they said `live`?"""

    def __init__(self) -> None:
        self._headers: list[tuple[Callable[[], bool], FaultProxy]] = []
        self.ages: list[float] = []
        """One for each look at a header that said `live`: seconds since a byte got through in the quieter direction."""

    def watch(self, says_live: Callable[[], bool], proxy: FaultProxy) -> None:
        """One header more."""
        self._headers.append((says_live, proxy))

    async def look(self) -> None:
        """Until cancelled."""
        while True:
            now = _now()
            self.ages += [now - _last_byte(proxy) for says_live, proxy in self._headers if says_live()]
            await asyncio.sleep(EVERY)


def _last_byte(proxy: FaultProxy) -> float:
    return min(proxy.last_byte(direction) for direction in Direction)


async def _out(scene: Scene, random: Random, calm: float, fault: Fault, seconds: float) -> None:
    """The outage begins where it is noticed."""
    await scene.until(LinkState.LIVE, 30)
    await asyncio.sleep(random.uniform(0, calm))
    standing = scene.proxy.inject(fault)
    await scene.until(LinkState.OFFLINE, HONEST)
    await asyncio.sleep(seconds)
    scene.proxy.heal(standing)


async def _live_after(scene: Scene, began: float) -> float:
    return await scene.until(LinkState.LIVE, 30) - began


def _now() -> float:
    return asyncio.get_running_loop().time()
