"""A desk in a loop whose time passes at once: a test that waits an hour ends in a millisecond."""

import asyncio
import math
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from functools import partial
from typing import Any

import pytest

from chattui.desk import Desk
from chattui.model.events import LinkState
from chattui.recording.pace import PacedLoop
from chattui.store.store import Store
from tests.scripted import ScriptedGateway

VirtualLoop = partial(PacedLoop, math.inf)
"""Nothing waits: when nothing is ready, the clock jumps to the next timer."""


def pytest_asyncio_loop_factories(config: Any, item: Any) -> Mapping[str, Callable[[], asyncio.AbstractEventLoop]]:  # noqa: ARG001 - as the hook is called
    return {"virtual": VirtualLoop}


RunDesk = Callable[..., Any]


@pytest.fixture
async def run_desk() -> AsyncIterator[RunDesk]:
    """`desk = await run_desk(gateway, live=True, **options)`: a running desk, ended with the test."""
    async with AsyncExitStack() as stack:

        async def start(gateway: ScriptedGateway, *, live: bool = True, **options: Any) -> Desk:
            desk: Desk = await stack.enter_async_context(_running(gateway, {"reconcile": False} | options))
            if live:
                await _live(desk)
            return desk

        yield start


async def _live(desk: Desk) -> None:
    reached = asyncio.Event()

    def look(_changes: object = None) -> None:
        if desk.queries.header().link is LinkState.LIVE:
            reached.set()

    desk.subscribe(look)
    look()
    await reached.wait()


@asynccontextmanager
async def _running(gateway: ScriptedGateway, options: dict[str, Any]) -> AsyncIterator[Desk]:
    desk = Desk(gateway, Store(), asyncio.get_running_loop().time, **options)
    task = asyncio.create_task(desk.run())
    try:
        yield desk
    finally:
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task
        await desk.aclose()
