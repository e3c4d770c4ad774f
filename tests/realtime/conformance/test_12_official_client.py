"""The official Python client, unchanged: its own traffic (12a), and what it does when the server restarts (12c)."""

import ast
import asyncio
import json
import logging
from collections.abc import AsyncIterator
from typing import Any

import pytest
from realtime import (
    AsyncRealtimeChannel,
    AsyncRealtimeClient,
    RealtimePostgresChangesListenEvent,
    RealtimeSubscribeStates,
)
from realtime.types import RealtimeChannelOptions

from tests.realtime.conformance.test_05b_row_security import MESSAGES, event, row
from tests.realtime.conformance.test_06_private import GENERAL as ROOM
from tests.realtime.conformance.test_06_private import changed
from tests.realtime.conformance.test_06_private import row as stored
from tests.realtime.conftest import RunningServer
from tests.realtime.wire import ANA, ANON, ANY, Wire, broadcast, closed, frame, joined, ok, system, token
from tests.realtime.wire import subscribed as subscribed_frame

pytestmark = pytest.mark.filterwarnings("ignore:ConnectionClosed\\..* is deprecated:DeprecationWarning")
"""The client reads it when a socket ends; as an error it would kill its listener."""

JOINED, ERROR, CLOSED = (
    RealtimeSubscribeStates.SUBSCRIBED,
    RealtimeSubscribeStates.CHANNEL_ERROR,
    RealtimeSubscribeStates.CLOSED,
)
OPTIONS: RealtimeChannelOptions = {
    "config": {
        "broadcast": {"ack": True, "self": True},
        "presence": {"key": "ana", "enabled": True},
        "private": True,
    }
}


ANYTHING: list[Any] = [ANY]
NEW = {"id": ANY}


class Ear:
    """Collects what the client's callbacks are told."""

    def __init__(self, channel: AsyncRealtimeChannel) -> None:
        self.heard: asyncio.Queue[Any] = asyncio.Queue()
        self.channel = channel
        channel.on_postgres_changes(
            RealtimePostgresChangesListenEvent.All, self._row, table="messages", schema="public"
        )
        channel.on_broadcast("msg", lambda payload: self._note("broadcast", payload["payload"]))
        channel.on_broadcast("INSERT", lambda payload: self._note("stored", payload["payload"]["record"]["content"]))
        channel.on_presence_sync(lambda: self._note("presence", sorted(channel.presence_state())))
        channel.on_system(lambda payload: self._note("system", payload.message))

    def _row(self, payload: Any) -> None:
        data = payload["data"]
        self._note(
            "row", data["type"].value if hasattr(data["type"], "value") else data["type"], data["record"]["content"]
        )

    def _note(self, *what: Any) -> None:
        self.heard.put_nowait(what)

    def told(self, status: RealtimeSubscribeStates, _: Exception | None) -> None:
        self._note(status)

    async def until(self, *expected: Any) -> list[Any]:
        """Wait for one thing; answer what came before it."""
        before = []
        async with asyncio.timeout(15):
            while (heard := await self.heard.get()) != expected:
                before.append(heard)
        return before


@pytest.fixture
async def client(wire: Wire) -> AsyncIterator[AsyncRealtimeClient]:
    client = AsyncRealtimeClient(f"http://{wire.host}/realtime/v1", ANON, initial_backoff=0.1)
    yield client
    await client.close()


async def subscribed(client: AsyncRealtimeClient, *, lives: float = 3600) -> Ear:
    await client.set_auth(token(sub=ANA, lives=lives))
    ear = Ear(client.channel("room:general", OPTIONS))
    await ear.channel.subscribe(ear.told)
    await ear.until(JOINED)
    await ear.until("system", "Subscribed to PostgreSQL")
    return ear


async def write(wire: Wire, content: str) -> None:
    await wire.sql("insert into messages (room_id, user_id, content) values ('general', %s, %s)", ANA, content)


def received(caplog: pytest.LogCaptureFixture) -> list[Any]:
    """Every frame that the client was sent, as it logs them."""
    lines = [record.getMessage() for record in caplog.records if record.name == "realtime._async.client"]
    frames = [line.removeprefix("receive: ") for line in lines if line.startswith("receive: ")]
    return [json.loads(ast.literal_eval(frame)) for frame in frames]


def are_the_same(frames: list[Any], expected: list[Any]) -> None:
    """In whatever order: replies and what they cause overtake each other on the hosted server as well."""
    missing = list(expected)
    for heard in frames:
        assert heard in missing, heard
        missing.remove(heard)
    assert missing == []


def session(ref: str, *contents: str) -> list[Any]:
    """What a joining client hears, then that these rows were written."""
    welcome = [
        joined(ROOM, ref, [MESSAGES | {"event": "*"}]),
        ok("phoenix", None),
        frame(ROOM, "presence_state", {}),
        subscribed_frame(ROOM),
    ]
    told = [
        (
            changed("INSERT", stored(each) | NEW, None),
            event(ROOM, "INSERT", ANYTHING, record=row(0, "general", each) | NEW),
        )
        for each in contents
    ]
    return welcome + [heard for pair in told for heard in pair]


async def test_rows_broadcasts_presence_and_a_new_token(
    wire: Wire,
    client: AsyncRealtimeClient,
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.set_level(logging.DEBUG, "realtime._async.client")
    ear = await subscribed(client, lives=3)
    await ear.channel.track({"u": "ana"})
    await ear.until("presence", ["ana"])
    await ear.channel.send_broadcast("msg", {"t": "hi from the client"})
    await ear.until("broadcast", {"t": "hi from the client"})
    await write(wire, "a row")
    await ear.until("row", "INSERT", "a row")
    await ear.until("stored", "a row")

    await client.set_auth(token(sub=ANA, lives=5))
    await ear.until("system", "Subscribed to PostgreSQL")
    seen = await ear.until(CLOSED)
    assert (ERROR,) in seen

    frames = received(caplog)
    assert frames[-2:] == [system(ROOM, "error", "Token has expired 0 seconds ago"), closed(ROOM, "1")]
    expected = [
        *session("1", "a row"),
        ok(ROOM, "2"),
        frame(ROOM, "presence_diff", {"joins": {"ana": {"metas": [{"phx_ref": ANY, "u": "ana"}]}}, "leaves": {}}),
        broadcast(ROOM, "msg", {"t": "hi from the client"}),
        ok(ROOM, "3"),
        subscribed_frame(ROOM),
    ]
    are_the_same(frames[:-2], expected)


async def test_a_topic_that_is_not_ours(client: AsyncRealtimeClient) -> None:
    await client.set_auth(token(sub=ANA))
    ear = Ear(client.channel("room:elsewhere", OPTIONS))
    await ear.channel.subscribe(ear.told)
    await ear.until(ERROR)
    await ear.channel.unsubscribe()


async def test_a_restart_of_the_server_loses_what_was_written_meanwhile(
    wire: Wire,
    server: RunningServer,
    client: AsyncRealtimeClient,
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.set_level(logging.DEBUG, "realtime._async.client")
    ear = await subscribed(client)
    await write(wire, "before")
    await ear.until("row", "INSERT", "before")
    await ear.until("stored", "before")
    await server.stop()
    await write(wire, "meanwhile")
    await server.start()
    await ear.until("system", "Subscribed to PostgreSQL")
    await write(wire, "after")
    assert ("row", "INSERT", "meanwhile") not in await ear.until("row", "INSERT", "after")
    await ear.until("stored", "after")
    frames = session("1", "before") + session("2", "after")
    are_the_same(received(caplog), frames)
    assert any("closed with code: 1012" in line for line in caplog.messages)
