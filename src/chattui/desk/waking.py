"""Notices that this machine, or this process, was asleep."""

import asyncio
import logging
import time
from collections.abc import Callable

_log = logging.getLogger(__name__)

TICK = 5.0
ASLEEP = 15.0
"""Seconds between two ticks, by the clock on the wall, that no busy machine explains."""


async def notice_sleep(woken: Callable[[], None]) -> None:
    """Call `woken` after each sleep, until cancelled. A clock that is set forward looks the same, and harms nobody."""
    before = time.time()
    while True:
        await asyncio.sleep(TICK)
        now = time.time()
        if now - before > ASLEEP:
            _log.info("awake again after %d s", now - before)
            woken()
        before = now
