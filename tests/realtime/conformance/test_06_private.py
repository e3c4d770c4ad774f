"""Private channels: the policies on `realtime.messages` decide who listens and who speaks (06)."""

from typing import Any

import httpx
import pytest

from tests.realtime.wire import (
    ANA,
    ANON,
    ANY,
    BOB,
    Begins,
    Client,
    Wire,
    broadcast,
    closed,
    error,
    frame,
    ok,
    refused,
    system,
    token,
)

GENERAL, SECRET_ROOM, ANNOUNCE = "realtime:room:general", "realtime:room:secret", "realtime:announce"
UNREADABLE = "Unauthorized: You do not have permissions to read from this Channel topic: "


def private(*, presence: str | None = None, **more: Any) -> dict[str, Any]:
    spoken = {"ack": True, "self": False} | more
    return {
        "private": True,
        "broadcast": spoken,
        "presence": {"enabled": presence is not None, "key": presence or ""},
    }


async def member(wire: Wire, who: str, *, presence: str | None = None) -> Client:
    client = await wire.open()
    await client.join(GENERAL, "1", private(presence=presence), token(sub=who))
    if presence:
        await client.hears(frame(GENERAL, "presence_state", {}))
    return client


async def say(client: Client, topic: str, payload: Any, ref: str, join_ref: str) -> None:
    await client.send(topic, "broadcast", {"type": "broadcast", "event": "msg", "payload": payload}, ref, join_ref)


async def is_refused(client: Client, topic: str, ref: str, jwt: str, reason: Any) -> None:
    payload = {"config": private(), "access_token": jwt}
    await client.send(topic, "phx_join", payload, ref, ref)
    await client.hears(refused(topic, ref, reason))


async def test_strangers_are_refused(wire: Wire) -> None:
    n = await wire.open()
    await is_refused(n, GENERAL, "1", ANON, f"{UNREADABLE}room:general")
    await is_refused(n, SECRET_ROOM, "2", token(sub=BOB), f"{UNREADABLE}room:secret")


async def test_the_public_channel_of_the_same_name_is_another_room(wire: Wire) -> None:
    a, b, n = await member(wire, ANA), await member(wire, BOB), await wire.open()
    await n.join(GENERAL, "2", {"private": False, "broadcast": {"self": True, "ack": True}}, ANON)
    await say(a, GENERAL, {"t": "hello"}, "2", "1")
    await b.hears(broadcast(GENERAL, "msg", {"t": "hello"}))
    await a.hears(ok(GENERAL, "2"))
    await say(n, GENERAL, {"t": "public"}, "3", "2")
    await n.hears(broadcast(GENERAL, "msg", {"t": "public"}), ok(GENERAL, "3"))
    await a.hears_nothing()
    await b.hears_nothing()


async def test_presence_on_a_private_channel(wire: Wire) -> None:
    a, b = await member(wire, ANA, presence="alice"), await member(wire, BOB)
    await a.send(GENERAL, "presence", {"type": "presence", "event": "track", "payload": {"u": "alice"}}, "3", "1")
    alice = {"alice": {"metas": [{"phx_ref": ANY, "u": "alice"}]}}
    change = frame(GENERAL, "presence_diff", {"joins": alice, "leaves": {}})
    await a.hears_in_any_order(ok(GENERAL, "3"), change)
    await b.hears_in_any_order(change)


async def test_who_may_only_listen_speaks_to_nobody_and_gets_no_reply(wire: Wire) -> None:
    b = await wire.open()
    await b.join(ANNOUNCE, "4", private(), token(sub=BOB))
    await say(b, ANNOUNCE, {"t": 1}, "5", "4")
    await b.send(ANNOUNCE, "presence", {"type": "presence", "event": "track", "payload": {"u": "bob"}}, "6", "4")
    await b.hears(error(ANNOUNCE, "6", {}))


async def test_what_the_database_sends(wire: Wire) -> None:
    a, b, n = await member(wire, ANA), await member(wire, BOB), await wire.open()
    await n.join(GENERAL, "2", {}, ANON)
    await wire.sql("select realtime.send('{\"from\": \"db\", \"n\": 1}', 'db-event', 'room:general', true)")
    for client in (a, b):
        heard = await client.next()
        id_ = heard["payload"]["meta"]["id"]
        assert heard == broadcast(GENERAL, "db-event", {"from": "db", "n": 1, "id": id_}, meta={"id": id_})
    await wire.sql("select realtime.send('{\"from\": \"db\", \"n\": 2}', 'db-event', 'room:general', false)")
    await n.hears(broadcast(GENERAL, "db-event", {"from": "db", "n": 2, "id": ANY}, meta={"id": ANY}))


def changed(operation: str, record: Any, old_record: Any, *, replayed: bool = False) -> dict[str, Any]:
    place = {"schema": "public", "table": "messages", "operation": operation}
    payload = place | {"id": ANY, "record": record, "old_record": old_record}
    return broadcast(GENERAL, operation, payload, meta={"id": ANY} | ({"replayed": True} if replayed else {}))


def row(content: str) -> dict[str, Any]:
    nothing = {"meta": None, "tags": None}
    return {"id": 1, "room_id": "general", "user_id": ANA, "content": content, "created_at": ANY} | nothing


async def test_rows_by_trigger_and_again_on_request(wire: Wire) -> None:
    a, b = await member(wire, ANA), await member(wire, BOB)
    await wire.sql("insert into messages (room_id, user_id, content) values ('general', %s, 'by trigger')", ANA)
    await wire.sql("update messages set content = 'edited'")
    await wire.sql("delete from messages")
    await wire.sql("select realtime.send_binary('\\x00ff10', 'bin', 'room:general', true)")  # never told to 1.0.0
    for client in (a, b):
        await client.hears(
            changed("INSERT", row("by trigger"), None),
            changed("UPDATE", row("edited"), row("by trigger")),
            changed("DELETE", None, row("edited")),
        )
    c = await wire.open()
    await c.join(GENERAL, "1", private(replay={"since": 0, "limit": 3}), token(sub=ANA))
    await c.hears(
        changed("UPDATE", row("edited"), row("by trigger"), replayed=True),
        changed("DELETE", None, row("edited"), replayed=True),
    )


async def test_a_replay_has_the_newest_25(wire: Wire) -> None:
    witness = await wire.open()
    await witness.join(SECRET_ROOM, "1", private(), token(sub=ANA))
    for number in range(30):
        await wire.sql("select realtime.send(jsonb_build_object('n', %s::int), 'e', 'room:secret', true)", number)
        await witness.hears(broadcast(SECRET_ROOM, "e", {"id": ANY, "n": number}, meta={"id": ANY}))
    c = await wire.open()
    await c.join(SECRET_ROOM, "3", private(replay={"since": 0, "limit": 100}), token(sub=ANA))
    for number in range(5, 30):
        again = {"id": ANY, "replayed": True}
        await c.hears(broadcast(SECRET_ROOM, "e", {"id": ANY, "n": number}, meta=again))


async def test_a_public_channel_replays_nothing(wire: Wire) -> None:
    c, pub = await wire.open(), "realtime:room:pub"
    config = {"private": False, "broadcast": {"replay": {"since": 0, "limit": 3}}}
    await c.send(pub, "phx_join", {"config": config, "access_token": token(sub=ANA)}, "2", "2")
    await c.hears(refused(pub, "2", "UnableToReplayMessages: Replay is not allowed for public channels"))


async def test_readiness_of_the_replication_is_told_to_who_asks(wire: Wire) -> None:
    c = await wire.open()
    await c.join(SECRET_ROOM, "3", private(), token(sub=ANA))
    await c.join(SECRET_ROOM, "4", private(replication_ready=True), token(sub=ANA))
    await c.hears(closed(SECRET_ROOM, "3"), system(SECRET_ROOM, "ok", "Replication connection established"))


async def test_broadcasts_by_http_ask_the_policies_too(wire: Wire) -> None:
    a, b = await member(wire, ANA), await member(wire, BOB)

    async def post(number: int, **headers: str) -> int:
        message = {"topic": "room:general", "event": "rest", "payload": {"hi": number}, "private": True}
        async with httpx.AsyncClient(base_url=f"http://{wire.host}/realtime/v1") as http:
            return (await http.post("/api/broadcast", json={"messages": [message]}, headers=headers)).status_code

    assert await post(1, apikey=ANON, Authorization=f"Bearer {token(sub=ANA)}") == 202
    assert await post(2, apikey=ANON) == 202
    for client in (a, b):
        await client.hears(broadcast(GENERAL, "rest", {"hi": 1}))
        await client.hears_nothing()


@pytest.mark.parametrize(
    ("jwt", "reason"),
    [
        (token(sub=BOB, lives=-5), Begins("InvalidJWTToken: Token has expired ")),
        ("abc", "MalformedJWT: The token provided is not a valid JWT"),
        (
            token(sub=BOB, key="another secret of at least 32 bytes"),
            "JwtSignatureError: Failed to validate JWT signature",
        ),
        (token("nosuchrole", BOB), f"{UNREADABLE}room:general2"),
    ],
    ids=["expired", "garbage", "another secret", "unknown role"],
)
async def test_a_token_that_is_not_believed(wire: Wire, jwt: str, reason: str) -> None:
    await is_refused(await wire.open(), "realtime:room:general2", "4", jwt, reason)
