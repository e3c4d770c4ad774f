"""When a stack stops for want of leases, in a loop whose clock jumps."""

import asyncio
from collections.abc import Awaitable, Callable
from functools import partial
from math import inf

import pytest

from chattui.local.leases import FIRST_LEASE, LINGER, Leases
from chattui.recording.pace import PacedLoop

Story = Callable[[Leases], Awaitable[None]]
LONG = 100.0


def stops(story: Story, *, forever: bool = False) -> list[float]:
    """The seconds at which the stack is told to stop, a long time after what happens included."""
    told: list[float] = []

    async def play() -> None:
        leases = Leases(lambda: told.append(asyncio.get_running_loop().time()), forever=forever)
        leases.wait()
        await story(leases)
        await asyncio.sleep(LONG)

    with asyncio.Runner(loop_factory=partial(PacedLoop, inf)) as runner:
        runner.run(play())
    return told


async def nobody_comes(_: Leases) -> None:
    pass


async def two_come_and_go(leases: Leases) -> None:
    leases.enter()
    leases.enter()
    await asyncio.sleep(LONG)
    leases.leave()
    await asyncio.sleep(LONG)
    leases.leave()


async def one_comes_back_in_time(leases: Leases) -> None:
    leases.enter()
    leases.leave()
    await asyncio.sleep(LINGER / 2)
    leases.enter()


@pytest.mark.parametrize(
    ("story", "at"),
    [(nobody_comes, [FIRST_LEASE]), (two_come_and_go, [2 * LONG + LINGER]), (one_comes_back_in_time, [])],
)
def test_it_stops_a_while_after_the_last_lease(story: Story, at: list[float]) -> None:
    assert stops(story) == pytest.approx(at)
    assert stops(story, forever=True) == []
