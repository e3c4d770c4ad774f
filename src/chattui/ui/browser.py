"""Hands an address to the agent's browser, without a shell and without the terminal."""

import asyncio
import os
import sys
from asyncio.subprocess import DEVNULL

from chattui.text.inert import Inert

OPEN = "import sys, webbrowser; sys.exit(not webbrowser.open(sys.argv[1]))"
"""In a process of its own: some browsers stay until they are closed, and most write to the terminal they came from."""
PATIENCE = 3.0
"""Seconds in which a browser that cannot start has said so."""


async def open_link(target: Inert) -> bool:
    """False where no browser could be started. The target of a `Link` begins with its scheme, so it is no option."""
    environment = {name: value for name, value in os.environ.items() if name != "TERM"}  # no browsers for terminals
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        *("-I", "-c", OPEN, target),
        stdin=DEVNULL,
        stdout=DEVNULL,
        stderr=DEVNULL,
        env=environment,
        start_new_session=True,
    )
    try:
        async with asyncio.timeout(PATIENCE):
            return await process.wait() == 0
    except TimeoutError:
        return True
