"""Processes that die, stop and come back: the server, its database, the agent's own."""

import asyncio
import os
import time
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from contextlib import AsyncExitStack, suppress
from typing import Any

import pytest

from chattui.desk import following
from chattui.gateway.errors import GatewayError
from chattui.local import server
from chattui.model.events import LinkState
from tests.chaos.oracle import complaints
from tests.chaos.truth import read
from tests.faults.client import Client, client
from tests.faults.faults import Fault, Reset, Strand
from tests.faults.own_stack import OwnStack, own_stack
from tests.faults.scene import Scene, staged
from tests.gateway.conftest import SessionOf, Team

STOPPED = float(os.environ.get("CHATTUI_STOPPED", "4.5"))
"""Seconds for which a client is stopped; more than four of them are sleep."""


@pytest.fixture(scope="module")
def own() -> Iterator[OwnStack]:
    with own_stack() as own:
        yield own


@pytest.fixture
async def there(own: OwnStack) -> AsyncIterator[Team]:
    """People at work on a stack that may be killed."""
    async with AsyncExitStack() as ends:
        yield Team(own.stack, ends)


async def says(scene: Scene, words: str) -> None:
    """Until it is stored: the database may not be there yet."""
    async with asyncio.timeout(15):
        while True:
            try:
                return await scene.says(words)
            except GatewayError:
                await asyncio.sleep(0.1)


async def test_a_server_that_is_killed_and_comes_back_is_found_and_caught_up_with(own: OwnStack, there: Team) -> None:
    scene = await staged(there, reconcile=False)
    restarting = asyncio.create_task(own.restart(0.5))
    await scene.until(LinkState.OFFLINE, 2)
    await scene.ana.send(scene.one, "written in the dark")
    await restarting
    back = asyncio.get_running_loop().time()
    assert await scene.until(LinkState.LIVE, 3) - back < 1
    await scene.says("are you back?")
    assert await scene.settled(3) == []


@pytest.mark.parametrize("fall", [lambda own: own.postmaster.kill(), OwnStack.kill_backend], ids=["all", "one"])
async def test_a_database_that_falls_under_a_running_server_is_caught_up_with(
    own: OwnStack, there: Team, monkeypatch: pytest.MonkeyPatch, fall: Callable[[OwnStack], None]
) -> None:
    monkeypatch.setattr(following, "LOOK", 0.5)
    monkeypatch.setattr(following, "QUIET", 1.0)
    scene = await staged(there)
    fall(own)
    await scene.ana.send(scene.one, "written while it fell")
    await says(scene, "said while nobody heard")
    assert await scene.settled(10) == []


class Falling:
    """A PostgreSQL that is found dead so often."""

    def __init__(self, falls: int, lasts: float) -> None:
        self.port = 0
        self.started = 0
        self._falls, self._lasts = falls, lasts
        self._until = time.monotonic() + lasts

    def alive(self) -> bool:
        return self.started >= self._falls or time.monotonic() < self._until

    def start(self, _port: int) -> None:
        self.started += 1
        self._until = time.monotonic() + self._lasts


@pytest.mark.parametrize(("lasts", "started"), [(0.05, 3 * server.RESTARTS), (0.0, server.RESTARTS)])
async def test_a_database_that_falls_now_and_then_is_always_started_again_and_one_that_only_falls_is_not(
    monkeypatch: pytest.MonkeyPatch, lasts: float, started: int
) -> None:
    monkeypatch.setattr(server, "WATCH_EVERY", 0.001)
    monkeypatch.setattr(server, "STEADY", 0.02)
    postgres: Any = Falling(3 * server.RESTARTS, lasts)
    keys: Any = None
    stack = server.Server(keys, keys, postgres, forever=True)
    with suppress(TimeoutError):
        async with asyncio.timeout(1.5):
            await stack.watch()
    assert postgres.started == started
    assert stack.http.should_exit is (lasts == 0)


NIGHTS: Sequence[Fault | None] = (None, Reset(all=True), Strand())
"""What became of its connections meanwhile."""


async def test_a_client_that_slept_is_soon_awake(team: Team, session_of: SessionOf) -> None:
    wrong = await asyncio.gather(*(_sleep(team, session_of, night) for night in NIGHTS))
    assert list(wrong) == [[]] * len(NIGHTS)


async def _sleep(team: Team, session_of: SessionOf, night: Fault | None) -> list[str]:
    scene = await staged(team, reconcile=False)
    stack = scene.acme.stack
    async with client(scene.proxy.url, stack.anon_key, session_of(scene.acme.agents[0]).load() or "") as there:
        await there.until(LinkState.LIVE, 10)
        there.stop()
        if night is not None:
            scene.proxy.inject(night)
        await scene.talk("in its sleep")
        await asyncio.sleep(STOPPED)
        spent, woken = there.cpu_seconds, there.go_on()
        doubts = await there.until(LinkState.CATCHING_UP, 2)
        assert doubts.at - woken < 1.5, "it does not claim to be live"
        await there.until(LinkState.LIVE, 6)
        wrong = await _settled(there, scene)
        assert there.cpu_seconds - spent < 2
        return wrong


async def _settled(there: Client, scene: Scene) -> list[str]:
    end = time.monotonic() + 3
    while True:
        truth = await asyncio.to_thread(read, scene.acme.stack.db_url, str(scene.acme.id))
        if not (wrong := complaints(await there.held(), truth)) or time.monotonic() > end:
            return wrong
        await asyncio.sleep(0.1)
