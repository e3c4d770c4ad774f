"""A desk of very many conversations: its first load, and a filter over all of them."""

import asyncio
import gc
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager, suppress
from typing import Any

from chattui.desk import Desk as AgentDesk
from chattui.gateway import supabase
from chattui.gateway.sessions import MemorySession
from chattui.model.events import LinkState
from chattui.store.changes import Changes
from chattui.store.store import Store
from chattui.ui.app import MANY, ChattuiApp
from chattui.ui.settings import Settings
from tests.bench.measuring import Row, Size
from tests.bench.project import Desk, running
from tests.gateway.conftest import kept_session, until

HELD = 33.0
"""Milliseconds: two frames of sixty a second."""
LETTERS = "customer"


class Turns:
    """How long each turn of the event loop took, in milliseconds."""

    def __init__(self) -> None:
        self.times: list[float] = [0.0]

    @property
    def longest(self) -> float:
        """The longest since `times` was emptied."""
        return max(self.times)


@contextmanager
def measured() -> Iterator[Turns]:
    """Every callback of every loop meanwhile."""
    turns, run = Turns(), asyncio.Handle._run  # there is no other place where all turns pass

    def timed(handle: Any) -> None:
        began = time.perf_counter()
        run(handle)
        turns.times.append((time.perf_counter() - began) * 1000)

    asyncio.Handle._run = timed  # type: ignore[method-assign, assignment]
    try:
        yield turns
    finally:
        asyncio.Handle._run = run  # type: ignore[method-assign]


def first_load(size: Size) -> list[Row]:
    """Of a desk on the real stack, on the screen; then letters in the filter."""
    many = size.of(100_000, 1_000)
    with running(size) as stack:
        desk = Desk(stack)
        desk.fill(many, 1)
        desk.analyse()
        session = kept_session(desk.agent)
        asyncio.run(_opened(desk, kept_session(desk.agent)))  # what is imported once
        return asyncio.run(_measured(desk, session, many))


async def _opened(desk: Desk, session: MemorySession) -> None:
    gateway = await supabase.open_agent(desk.stack.url, desk.stack.anon_key, session)
    await gateway.snapshot()
    await gateway.close()


async def _measured(desk: Desk, session: MemorySession, many: int) -> list[Row]:
    with measured() as turns:
        began = time.perf_counter()
        async with _inbox(desk, session, turns) as (pilot, agent):
            await until(agent, lambda: agent.queries.header().link is LinkState.LIVE, 300)
            took, loading = time.perf_counter() - began, turns.longest
            await asyncio.sleep(1)
            await pilot.press("slash")
            letters = [await _letter(pilot, letter, turns) for letter in LETTERS]
    return [
        Row(f"first load of {many:,} conversations, longest turn of the loop", "", loading, "ms", HELD),
        Row(f"first load of {many:,} conversations, until live", "", took, "s", 30),
        Row(f"a letter in the filter over {many:,}, longest turn of the loop", "", max(letters), "ms", HELD),
    ]


async def _letter(pilot: Any, letter: str, turns: Turns) -> float:
    turns.times = [0.0]
    await pilot.press(letter)
    await asyncio.sleep(0.3)
    return turns.longest


@asynccontextmanager
async def _inbox(desk: Desk, session: MemorySession, turns: Turns) -> AsyncIterator[tuple[Any, AgentDesk]]:
    gateway = await supabase.open_agent(desk.stack.url, desk.stack.anon_key, session)
    agent = AgentDesk(gateway, Store(), reconcile=False)
    begun = False

    def heard(changes: Changes) -> None:
        """Counts from the first rows on, with the screen before them left out; garbage as the program has it."""
        nonlocal begun
        if changes.everything and not begun:
            begun, turns.times = True, [0.0]
        if changes.everything or len(changes.conversations) >= MANY:
            gc.freeze()

    agent.subscribe(heard)

    async def opened() -> AgentDesk:
        return agent

    app = ChattuiApp(opened, Settings(theme="dark"))
    with suppress(asyncio.CancelledError):
        async with app.run_test(size=(120, 36)) as pilot:
            yield pilot, agent
    await agent.aclose()
