"""Signs of typing on their way, and the words that must not overtake them."""

import asyncio
from collections.abc import Coroutine
from contextlib import suppress
from typing import Any

from chattui.gateway.errors import GatewayError
from chattui.gateway.supabase.faults import Denied

PATIENCE = 1.0
"""Seconds that words wait for a sign: after that it may come late, and fade by itself."""


class Signs:
    """One after the other: a stop that overtook its start would be the last word, and so would a start its message."""

    def __init__(self) -> None:
        self._turn = asyncio.Lock()

    async def send(self, sign: Coroutine[Any, Any, object]) -> None:
        """Best effort: what the server or the network says is of no interest."""
        try:
            async with self._turn:
                with suppress(GatewayError, Denied):
                    await sign
        finally:
            sign.close()  # whose turn never came

    async def settled(self) -> None:
        """Until those that were begun are with the server."""
        with suppress(TimeoutError):
            async with asyncio.timeout(PATIENCE), self._turn:
                pass
