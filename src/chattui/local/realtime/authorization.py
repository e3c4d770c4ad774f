"""What the policies on `realtime.messages` let a caller do on a private topic.

Nobody asks the policies in words: a probe row is written for each extension, and then it is seen which of them the
caller can read, and which they could have written. Nothing of it is kept.
"""

from dataclasses import dataclass

from psycopg import AsyncConnection, Error
from psycopg.errors import InsufficientPrivilege
from psycopg.rows import TupleRow

from chattui.local.realtime.database import Session
from chattui.local.realtime.tokens import Claims


@dataclass(frozen=True, slots=True)
class Policies:
    """The extensions, `broadcast` and `presence`, that may be read and written."""

    read: frozenset[str]
    write: frozenset[str]


OPEN = Policies(frozenset({"broadcast", "presence"}), frozenset({"broadcast", "presence"}))
"""A public channel asks nobody."""

_EXTENSIONS = ("broadcast", "presence")
_PROBE = "insert into realtime.messages (topic, extension) values (%s, %s)"
_ACT_AS = """select set_config('realtime.topic', %(topic)s, true), set_config('request.jwt.claims', %(claims)s, true),
    set_config('request.jwt.claim.role', %(role)s, true),
    set_config('request.jwt.claim.sub', coalesce(%(claims)s::jsonb ->> 'sub', ''), true),
    set_config('role', %(role)s, true)"""


class Authorizer:
    """Asks one database."""

    def __init__(self, session: Session) -> None:
        self._session = session

    async def policies(self, topic: str, claims: Claims) -> Policies:
        """Answer what `claims` may do on the private topic, as the policies stand now.

        Raises:
            psycopg.Error: the database is not there.
        """
        async with self._session.use() as connection, connection.transaction(force_rollback=True):
            probes = [await _probe(connection, topic, extension) for extension in _EXTENSIONS]
            await connection.execute(_ACT_AS, {"topic": topic, "claims": claims.json, "role": claims.role})
            read = await _readable(connection, probes)
            write = [name for name in _EXTENSIONS if await _writable(connection, topic, name)]
        return Policies(read, frozenset(write))


async def _probe(connection: AsyncConnection[TupleRow], topic: str, extension: str) -> object:
    cursor = await connection.execute(f"{_PROBE} returning id", (topic, extension))
    row = await cursor.fetchone()
    return row and row[0]


async def _readable(connection: AsyncConnection[TupleRow], probes: list[object]) -> frozenset[str]:
    try:
        async with connection.transaction():
            cursor = await connection.execute("select extension from realtime.messages where id = any(%s)", (probes,))
            return frozenset(row[0] for row in await cursor.fetchall())
    except InsufficientPrivilege:
        return frozenset()


async def _writable(connection: AsyncConnection[TupleRow], topic: str, extension: str) -> bool:
    """Tell whether the role may insert; a policy that raises refuses."""
    try:
        async with connection.transaction():
            await connection.execute(_PROBE, (topic, extension))
    except Error:
        if connection.broken:
            raise
        return False
    return True
