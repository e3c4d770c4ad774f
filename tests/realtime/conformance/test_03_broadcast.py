"""Broadcasts on a public channel, by socket and by HTTP (03)."""

from contextlib import suppress
from typing import Any

import httpx
import pytest
from websockets.exceptions import ConnectionClosed

from tests.realtime.wire import ANON, SERVICE, Client, Wire, broadcast, error, frame, ok

BC = "realtime:bc"


@pytest.fixture
async def pair(wire: Wire) -> tuple[Client, Client]:
    """A neither hears itself nor is acknowledged; B both."""
    a, b = await wire.open(), await wire.open()
    await a.join(BC, "1", {"broadcast": {"ack": False, "self": False}})
    await b.join(BC, "1", {"broadcast": {"ack": True, "self": True}})
    return a, b


async def say(client: Client, payload: Any, ref: Any) -> None:
    await client.send(BC, "broadcast", payload, ref, "1")


async def post(wire: Wire, path: str, body: Any, **headers: str) -> tuple[int, Any]:
    async with httpx.AsyncClient(base_url=f"http://{wire.host}/realtime/v1") as http:
        answer = await http.post(path, json=body, headers=headers)
    return answer.status_code, answer.json() if answer.content else None


async def test_others_hear_it_and_the_sender_does_not(pair: tuple[Client, Client]) -> None:
    a, b = pair
    await say(a, {"type": "broadcast", "event": "cursor", "payload": {"x": 1, "t": "grüß dich ✓"}}, "2")
    await b.hears(broadcast(BC, "cursor", {"x": 1, "t": "grüß dich ✓"}))
    await a.hears_nothing()


@pytest.mark.parametrize("ref", ["2", None])
async def test_the_copy_for_oneself_comes_before_the_acknowledgement(pair: tuple[Client, Client], ref: Any) -> None:
    a, b = pair
    await say(b, {"type": "broadcast", "event": "cursor", "payload": {"x": 2}}, ref)
    await b.hears(broadcast(BC, "cursor", {"x": 2}), ok(BC, ref))
    await a.hears(broadcast(BC, "cursor", {"x": 2}))


@pytest.mark.parametrize(
    "payload",
    [
        {"foo": "bar"},
        {"type": "broadcast", "event": "e", "payload": [1, 2], "id": "zzz", "meta": {"id": "q"}},
    ],
)
async def test_the_payload_is_passed_on_as_it_is(pair: tuple[Client, Client], payload: Any) -> None:
    a, b = pair
    await say(b, payload, "3")
    await b.hears(frame(BC, "broadcast", payload), ok(BC, "3"))
    await a.hears(frame(BC, "broadcast", payload))


async def test_another_event_is_ignored(pair: tuple[Client, Client]) -> None:
    a, b = pair
    await b.send(BC, "shout", {"type": "broadcast", "event": "e", "payload": {}}, "5", "1")
    await b.hears_nothing()
    await a.hears_nothing()


async def test_by_http_with_the_service_key(wire: Wire, pair: tuple[Client, Client]) -> None:
    messages = [
        {"topic": "bc", "event": "rest", "payload": {"hi": 1}},
        {"topic": "bc", "event": "rest2", "payload": {"hi": 2}, "private": False},
    ]
    headers = {"apikey": SERVICE, "Authorization": f"Bearer {SERVICE}"}
    assert await post(wire, "/api/broadcast", {"messages": messages}, **headers) == (202, None)
    for client in pair:
        await client.hears(broadcast(BC, "rest", {"hi": 1}), broadcast(BC, "rest2", {"hi": 2}))


async def test_by_http_with_the_public_key_alone(wire: Wire, pair: tuple[Client, Client]) -> None:
    messages = [{"topic": "bc", "event": "rest-anon", "payload": {"hi": 1}}]
    assert await post(wire, "/api/broadcast", {"messages": messages}, apikey=ANON) == (202, None)
    for client in pair:
        await client.hears(broadcast(BC, "rest-anon", {"hi": 1}))


async def test_by_http_without_a_key(wire: Wire, pair: tuple[Client, Client]) -> None:
    messages = [{"topic": "bc", "event": "noauth", "payload": {"hi": 1}}]
    assert await post(wire, "/api/broadcast", {"messages": messages}) == (401, {"message": "Unauthorized"})
    for client in pair:
        await client.hears_nothing()


async def test_by_http_with_half_a_message(wire: Wire, pair: tuple[Client, Client]) -> None:
    blanks = {"event": ["can't be blank"], "payload": ["can't be blank"]}
    answer = await post(wire, "/api/broadcast", {"messages": [{"topic": "bc"}]}, apikey=ANON)
    assert answer == (422, {"errors": {"messages": [blanks]}})
    for client in pair:
        await client.hears_nothing()


async def test_by_http_to_one_topic(wire: Wire, pair: tuple[Client, Client]) -> None:
    assert await post(wire, "/api/broadcast/bc/events/single", {"s": 1}, apikey=ANON) == (202, None)
    for client in pair:
        await client.hears(broadcast(BC, "single", {"s": 1}))


async def test_a_payload_above_3000_kb_is_refused_or_dropped(pair: tuple[Client, Client]) -> None:
    a, b = pair
    large = {"type": "broadcast", "event": "big", "payload": {"d": "x" * 4_000_000}}
    await say(b, large, "6")
    await b.hears(error(BC, "6", "payload_size_exceeded"))
    await say(a, large, "7")
    await a.hears_nothing()
    await b.hears_nothing()


async def test_a_frame_above_5_mb_closes_the_socket(pair: tuple[Client, Client]) -> None:
    a, b = pair
    with suppress(ConnectionClosed):  # while it is still being sent
        await say(a, {"type": "broadcast", "event": "big", "payload": {"d": "x" * 6_000_000}}, "8")
    await a.is_closed(1009)
    await b.hears_nothing()
