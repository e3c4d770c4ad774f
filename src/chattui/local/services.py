"""What the parts of the server share."""

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass

from psycopg import AsyncConnection, OperationalError
from psycopg.conninfo import make_conninfo
from psycopg.rows import TupleRow
from psycopg_pool import AsyncConnectionPool

from chattui.local.keys import Keys
from chattui.local.postgres import HOST, SUPERUSER
from chattui.local.vault import Secrets

Pool = AsyncConnectionPool[AsyncConnection[TupleRow]]

RECONNECT = 0.5
"""Seconds between two attempts to reach a PostgreSQL that is down."""


@dataclass(frozen=True, slots=True)
class Addresses:
    """How to reach the database, as whom; libpq connection strings."""

    superuser: str
    postgres: str
    """A URL, for people and their tools as well."""
    authenticator: str

    @classmethod
    def of(cls, port: int, secrets: Secrets) -> "Addresses":
        """The addresses of the cluster that listens on `port`."""
        return cls(
            superuser=_address(port, SUPERUSER, secrets.superuser_password),
            postgres=f"postgresql://postgres:{secrets.postgres_password}@{HOST}:{port}/postgres?sslmode=disable",
            authenticator=_address(port, "authenticator", secrets.authenticator_password),
        )


@dataclass(frozen=True, slots=True)
class Services:
    """The keys and the open connections of one running stack."""

    keys: Keys
    jwt_secret: str
    url: str
    """Where the stack serves HTTP, without a slash at the end."""
    addresses: Addresses
    tell: Callable[[str], None]
    """Says something to whoever runs the stack."""
    callers: Pool
    """As `authenticator`, autocommit: switch to the caller's role inside a transaction, never outside."""
    owners: Pool
    """As superuser, autocommit: for the parts that a hosted project runs as its own services (auth, the catalogue)."""


@asynccontextmanager
async def opened(
    secrets: Secrets, keys: Keys, url: str, addresses: Addresses, tell: Callable[[str], None]
) -> AsyncIterator[Services]:
    """Open the pools for as long as the server runs."""
    async with pool_of(addresses.authenticator, 2, 16) as callers, pool_of(addresses.superuser, 1, 6) as owners:
        yield Services(keys, secrets.jwt_secret, url, addresses, tell, callers, owners)


def pool_of(address: str, smallest: int, largest: int) -> Pool:
    """Connections that are good when they are handed out, as soon as there is a database."""

    async def check(connection: AsyncConnection[TupleRow]) -> None:
        try:
            _hear(connection)
        except OperationalError:
            await pool.check()  # the others died with it; each would be found, and waited for, by itself
            raise

    pool: Pool = AsyncConnectionPool(
        address,
        min_size=smallest,
        max_size=largest,
        open=False,
        timeout=10,
        kwargs={"autocommit": True, "prepare_threshold": 2},
        check=check,
        # The pool waits twice as long after each failure; so it gives up at once, and begins anew.
        reconnect_timeout=RECONNECT,
        reconnect_failed=AsyncConnectionPool.check,
    )
    return pool


def _hear(connection: AsyncConnection[TupleRow]) -> None:
    """Cheap: a connection that the server closed is seen without a round trip."""
    # The first reads the server's last words, the second sees the end.
    connection.pgconn.consume_input()
    connection.pgconn.consume_input()


def _address(port: int, user: str, password: str) -> str:
    return make_conninfo(
        host=HOST, port=port, user=user, password=password, dbname="postgres", sslmode="disable", connect_timeout=10
    )
