"""The loop of a replay: how its time passes."""

import asyncio
import socket
from math import inf

import pytest

from chattui.recording.pace import PacedLoop


async def heard() -> float:
    """When something is heard that is there already, while a timer waits for its second."""
    loop, hears = asyncio.get_running_loop(), asyncio.Event()
    timer = loop.call_later(1000, hears.set)
    ours, theirs = socket.socketpair()
    with ours, theirs:
        ours.send(b"x")
        loop.add_reader(theirs, hears.set)
        await hears.wait()
        loop.remove_reader(theirs)
    timer.cancel()
    return loop.time()


@pytest.mark.parametrize("speed", [1.0, 20.0, inf])
def test_what_is_there_is_heard_before_time_passes(speed: float) -> None:
    with asyncio.Runner(loop_factory=lambda: PacedLoop(speed)) as runner:
        assert runner.run(heard()) < 1000


def test_what_is_waited_for_comes_at_once_at_infinite_speed() -> None:
    async def wait() -> float:
        await asyncio.sleep(1000)
        return asyncio.get_running_loop().time()

    with asyncio.Runner(loop_factory=lambda: PacedLoop(inf)) as runner:
        assert runner.run(wait()) == pytest.approx(1000)
