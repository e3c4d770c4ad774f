"""One run: people at work in a storm, then calm, then judgement."""

import asyncio
import logging
import time
from collections import Counter
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager, contextmanager, suppress
from pathlib import Path

import psycopg
from msgspec import Struct

from tests.chaos.agent import Config, Said
from tests.chaos.crew import Worker
from tests.chaos.customers import Customer
from tests.chaos.judgement import Bench, Judged, judge, replays, troubles
from tests.chaos.place import PASSWORD, Cast, Place, Server
from tests.chaos.plan import AGENTS, CUSTOMERS, TWINNED, Blow
from tests.chaos.recovery import recoveries
from tests.chaos.report import Report, Tally, middle
from tests.chaos.storm import Storm
from tests.chaos.story import story
from tests.chaos.truth import count
from tests.faults.proxy import FaultProxy

LOOK = 1.0
"""Seconds between two counts of messages."""
ACTS = 4.4
"""Things that the seven people do for each message that is written: see `pace`."""
LEAVING = 8.0
"""Seconds that are kept for everybody to leave."""
WARM = 0.2
"""Part of the work after which memory should not grow but for what is held."""
GROWTH, EACH = 20_000_000, 3_000
"""Bytes by which a client may grow after that, and for each message of the run: it holds the threads it looked at."""


def reserve(seconds: float) -> float:
    """Seconds at the end of a run in which all comes to rest and is compared: twice a minute, where there are many."""
    return min(180.0, max(18.0, 0.2 * seconds))


class Wanted(Struct, frozen=True):
    """What a run is to be. It ends after `seconds`, whatever it has come to."""

    seed: int
    messages: int
    blows: list[Blow]
    work: float
    """Seconds over which the blows are spread."""
    seconds: float
    record: bool = True
    hurry: bool = False
    """Whether the clients are told to look again in the end, instead of waiting for them to."""

    @property
    def pace(self) -> float:
        """Mean seconds between two things that one of them does: outages cost some, so a third faster than needed."""
        return ACTS * 0.75 * self.work / max(1, self.messages)


class Run:
    """The agents and customers of a run, and the proxies between them and the server."""

    def __init__(self, wanted: Wanted, place: Place, server: Server | None, cast: Cast, directory: Path) -> None:
        self.wanted, self.place, self.cast, self.directory = wanted, place, cast, directory
        self._server = server
        self.began = time.monotonic()
        self.proxies: dict[str, FaultProxy] = {}
        self.workers: dict[str, Worker] = {}
        self.customers: dict[str, Customer] = {}
        self.left: dict[str, Said] = {}
        self.broken: list[str] = []
        """What a customer's gateway raised and must not; recordings that tell another story."""
        self.calm = self.began
        """When the last fault was over."""

    @property
    def remaining(self) -> float:
        """Seconds until it has to end."""
        return self.began + self.wanted.seconds - time.monotonic()

    @asynccontextmanager
    async def everybody(self) -> AsyncIterator[None]:
        """Start everybody; all have ended when the block has, whatever happens in it."""
        async with AsyncExitStack() as ends:
            for number, name in enumerate((*AGENTS, *CUSTOMERS)):
                proxy = FaultProxy(self.place.url, seed=self.wanted.seed + number)
                self.proxies[name] = await ends.enter_async_context(proxy)
            for name in AGENTS:
                self.workers[name] = self._worker(name)
                ends.push_async_callback(self.workers[name].end)
                await self.workers[name].start()
            for name in CUSTOMERS:
                url, org_id = self.proxies[name].url, self.cast.org_id
                self.customers[name] = Customer(name, url, self.place.key, org_id, self.wanted.seed)
                ends.push_async_callback(self.customers[name].leave)
                await self.customers[name].come()
            yield

    def _worker(self, name: str) -> Worker:
        directory = self.directory / name
        directory.mkdir(mode=0o700, parents=True)
        labels, emails = self.cast.labels, self.cast.emails
        url, key, seed = self.proxies[name].url, self.place.key, self.wanted.seed
        people = (url, key, emails[name], PASSWORD, str(directory), labels[name], labels["shared"])
        return Worker(Config(name, 0, seed, *people, drafts=name != TWINNED, record=self.wanted.record))

    async def work(self, storm: Storm) -> None:
        """Until the storm is over and enough was written, or the time is."""
        pace = self.wanted.pace
        await asyncio.gather(*(worker.work(pace) for worker in self.workers.values()))
        writing = [asyncio.create_task(customer.work(pace)) for customer in self.customers.values()]
        with suppress(TimeoutError):
            async with asyncio.timeout(self.remaining - reserve(self.wanted.seconds)):
                await storm.rage(self.wanted.blows, time.monotonic())
                await self._enough()
        storm.heal()
        if self._server is not None:
            await self._server.start()
        for task in writing:
            task.cancel()
        ends = await asyncio.gather(*writing, return_exceptions=True)
        self.broken += [f"a customer's work ended: {end!r}" for end in ends if isinstance(end, Exception)]
        await self._rest()

    async def _enough(self) -> None:
        while await self._count() < self.wanted.messages:  # noqa: ASYNC110 - a database has no event for it
            await asyncio.sleep(LOOK)

    async def _count(self) -> int:
        with suppress(psycopg.Error):
            return await asyncio.to_thread(count, self.place.db_url, self.cast.org_id)
        return 0

    async def _rest(self) -> None:
        for worker in self.workers.values():
            await worker.stay()
        for worker in self.workers.values():
            await worker.hears("recalled")
            await worker.asks("rest", "rested")

    async def leave(self) -> None:
        """Everybody goes home; agents say what they leave behind."""
        for worker in self.workers.values():
            self.left[worker.name] = await worker.leave()
        for customer in self.customers.values():
            await customer.leave()


async def run(wanted: Wanted, place: Place, server: Server | None, cast: Cast, directory: Path) -> Report:
    """One run, and what is to be said of it."""
    one = Run(wanted, place, server, cast, directory)
    storm = Storm(place, server, one.workers, one.customers, one.proxies)
    judged = Judged(["it did not come to rest in time"], Tally())
    with suppress(TimeoutError), _heard(one.broken):
        async with one.everybody(), asyncio.timeout(one.remaining):
            await one.work(storm)
            one.calm = time.monotonic()
            until = one.began + wanted.seconds - LEAVING
            judged = await judge(Bench(place, cast, one.workers, one.customers, directory, wanted.hurry, until))
            await one.leave()
            one.broken += await asyncio.to_thread(lambda: list(replays(one.workers)))
    return _report(one, storm, judged)


class _Errors(logging.Handler):
    """What this process, customers and proxies, has to say of itself."""

    def __init__(self, said: list[str]) -> None:
        super().__init__(logging.ERROR)
        self._said = said

    def emit(self, record: logging.LogRecord) -> None:
        self._said.append(f"an error here: {self.format(record)}")


@contextmanager
def _heard(said: list[str]) -> Iterator[None]:
    handler, root = _Errors(said), logging.getLogger()
    realtime = logging.getLogger("realtime")
    before = realtime.level
    realtime.setLevel(logging.CRITICAL)  # an attempt that fails is an error to it
    root.addHandler(handler)
    try:
        yield
    finally:
        root.removeHandler(handler)
        realtime.setLevel(before)


def _report(one: Run, storm: Storm, judged: Judged) -> Report:
    said = {name: worker.said for name, worker in one.workers.items()}
    found = [each for name in said for each in recoveries(name, said[name], storm.log)]
    memory = {name: [s.number for s in lines if s.what == "memory"] for name, lines in said.items()}
    grown = _growth(memory[AGENTS[-1]])
    p50, most, worst = middle(found)
    complaints = [*judged.complaints, *_wrong(one, storm), *_too_large(grown, judged.tally.messages)]
    return Report(
        seed=one.wanted.seed,
        seconds=time.monotonic() - one.began,
        faults=len(storm.log),
        faults_by_kind=dict(sorted(Counter(struck.blow.kind for struck in storm.log).items())),
        strikes=sum(entry.what == "struck" for proxy in one.proxies.values() for entry in proxy.log),
        lives={name: len(worker.lives) for name, worker in one.workers.items()},
        tally=judged.tally,
        recoveries=len(found),
        recover_p50=p50,
        recover_max=most,
        recover_worst=worst,
        settle=judged.settled - one.calm,
        memory_peak=max((size for sizes in memory.values() for size in sizes), default=0),
        memory_growth=grown,
        complaints=complaints,
        story=story(complaints, one.workers, storm.log, one.began) if complaints else [],
    )


def _growth(sizes: Sequence[int]) -> int:
    warm = sizes[int(WARM * len(sizes)) :]
    return max(warm) - warm[0] if warm else 0


def _too_large(grown: int, messages: int) -> Iterator[str]:
    if grown > GROWTH + EACH * messages:
        yield f"{AGENTS[-1]}: memory grew by {grown / 1e6:.1f} MB"


def _wrong(one: Run, storm: Storm) -> Iterator[str]:
    """Beside what clients hold: what is left behind, and what should not have happened at all."""
    yield from one.broken
    yield from (f"{name}: leaves behind {said.words}" for name, said in one.left.items() if said.words)
    tasks = [task for task in asyncio.all_tasks() if task is not asyncio.current_task()]
    yield from (f"left behind here: {task}" for task in tasks)
    yield from (f"{struck.blow} failed: {struck.error}" for struck in storm.log if struck.error)
    yield from troubles(one.workers)
