"""Notices that this machine, or this process, was asleep."""

import asyncio
import logging
import time
from collections.abc import Callable

_log = logging.getLogger(__name__)

TICK = 1.0
ASLEEP = 4.0
"""Seconds between two ticks, by the clock on the wall, that a busy machine hardly explains."""


async def notice_sleep(woken: Callable[[], None]) -> None:
    """Call `woken` after each sleep, until cancelled. A clock that is set forward looks the same, and costs a sync."""
    before = time.time()
    while True:
        await asyncio.sleep(TICK)
        now = time.time()
        if now - before > ASLEEP:
            _log.info("awake again after %d s", now - before)
            woken()
        before = now
