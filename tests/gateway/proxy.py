"""A TCP proxy on this machine that can be pulled out, frozen, or made to forget what a server says."""

import asyncio
from collections.abc import Callable
from contextlib import suppress
from types import TracebackType
from typing import Self
from urllib.parse import urlsplit

Forget = Callable[[bytes], bool]


class Proxy:
    """`async with Proxy(url) as proxy:` — clients use `proxy.url`; it keeps its port while it is cut."""

    def __init__(self, target: str) -> None:
        parts = urlsplit(target)
        self._target = (parts.hostname or "", parts.port or 80)
        self._port = 0
        self._server: asyncio.Server | None = None
        self._writers: set[asyncio.StreamWriter] = set()
        self._pumps: set[asyncio.Task[None]] = set()
        self._flows = asyncio.Event()
        self._flows.set()
        self.connections = 0
        self.forget: Forget = lambda _chunk: False
        """Chunks from the server for which this is true are not passed on."""

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._port}"

    async def restore(self) -> None:
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", self._port)
        self._port = self._server.sockets[0].getsockname()[1]

    async def cut(self) -> None:
        """As when the server's process is killed: connections are reset, new ones refused."""
        if self._server is not None:
            self._server.close()
        for writer in list(self._writers):
            writer.transport.abort()
        for pump in list(self._pumps):
            pump.cancel()
        await asyncio.gather(*self._pumps, return_exceptions=True)

    def freeze(self) -> None:
        """As when a router dies: everything stays open and nothing passes."""
        self._flows.clear()

    def thaw(self) -> None:
        self._flows.set()

    async def __aenter__(self) -> Self:
        await self.restore()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.cut()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections += 1
        there, back = await asyncio.open_connection(*self._target)
        self._writers |= {writer, back}
        pumps = [
            asyncio.create_task(self._pump(reader, back, lambda _chunk: False)),
            asyncio.create_task(self._pump(there, writer, self._forgotten)),
        ]
        self._pumps.update(pumps)
        await asyncio.wait(pumps, return_when=asyncio.FIRST_COMPLETED)
        for pump in pumps:
            pump.cancel()
            self._pumps.discard(pump)
        for end in (writer, back):
            end.transport.abort()
            self._writers.discard(end)

    def _forgotten(self, chunk: bytes) -> bool:
        return self.forget(chunk)

    async def _pump(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, forget: Forget) -> None:
        with suppress(OSError):
            while chunk := await reader.read(65536):
                await self._flows.wait()
                if not forget(chunk):
                    writer.write(chunk)
                    await writer.drain()
