"""A value of the log looks in JSON as Postgres itself shows it."""

import json
from decimal import Decimal
from typing import Any

import psycopg
import pytest
from hypothesis import given
from hypothesis import strategies as st

from chattui.local.realtime.rendering import PgType, renderer

TYPES = {1: PgType("text", "S", 0, 0), 2: PgType("_text", "A", 0, 1), 3: PgType("int4", "N", 0, 0)}

VALUES = {
    "bool": ["true", "false"],
    "int2": ["-32768"],
    "int8": ["9223372036854775807"],
    "numeric": ["1.50", "-0.000001", "NaN", "12345678901234567890.5"],
    "float8": ["1e300", "-0.1", "Infinity", "NaN"],
    "text": ["", 'say "hi"', "back\\slash", "zwei\nZeilen", "✓ 👩‍👧"],
    "uuid": ["aaaaaaaa-0000-4000-8000-000000000000"],
    "jsonb": ['{"a": [1, null, "x"]}', "null", '"text"'],
    "json": ['{"a" :  1}'],
    "timestamptz": ["2026-11-20 10:25:20.871122+00", "2026-11-20 10:25:20+02", "0044-03-15 12:00:00+00 BC", "infinity"],
    "timestamp": ["2026-11-20 10:25:20.5", "-infinity"],
    "date": ["2026-11-20"],
    "time": ["10:25:20.5"],
    "interval": ["1 day 02:03:04"],
    "bytea": ["\\x00ff10"],
    "xid8": ["1978"],
    "oid": ["42"],
    "inet": ["10.0.0.0/8"],
    "int4range": ["[1,5)"],
    "text[]": ["{x,y}", "{}", '{NULL,"NULL","a b","q\\"u","b\\\\s","c,d","{}"}', "{{a,b},{c,d}}", "[0:1]={x,y}"],
    "int4[]": ["{1,2,NULL}"],
    "jsonb[]": ['{"{\\"a\\": 1}"}'],
    "timestamptz[]": ['{"2026-11-20 10:25:20+00"}'],
    "mood": ["glad"],
    "mood[]": ["{glad,sad}"],
    "positive": ["7"],
}


@pytest.fixture(scope="module")
def connection(dsn_of_types: str) -> Any:
    with psycopg.connect(dsn_of_types, autocommit=True) as connection:
        yield connection


@pytest.mark.parametrize(("type_", "value"), [(type_, value) for type_, values in VALUES.items() for value in values])
def test_as_to_jsonb_shows_it(connection: psycopg.Connection, type_: str, value: str) -> None:
    query = f"select %(v)s::{type_}::text, to_jsonb(%(v)s::{type_})::text, '{type_}'::regtype::oid"
    text, expected, oid = connection.execute(query.encode(), {"v": value}).fetchone() or ("", "", 0)
    rows = connection.execute(
        "select oid, typname, typcategory, typbasetype, typelem, typdelim from pg_type"
    ).fetchall()
    types = {row[0]: PgType(*row[1:]) for row in rows}
    assert _exactly(renderer(oid, types)(_as_logged(text, type_))) == _exactly(expected)


def _exactly(text: str | bytes) -> Any:
    return json.loads(text, parse_float=Decimal, parse_int=Decimal)


def _as_logged(text: str, type_: str) -> str:
    """The cast of a boolean to text says `true`, its output function, which the log uses, `t`."""
    return text[0] if type_ == "bool" else text


def _literal(values: list[Any]) -> str:
    def one(value: str | None) -> str:
        if value is None:
            return "NULL"
        escaped = value.replace("\\", "\\\\").replace('"', '\\"')
        return f'"{escaped}"'

    return "{" + ",".join(map(one, values)) + "}"


@given(st.lists(st.none() | st.text()))
def test_any_array_of_texts(values: list[str | None]) -> None:
    assert json.loads(renderer(2, TYPES)(_literal(values))) == values


def test_an_unknown_type_is_text() -> None:
    assert renderer(99, TYPES)("whatever") == b'"whatever"'
