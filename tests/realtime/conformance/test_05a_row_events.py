"""Row events of tables without row security (05a)."""

from typing import Any

from tests.realtime.wire import ANY, Wire, frame, subscribed

COLUMNS = {"id": "int8", "room": "text", "body": "text", "n": "int4", "created_at": "timestamptz"}
TODOS = {"schema": "public", "table": "todos"}


def event(topic: str, type_: str, ids: list[int], table: str = "todos", **data: Any) -> dict[str, Any]:
    names = COLUMNS if table == "todos" else {name: COLUMNS[name] for name in ("id", "room", "body", "n")}
    common = {
        "schema": "public",
        "table": table,
        "type": type_,
        "columns": [{"name": name, "type": kind} for name, kind in names.items()],
        "commit_timestamp": ANY,
        "errors": None,
    }
    return frame(topic, "postgres_changes", {"ids": sorted(ids), "data": common | data})


def todo(id_: int, room: str, body: str, n: int | None = None) -> dict[str, Any]:
    return {"id": id_, "room": room, "body": body, "n": n, "created_at": ANY}


async def test_all_bindings_of_one_channel_share_a_frame(wire: Wire) -> None:
    a, db = await wire.open(), "realtime:db1"
    general = TODOS | {"event": "INSERT", "filter": "room=eq.general"}
    bindings = [TODOS | {"event": "*"}, general, TODOS | {"event": "UPDATE"}, TODOS | {"event": "DELETE"}]
    every, insert, update, delete = await a.join(db, "1", {"postgres_changes": bindings})
    await a.hears(subscribed(db))

    await wire.sql("insert into todos (room, body, n) values ('general', 'grüß \"dich\" ✓', 1)")
    await a.hears(event(db, "INSERT", [every, insert], record=todo(1, "general", 'grüß "dich" ✓', 1)))
    await wire.sql("insert into todos (room, body) values ('other', 'not of the room')")
    await a.hears(event(db, "INSERT", [every], record=todo(2, "other", "not of the room")))
    await wire.sql("update todos set body = 'edited' where id = 1")
    edited = todo(1, "general", "edited", 1)
    await a.hears(event(db, "UPDATE", [every, update], record=edited, old_record={"id": 1}))
    await wire.sql("delete from todos where id = 1")
    await a.hears(event(db, "DELETE", [every, delete], old_record={"id": 1}))

    await wire.sql("insert into todos (room, body) select 'general', 'm' || g from generate_series(1, 3) g")
    for number in (1, 2, 3):
        record = todo(2 + number, "general", f"m{number}")
        await a.hears(event(db, "INSERT", [every, insert], record=record))
    await wire.sql("update todos set body = body where id = 2")
    same = todo(2, "other", "not of the room")
    await a.hears(event(db, "UPDATE", [every, update], record=same, old_record={"id": 2}))
    await wire.sql("truncate todos")

    large = (
        "insert into todos (room, body) select 'general', string_agg(md5(g::text), '') from generate_series(1, 40000) g"
    )
    await wire.sql(large)
    kept = {"id": 6, "room": "general", "created_at": ANY}
    too_large = ["Error 413: Payload Too Large"]
    await a.hears(event(db, "INSERT", [every, insert], record=kept, errors=too_large))

    await a.leave(db, "3", "1")
    await wire.sql("insert into todos (room, body) values ('general', 'nobody hears this')")
    await wait_for_the_log(wire)


async def wait_for_the_log(wire: Wire) -> None:
    """What was committed before this has been delivered once it returns."""
    witness = await wire.open()
    await witness.join(
        "realtime:witness", "1", {"postgres_changes": [TODOS | {"event": "INSERT", "filter": "room=eq.witness"}]}
    )
    await witness.hears(subscribed("realtime:witness"))
    await wire.sql("insert into todos (room) values ('witness')")
    assert (await witness.next())["event"] == "postgres_changes"


async def test_with_full_replica_identity_the_old_row_is_told(wire: Wire) -> None:
    a, db = await wire.open(), "realtime:db2"
    binding = {"event": "*", "schema": "public", "table": "full_todos", "filter": "room=eq.general"}
    ids = await a.join(db, "2", {"postgres_changes": [binding]})
    await a.hears(subscribed(db))

    def row(id_: int, body: str, n: int) -> dict[str, Any]:
        return {"id": id_, "room": "general", "body": body, "n": n}

    await wire.sql("insert into full_todos (room, body, n) values ('general', 'a', 1)")
    await a.hears(event(db, "INSERT", ids, "full_todos", record=row(1, "a", 1)))
    await wire.sql("update full_todos set body = 'b' where id = 1")
    await a.hears(event(db, "UPDATE", ids, "full_todos", record=row(1, "b", 1), old_record=row(1, "a", 1)))
    await wire.sql("update full_todos set room = 'elsewhere' where id = 1")  # leaves the filter: not told
    await wire.sql("delete from full_todos where id = 1")  # was outside already: not told
    await wire.sql("insert into full_todos (room, body, n) values ('general', 'c', 2)")
    await wire.sql("delete from full_todos where id = 2")
    await a.hears(event(db, "INSERT", ids, "full_todos", record=row(2, "c", 2)))
    await a.hears(event(db, "DELETE", ids, "full_todos", old_record=row(2, "c", 2)))
