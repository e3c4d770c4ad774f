"""Does to clients and server what the plan says, and notes when each thing began and ended."""

import asyncio
import time
from collections.abc import Iterable, Mapping
from contextlib import suppress

from msgspec import Struct

from tests.chaos import plan
from tests.chaos.crew import Worker
from tests.chaos.customers import Customer
from tests.chaos.place import Place, Server
from tests.chaos.plan import STACK, Blow
from tests.faults.proxy import FaultProxy

UNTIL_USED = 5.0
"""Seconds that a fault which strikes some messages stands at least: a client says something every few seconds."""


class Struck(Struct, frozen=True):
    """A blow, and when it really was, by this machine's monotonic clock."""

    blow: Blow
    began: float
    ended: float
    error: str = ""


class Storm:
    """All that goes wrong."""

    def __init__(
        self,
        place: Place,
        server: Server | None,
        workers: Mapping[str, Worker],
        customers: Mapping[str, Customer],
        proxies: Mapping[str, FaultProxy],
    ) -> None:
        self._place, self._server = place, server
        self._workers, self._customers, self._proxies = workers, customers, proxies
        self._at_the_server = asyncio.Lock()
        self.twin: Worker | None = None
        self.log: list[Struck] = []

    async def rage(self, blows: Iterable[Blow], began: float) -> None:
        """Strike each blow at its time, several at once; all are over when this ends."""
        async with asyncio.TaskGroup() as group:
            for blow in blows:
                await asyncio.sleep(max(0.0, began + blow.at - time.monotonic()))
                group.create_task(self._strike(blow))

    def heal(self) -> None:
        """End every fault of every proxy."""
        for proxy in self._proxies.values():
            proxy.heal()

    async def _strike(self, blow: Blow) -> None:
        began, error = time.monotonic(), ""
        try:
            await self._do(blow)
        except Exception as reason:  # noqa: BLE001 - noted, and judged at the end
            error = repr(reason)
        self.log.append(Struck(blow, began, time.monotonic(), error))

    async def _do(self, blow: Blow) -> None:
        match blow.kind:
            case "kill":
                await self._workers[blow.target].kill(0.3 * blow.seconds)
            case "token expired long ago":
                await self._workers[blow.target].kill(blow.seconds, self._place.keys)
            case "stop":
                await self._workers[blow.target].stop(blow.seconds)
            case plan.TWIN:
                await self._twin(blow)
            case "token expires":
                self._expire(blow.target)
            case _ if blow.target == STACK:
                await self._at_server(blow)
            case _:
                await self._on_line(blow)

    async def _twin(self, blow: Blow) -> None:
        """A second window works for a while. Every other one is then killed, whatever it does; the others leave."""
        if self.twin is not None:
            return
        self.twin = twin = self._workers[blow.target].twin(blow.number)
        try:
            await twin.start()
            with suppress(ChildProcessError, TimeoutError):
                async with asyncio.timeout(blow.seconds):
                    await twin.work(self._workers[blow.target].pace)
                    await asyncio.Event().wait()
            if blow.number % 2:
                with suppress(ChildProcessError, TimeoutError):
                    await twin.leave()
        finally:
            await twin.end()
            self.twin = None

    async def _on_line(self, blow: Blow) -> None:
        assert blow.fault is not None
        standing = self._proxies[blow.target].inject(blow.fault)
        times = getattr(blow.fault, "times", None)
        await asyncio.sleep(max(blow.seconds, UNTIL_USED) if times else blow.seconds)
        self._proxies[blow.target].heal(standing)

    async def _at_server(self, blow: Blow) -> None:
        if self._server is None:
            return
        async with self._at_the_server:
            match blow.kind:
                case "server restarts":
                    await self._server.restart(blow.seconds)
                case "server is killed":
                    await self._server.kill(blow.seconds)
                case "postgres is killed":
                    await self._server.kill_postgres()

    def _expire(self, target: str) -> None:
        if target in self._customers:
            self._customers[target].expire()
        else:
            with suppress(IndexError):
                self._workers[target].order("expire")
