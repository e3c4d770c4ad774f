"""One superuser connection that is opened again when the database went away."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from psycopg import AsyncConnection, OperationalError
from psycopg.rows import TupleRow


class Session:
    """A connection used by one task at a time. `setup` runs once on each new connection."""

    def __init__(self, dsn: str, setup: str = "") -> None:
        self._dsn, self._setup = dsn, setup
        self._lock = asyncio.Lock()
        self._connection: AsyncConnection[TupleRow] | None = None

    @asynccontextmanager
    async def use(self) -> AsyncIterator[AsyncConnection[TupleRow]]:
        """Hold the connection, in autocommit.

        Raises:
            psycopg.OperationalError: the database is not there; the next use tries again.
        """
        async with self._lock:
            if self._connection is None or not _alive(self._connection):
                self._connection = await self._open()
            yield self._connection

    async def close(self) -> None:
        """Give the connection back; a later use opens a new one."""
        async with self._lock:
            if self._connection:
                await self._connection.close()

    async def _open(self) -> AsyncConnection[TupleRow]:
        connection = await AsyncConnection.connect(
            self._dsn,
            autocommit=True,
            prepare_threshold=1,
            application_name="chattui realtime",
        )
        if self._setup:
            await connection.execute(self._setup.encode())
        return connection


def _alive(connection: AsyncConnection[TupleRow]) -> bool:
    """Tell, without a round trip, whether the server has closed the connection: it says why, and then comes the end."""
    try:
        for _ in range(2):
            connection.pgconn.consume_input()
    except OperationalError:
        return False
    return not connection.closed
