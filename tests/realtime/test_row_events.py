"""What the transcripts of the wire leave open about row events: privileges, large columns, policies that raise."""

import asyncio
from secrets import token_hex
from typing import Any

import pytest

from tests.realtime.conformance.test_05a_row_events import TODOS, event, todo
from tests.realtime.conformance.test_05b_row_security import event as message_event
from tests.realtime.conformance.test_05b_row_security import listen, row, write
from tests.realtime.wire import ANA, ANON, ANY, BOB, Client, Wire, frame, subscribed, token

DB = "realtime:db"


async def hear_todos(wire: Wire, jwt: str, binding: dict[str, Any] | None = None) -> tuple[Client, list[int]]:
    client = await wire.open()
    ids = await client.join(DB, "1", {"postgres_changes": [TODOS | {"event": "*"} | (binding or {})]}, jwt)
    await client.hears(subscribed(DB))
    return client, ids


@pytest.fixture
async def private_columns(wire: Wire) -> Any:
    await wire.sql("revoke select on todos from anon; grant select (id, body) on todos to anon")
    yield
    await wire.sql("grant select on todos to anon")


@pytest.mark.usefixtures("private_columns")
async def test_column_privileges_narrow_what_is_told(wire: Wire) -> None:
    client, ids = await hear_todos(wire, ANON)
    member, _ = await hear_todos(wire, token(sub=ANA))
    await wire.sql("insert into todos (room, body) values ('general', 'mine')")
    columns = [{"name": "id", "type": "int8"}, {"name": "body", "type": "text"}]
    await client.hears(event(DB, "INSERT", ids, columns=columns, record={"id": 1, "body": "mine"}))
    await member.hears(event(DB, "INSERT", ids, record=todo(1, "general", "mine")))


async def test_without_any_privilege_there_is_only_an_error_and_a_change_of_grants_is_seen(wire: Wire) -> None:
    client, ids = await hear_todos(wire, ANON)
    await wire.sql("revoke select on todos from anon")
    await wire.sql("insert into todos (room) values ('general')")
    data = {"schema": "public", "table": "todos", "columns": []}
    unauthorized: dict[str, Any] = {
        "type": "INSERT",
        "record": {},
        "errors": ["Error 401: Unauthorized"],
        "commit_timestamp": None,
    }
    await client.hears(frame(DB, "postgres_changes", {"ids": ids, "data": data | unauthorized}))
    await wire.sql("delete from todos")
    nothing: dict[str, Any] = {"type": "DELETE", "old_record": {}, "errors": None, "commit_timestamp": ANY}
    await client.hears(frame(DB, "postgres_changes", {"ids": ids, "data": data | nothing}))
    await wire.sql("grant select on todos to anon")
    await wire.sql("insert into todos (room, body) values ('general', 'again')")
    await client.hears(event(DB, "INSERT", ids, record=todo(2, "general", "again")))


async def test_an_update_leaves_out_a_large_column_that_it_did_not_touch(wire: Wire) -> None:
    client, ids = await hear_todos(wire, ANON)
    await wire.sql("insert into todos (room, body) values ('general', %s)", token_hex(32_000))
    await client.next()
    await wire.sql("update todos set n = 5")
    record = todo(1, "general", "", 5)
    del record["body"]
    await client.hears(event(DB, "UPDATE", ids, record=record, old_record={"id": 1}))


async def test_a_filter_sees_deletions_only_by_what_identifies_the_row(wire: Wire) -> None:
    by_room, _ = await hear_todos(wire, ANON, {"filter": "room=eq.general"})
    by_id, ids = await hear_todos(wire, ANON, {"filter": "id=in.(1,2)"})
    await wire.sql("insert into todos (id, room) values (1, 'general')")
    await wire.sql("delete from todos")
    assert (await by_room.next())["payload"]["data"]["type"] == "INSERT"
    assert (await by_id.next())["payload"]["data"]["type"] == "INSERT"
    await by_id.hears(event(DB, "DELETE", ids, old_record={"id": 1}))


async def test_a_changed_table_is_described_anew(wire: Wire) -> None:
    client, _ = await hear_todos(wire, ANON)
    await wire.sql("insert into todos (room) values ('general')")
    await client.next()
    await wire.sql("alter table todos add column extra jsonb; grant select on todos to anon")
    try:
        await wire.sql("insert into todos (room, body, extra) values ('general', 'wider', '[1]')")
        heard = (await client.next())["payload"]["data"]
        assert heard["columns"][-1] == {"name": "extra", "type": "jsonb"}
        assert heard["record"]["extra"] == [1]
    finally:
        await wire.sql("alter table todos drop column extra")


async def test_a_policy_that_raises_hides_the_row_from_its_own_readers_alone(wire: Wire) -> None:
    await wire.sql("create policy broken on messages for select to anon using (1 / length(room_id || '') > 1 / 0.0)")
    await wire.sql("grant select on room_members to anon")
    try:
        a, ids = await listen(wire, token(sub=ANA))
        n, _ = await listen(wire, ANON)
        await write(wire, "general", "for members")
        await a.hears(message_event("realtime:chat", "INSERT", ids, record=row(1, "general", "for members")))
        await n.hears_nothing()
    finally:
        await wire.sql("drop policy broken on messages")


async def test_security_switched_on_meanwhile_holds_at_once(wire: Wire) -> None:
    client, ids = await hear_todos(wire, ANON)
    await wire.sql("insert into todos (room, body) values ('general', 'open')")
    await client.hears(event(DB, "INSERT", ids, record=todo(1, "general", "open")))
    await wire.sql("alter table todos enable row level security")
    try:
        await wire.sql("insert into todos (room, body) values ('general', 'closed')")
        await wire.sql("delete from todos where id = 2")
        await client.hears(event(DB, "DELETE", ids, old_record={"id": 2}))
    finally:
        await wire.sql("alter table todos disable row level security")


async def test_of_a_deleted_row_that_was_secured_nothing_but_the_key_is_told(wire: Wire) -> None:
    """The log has all of it, and nobody can be asked any more who was allowed to see it."""
    await wire.sql("alter table todos replica identity full")
    await wire.sql("alter table todos enable row level security")
    try:
        client, ids = await hear_todos(wire, ANON)
        await wire.sql("insert into todos (room, body) values ('secret', 'for members')")
        await wire.sql("delete from todos")
        await client.hears(event(DB, "DELETE", ids, old_record={"id": 1}))
    finally:
        await wire.sql("alter table todos disable row level security")
        await wire.sql("alter table todos replica identity default")


async def test_many_rows_of_one_transaction_arrive_in_order(wire: Wire) -> None:
    a, _ = await listen(wire, token(sub=ANA))
    b, _ = await listen(wire, token(sub=BOB))
    await wire.sql("insert into messages (room_id, content) select 'general', n::text from generate_series(1, 1000) n")
    for client in (a, b):
        async with asyncio.timeout(30):
            heard = [(await client.next())["payload"]["data"]["record"]["content"] for _ in range(1000)]
        assert heard == [str(number) for number in range(1, 1001)]
