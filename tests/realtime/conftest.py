"""A Postgres of its own, a throw-away database for each test, and a realtime server over it in the test's own loop."""

import asyncio
import secrets
import shutil
import socket
import tempfile
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass, field
from importlib import resources
from pathlib import Path
from typing import Any

import psycopg
import pytest
import uvicorn
from psycopg import AsyncConnection, sql
from psycopg.conninfo import make_conninfo
from starlette.applications import Starlette

from chattui.local import binaries
from chattui.local.postgres import HOST, SUPERUSER, Postgres
from chattui.local.realtime.app import UVICORN_OPTIONS, Config, Realtime

pytest.register_assert_rewrite("tests.realtime.wire")

from tests.realtime.wire import ANON, SECRET, Wire  # noqa: E402  (after its asserts may be rewritten)

PASSWORD = "throw-away"
TEMPLATE = "scenarios"


def address(postgres: Postgres, database: str) -> str:
    return make_conninfo(host=HOST, port=postgres.port, user=SUPERUSER, password=PASSWORD, dbname=database)


@pytest.fixture(scope="session")
def cluster() -> Iterator[Postgres]:
    directory = Path(tempfile.mkdtemp(prefix="chattui-realtime-"))
    directory.chmod(0o755)
    postgres = Postgres(binaries.find(), directory / "postgres")
    postgres.make(PASSWORD)
    postgres.start()
    make_template(postgres)
    yield postgres
    postgres.stop()
    shutil.rmtree(directory)


def make_template(postgres: Postgres) -> None:
    with psycopg.connect(address(postgres, "postgres"), autocommit=True) as connection:
        connection.execute(sql.SQL("create database {}").format(sql.Identifier(TEMPLATE)))
    base = resources.files("chattui.local").joinpath("base.sql").read_text("utf-8")
    tables = (Path(__file__).parent / "tables.sql").read_text("utf-8")
    with psycopg.connect(address(postgres, TEMPLATE), autocommit=True) as connection:
        connection.execute(base.encode())
        connection.execute(tables.encode())


@pytest.fixture
def dsn(cluster: Postgres) -> Iterator[str]:
    name = f"scenario_{secrets.token_hex(6)}"
    with psycopg.connect(address(cluster, "postgres"), autocommit=True) as connection:
        connection.execute(f"create database {name} template {TEMPLATE}".encode())
        yield address(cluster, name)
        connection.execute(f"drop database {name} with (force)".encode())


@dataclass
class RunningServer:
    """A realtime server on a port of its own; `url` is its websocket."""

    config: Config
    port: int = 0
    _server: uvicorn.Server | None = None
    _serving: asyncio.Task[None] | None = None
    _realtime: Realtime = field(init=False)

    async def start(self) -> None:
        self._realtime = Realtime(self.config)
        await self._realtime.start()
        listener = socket.create_server((HOST, self.port))
        self.port = listener.getsockname()[1]
        options: dict[str, Any] = dict(UVICORN_OPTIONS)
        app = Starlette(routes=self._realtime.routes)
        self._server = uvicorn.Server(uvicorn.Config(app, log_level="error", lifespan="off", **options))
        self._serving = asyncio.create_task(self._server.serve(sockets=[listener]))

    async def stop(self) -> None:
        assert self._server
        assert self._serving
        await self._realtime.stop()
        self._server.should_exit = True
        await self._serving


@pytest.fixture
def config(dsn: str) -> Config:
    return Config(dsn, SECRET, api_keys={"sb_publishable_known": ANON})


@pytest.fixture
async def server(config: Config) -> AsyncIterator[RunningServer]:
    running = RunningServer(config)
    await running.start()
    yield running
    await running.stop()


@pytest.fixture
async def database(dsn: str) -> AsyncIterator[AsyncConnection[Any]]:
    async with await AsyncConnection.connect(dsn, autocommit=True) as connection:
        yield connection


@pytest.fixture
async def wire(server: RunningServer, database: AsyncConnection[Any]) -> AsyncIterator[Wire]:
    """Clients of the running server; at the end nobody may have been told anything that the test did not expect."""
    wire = Wire(f"{HOST}:{server.port}", database)
    yield wire
    await wire.settle()
