"""What the schema `public` has: tables, columns, foreign keys and functions, read from the database itself.

Every identifier of a request is looked up here before it gets near a statement.
"""

import asyncio
import time
from typing import Literal

import msgspec
from psycopg import AsyncConnection
from psycopg.rows import TupleRow

SCHEMA = "public"

RELOAD_AFTER = 0.1
"""Least seconds between two readings for something that is not known: it may have been created meanwhile."""


class Table(msgspec.Struct, frozen=True):
    """A table or view."""

    name: str
    columns: dict[str, str]
    """Name to type, as SQL writes it."""
    key: tuple[str, ...]
    """The primary key's columns."""


class ForeignKey(msgspec.Struct, frozen=True):
    """`columns` of `table` point to `target_columns` of `target`."""

    name: str
    table: str
    columns: tuple[str, ...]
    target: str
    target_columns: tuple[str, ...]
    one_to_one: bool
    """At most one row of `table` points to a row of `target`."""


class Function(msgspec.Struct, frozen=True):
    """A function that can be called by name."""

    name: str
    arguments: dict[str, str]
    """Name to type; only functions whose arguments all have names can be called."""
    required: frozenset[str]
    answers: Literal["nothing", "value", "row"]
    many: bool
    variadic: bool
    columns: dict[str, str]
    """The columns of a row that it answers, empty when they are only known at run time."""


class Content(msgspec.Struct, frozen=True):
    """The whole catalogue at one moment."""

    tables: dict[str, Table]
    keys: tuple[ForeignKey, ...]
    functions: dict[str, tuple[Function, ...]]
    settings: dict[str, dict[str, str]]
    """What `alter role … set` says for the roles of requests, `statement_timeout` above all."""


class Catalogue:
    """The content, read anew when something unknown is asked for."""

    def __init__(self, content: Content) -> None:
        self.now = content
        self._read = time.monotonic()
        self._reading = asyncio.Lock()

    async def refresh(self, connection: AsyncConnection[TupleRow]) -> None:
        """Read again; whoever asks for unknown things one after the other waits."""
        async with self._reading:
            await asyncio.sleep(self._read + RELOAD_AFTER - time.monotonic())
            self.now = await read(connection)
            self._read = time.monotonic()


async def read(connection: AsyncConnection[TupleRow]) -> Content:
    """Read the catalogue."""
    row = await (await connection.execute(_QUERY, {"schema": SCHEMA})).fetchone()
    raw = msgspec.json.decode(row[0] if row else "{}", type=_Raw)
    functions: dict[str, tuple[Function, ...]] = {}
    for function in raw.functions:
        functions[function.name] = (*functions.get(function.name, ()), function)
    settings = {role: dict(line.split("=", 1) for line in lines) for role, lines in raw.settings.items()}
    return Content({table.name: table for table in raw.tables}, raw.keys, functions, settings)


class _Raw(msgspec.Struct):
    tables: tuple[Table, ...]
    keys: tuple[ForeignKey, ...]
    functions: tuple[Function, ...]
    settings: dict[str, list[str]]


_QUERY = """
with space as (select oid from pg_namespace where nspname = %(schema)s),
columns as (
    select a.attrelid, a.attname, format_type(a.atttypid, a.atttypmod) as type, a.attnum
    from pg_attribute a where a.attnum > 0 and not a.attisdropped
),
tables as (
    select c.oid, c.relname as name,
        (select coalesce(json_object_agg(k.attname, k.type order by k.attnum), '{}')
            from columns k where k.attrelid = c.oid) as columns,
        (select coalesce(json_agg(a.attname order by a.attnum), '[]') from pg_index i
            join pg_attribute a on a.attrelid = c.oid and a.attnum = any(i.indkey)
            where i.indrelid = c.oid and i.indisprimary) as key
    from pg_class c, space where c.relnamespace = space.oid and c.relkind in ('r', 'p', 'v', 'm', 'f')
),
keys as (
    select f.conname as name, s.name as "table", t.name as target,
        (select json_agg(a.attname order by n.i) from unnest(f.conkey) with ordinality n(k, i)
            join pg_attribute a on a.attrelid = f.conrelid and a.attnum = n.k) as columns,
        (select json_agg(a.attname order by n.i) from unnest(f.confkey) with ordinality n(k, i)
            join pg_attribute a on a.attrelid = f.confrelid and a.attnum = n.k) as target_columns,
        exists (select from pg_constraint u where u.conrelid = f.conrelid and u.contype in ('p', 'u')
            and u.conkey <@ f.conkey and f.conkey <@ u.conkey) as one_to_one
    from pg_constraint f join tables s on s.oid = f.conrelid join tables t on t.oid = f.confrelid where f.contype = 'f'
),
functions as (
    select p.proname as name, p.proretset as many, p.provariadic <> 0 as variadic,
        case when p.prorettype = 'void'::regtype then 'nothing'
             when r.typtype = 'c' or p.prorettype = 'record'::regtype then 'row' else 'value' end as answers,
        coalesce(args.arguments, '{}') as arguments, coalesce(args.required, '[]') as required,
        coalesce(args.columns,
            (select json_object_agg(k.attname, k.type order by k.attnum) from columns k
             where k.attrelid = r.typrelid and r.typtype = 'c'), '{}') as columns
    from pg_proc p join space on p.pronamespace = space.oid join pg_type r on r.oid = p.prorettype
    left join lateral (
        select json_object_agg(a.name, a.type order by a.i) filter (where a.mode in ('i', 'b', 'v')) as arguments,
            json_agg(a.name order by a.i)
                filter (where a.mode in ('i', 'b', 'v') and a.i <= p.pronargs - p.pronargdefaults) as required,
            json_object_agg(a.name, a.type order by a.i) filter (where a.mode in ('o', 'b', 't')) as columns
        from (
            select n.i, coalesce(p.proargnames[n.i], '') as name, format_type(n.type, null) as type,
                coalesce(p.proargmodes[n.i], 'i') as mode
            from unnest(coalesce(p.proallargtypes, p.proargtypes::oid[])) with ordinality n(type, i)
        ) a
    ) args on true
    where p.prokind = 'f' and p.prorettype not in ('trigger'::regtype, 'event_trigger'::regtype)
)
select json_build_object(
    'tables', (select coalesce(json_agg(t), '[]') from (select name, columns, key from tables) t),
    'keys', (select coalesce(json_agg(k), '[]') from keys k),
    'functions', (select coalesce(json_agg(f), '[]') from functions f),
    'settings', (select json_object_agg(rolname, coalesce(rolconfig, '{}')) from pg_roles
                 where rolname in ('anon', 'authenticated', 'service_role')))::text
"""
