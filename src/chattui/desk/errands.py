"""Small tasks that run beside the main ones, and end with them."""

import asyncio
import logging
from collections.abc import Callable, Coroutine
from typing import Any

_log = logging.getLogger(__name__)


class Errands:
    """Tasks and timers that are ended together. A failure is logged, never lost, and harms nobody else."""

    def __init__(self) -> None:
        self._tasks: set[asyncio.Task[None]] = set()
        self._timers: dict[str, asyncio.TimerHandle] = {}

    def run(self, work: Coroutine[Any, Any, None]) -> asyncio.Task[None]:
        """Start it now."""
        task = asyncio.get_running_loop().create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._done)
        return task

    def later(self, name: str, seconds: float, call: Callable[[], None]) -> None:
        """Call it then, instead of an earlier call of this name that is still to come."""
        self.cancel(name)
        self._timers[name] = asyncio.get_running_loop().call_later(seconds, self._fire, name, call)

    def cancel(self, name: str) -> None:
        """Do not call it after all."""
        timer = self._timers.pop(name, None)
        if timer is not None:
            timer.cancel()

    async def end(self) -> None:
        """Cancel everything and wait until it has ended."""
        for name in list(self._timers):
            self.cancel(name)
        while tasks := list(self._tasks):  # one that ends may begin another
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)

    def _fire(self, name: str, call: Callable[[], None]) -> None:
        self._timers.pop(name, None)
        call()

    def _done(self, task: asyncio.Task[None]) -> None:
        self._tasks.discard(task)
        if not task.cancelled() and (error := task.exception()) is not None:
            _log.error("an errand failed", exc_info=error)
