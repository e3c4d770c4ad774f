"""SQL from what was asked for. Names come from the catalogue and values go as parameters, without an exception.

Every statement answers one row: the body as JSON text (or null), how many rows it has, and how many there are in all
(or null).
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from psycopg.sql import SQL, Composable, Composed, Identifier

from chattui.local.rest.catalogue import SCHEMA, Content, Function, Table
from chattui.local.rest.columns import conditions, known, ordering, projection, returned
from chattui.local.rest.faults import missing
from chattui.local.rest.wishes import MAX_ROWS, Preferences, Query


@dataclass(frozen=True, slots=True)
class Statement:
    """Text with placeholders, and their values."""

    text: Composed
    values: tuple[object, ...] = ()


@dataclass(frozen=True, slots=True)
class Target:
    """A table and what is asked of it."""

    content: Content
    table: Table
    query: Query
    wishes: Preferences

    @property
    def name(self) -> Composable:
        """The table's name in SQL."""
        return Identifier(SCHEMA, self.table.name)


def select(target: Target) -> Statement:
    """Rows of a table."""
    query, wishes = target.query, target.wishes
    where, values = conditions(target.table, query.conditions)
    total = SQL("(select count(*) from {} t{})").format(target.name, where) if wishes.count else SQL("null")
    rows = SQL("select {} from {} t{}{}{}").format(
        projection(target.content, target.table, query.selection),
        *(target.name, where, ordering(query.order, target.table), _slice(query, wishes)),
    )
    return Statement(_answer(rows, total, single=wishes.single), values * 2 if wishes.count else values)


def insert(target: Target, body: bytes, keys: Sequence[str]) -> Statement:
    """New rows from a JSON array of objects with these keys; a conflict is an error, or resolved as was wished."""
    columns = _join(Identifier(known(target.table, key)) for key in keys)
    rows = SQL("({}) select {} from json_populate_recordset(null::{}, %s::json) _").format(
        columns, columns, target.name
    )
    made = SQL("insert into {} as t {}{}").format(
        target.name, rows if keys else SQL("default values"), _on_conflict(target, keys)
    )
    return _change(target, made, (body.decode(),) if keys else ())


def update(target: Target, body: bytes, keys: Sequence[str]) -> Statement:
    """New values, from a JSON object with these keys, for the rows that fit."""
    where, values = conditions(target.table, target.query.conditions)
    names = [Identifier(known(target.table, key)) for key in keys]
    new = _join(SQL("{} = _.{}").format(name, name) for name in names)
    source = SQL("json_populate_record(null::{}, %s::json) _").format(target.name)
    made = SQL("update {} t set {} from {}{}").format(target.name, new, source, where)
    return _change(target, made, (body.decode(), *values))


def delete(target: Target) -> Statement:
    """Delete the rows that fit."""
    where, values = conditions(target.table, target.query.conditions)
    return _change(target, SQL("delete from {} t{}").format(target.name, where), values)


def call(
    content: Content, function: Function, query: Query, wishes: Preferences, arguments: dict[str, bytes]
) -> Statement:
    """A function's answer; each argument is JSON."""
    if wishes.count:
        raise missing("count=exact on a function")
    if function.answers != "row" and query.shapes_rows:
        raise missing("select, conditions, order or limit on a function that answers no rows")
    source = _called(function, arguments)
    values: tuple[object, ...] = (_object(arguments),) if arguments else ()
    if function.answers == "nothing":
        return Statement(SQL("select null::text, count(*), null::bigint from {} v").format(source), values)
    if function.answers == "value":
        one = SQL("coalesce(to_json(v.v), 'null')")
        body = SQL("coalesce(json_agg(v.v), '[]')") if function.many else SQL("(json_agg({})->0)").format(one)
        return Statement(SQL("select {}::text, count(*), null::bigint from {} v(v)").format(body, source), values)
    table = Table(function.name, function.columns, ())
    where, filters = conditions(table, query.conditions)
    rows = SQL("select {} from {} t{}{}{}").format(
        projection(content, table, query.selection),
        *(source, where, ordering(query.order, table), _slice(query, wishes)),
    )
    return Statement(_answer(rows, SQL("null"), single=wishes.single or not function.many), (*values, *filters))


def _called(function: Function, arguments: Iterable[str]) -> Composed:
    names = list(arguments)
    inputs = _join(SQL("{} := _.{}").format(Identifier(name), Identifier(name)) for name in names)
    called = SQL("{}({})").format(Identifier(SCHEMA, function.name), inputs)
    if not names:
        return called
    types = _join(SQL("{} {}").format(Identifier(name), _type(function.arguments[name])) for name in names)
    return SQL("json_to_record(%s::json) as _({}), lateral {}").format(types, called)


def _object(arguments: dict[str, bytes]) -> str:
    return "{" + ",".join(f"{_quoted(name)}:{value.decode()}" for name, value in arguments.items()) + "}"


def _quoted(name: str) -> str:
    return '"' + name.replace("\\", "\\\\").replace('"', '\\"') + '"'


def _change(target: Target, made: Composable, values: tuple[object, ...]) -> Statement:
    if not target.wishes.representation:
        text = SQL("with m as ({} returning 1) select null::text, count(*), null::bigint from m").format(made)
        return Statement(text, values)
    rows = SQL("select {} from m t{}").format(
        projection(target.content, target.table, target.query.selection), ordering(target.query.order, target.table)
    )
    shown = SQL("with m as ({} returning {}) {}").format(
        made, returned(target.table, target.query), _answer(rows, SQL("null"), single=target.wishes.single)
    )
    return Statement(shown, values)


def _on_conflict(target: Target, keys: Sequence[str]) -> Composable:
    arbiter = target.query.on_conflict or target.table.key
    if target.wishes.resolution is None or not arbiter:
        return SQL("")
    columns = _join(Identifier(known(target.table, name)) for name in arbiter)
    if target.wishes.resolution == "ignore":
        return SQL(" on conflict ({}) do nothing").format(columns)
    new = _join(SQL("{} = excluded.{}").format(Identifier(key), Identifier(key)) for key in keys)
    return SQL(" on conflict ({}) do update set {}").format(columns, new)


def _answer(rows: Composable, total: Composable, *, single: bool) -> Composed:
    body = SQL("(json_agg(_r)->0)") if single else SQL("coalesce(json_agg(_r), '[]')")
    return SQL("select {}::text, count(_r), {}::bigint from ({}) _r").format(body, total, rows)


def _slice(query: Query, wishes: Preferences) -> Composed:
    limits = [MAX_ROWS]
    if query.limit is not None:
        limits.append(query.limit)
    if wishes.last is not None:
        limits.append(max(wishes.last - wishes.first + 1, 0))
    return SQL(" limit {} offset {}").format(min(limits), query.offset + wishes.first)


def _join(parts: Iterable[Composable]) -> Composed:
    return SQL(", ").join(parts)


def _type(name: str) -> SQL:
    """A type as `format_type` wrote it."""
    return SQL(name)
