"""Asking that can be begun anew: the connection may be dead, and that shows after ten seconds only."""

import asyncio
from collections.abc import Callable, Coroutine
from typing import Any, Generic, TypeVar

T = TypeVar("T")


class Attempt(Generic[T]):
    """What is asked, by one at a time, again and again until an answer comes or the asking fails by itself."""

    def __init__(self, ask: Callable[[], Coroutine[Any, Any, T]]) -> None:
        self._ask = ask
        self._asking: asyncio.Task[T] | None = None

    async def answer(self) -> T:
        """What was answered. Raises what the asking raised."""
        while True:
            asking = self._asking = asyncio.get_running_loop().create_task(self._ask())
            try:
                await asyncio.wait((asking,))
            finally:
                self._asking = None
                asking.cancel()
            if not asking.cancelled():
                return asking.result()

    def anew(self) -> None:
        """Do not wait for the answer that is outstanding: ask again."""
        if self._asking is not None:
            self._asking.cancel()
