"""The pools of connections, when PostgreSQL goes and comes."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager

import psycopg
from psycopg.conninfo import make_conninfo

from chattui.local.services import Pool, pool_of
from tests.stack import Stack

ALL = 16


async def test_the_first_request_after_all_connections_died_is_answered(stack: Stack) -> None:
    async with pool_of(stack.db_url, 1, ALL) as pool:
        died = await pids(pool, ALL)
        with psycopg.connect(stack.db_url, autocommit=True) as killer:
            killer.execute("select pg_terminate_backend(pid, 10000) from unnest(%s) as pid", [died])
        assert not {await pid(pool) for _ in range(3)} & set(died)


async def test_a_database_that_is_away_for_long_is_asked_again_and_again() -> None:
    asked: asyncio.Queue[None] = asyncio.Queue()
    async with silence(asked) as address, pool_of(address, 1, 2):
        async with asyncio.timeout(10):
            for _ in range(8):
                await asked.get()


async def pid(pool: Pool) -> int:
    async with pool.connection() as connection:
        return connection.info.backend_pid


async def pids(pool: Pool, count: int) -> list[int]:
    """Of as many connections, all open at the same time."""
    async with AsyncExitStack() as held:
        return [(await held.enter_async_context(pool.connection())).info.backend_pid for _ in range(count)]


@asynccontextmanager
async def silence(asked: asyncio.Queue[None]) -> AsyncIterator[str]:
    """The address of a database that hangs up on everybody, and notes it."""

    def hang_up(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        asked.put_nowait(None)
        writer.close()

    async with await asyncio.start_server(hang_up, "127.0.0.1", 0) as server:
        host, port = server.sockets[0].getsockname()
        yield make_conninfo(host=host, port=port, dbname="postgres", user="postgres", sslmode="disable")
