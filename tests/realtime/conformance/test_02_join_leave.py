"""Joining in all its variants, heartbeat, leave, rejoin (02)."""

from typing import Any

import pytest

from tests.realtime.wire import ANON, ANY, Begins, Wire, broadcast, closed, frame, joined, ok, refused, system

FULL = {
    "broadcast": {"ack": False, "self": False},
    "presence": {"enabled": False, "key": ""},
    "postgres_changes": [],
    "private": False,
}


async def test_a_channel_is_joined_and_left(wire: Wire) -> None:
    a, room = await wire.open(), "realtime:room1"
    await a.join(room, "1", FULL, ANON)
    await a.send("phoenix", "heartbeat", {}, "2")
    await a.hears(ok("phoenix", "2"))
    await a.leave(room, "3", "1")
    await a.send(room, "broadcast", {"type": "broadcast", "event": "x", "payload": {}}, "4", "1")
    await a.hears(refused(room, "4", "unmatched topic"))


async def test_a_join_without_config_subscribes_to_what_the_topic_names(wire: Wire) -> None:
    a, room = await wire.open(), "realtime:room2"
    await a.send(room, "phx_join", {}, "5", "5")
    await a.hears(ok(room, "5", {"postgres_changes": [{"id": ANY, "schema": "room2"}]}))
    wanted = "[event: *, schema: room2, table: *, filters: [], select: nil]"
    why = "Please check Realtime is enabled for the given connect parameters"
    message = f"Unable to subscribe to changes with given parameters. {why}: {wanted}"
    await a.hears(system(room, "error", message, "postgres_changes"))


async def test_a_second_join_closes_the_first(wire: Wire) -> None:
    a, room = await wire.open(), "realtime:room3"
    await a.join(room, "6")
    await a.join(room, "7")
    await a.hears(closed(room, "6"))
    await a.send(room, "broadcast", {"type": "broadcast", "event": "old", "payload": {}}, "8", "1")
    await a.hears_nothing()


async def test_leave_and_join_at_once(wire: Wire) -> None:
    """The hosted server may leave out the reply to the leave."""
    a, room = await wire.open(), "realtime:room3"
    await a.join(room, "7")
    await a.send(room, "phx_leave", {}, "9", "7")
    await a.send(room, "phx_join", {"config": {}}, "10", "10")
    await a.hears_in_any_order(joined(room, "10"), closed(room, "7"), ok(room, "9"))


async def test_presence_begins_with_the_state(wire: Wire) -> None:
    a, room = await wire.open(), "realtime:room4"
    await a.join(room, "11", {"presence": {"enabled": True, "key": "k1"}})
    await a.hears(frame(room, "presence_state", {}))


async def test_booleans_may_be_words(wire: Wire) -> None:
    a, room = await wire.open(), "realtime:room5"
    await a.join(room, "12", {"broadcast": {"ack": "true", "self": "True"}})
    await a.send(room, "broadcast", {"type": "broadcast", "event": "e", "payload": {"a": 1}}, "13", "12")
    await a.hears(broadcast(room, "e", {"a": 1}), ok(room, "13"))


@pytest.mark.parametrize(
    ("topic", "asked", "reason"),
    [
        (
            "realtime:room6",
            {"broadcast": "nope", "presence": [], "private": "maybe", "postgres_changes": {"a": 1}},
            Begins("UnknownErrorOnChannel: "),
        ),
        ("realtime:", {}, "TopicNameRequired: You must provide a topic name"),
        ("room1", {}, "unmatched topic"),
    ],
)
async def test_a_join_is_refused(wire: Wire, topic: str, asked: dict[str, Any], reason: str) -> None:
    a = await wire.open()
    await a.send(topic, "phx_join", {"config": asked}, "14", "14")
    await a.hears(refused(topic, "14", reason))


async def test_a_star_is_a_name(wire: Wire) -> None:
    a = await wire.open()
    await a.join("realtime:*", "17")
