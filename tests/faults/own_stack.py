"""A stack whose processes may be killed, stopped and started again."""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psutil
from msgspec import Struct

from chattui.local import stack as local_stack
from chattui.local.places import DataDirectory
from chattui.local.state import running
from tests.stack import Stack, directory, started


class OwnStack(Struct, frozen=True):
    """It comes back at the same address."""

    stack: Stack
    data: Path

    @property
    def server(self) -> psutil.Process:
        """The process that answers HTTP."""
        state = running(DataDirectory.at(self.data))
        assert state is not None
        return psutil.Process(state.server.pid)

    @property
    def postmaster(self) -> psutil.Process:
        """Postgres' first process."""
        return next(child for child in self.server.children() if child.name().startswith("postgres"))

    def kill_backend(self) -> None:
        """One of those that work for REST: Postgres throws all others out then, and recovers."""
        backends = self.postmaster.children()
        next(one for one in backends if "authenticator" in " ".join(one.cmdline())).kill()

    async def restart(self, pause: float) -> None:
        """Kill the server, wait so many seconds, and start it again."""
        server = self.server
        server.kill()
        await asyncio.to_thread(psutil.wait_procs, [server], 10)
        await asyncio.sleep(pause)
        (await asyncio.to_thread(local_stack.join, self.data)).close()


@contextmanager
def own_stack() -> Iterator[OwnStack]:
    """One that runs, in a data directory of its own."""
    with directory() as data, started(data) as stack:
        yield OwnStack(stack, data)
