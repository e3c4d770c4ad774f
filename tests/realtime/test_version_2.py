"""A socket that speaks 2.0.0, as supabase-js does."""

import asyncio
import json
from typing import Any

import pytest

from tests.realtime.wire import ANA, Client, Wire, broadcast, ok, token

ROOM = "realtime:room:general"


@pytest.fixture
async def pair(wire: Wire) -> tuple[Client, Client]:
    """One client of each version in the same private room, both acknowledged."""
    old, new = await wire.open(), await wire.open(vsn="2.0.0")
    config = {"private": True, "broadcast": {"ack": True}}
    await old.join(ROOM, "1", config, token(sub=ANA))
    await new.raw(json.dumps(["7", "7", ROOM, "phx_join", {"config": config, "access_token": token(sub=ANA)}]))
    assert await new.next() == ["7", "7", ROOM, "phx_reply", {"status": "ok", "response": {"postgres_changes": []}}]
    wire.clients.remove(new)  # its end is not written in 1.0.0
    return old, new


async def heard(client: Client) -> Any:
    return await asyncio.wait_for(client.socket.recv(), 10)


async def test_text_is_text_for_both(pair: tuple[Client, Client]) -> None:
    old, new = pair
    payload = {"type": "broadcast", "event": "e", "payload": {"n": 1}}
    await new.raw(json.dumps(["7", "8", ROOM, "broadcast", payload]))
    await old.hears(broadcast(ROOM, "e", {"n": 1}))
    assert await new.next() == ["7", "8", ROOM, "phx_reply", {"status": "ok", "response": {}}]
    await old.send(ROOM, "broadcast", payload, "2", "1")
    assert await new.next() == [None, None, ROOM, "broadcast", payload]
    await old.hears(ok(ROOM, "2"))


async def test_binary_is_json_for_the_old_and_bytes_never_reach_them(pair: tuple[Client, Client], wire: Wire) -> None:
    old, new = pair
    another = await wire.open(vsn="2.0.0")
    wire.clients.remove(another)
    join = {"config": {"private": True}, "access_token": token(sub=ANA)}
    await another.raw(json.dumps(["1", "1", ROOM, "phx_join", join]))
    await another.next()
    for is_json, body in ((1, b'{"n":2}'), (0, b"\x00\xff")):
        head = bytes([3, 1, 1, len(ROOM), 3, 0, is_json])
        await new.raw(head + b"79" + ROOM.encode() + b"bin" + body)
        assert await heard(another) == bytes([4, len(ROOM), 3, 0, is_json]) + ROOM.encode() + b"bin" + body
        assert await new.next() == ["7", "9", ROOM, "phx_reply", {"status": "ok", "response": {}}]
    await old.hears(broadcast(ROOM, "bin", {"n": 2}))
    await old.hears_nothing()
    await another.socket.close()


async def test_what_the_database_sends_is_binary(pair: tuple[Client, Client], wire: Wire) -> None:
    old, new = pair
    await wire.sql("select realtime.send('{\"id\": \"mine\"}', 'db', 'room:general')")
    frame = await heard(new)
    meta_length = frame[3]
    meta = json.loads(frame[5 + len(ROOM) + 2 :][:meta_length])
    assert frame[:5] == bytes([4, len(ROOM), 2, meta_length, 1])
    assert frame.endswith(b'{"id": "mine"}')
    await old.hears(broadcast(ROOM, "db", {"id": "mine"}, meta=meta))


async def test_a_frame_of_the_other_version_is_dropped(pair: tuple[Client, Client]) -> None:
    _, new = pair
    await new.raw(json.dumps({"topic": "phoenix", "event": "heartbeat", "payload": {}, "ref": "1"}))
    await new.raw(json.dumps([None, "2", "phoenix", "heartbeat", {}]))
    assert await new.next() == [None, "2", "phoenix", "phx_reply", {"status": "ok", "response": {}}]


async def test_a_broadcast_that_is_no_object_kills_the_channel(pair: tuple[Client, Client]) -> None:
    old, new = pair
    await new.raw(json.dumps(["7", "8", ROOM, "broadcast", "str"]))
    assert await new.next() == ["7", "7", ROOM, "phx_error", {"reason": "channel_crash"}]
    await old.hears_nothing()
