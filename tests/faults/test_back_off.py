"""How a link waits, in hours that pass at once."""

import asyncio
from collections.abc import Callable, Coroutine
from itertools import pairwise
from types import SimpleNamespace
from typing import Any

import pytest

from chattui.gateway.errors import Unreachable
from chattui.gateway.supabase.link import CAP, QUICK, SOON, Link
from chattui.gateway.supabase.socket import Channel, Lost
from tests.desk.conftest import VirtualLoop

HOUR = 3600.0
Scenario = Callable[[], Coroutine[Any, Any, None]]


def at_once(scenario: Scenario) -> None:
    with asyncio.Runner(loop_factory=VirtualLoop) as runner:
        runner.run(scenario())


class Server:
    """Notes when it was asked; each life of a link to it is as `life` says."""

    def __init__(self, life: Callable[[], Coroutine[Any, Any, tuple[Lost, bool]]] | None = None) -> None:
        self.asked: list[float] = []
        connection: Any = SimpleNamespace(session=SimpleNamespace(listen=lambda _listener: None, hurry=lambda: None))
        self.link = Link(connection, self._subject, lambda _heard: None)
        self._life = life
        if life is not None:
            self.link._live = self._live  # type: ignore[method-assign]

    async def serve(self, seconds: float) -> None:
        running = asyncio.create_task(self.link.run())
        await asyncio.sleep(seconds)
        assert not running.done(), "it gave up"
        await self.link.close()
        await running

    def gaps(self, since: float = 0) -> list[float]:
        return [after - before for before, after in pairwise(self.asked) if before >= since]

    async def _subject(self) -> Channel:
        self.asked.append(asyncio.get_running_loop().time())
        raise Unreachable("nobody is there")

    async def _live(self) -> tuple[Lost, bool]:
        assert self._life is not None
        self.asked.append(asyncio.get_running_loop().time())
        return await self._life()


def test_a_day_without_a_server_is_full_of_attempts() -> None:
    async def scenario() -> None:
        server = Server()
        await server.serve(24 * HOUR)
        assert 24 * HOUR - server.asked[-1] <= CAP
        assert max(server.gaps()) <= CAP
        assert max(gap for gap, at in zip(server.gaps(), server.asked, strict=False) if at < SOON - QUICK) <= QUICK
        late = sorted(server.gaps(since=60))
        tenths = [late[len(late) * n // 10] / CAP for n in range(1, 10)]
        assert tenths == pytest.approx([n / 10 for n in range(1, 10)], abs=0.03), "full jitter"

    at_once(scenario)


def test_a_key_ends_the_pause() -> None:
    async def scenario() -> None:
        server = Server()
        running = asyncio.create_task(server.serve(HOUR))
        await asyncio.sleep(600)
        for _ in range(20):
            before = len(server.asked)
            server.link.retry_now()
            await asyncio.sleep(0.001)
            assert len(server.asked) == before + 1
        await running

    at_once(scenario)


def test_a_channel_that_is_closed_again_and_again_is_not_asked_for_in_a_circle() -> None:
    async def flapping() -> tuple[Lost, bool]:
        await asyncio.sleep(0.1)
        return Lost("the next message closes it again"), True

    async def scenario() -> None:
        server = Server(flapping)
        await server.serve(HOUR)
        assert len(server.asked) < HOUR / (CAP / 2) * 1.2

    at_once(scenario)


def test_an_outage_now_and_then_is_ended_soon() -> None:
    async def steady() -> tuple[Lost, bool]:
        await asyncio.sleep(60)
        return Lost("it happens"), True

    async def scenario() -> None:
        server = Server(steady)
        await server.serve(2 * HOUR)
        assert max(server.gaps()) <= 60 + QUICK

    at_once(scenario)


@pytest.mark.parametrize("pause", [8.0, 30.0])
def test_those_who_are_sent_away_together_do_not_come_back_together(pause: float) -> None:
    async def refused() -> tuple[Lost, bool]:
        return Lost("come back later", pause), False

    async def scenario() -> None:
        server = Server(refused)
        await server.serve(HOUR)
        assert 0.7 * pause < min(server.gaps()) < 0.8 * pause
        assert 1.2 * pause < max(server.gaps()) < 1.3 * pause

    at_once(scenario)
