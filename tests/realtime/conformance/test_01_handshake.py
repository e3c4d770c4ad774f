"""Which handshakes are accepted, and how the others are answered (01, 01b)."""

import json
from http.client import HTTPConnection

import anyio.to_thread
import pytest

from tests.realtime.wire import ANON, Wire, closed, joined, ok, system, token


async def heartbeat_works(wire: Wire, apikey: str | None = ANON, **query: str) -> None:
    client = await wire.open(apikey, **query)
    await client.send("phoenix", "heartbeat", {}, "1")
    await client.hears(ok("phoenix", "1"))


async def test_a_key_in_the_query_or_in_the_header(wire: Wire) -> None:
    await heartbeat_works(wire)
    await heartbeat_works(wire, None, header=ANON)


async def test_the_header_wins_over_the_query(wire: Wire) -> None:
    await heartbeat_works(wire, "garbage", header=ANON)


async def test_a_log_level_is_ignored(wire: Wire) -> None:
    await heartbeat_works(wire, log_level="info")


@pytest.mark.parametrize(
    ("apikey", "why"),
    [
        (None, "API key is missing"),
        ("garbage", "The token provided is not a valid JWT"),
        ("sb_publishable_unknown", "The token provided is not a valid JWT"),
        (token("anon", key="another secret of at least 32 bytes"), "Failed to validate JWT signature"),
        (token("anon", lives=-60), "Token has expired"),
        (token(None), "Fields `role` and `exp` are required in JWT"),
        (token("anon", lives=None), "Fields `role` and `exp` are required in JWT"),
    ],
    ids=range(7),  # tokens carry the time, and a test's name has to be the same in every process
)
async def test_a_bad_key_is_refused_with_the_reason(wire: Wire, apikey: str | None, why: str) -> None:
    status, body = await wire.refuses(apikey)
    assert (status, json.loads(body)) == (401, {"error": why})


async def test_another_version_is_refused_without_a_word(wire: Wire) -> None:
    assert await wire.refuses(vsn="3.0.0") == (403, b"")


async def test_another_path_is_not_found(wire: Wire) -> None:
    assert await wire.refuses(path="nothing") == (404, b"Not Found")


async def test_without_a_version_it_is_1_0_0(wire: Wire) -> None:
    client = await wire.open(vsn="")
    await client.send("phoenix", "heartbeat", {}, "1")
    await client.hears(ok("phoenix", "1"))


async def test_user_token_is_another_name_of_access_token(wire: Wire) -> None:
    client, topic = await wire.open(), "realtime:n"
    payload = {"config": {"broadcast": {"self": True}}, "user_token": token(lives=2)}
    await client.send(topic, "phx_join", payload, "2", "2")
    await client.hears(joined(topic, "2"))
    await client.hears(system(topic, "error", "Token has expired 0 seconds ago"), closed(topic, "2"))


async def test_plain_http_is_refused(wire: Wire) -> None:
    def get() -> int:
        connection = HTTPConnection(wire.host)
        connection.request("GET", f"/realtime/v1/websocket?vsn=1.0.0&apikey={ANON}")
        response = connection.getresponse()
        response.read()
        connection.close()
        return response.status

    assert await anyio.to_thread.run_sync(get) == 400
