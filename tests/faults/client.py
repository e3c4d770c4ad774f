"""An agent's desk in a process of its own, that may be stopped and continued.

python -m tests.faults.client URL KEY        the session comes as the first line

It says each change of its link as a line of JSON, and to each further line what its store holds.
"""

import asyncio
import signal
import sys
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress

import msgspec
import psutil
from msgspec import Struct

from chattui.desk import Desk
from chattui.gateway import supabase
from chattui.gateway.sessions import MemorySession
from chattui.model.events import LinkState
from chattui.store.store import Store
from tests.chaos.held import Held, held


class Told(Struct, frozen=True, omit_defaults=True):
    """What the process says. `at` is `time.monotonic`, which is one clock for all processes of a machine."""

    at: float
    link: LinkState
    held: Held | None = None


class Client:
    """The process, seen from outside."""

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        self._process = process
        self.told: list[Told] = []

    async def until(self, state: LinkState, seconds: float) -> Told:
        """The next time that it says this of its link."""
        async with asyncio.timeout(seconds):
            while (told := await self.next()).link is not state or told.held:
                pass
        return told

    async def held(self) -> Held:
        """What it holds now."""
        assert self._process.stdin is not None
        self._process.stdin.write(b"held\n")
        async with asyncio.timeout(10):
            while (found := (await self.next()).held) is None:
                pass
        return found

    def stop(self) -> None:
        """As Ctrl+Z, or a laptop that is closed."""
        self._process.send_signal(signal.SIGSTOP)

    def go_on(self) -> float:
        """Wake it; when that was."""
        at = time.monotonic()
        self._process.send_signal(signal.SIGCONT)
        return at

    @property
    def cpu_seconds(self) -> float:
        """What it has used so far."""
        times = psutil.Process(self._process.pid).cpu_times()
        return float(times.user + times.system)

    async def next(self) -> Told:
        """What it says next."""
        assert self._process.stdout is not None
        line = await self._process.stdout.readline()
        assert line, "the client has ended"
        self.told.append(msgspec.json.decode(line, type=Told))
        return self.told[-1]


@asynccontextmanager
async def client(url: str, key: str, session: str) -> AsyncIterator[Client]:
    """A running one; it is killed at the end."""
    command = (sys.executable, "-m", "tests.faults.client", url, key)
    pipe = asyncio.subprocess.PIPE
    process = await asyncio.create_subprocess_exec(*command, stdin=pipe, stdout=pipe, limit=2**24)
    assert process.stdin is not None
    process.stdin.write(session.encode() + b"\n")
    try:
        yield Client(process)
    finally:
        process.kill()
        await process.wait()


async def _work(url: str, key: str) -> None:
    lines = asyncio.StreamReader()
    reading = asyncio.StreamReaderProtocol(lines)
    await asyncio.get_running_loop().connect_read_pipe(lambda: reading, sys.stdin)
    session = MemorySession((await lines.readline()).decode())
    desk = Desk(await supabase.open_agent(url, key, session), Store())
    last: LinkState | None = None

    def tell(asked: Held | None = None) -> None:
        nonlocal last
        link = desk.store.state.link.state
        if link is not last or asked:
            last = link
            print(msgspec.json.encode(Told(time.monotonic(), link, asked)).decode(), flush=True)  # noqa: T201

    desk.subscribe(lambda _changes: tell())
    running = asyncio.create_task(desk.run())
    while await lines.readline():
        tell(held(desk))
    running.cancel()
    with suppress(asyncio.CancelledError):
        await running
    await desk.aclose()


if __name__ == "__main__":
    asyncio.run(_work(*sys.argv[1:]))
