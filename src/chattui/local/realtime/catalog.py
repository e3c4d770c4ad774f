"""What a table looks like now, and to whom: columns, primary key, row security, column privileges, and visible rows."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field

import msgspec
from psycopg import AsyncConnection, AsyncCursor, sql
from psycopg.rows import TupleRow

from chattui.local.realtime.database import Session
from chattui.local.realtime.pgoutput import Relation
from chattui.local.realtime.rendering import PgType, Render, renderer
from chattui.local.realtime.tokens import Claims

VISIBLE = """
set statement_timeout = '10s';
create or replace function pg_temp.visible(statement text, keys jsonb, roles text[], claims text[])
returns boolean[] language plpgsql as $$
declare
  key jsonb; arguments text; seen boolean; answer boolean[] := '{}';
begin
  for key in select jsonb_array_elements(keys) loop
    select string_agg(quote_literal(value), ', ' order by n) into arguments
      from jsonb_array_elements_text(key) with ordinality as _(value, n);
    for i in 1 .. cardinality(roles) loop
      begin
        perform set_config('request.jwt.claims', claims[i], true), set_config('role', roles[i], true);
        execute format('execute %I(%s)', statement, arguments) into seen;
      exception when others then
        raise warning 'a policy failed for role %: %', roles[i], sqlerrm;
        seen := false;
      end;
      answer := answer || coalesce(seen, false);
    end loop;
  end loop;
  return answer;
end $$
"""
"""Tries a prepared `select … where key = $1` as each caller; answers row by row, callers in order. One round trip."""

_SETTLED = """select coalesce(bool_and(pg_visible_in_snapshot(
        (case when whole < next then whole else whole - 4294967296 end)::text::xid8, now)), true)
    from (select pg_current_snapshot() as now) s,
    lateral (select pg_snapshot_xmax(now)::text::bigint as next) n,
    unnest(%s::bigint[]) as short,
    lateral (select (next & ~4294967295) | short as whole) w"""
_TABLE = """select c.relrowsecurity, coalesce((
    select array_agg(a.attname::text order by a.attnum) from pg_index i
    join pg_attribute a on a.attrelid = i.indrelid and a.attnum = any(i.indkey)
    where i.indrelid = c.oid and i.indisprimary), '{}')
    from pg_class c where c.oid = %s"""
_READABLE = """select attname::text from pg_attribute
    where attrelid = %(oid)s and attnum > 0 and not attisdropped
    and has_column_privilege(%(role)s, attrelid, attnum, 'select')"""
_TYPES = "select oid, typname::text, typcategory::text, typbasetype, typelem, typdelim::text from pg_type"


_MOMENT = 0.0005
"""Seconds between two looks whether a commit has reached everybody."""


@dataclass(frozen=True, slots=True)
class Column:
    """A column as an event describes it."""

    name: str
    type: str
    render: Render


@dataclass(slots=True)
class Table:
    """A table until the log says that it changed."""

    relation: Relation
    columns: tuple[Column, ...]
    keys: tuple[str, ...]
    """The primary key."""
    secured: bool
    """Row security is on."""
    readable: dict[str, frozenset[str]] = field(default_factory=dict)
    """By role: the columns it may select."""
    prepared_on: AsyncConnection[TupleRow] | None = None
    """The connection that has the statement which looks for a row of it."""

    @property
    def name(self) -> tuple[str, str]:
        """Schema and table."""
        return self.relation.schema, self.relation.name


class Catalog:
    """Asks one database. Its session must have been set up with `VISIBLE`."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self._types: dict[int, PgType] = {}

    async def forget(self) -> None:
        """Begin anew, with a connection that is sure to be alive."""
        self._types.clear()
        await self._session.close()

    async def describe(self, relation: Relation) -> Table | None:
        """Answer the table as it is now; None when it is gone."""
        async with self._session.use() as connection:
            if not set(relation.types) <= self._types.keys():
                rows = await (await connection.execute(_TYPES)).fetchall()
                self._types = {oid: PgType(*rest) for oid, *rest in rows}
            row = await (await connection.execute(_TABLE, (relation.oid,))).fetchone()
        if row is None:
            return None
        return Table(relation, self._columns(relation), tuple(row[1]), bool(row[0]))

    async def readable(self, table: Table, role: str) -> frozenset[str]:
        """Answer the columns that a role may select; remembered until the table changes."""
        if role not in table.readable:
            async with self._session.use() as connection:
                rows = await connection.execute(_READABLE, {"oid": table.relation.oid, "role": role})
                table.readable[role] = frozenset([row[0] async for row in rows])
        return table.readable[role]

    async def settled(self, xids: Sequence[int]) -> None:
        """Wait until transactions that the log has told of are seen by others.

        The log is told first: in the moment between, a policy asked about a new row would not find it.
        """
        async with self._session.use() as connection:
            while not await _is_true(await connection.execute(_SETTLED, (list(xids),))):  # noqa: ASYNC110 - nothing tells
                await asyncio.sleep(_MOMENT)

    async def visible(self, table: Table, keys: Sequence[Sequence[str]], callers: Sequence[Claims]) -> list[bool]:
        """Tell for each row, by primary key, and within it for each caller, whether their policies show it now."""
        arguments = (
            _statement(table.relation),
            msgspec.json.encode(keys).decode(),
            [caller.role for caller in callers],
            [caller.json for caller in callers],
        )
        async with self._session.use() as connection:
            if table.prepared_on is not connection:
                await _prepare(connection, table)
            cursor = await connection.execute("select pg_temp.visible(%s, %s, %s, %s)", arguments)
            row = await cursor.fetchone()
        return list(row[0]) if row else []

    def _columns(self, relation: Relation) -> tuple[Column, ...]:
        unknown = PgType("unknown", "X", 0, 0)
        return tuple(
            Column(name, self._types.get(oid, unknown).name, renderer(oid, self._types))
            for name, oid in zip(relation.columns, relation.types, strict=True)
        )


async def _is_true(cursor: AsyncCursor[TupleRow]) -> bool:
    return await cursor.fetchone() == (True,)


async def _prepare(connection: AsyncConnection[TupleRow], table: Table) -> None:
    name = _statement(table.relation)
    known = await connection.execute("select 1 from pg_prepared_statements where name = %s", (name,))
    if await known.fetchone():
        await connection.execute(sql.SQL("deallocate {}").format(sql.Identifier(name)))
    same = [sql.SQL("{} = ${}").format(sql.Identifier(key), n) for n, key in enumerate(table.keys, 1)]
    parts = (sql.Identifier(name), sql.Identifier(*table.name), sql.SQL(" and ").join(same))
    await connection.execute(sql.SQL("prepare {} as select true from {} where {}").format(*parts))
    table.prepared_on = connection


def _statement(relation: Relation) -> str:
    return f"visible_{relation.oid}"
