"""The agents' processes, from outside: started, told what to do, killed, stopped, and started again where they were."""

import asyncio
import json
import os
import signal
import sys
import time
from asyncio.subprocess import PIPE, Process
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import jwt
import msgspec

from chattui.local.keys import Keys
from tests.chaos.agent import Config, Order, Said, recording

ROOT = Path(__file__).parents[2]
NO_KEYRING = {"PYTHON_KEYRING_BACKEND": "keyring.backends.null.Keyring"}
PATIENCE = 60.0
"""Seconds until a process that does not answer is given up."""
ENDING = 20.0
"""Seconds that a process may take to end."""
LINE = 2**20


@dataclass
class Life:
    """One process of an agent."""

    process: Process
    began: float = field(default_factory=time.monotonic)
    said: list[Said] = field(default_factory=list)
    killed: bool = False

    @property
    def over(self) -> bool:
        """Whether it has ended, for whatever reason."""
        return self.process.returncode is not None


class Worker:
    """One agent, in the processes that they work in one after the other."""

    def __init__(self, config: Config) -> None:
        self.config = config
        self.name = config.name
        self.directory = Path(config.directory)
        self.lives: list[Life] = []
        self.turn = asyncio.Lock()
        """Held while it is killed or stopped, so that these wait for each other."""
        self.pace = 0.0
        """Mean seconds between two things it does; 0: it rests."""
        self._ears: list[asyncio.Task[None]] = []
        self._stirred = asyncio.Event()

    @property
    def said(self) -> list[Said]:
        """What all of its processes have reported."""
        return [said for life in self.lives for said in life.said]

    @property
    def recording(self) -> Path:
        """What the last process has recorded."""
        return recording(self._config(len(self.lives) - 1))

    async def start(self) -> None:
        """Start a process in the same directory as those before it."""
        config = self._config(len(self.lives))
        command = (sys.executable, "-m", "tests.chaos.agent")
        environment = os.environ | NO_KEYRING | {"XDG_STATE_HOME": str(self.directory)}
        with (self.directory / "stderr").open("ab") as errors:
            process = await asyncio.create_subprocess_exec(
                *command, stdin=PIPE, stdout=PIPE, stderr=errors, cwd=ROOT, env=environment, limit=LINE
            )
        life = Life(process)
        self.lives.append(life)
        self._ears.append(asyncio.create_task(self._listen(life)))
        self._tell(msgspec.json.encode(config))

    async def work(self, pace: float) -> None:
        """Have it work, in this process and in each later one, as soon as it has noted which drafts it found."""
        self.pace = pace
        await self._resume()

    def order(self, do: str, **more: Any) -> None:
        """Send an order; `hears` tells when it was carried out."""
        self._tell(msgspec.json.encode(Order(do, **more)))

    async def hears(self, what: str, after: int = 0) -> Said:
        """Wait for a report of this kind from the present process, after so many earlier ones.

        Raises:
            ChildProcessError: the process has ended by itself.
        """
        life = self.lives[-1]
        async with asyncio.timeout(PATIENCE):
            while len(found := [said for said in life.said if said.what == what]) <= after:
                self._stirred.clear()
                if life.over:
                    raise ChildProcessError(f"{self.name} ended by itself with {life.process.returncode}")
                with suppress(TimeoutError):
                    async with asyncio.timeout(1):
                        await self._stirred.wait()
        return found[after]

    async def asks(self, do: str, answer: str, **more: Any) -> Said:
        """An order, and the answer to it."""
        before = sum(said.what == answer for said in self.lives[-1].said)
        self.order(do, **more)
        return await self.hears(answer, before)

    # What happens to it

    async def kill(self, seconds: float, stale: Keys | None = None) -> None:
        """Kill it, and start it again after so many seconds.

        With `stale`, its access token is over by then, and what it has on the disk says otherwise.
        """
        async with self.turn:
            await self._die()
            await asyncio.sleep(seconds)
            if stale is not None:
                self._age_token(stale)
            await self.start()
        self._ears.append(asyncio.create_task(self._resume()))

    async def stop(self, seconds: float) -> None:
        """Suspend it (SIGSTOP) for so many seconds."""
        async with self.turn:
            self._signal(signal.SIGSTOP)
            try:
                await asyncio.sleep(seconds)
            finally:
                self._signal(signal.SIGCONT)

    def twin(self, number: int) -> "Worker":
        """A second process of the same agent, with the same directory; not started."""
        config = msgspec.structs.replace(self.config, twin=True, life=number)
        return Worker(config)

    async def stay(self) -> None:
        """From now on it rests; where it is dead, it is started once more."""
        self.pace = 0.0
        async with self.turn:
            if self.lives[-1].over:
                await self.start()

    async def leave(self) -> Said:
        """Ask it to end, as Ctrl+Q would; its report of what it left behind."""
        left = await self.asks("leave", "left")
        await asyncio.wait_for(self.lives[-1].process.wait(), ENDING)
        await asyncio.gather(*self._ears)
        return left

    async def end(self) -> None:
        """Kill it, if it still runs."""
        if self.lives and not self.lives[-1].over:
            await self._die()
        await asyncio.gather(*self._ears, return_exceptions=True)

    # Inside

    def _config(self, life: int) -> Config:
        return msgspec.structs.replace(self.config, life=self.config.life + life)

    async def _resume(self) -> None:
        """Order it to work once it has noted its drafts, unless it is killed before."""
        life = self.lives[-1]
        with suppress(ChildProcessError, TimeoutError):
            await self.hears("recalled")
            if self.pace and life is self.lives[-1]:
                self.order("work", pace=self.pace)

    async def _die(self) -> None:
        self.lives[-1].killed = True
        self._signal(signal.SIGKILL)
        await self.lives[-1].process.wait()

    def _signal(self, number: signal.Signals) -> None:
        if not self.lives[-1].over:
            with suppress(ProcessLookupError):
                self.lives[-1].process.send_signal(number)

    def _tell(self, line: bytes) -> None:
        pipe = self.lives[-1].process.stdin
        if pipe is not None and not pipe.is_closing():
            pipe.write(line + b"\n")

    async def _listen(self, life: Life) -> None:
        assert life.process.stdout is not None
        async for line in life.process.stdout:
            if line.endswith(b"\n"):
                life.said.append(msgspec.json.decode(line, type=Said))
                self._stirred.set()
        await life.process.wait()
        self._stirred.set()

    def _age_token(self, keys: Keys) -> None:
        for file in (self.directory / "chattui" / "sessions").glob("*.json"):
            session = json.loads(file.read_text())
            claims = jwt.decode(session["access_token"], options={"verify_signature": False})
            session["access_token"] = keys.sign(claims | {"exp": int(time.time()) - 10})
            file.write_text(json.dumps(session))
