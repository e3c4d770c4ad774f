"""What a socket is not allowed, and how it ends."""

import asyncio

import httpx
import pytest

from chattui.local.realtime import connection
from chattui.local.realtime.app import Config
from chattui.local.realtime.limits import Window
from tests.realtime.wire import ANON, SECRET, SERVICE, Wire, frame, ok, refused, token

ROOM = "realtime:room"


@pytest.fixture
def config(dsn: str) -> Config:
    return Config(dsn, SECRET, api_keys={"sb_publishable_known": ANON}, idle_timeout=0.3, max_channels=2)


async def test_an_idle_socket_is_closed_as_if_all_were_well(wire: Wire) -> None:
    await (await wire.open()).is_closed(1000)


async def test_a_ping_is_a_sign_of_life(wire: Wire) -> None:
    a = await wire.open()
    await a.join(ROOM, "1")
    for _ in range(8):  # 0.8 s, more than twice the time of an idle socket
        await asyncio.sleep(0.1)
        await asyncio.wait_for(await a.socket.ping(), 1)
    await a.send("phoenix", "heartbeat", {}, "2")
    await a.hears(ok("phoenix", "2"))


async def test_a_socket_has_so_many_channels(wire: Wire) -> None:
    a = await wire.open()
    await a.join("realtime:1", "1")
    await a.join("realtime:2", "2")
    await a.send("realtime:3", "phx_join", {"config": {}}, "3", "3")
    await a.hears(refused("realtime:3", "3", "ChannelRateLimitReached: Too many channels"))


async def test_an_opaque_key_stands_for_its_token(wire: Wire) -> None:
    a = await wire.open("sb_publishable_known")
    await a.send("realtime:x", "phx_join", {"config": {}, "access_token": "sb_publishable_known"}, "1", "1")
    assert (await a.next())["payload"]["status"] == "ok"


@pytest.mark.parametrize("role", ["postgres", "supabase_admin", "authenticator", "nobody"])
async def test_a_token_may_not_name_any_role(wire: Wire, role: str) -> None:
    status, _ = await wire.refuses(token(role))
    assert status == 401


async def test_who_does_not_read_is_let_go(wire: Wire, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(connection, "_MAX_UNSENT", 100)
    deaf, b = await wire.open(), await wire.open()
    await deaf.join(ROOM, "1", {"presence": {"enabled": True, "key": "deaf"}})
    await deaf.hears(frame(ROOM, "presence_state", {}))
    await deaf.send(ROOM, "presence", {"event": "track", "payload": {}}, "2", "1")
    await b.join(ROOM, "1", {"broadcast": {"ack": True}})
    loud = {"type": "broadcast", "event": "e", "payload": {"d": "x" * 200_000}}
    heard = None
    while heard != "presence_diff":  # the room is told that the deaf one has left
        await b.send(ROOM, "broadcast", loud, "3", "1")
        heard = (await b.next())["event"]
    await b.hears(ok(ROOM, "3"))
    wire.clients.remove(deaf)
    deaf.socket.transport.abort()


async def test_a_body_has_a_size(wire: Wire) -> None:
    async with httpx.AsyncClient(base_url=f"http://{wire.host}/realtime/v1") as http:
        answer = await http.post("/api/broadcast", content=b" " * 4_000_000, headers={"apikey": SERVICE})
    assert answer.status_code == 413


def test_a_window_slides() -> None:
    window = Window(2, 30)
    assert [window.admits(now) for now in (0, 1, 2, 31.5, 32.5, 33)] == [True, True, False, True, True, False]
