"""A logical replication stream as an async iterator: what was committed, within a millisecond of the commit."""

import asyncio
import secrets
import struct
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime

from psycopg import OperationalError, pq
from psycopg.conninfo import make_conninfo

BATCH = 256
"""Messages handed out at once at most, so that a bulk load does not pile up in memory."""
_STATUS_INTERVAL = 10.0
"""Seconds between acknowledgements; the server gives up on a silent reader after 60."""
_SETTINGS = "-c timezone=UTC -c datestyle=ISO -c intervalstyle=postgres -c extra_float_digits=1 -c bytea_output=hex"
_EPOCH = datetime(2000, 1, 1, tzinfo=UTC).timestamp()


class Stream:
    """One open `START_REPLICATION`. Nothing is kept by the server once it is closed: the slot is temporary."""

    def __init__(self, connection: pq.abc.PGconn) -> None:
        self._connection = connection
        self._received = 0
        self._reported = time.monotonic()

    async def __aiter__(self) -> AsyncIterator[list[bytes]]:
        """Yield what arrived, in order, at most `BATCH` at once; raises OperationalError when the server goes."""
        while True:
            if batch := self._drain():
                yield batch
            if len(batch) < BATCH:
                await self._readable()

    def _drain(self) -> list[bytes]:
        self._connection.consume_input()
        batch: list[bytes] = []
        while len(batch) < BATCH and (data := self._next()) is not None:
            if data[:1] == b"w":
                batch.append(data[25:])
            self._note(data)
        return batch

    def _next(self) -> bytes | None:
        size, data = self._connection.get_copy_data(1)
        if size == 0:
            return None
        if size < 0:
            raise OperationalError("The database closed the replication stream.")
        return bytes(data)

    def _note(self, data: bytes) -> None:
        """Remember how far the log was read, and answer when asked to."""
        keepalive = data[:1] == b"k"
        (position,) = struct.unpack_from(">Q", data, 1 if keepalive else 9)
        self._received = max(self._received, position)
        if (keepalive and data[17]) or time.monotonic() - self._reported > _STATUS_INTERVAL:
            self._report()

    def _report(self) -> None:
        self._reported = time.monotonic()
        microseconds = int((time.time() - _EPOCH) * 1_000_000)
        position = self._received
        self._connection.put_copy_data(struct.pack(">cQQQQB", b"r", position, position, position, microseconds, 0))
        self._connection.flush()

    async def _readable(self) -> None:
        """Wait for input, or until it is time to show that we still read."""
        loop, ready = asyncio.get_running_loop(), asyncio.Event()
        loop.add_reader(self._connection.socket, ready.set)
        try:
            async with asyncio.timeout(_STATUS_INTERVAL):  # wait_for of Python 3.11 may swallow a cancellation
                await ready.wait()
        except TimeoutError:
            self._report()
        finally:
            loop.remove_reader(self._connection.socket)


@asynccontextmanager
async def replicate(dsn: str, publications: list[str]) -> AsyncIterator[Stream]:
    """Open a stream of everything committed from now on to the tables of `publications`.

    Raises:
        OperationalError: the database is not there, or refuses.
    """
    connection = await asyncio.to_thread(_open, dsn, publications)
    try:
        yield Stream(connection)
    finally:
        connection.finish()


def _open(dsn: str, publications: list[str]) -> pq.abc.PGconn:
    conninfo = make_conninfo(dsn, replication="database", options=_SETTINGS, application_name="chattui realtime")
    connection = pq.PGconn.connect(conninfo.encode())
    try:
        _start(connection, publications)
    except BaseException:
        connection.finish()
        raise
    return connection


def _start(connection: pq.abc.PGconn, publications: list[str]) -> None:
    if connection.status != pq.ConnStatus.OK:
        raise OperationalError(connection.error_message.decode())
    slot = f"chattui_realtime_{secrets.token_hex(8)}"
    _command(connection, f"CREATE_REPLICATION_SLOT {slot} TEMPORARY LOGICAL pgoutput (SNAPSHOT 'nothing')")
    names = ",".join(f'"{name}"' for name in publications)
    options = f"proto_version '1', publication_names '{names}'"
    _command(connection, f"START_REPLICATION SLOT {slot} LOGICAL 0/0 ({options})")
    connection.nonblocking = 1


def _command(connection: pq.abc.PGconn, command: str) -> None:
    result = connection.exec_(command.encode())
    if result.status not in {pq.ExecStatus.TUPLES_OK, pq.ExecStatus.COPY_BOTH}:
        raise OperationalError(result.error_message.decode())
