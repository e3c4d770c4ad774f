"""Bindings that cannot be, and what the others deliver (05c)."""

from typing import Any

import pytest

from tests.realtime.conformance.test_05a_row_events import TODOS, event, todo
from tests.realtime.wire import ANY, Wire, frame, subscribed, system

E1 = "realtime:e1"
UNABLE = "Unable to subscribe to changes with given parameters."
NOT_ENABLED = f"{UNABLE} Please check Realtime is enabled for the given connect parameters: "
EXCEPTION = f"{UNABLE} An exception happened so please check your connect parameters: "


def shown(table: str, filters: str = "") -> str:
    return f"[event: *, schema: public, table: {table}, filters: [{filters}], select: nil]"


@pytest.mark.parametrize(
    ("binding", "why"),
    [
        ({"schema": "public", "table": "does_not_exist"}, NOT_ENABLED + shown("does_not_exist")),
        ({"schema": "public", "table": "no_pub"}, NOT_ENABLED + shown("no_pub")),
        (
            TODOS | {"filter": "nope=eq.1"},
            EXCEPTION
            + shown("todos", '{"nope", "eq", "1", false}')
            + ". Exception: ERROR P0001 (raise_exception) invalid column for filter nope",
        ),
        (TODOS | {"filter": "room=foo.1"}, 'Error parsing `filter` params: ["foo", "1"]'),
        (
            TODOS | {"filter": "id=eq.abc"},
            EXCEPTION
            + shown("todos", '{"id", "eq", "abc", false}')
            + ". Exception: ERROR 22P02 (invalid_text_representation)"
            + ' invalid input syntax for type bigint: "abc"',
        ),
        (TODOS | {"filter": "undefined"}, 'Error parsing `filter` params: ["undefined"]'),
        ({}, ANY),
        (
            TODOS | {"select": "id,body"},
            'Error parsing `select` params: expected a list of column name strings, e.g. select: ["col1", "col2"]',
        ),
    ],
)
async def test_a_bad_binding_is_joined_and_then_refused(wire: Wire, binding: dict[str, Any], why: str) -> None:
    a = await wire.open()
    await a.join(E1, "1", {"postgres_changes": [{"event": "*"} | binding]})
    await a.hears(system(E1, "error", why, "postgres_changes"))
    await a.leave(E1, "2", "1")


async def test_one_bad_binding_disables_all_of_its_channel(wire: Wire) -> None:
    a = await wire.open()
    good = TODOS | {"event": "INSERT"}
    bad = {"event": "*", "schema": "public", "table": "does_not_exist"}
    await a.join("realtime:e8", "15", {"postgres_changes": [good, bad]})
    await a.hears(system("realtime:e8", "error", NOT_ENABLED + shown("does_not_exist"), "postgres_changes"))
    (other,) = await a.join("realtime:other", "16", {"postgres_changes": [good]})
    await a.hears(subscribed("realtime:other"))
    await wire.sql("insert into todos (room, body) values ('general', 'good and bad')")
    await a.hears(event("realtime:other", "INSERT", [other], record=todo(1, "general", "good and bad")))


@pytest.mark.parametrize(
    ("filter_", "missed", "met"),
    [
        ("room=in.(general,x)", ("zzz", 1), ("general", 1)),
        ("room=eq.general,n=gt.5", ("general", 1), ("general", 9)),
        ("room=not.in.(general,x)", ("x", 1), ("zzz", 1)),
        ("n=gte.10", ("general", 9), ("general", 10)),
        ("n=lt.10", ("general", 10), ("general", 9)),
        ("n=lte.9", ("general", 10), ("general", 9)),
        ("n=neq.1", ("general", 1), ("general", 2)),
        ("n=is.null", ("general", 1), ("general", None)),
        ("n=not.is.null", ("general", None), ("general", 1)),
        ("n=isdistinct.1", ("general", 1), ("general", None)),
        ("room=like.gen%", ("zzz", 1), ("general", 1)),
        ("room=ilike.GEN%", ("zzz", 1), ("general", 1)),
        ("room=match.^g.*l$", ("G", 1), ("general", 1)),
        ("room=imatch.^G.*L$", ("zzz", 1), ("general", 1)),
        ("room=not.eq.zzz", ("zzz", 1), ("general", 1)),
    ],
)
async def test_a_filter_decides(wire: Wire, filter_: str, missed: tuple[Any, Any], met: tuple[Any, Any]) -> None:
    a, e9 = await wire.open(), "realtime:e9"
    ids = await a.join(e9, "17", {"postgres_changes": [TODOS | {"event": "INSERT", "filter": filter_}]})
    await a.hears(subscribed(e9))
    for room, number in (missed, met):
        await wire.sql("insert into todos (room, body, n) values (%s, 'in', %s)", room, number)
    await a.hears(event(e9, "INSERT", ids, record=todo(2, met[0], "in", met[1])))
    await a.leave(e9, "18", "17")


async def test_selected_columns_only(wire: Wire) -> None:
    a, e11 = await wire.open(), "realtime:e11"
    ids = await a.join(e11, "21", {"postgres_changes": [TODOS | {"event": "*", "select": ["id", "body"]}]})
    await a.hears(subscribed(e11))
    await wire.sql("insert into todos (room, body, n) values ('general', 'sel', 1)")
    columns = [{"name": "id", "type": "int8"}, {"name": "body", "type": "text"}]
    await a.hears(event(e11, "INSERT", ids, columns=columns, record={"id": 1, "body": "sel"}))


async def test_a_whole_schema(wire: Wire) -> None:
    a, e13 = await wire.open(), "realtime:e13"
    ids = await a.join(e13, "25", {"postgres_changes": [{"event": "*", "schema": "public"}]})
    await a.hears(subscribed(e13))
    await wire.sql("insert into todos (room, body, n) values ('general', 'schema-wide', 1)")
    await a.hears(event(e13, "INSERT", ids, record=todo(1, "general", "schema-wide", 1)))


async def test_a_table_without_a_primary_key(wire: Wire) -> None:
    a, e14 = await wire.open(), "realtime:e14"
    ids = await a.join(e14, "27", {"postgres_changes": [{"event": "*", "schema": "public", "table": "nopk"}]})
    await a.hears(subscribed(e14))
    await wire.sql("insert into nopk values ('x')")
    data = {"schema": "public", "table": "nopk", "type": "INSERT", "record": {}, "columns": []}
    why = {"errors": ["Error 400: Bad Request, no primary key"], "commit_timestamp": None}
    await a.hears(frame(e14, "postgres_changes", {"ids": ids, "data": data | why}))


async def test_lower_case_events_and_unknown_keys(wire: Wire) -> None:
    a, e15 = await wire.open(), "realtime:e15"
    ids = await a.join(e15, "29", {"postgres_changes": [TODOS | {"event": "insert", "foo": "bar"}]})
    await a.hears(subscribed(e15))
    await wire.sql("insert into todos (room, body, n) values ('general', 'lower', 1)")
    await a.hears(event(e15, "INSERT", ids, record=todo(1, "general", "lower", 1)))


async def test_equal_bindings_have_one_id_everywhere(wire: Wire) -> None:
    a, e16 = await wire.open(), "realtime:e16"
    twice = [TODOS | {"event": "INSERT"}] * 2
    ids = await a.join(e16, "31", {"postgres_changes": twice})
    assert len(set(ids)) == 1
    await a.hears(subscribed(e16))
    await wire.sql("insert into todos (room, body, n) values ('general', 'dup', 1)")
    await a.hears(event(e16, "INSERT", ids, record=todo(1, "general", "dup", 1)))
    assert await a.join("realtime:elsewhere", "33", {"postgres_changes": twice[:1]}) == ids[:1]
    await a.hears(subscribed("realtime:elsewhere"))
