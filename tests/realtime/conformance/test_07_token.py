"""Tokens that expire, are renewed, or turn bad while a channel is joined (07)."""

from typing import Any

import pytest

from tests.realtime.conformance.test_05b_row_security import MESSAGES, event, row
from tests.realtime.conformance.test_06_private import GENERAL, UNREADABLE, changed
from tests.realtime.conformance.test_06_private import row as broadcast_row
from tests.realtime.wire import (
    ANA,
    BOB,
    EVE,
    Begins,
    Client,
    Wire,
    broadcast,
    closed,
    joined,
    ok,
    refused,
    subscribed,
    system,
    token,
)

EXPIRED = "Token has expired 0 seconds ago"
PRIVATE: dict[str, Any] = {"private": True, "broadcast": {"ack": True, "self": False}}
WITH_ROWS = PRIVATE | {"postgres_changes": [MESSAGES | {"event": "*"}]}


async def renew(client: Client, topic: str, jwt: Any, ref: str, join_ref: str) -> None:
    await client.send(topic, "access_token", {"access_token": jwt}, ref, join_ref)


async def say(client: Client, topic: str, ref: str, join_ref: str) -> None:
    await client.send(topic, "broadcast", {"type": "broadcast", "event": "x", "payload": {}}, ref, join_ref)


async def test_channels_die_with_their_token_and_the_socket_lives_on(wire: Wire) -> None:
    a, pub, anonkey = await wire.open(), "realtime:pub", "realtime:anonkey"
    await a.join(anonkey, "3", {"broadcast": {"self": True}})
    short = token(sub=ANA, lives=2)
    await a.send(GENERAL, "phx_join", {"config": WITH_ROWS, "access_token": short}, "1", "1")
    await a.send(pub, "phx_join", {"config": {"broadcast": {"self": True}}, "access_token": short}, "2", "2")
    await a.hears_in_any_order(
        joined(GENERAL, "1", WITH_ROWS["postgres_changes"]),
        joined(pub, "2"),
        subscribed(GENERAL),
    )
    await a.hears_in_any_order(
        system(GENERAL, "error", EXPIRED),
        closed(GENERAL, "1"),
        system(pub, "error", EXPIRED),
        closed(pub, "2"),
    )
    await a.send("phoenix", "heartbeat", {}, "4")
    await a.hears(ok("phoenix", "4"))
    await say(a, anonkey, "5", "3")
    await a.hears(broadcast(anonkey, "x", {}))
    await say(a, GENERAL, "6", "1")
    await a.hears(refused(GENERAL, "6", "unmatched topic"))


async def test_a_renewed_token_outlives_the_first(wire: Wire) -> None:
    a, doomed = await wire.open(), "realtime:doomed"
    short = token(sub=ANA, lives=2)
    await a.join(doomed, "6", {}, short)
    ids = await a.join(GENERAL, "7", WITH_ROWS, short)
    await a.hears(subscribed(GENERAL))
    current = token(sub=ANA, lives=3000)
    await renew(a, GENERAL, current, "8", "7")
    await a.hears(subscribed(GENERAL))
    await a.hears(system(doomed, "error", EXPIRED), closed(doomed, "6"))  # the first token is over

    await say(a, GENERAL, "9", "7")
    await a.hears(ok(GENERAL, "9"))
    await wire.sql("insert into messages (room_id, user_id, content) values ('general', %s, 'still here')", ANA)
    await a.hears_in_any_order(
        changed("INSERT", broadcast_row("still here"), None),
        event(GENERAL, "INSERT", ids, record=row(1, "general", "still here")),
    )
    for number, nothing_new in enumerate((current, None, "sb_publishable_x", 5), 10):
        await renew(a, GENERAL, nothing_new, str(number), "7")
    await a.hears_nothing()
    await renew(a, GENERAL, token(sub=BOB), "14", "7")
    await a.hears(subscribed(GENERAL))
    await renew(a, GENERAL, token(sub=EVE), "15", "7")
    await a.hears(system(GENERAL, "error", f"{UNREADABLE}room:general".removeprefix("Unauthorized: ")))
    await a.hears(closed(GENERAL, "7"))


@pytest.mark.parametrize(
    ("jwt", "why"),
    [
        (token(sub=ANA, lives=-30), Begins("Token has expired ")),
        ("abc", "The token provided is not a valid JWT"),
        (token(sub=ANA, key="another secret of at least 32 bytes"), ":signature_error"),
        (token(None, ANA), "Fields `role` and `exp` are required in JWT"),
    ],
    ids=["expired", "garbage", "another secret", "no role"],
)
@pytest.mark.parametrize("asked", [PRIVATE, {}], ids=["private", "public"])
async def test_a_bad_token_ends_the_channel(wire: Wire, asked: dict[str, Any], jwt: str, why: str) -> None:
    a = await wire.open()
    await a.join(GENERAL, "16", asked, token(sub=ANA))
    await renew(a, GENERAL, jwt, "17", "16")
    await a.hears(system(GENERAL, "error", why))
    await a.hears(closed(GENERAL, "16"))


@pytest.mark.parametrize("topic", ["phoenix", "realtime:notjoined"])
async def test_a_token_for_no_channel(wire: Wire, topic: str) -> None:
    a = await wire.open()
    await a.send(topic, "access_token", {"access_token": token(sub=ANA)}, "26")
    await a.hears(refused(topic, "26", "unmatched topic"))


async def test_without_a_token_of_its_own_a_channel_lives_as_long_as_the_key(wire: Wire) -> None:
    b = await wire.open(token("anon", lives=2))
    await b.join("realtime:short", "1", {"broadcast": {"self": True}})
    await b.hears(system("realtime:short", "error", EXPIRED), closed("realtime:short", "1"))
    await b.send("phoenix", "heartbeat", {}, "2")
    await b.hears(ok("phoenix", "2"))
    await b.send("realtime:short2", "phx_join", {"config": {}}, "3", "3")
    await b.hears(refused("realtime:short2", "3", Begins("InvalidJWTToken: Token has expired ")))
    await b.join("realtime:short3", "4", {}, token(sub=ANA))
