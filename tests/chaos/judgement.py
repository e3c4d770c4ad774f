"""Waits until every client holds what the database holds, then compares all that was promised with what is so."""

import asyncio
import math
import time
from collections.abc import Iterator, Mapping
from contextlib import suppress
from pathlib import Path

import msgspec
import psycopg
from msgspec import Struct

from chattui.recording import replayed, tape
from tests.chaos import held, journal, oracle, promises, truth
from tests.chaos.crew import Worker
from tests.chaos.customers import Customer
from tests.chaos.held import Held
from tests.chaos.place import Cast, Place
from tests.chaos.promises import Account
from tests.chaos.report import Tally, tally
from tests.chaos.truth import Truth

SOON = 85.0
"""Seconds within which a client finds by itself what a server kept from it: it looks every 60 s when all is quiet."""
AT_ONCE = 25.0
"""The same when it is told to look: reconnecting and sending what waits, in steps of 8 s at most."""
FIRST, LATER = 0.3, 3.0
"""Seconds between two comparisons."""


class Judged(Struct, frozen=True):
    """What was found in the end."""

    complaints: list[str]
    tally: Tally
    settled: float = math.inf
    """When all was equal, by the monotonic clock, before threads were read to their beginnings."""


class Bench(Struct, frozen=True):
    """What is judged."""

    place: Place
    cast: Cast
    workers: Mapping[str, Worker]
    customers: Mapping[str, Customer]
    directory: Path
    hurry: bool
    until: float
    """When it has to be over, by the monotonic clock."""


async def judge(bench: Bench) -> Judged:
    """Wait until every client equals the database, have every thread loaded whole, wait and compare once more.

    Then look whether each promise was kept.
    """
    if bench.hurry:
        for worker in bench.workers.values():
            worker.order("hurry")
    found = await _settled(bench)
    settled = time.monotonic()
    if not found:
        await asyncio.gather(*(worker.asks("look", "looked") for worker in bench.workers.values()))
        found = [f"with all threads loaded: {complaint}" for complaint in await _settled(bench)]
    true, holding = await _now(bench)
    accounts = {name: _accounts(bench.directory / name) for name in bench.workers}
    found += [f"{name}: {c}" for name in holding for c in promises.complaints(accounts[name], holding[name], true)]
    every = [account for each in accounts.values() for account in each]
    parked = [one.body for each in holding.values() for one in each.outbox if one.delivery == "refused"]
    return Judged(found, tally(true, every, parked, bench.customers.values()), settled)


def _accounts(directory: Path) -> list[Account]:
    return [Account(journal.read(directory / name)) for name in ("journal.jsonl", "twin.jsonl")]


async def _settled(bench: Bench) -> list[str]:
    """Wait for equality; what is still unequal when the time is over."""
    deadline = min(bench.until, time.monotonic() + (AT_ONCE if bench.hurry else SOON))
    pause = FIRST
    while True:
        found = await _compare(bench)
        if not found or time.monotonic() > deadline:
            return found
        await asyncio.sleep(pause)
        pause = min(LATER, 1.5 * pause)


async def _compare(bench: Bench) -> list[str]:
    try:
        true, holding = await _now(bench)
    except (psycopg.Error, ChildProcessError, TimeoutError) as error:
        return [f"no comparison: {error!r}"]
    found = [f"{name}: {complaint}" for name in holding for complaint in oracle.complaints(holding[name], true)]
    return [*found, *_customers(bench.customers, true)]


async def _now(bench: Bench) -> tuple[Truth, dict[str, Held]]:
    holding = {name: await _held(worker) for name, worker in bench.workers.items()}
    return await asyncio.to_thread(truth.read, bench.place.db_url, bench.cast.org_id), holding


async def _held(worker: Worker) -> Held:
    file = worker.directory / "held.json"
    await worker.asks("held", "held", file=str(file))
    return msgspec.json.decode(await asyncio.to_thread(file.read_bytes), type=Held)


def _customers(customers: Mapping[str, Customer], true: Truth) -> Iterator[str]:
    for name, customer in customers.items():
        for complaint in of_customer(customer, true):
            yield f"{name}: {complaint}"


def of_customer(customer: Customer, true: Truth) -> Iterator[str]:
    """They were told every message once; each letter that was answered is one row, in the order of writing."""
    for visit in customer.visits:
        thread = true.threads.get(visit.conversation_id, [])
        yield from oracle.of_customer(visit.told, visit.began_after, thread)
        if not visit.over and visit.began_after + len(visit.told) != len(thread):
            yield f"was told {len(visit.told)} after {visit.began_after}, and there are {len(thread)}"
    rows = {row["id"]: row for thread in true.threads.values() for row in thread}
    for message_id, letter in customer.letters.items():
        row = rows.get(message_id)
        if letter.conversation_id and (row is None or row["conversation_id"] != letter.conversation_id):
            yield f"{letter.words!r} was answered and is not there"
        if row is not None and row["body"] != letter.words:
            yield f"{letter.words!r} is stored as {row['body']!r}"
        if letter.declined:
            yield f"{letter.words!r} was declined: {letter.declined}"
    yield from _in_order(customer, true)


def _in_order(customer: Customer, true: Truth) -> Iterator[str]:
    written = {message_id: n for n, message_id in enumerate(customer.letters)}
    for one, thread in true.threads.items():
        order = [written[row["id"]] for row in thread if row["id"] in written]
        if order != sorted(order):
            yield f"the letters in {one} are not in the order in which they were written"


def replays(workers: Mapping[str, Worker]) -> Iterator[str]:
    """Whether what was recorded of each agent's last life makes the store that it had."""
    for name, worker in workers.items():
        if worker.config.record:
            last = msgspec.json.decode((worker.directory / "held.json").read_bytes(), type=Held)
            yield from (f"{name}: replayed, {difference}" for difference in _replay(worker.recording, last))


def _replay(file: Path, last: Held) -> Iterator[str]:
    state = replayed(tape.read(file)).state
    found = held.rows(state)
    yield from (
        f"{key} is not as it was" for key in found.keys() | last.rows.keys() if found.get(key) != last.rows.get(key)
    )
    windows = {one: (window.lo, window.hi) for one, window in state.windows.items()}
    if windows != (were := {one: (thread.lo, thread.hi) for one, thread in last.threads.items()}):
        yield f"the threads are {windows}, not {were}"


def troubles(workers: Mapping[str, Worker]) -> Iterator[str]:
    """What agents' processes say of themselves: none may end by itself, complain, or log an error."""
    for name, worker in workers.items():
        yield from (
            f"{name}: it says {said.what}: {said.words}" for said in worker.said if said.what in {"remark", "broken"}
        )
        yield from (
            f"{name}: life {number} ended by itself with {life.process.returncode}"
            for number, life in enumerate(worker.lives)
            if not life.killed and life.process.returncode
        )
        with suppress(FileNotFoundError):
            yield from (f"{name}: stderr: {line}" for line in _lines(worker.directory / "stderr")[:5])
        for file in sorted(worker.directory.glob("chattui/log/*.log*")):
            yield from (f"{name}: logs {line}" for line in _lines(file) if " ERROR " in line or " CRITICAL " in line)


def _lines(file: Path) -> list[str]:
    return file.read_text(errors="replace").splitlines()
