"""Whatever the network does: in the end the agent's store equals the database, and the link is live."""

import asyncio
from collections.abc import Sequence

import httpx
import pytest

from chattui.desk import following
from chattui.gateway.supabase import client, link
from tests.faults.faults import (
    Answer,
    BlackHole,
    Close,
    Cut,
    Delay,
    Direction,
    Drop,
    Duplicate,
    Fault,
    Frames,
    Kind,
    LoseAnswer,
    LoseRequest,
    Refuse,
    Reorder,
    Requests,
    Reset,
    SlowBody,
    Stall,
    Throttle,
    Truncate,
)
from tests.faults.scene import staged
from tests.gateway.conftest import Team

LASTING = 0.7
"""Seconds for which a fault stands that would stand for ever."""
PATIENCE = 20.0
"""It takes two seconds where the machine has nothing else to do."""

LINES: Sequence[Fault] = (
    Cut(),
    Refuse(),
    Reset(Kind.SOCKET),
    Reset(all=True),
    BlackHole(),
    BlackHole(frozenset({Direction.UP})),
    BlackHole(frozenset({Direction.DOWN})),
    BlackHole(kind=Kind.SOCKET),
    BlackHole(kind=Kind.HTTP),
    Delay(0.3, jitter=0.3),
    Throttle(20_000),
)
FRAMES: Sequence[Fault] = (
    Drop(),
    Drop(times=None),
    Drop(Frames(event="postgres_changes", table="conversations"), times=None),
    Drop(Frames(Direction.UP), times=None),
    Duplicate(times=None),
    Reorder(times=5, places=3),
    *(Close(code) for code in (1000, 1001, 1006, 1012)),
)
REST = Requests("/rest/v1")
SEND = Requests("/rest/v1/rpc/send_message")
HTTP: Sequence[Fault] = (
    *(Answer(REST, times=3, status=status) for status in (500, 502, 503, 504)),
    Answer(REST, times=3, status=429, headers=(("Retry-After", "1"),), body=b"{}"),
    Answer(REST, times=3, status=200, body=b"<html>Sign in to the airport's network</html>"),
    SlowBody(REST, seconds=1.5, times=3),
    Truncate(REST, times=3),
    Truncate(REST, times=3, broken=True),
    LoseAnswer(REST, times=3),
    LoseRequest(REST, times=3),
    Stall(REST, times=2),
    LoseAnswer(SEND),
    Truncate(SEND),
)


@pytest.fixture(autouse=True)
def _impatience(monkeypatch: pytest.MonkeyPatch) -> None:
    """A server that loses a frame without a hole is found out by reconciliation: here it need not be waited for."""
    monkeypatch.setattr(following, "LOOK", 0.5)
    monkeypatch.setattr(following, "QUIET", 1.0)
    monkeypatch.setattr(link, "JOIN_TIMEOUT", 5.0)
    monkeypatch.setattr(client, "TIMEOUT", httpx.Timeout(2.0))


@pytest.mark.parametrize("faults", [LINES, FRAMES, HTTP], ids=["lines", "frames", "http"])
async def test_the_store_equals_the_database(team: Team, faults: Sequence[Fault]) -> None:
    wrong = await asyncio.gather(*(_after(team, fault) for fault in faults))
    assert {repr(fault): one for fault, one in zip(faults, wrong, strict=True) if one} == {}


async def _after(team: Team, fault: Fault) -> list[str]:
    scene = await staged(team)
    scene.proxy.inject(fault, seconds=LASTING)
    await scene.talk("during")
    await asyncio.sleep(LASTING)
    await scene.talk("after")
    return await scene.settled(PATIENCE)
