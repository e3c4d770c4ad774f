"""A Postgres of its own, a throw-away database for each test, and a realtime server over it in the test's own loop."""

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
DATABASE = "scenarios"
RESET = """truncate todos, full_todos, messages, nopk, no_pub, realtime.messages restart identity;
    insert into room_members table members on conflict do nothing"""


def address(postgres: Postgres, database: str) -> str:
    return make_conninfo(host=HOST, port=postgres.port, user=SUPERUSER, password=PASSWORD, dbname=database)


@pytest.fixture(scope="session")
def cluster() -> Iterator[Postgres]:
    directory = Path(tempfile.mkdtemp(prefix="chattui-realtime-"))
    directory.chmod(0o755)
    postgres = Postgres(binaries.find(), directory / "postgres")
    postgres.make(PASSWORD)
    postgres.start()
    make_database(postgres)
    yield postgres
    postgres.stop()
    shutil.rmtree(directory)


def make_database(postgres: Postgres) -> None:
    with psycopg.connect(address(postgres, "postgres"), autocommit=True) as connection:
        connection.execute("alter system set fsync = off")  # it lives no longer than the tests
        connection.execute("select pg_reload_conf()")
        connection.execute(sql.SQL("create database {}").format(sql.Identifier(DATABASE)))
    base = resources.files("chattui.local").joinpath("base.sql").read_text("utf-8")
    tables = (Path(__file__).parent / "tables.sql").read_text("utf-8")
    with psycopg.connect(address(postgres, DATABASE), autocommit=True) as connection:
        connection.execute(base.encode())
        connection.execute(tables.encode())


@pytest.fixture
def dsn(cluster: Postgres) -> Iterator[str]:
    """A database as it was made: the next row of each table is number 1."""
    yield address(cluster, DATABASE)
    with psycopg.connect(address(cluster, DATABASE), autocommit=True) as connection:
        connection.execute(RESET)


@pytest.fixture(scope="module")
def dsn_of_types(cluster: Postgres) -> str:
    """The same database, for tests that only ask what a value looks like."""
    dsn = address(cluster, DATABASE)
    with psycopg.connect(dsn, autocommit=True) as connection:
        connection.execute("create type mood as enum ('glad', 'sad'); create domain positive as int check (value > 0)")
    return dsn


@dataclass
class RunningServer:
    """A realtime server on a port of its own; `url` is its websocket."""

    config: Config
    port: int = 0
    _server: uvicorn.Server = field(init=False)
    _listener: socket.socket = field(init=False)
    realtime: Realtime = field(init=False)

    async def start(self) -> None:
        self.realtime = Realtime(self.config)
        await self.realtime.start()
        self._listener = socket.create_server((HOST, self.port))
        self.port = self._listener.getsockname()[1]
        options: dict[str, Any] = dict(UVICORN_OPTIONS)
        app = Starlette(routes=self.realtime.routes)
        config = uvicorn.Config(app, log_level="error", lifespan="off", **options)
        config.load()
        self._server = uvicorn.Server(config)
        self._server.lifespan = config.lifespan_class(config)
        await self._server.startup(sockets=[self._listener])

    async def stop(self) -> None:
        self._server.force_exit = True  # it would look only every 100 ms whether the connections are gone
        await self._server.shutdown(sockets=[self._listener])
        await self.realtime.stop()


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
