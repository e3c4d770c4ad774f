"""A refused join holds its whole socket, in both directions, for as long as the delay (13)."""

import time

import pytest

from chattui.local.realtime.app import Config
from tests.realtime.wire import BOB, SECRET, Wire, broadcast, joined, ok, refused, token

OK, OK2, DENIED = "realtime:ok", "realtime:ok2", "realtime:room:secret"
DELAY = 0.5


@pytest.fixture
def config(dsn: str) -> Config:
    return Config(dsn, SECRET, join_error_delay=DELAY, handshake_delay=DELAY)


async def test_a_refused_handshake_waits_too(wire: Wire) -> None:
    begun = time.monotonic()
    assert (await wire.refuses("garbage"))[0] == 401
    assert time.monotonic() - begun >= DELAY


async def test_everything_waits_for_the_refusal(wire: Wire) -> None:
    a, b = await wire.open(), await wire.open()
    await a.join(OK, "1", {"broadcast": {"self": True, "ack": True}})
    await b.join(OK, "1")
    await a.send(DENIED, "phx_join", {"config": {"private": True}, "access_token": token(sub=BOB)}, "2", "2")
    await a.send("phoenix", "heartbeat", {}, "3")
    await a.send(OK, "broadcast", {"type": "broadcast", "event": "mine", "payload": {}}, "4", "1")
    await a.send(OK2, "phx_join", {"config": {}}, "5", "5")
    await b.send(OK, "broadcast", {"type": "broadcast", "event": "from-b", "payload": {}}, "2", "1")
    await b.hears_nothing()  # A's broadcast is held up as well

    why = "Unauthorized: You do not have permissions to read from this Channel topic: room:secret"
    await a.hears(refused(DENIED, "2", why))
    await a.hears_in_any_order(
        ok("phoenix", "3"),
        joined(OK2, "5"),
        broadcast(OK, "from-b", {}),
        broadcast(OK, "mine", {}),
        ok(OK, "4"),
    )
    await b.hears(broadcast(OK, "mine", {}))
