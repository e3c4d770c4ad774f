"""Malformed frames, odd refs and topics, and what kills a channel (08, 08b)."""

from typing import Any

import pytest

from tests.realtime.wire import Begins, Client, Wire, broadcast, closed, frame, joined, ok, refused

P = "realtime:p"


@pytest.fixture
async def a(wire: Wire) -> Client:
    client = await wire.open()
    await client.join(P, "1", {"broadcast": {"self": True, "ack": True}})
    return client


@pytest.mark.parametrize(
    "data",
    [
        "{not json",
        "",
        "null",
        "42",
        '"hi"',
        "[]",
        "{}",
        '{"topic":"realtime:p","event":"broadcast","ref":"90"}',
        '{"topic":"realtime:p","event":"broadcast","payload":{"type":"broadcast","event":"noref","payload":{}}}',
        '{"event":"broadcast","payload":{},"ref":"91"}',
        '["1","92","realtime:p","broadcast",{"type":"broadcast","event":"x","payload":{}}]',
        bytes([3, 1, 1, 10, 1, 0, 1]) + b"12realtime:px{}",
    ],
)
async def test_what_is_malformed_is_dropped(a: Client, data: str | bytes) -> None:
    await a.raw(data)
    await a.hears_nothing()


@pytest.mark.parametrize("ref", [93, "94"])
async def test_refs_come_back_as_they_were_and_no_join_ref_is_needed(a: Client, ref: Any) -> None:
    await a.send(P, "broadcast", {"type": "broadcast", "event": "e", "payload": {}}, ref)
    await a.hears(broadcast(P, "e", {}), ok(P, ref))


async def test_old_clients_join_without_a_join_ref(a: Client) -> None:
    old = "realtime:oldjoin"
    await a.raw('{"topic":"realtime:oldjoin","event":"phx_join","payload":{"config":{}},"ref":"95"}')
    await a.hears(joined(old, "95"))
    await a.raw('{"topic":"realtime:oldjoin","event":"phx_leave","payload":{},"ref":"96"}')
    await a.hears(ok(old, "96"), closed(old, None))


async def test_unknown_events_and_topics(a: Client) -> None:
    await a.send(P, "frobnicate", {"a": 1}, "3", "1")
    await a.hears_nothing()
    await a.send("realtime:never", "broadcast", {"type": "broadcast", "event": "x", "payload": {}}, "4")
    await a.hears(refused("realtime:never", "4", "unmatched topic"))
    await a.send("realtime:never", "phx_leave", {}, "5")
    await a.hears(ok("realtime:never", "5"))
    await a.send("phoenix", "whatever", {}, "6")
    await a.hears(refused("phoenix", "6", "unmatched topic"))


@pytest.mark.parametrize(("payload", "ref"), [({"x": 1}, "7"), ({}, None)])
async def test_a_heartbeat_with_anything(a: Client, payload: Any, ref: Any) -> None:
    await a.send("phoenix", "heartbeat", payload, ref)
    await a.hears(ok("phoenix", ref))


@pytest.mark.parametrize("payload", ["str", [1], None])
async def test_a_broadcast_may_be_any_json(a: Client, payload: Any) -> None:
    await a.send(P, "broadcast", payload, "8", "1")
    await a.hears(frame(P, "broadcast", payload), ok(P, "8"))
    await a.send(P, "broadcast", {"type": "broadcast", "event": "alive?", "payload": {}}, "11", "1")
    await a.hears(broadcast(P, "alive?", {}), ok(P, "11"))


@pytest.mark.parametrize("payload", ["str", None])
async def test_a_join_must_be_an_object(a: Client, payload: Any) -> None:
    await a.send("realtime:q", "phx_join", payload, "12", "12")
    await a.hears(refused("realtime:q", "12", Begins("UnknownErrorOnChannel: ")))


@pytest.mark.parametrize("name", ["a b", "ünï✓", "x" * 300, "a/b?c=d"])
async def test_a_topic_may_have_any_name(a: Client, name: str) -> None:
    topic = f"realtime:{name}"
    await a.join(topic, "14", {"broadcast": {"self": True}})
    await a.send(topic, "broadcast", {"type": "broadcast", "event": "e", "payload": {"t": 1}}, "15", "14")
    await a.hears(broadcast(topic, "e", {"t": 1}))


async def test_what_is_nested_too_deeply_is_dropped(a: Client) -> None:
    deep = "[" * 100_000 + "]" * 100_000
    await a.socket.send('{"topic": "phoenix", "event": "heartbeat", "ref": "1", "payload": ' + deep + "}")
    await a.send("phoenix", "heartbeat", {}, "16")
    await a.hears(ok("phoenix", "16"))


async def test_a_ping_has_its_pong(a: Client) -> None:
    await (await a.socket.ping())


async def test_a_client_may_close_with_any_code(wire: Wire, a: Client) -> None:
    await a.socket.close()
    b = await wire.open()
    await b.join(P, "1")
    await b.socket.close(4000)


async def test_a_crashed_channel_says_so_and_can_be_joined_again(a: Client) -> None:
    crash = "realtime:crash"
    await a.join(crash, "1", {"broadcast": {"self": True}})
    await a.send(crash, "presence", {"type": "presence", "event": 5}, "2", "1")
    await a.hears(frame(crash, "phx_error", {"reason": "channel_crash"}, "1"))
    await a.send(crash, "broadcast", {"type": "broadcast", "event": "x", "payload": {}}, "3", "1")
    await a.hears(refused(crash, "3", "unmatched topic"))
    await a.join(crash, "4", {"broadcast": {"self": True}})
    await a.send(crash, "broadcast", {"type": "broadcast", "event": "x", "payload": {}}, "5", "4")
    await a.hears(broadcast(crash, "x", {}))
