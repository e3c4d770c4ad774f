"""Row events under row security: each subscriber's policies decide, at the moment of the event (05b)."""

from typing import Any

from tests.realtime.wire import ANA, ANON, ANY, BOB, SERVICE, Client, Wire, frame, subscribed, token

CHAT = "realtime:chat"
MESSAGES = {"schema": "public", "table": "messages"}
COLUMNS = {
    "id": "int8",
    "room_id": "text",
    "user_id": "uuid",
    "content": "text",
    "meta": "jsonb",
    "tags": "_text",
    "created_at": "timestamptz",
}


def event(topic: str, type_: str, ids: list[int], **data: Any) -> dict[str, Any]:
    common = {
        "schema": "public",
        "table": "messages",
        "type": type_,
        "columns": [{"name": name, "type": kind} for name, kind in COLUMNS.items()],
        "commit_timestamp": ANY,
        "errors": None,
    }
    return frame(topic, "postgres_changes", {"ids": sorted(ids), "data": common | data})


def row(id_: int, room: str, content: str, **more: Any) -> dict[str, Any]:
    plain = {"id": id_, "room_id": room, "user_id": ANA, "content": content, "meta": None, "tags": None}
    return plain | {"created_at": ANY} | more


async def listen(wire: Wire, jwt: str, topic: str = CHAT, type_: str = "*") -> tuple[Client, list[int]]:
    client = await wire.open()
    ids = await client.join(topic, "1", {"postgres_changes": [MESSAGES | {"event": type_}]}, jwt)
    await client.hears(subscribed(topic))
    return client, ids


async def write(wire: Wire, room: str, content: str) -> None:
    await wire.sql("insert into messages (room_id, user_id, content) values (%s, %s, %s)", room, ANA, content)


async def test_members_see_their_rooms_and_everybody_hears_of_a_deletion(wire: Wire) -> None:
    a, ids = await listen(wire, token(sub=ANA))
    b, _ = await listen(wire, token(sub=BOB))
    n, _ = await listen(wire, ANON)

    rich = "insert into messages (room_id, user_id, content, meta, tags) values ('general', %s, 'hi', %s, '{x,y}')"
    await wire.sql(rich, ANA, '{"a": [1, 2]}')
    hi = event(CHAT, "INSERT", ids, record=row(1, "general", "hi", meta={"a": [1, 2]}, tags=["x", "y"]))
    await a.hears(hi)
    await b.hears(hi)
    await write(wire, "secret", "psst")
    await a.hears(event(CHAT, "INSERT", ids, record=row(2, "secret", "psst")))
    await wire.sql("update messages set content = 'psst2' where room_id = 'secret'")
    await a.hears(event(CHAT, "UPDATE", ids, record=row(2, "secret", "psst2"), old_record={"id": 2}))
    await wire.sql("delete from messages where room_id = 'secret'")
    for client in (a, b, n):
        await client.hears(event(CHAT, "DELETE", ids, old_record={"id": 2}))

    await wire.sql("delete from room_members where room_id = 'general' and user_id = %s", BOB)
    await write(wire, "general", "bob is out")
    await a.hears(event(CHAT, "INSERT", ids, record=row(3, "general", "bob is out")))
    await wire.sql("insert into room_members values ('general', %s)", BOB)

    filtered = MESSAGES | {"event": "INSERT", "filter": "room_id=eq.general"}
    second = await b.join("realtime:chat2", "2", {"postgres_changes": [filtered]}, token(sub=BOB))
    await b.hears(subscribed("realtime:chat2"))
    await write(wire, "general", "filtered")
    record = row(4, "general", "filtered")
    await a.hears(event(CHAT, "INSERT", ids, record=record))
    await b.hears_in_any_order(
        event(CHAT, "INSERT", ids, record=record),
        event("realtime:chat2", "INSERT", second, record=record),
    )

    s, every = await listen(wire, SERVICE, "realtime:svc", "INSERT")
    await write(wire, "secret", "service sees")
    record = row(5, "secret", "service sees")
    await a.hears(event(CHAT, "INSERT", ids, record=record))
    await s.hears(event("realtime:svc", "INSERT", every, record=record))
