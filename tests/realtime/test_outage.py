"""Postgres goes away under a live server and comes back."""

import asyncio

import psycopg
from psycopg import AsyncConnection

from chattui.local.postgres import Postgres
from tests.realtime.conformance.test_05a_row_events import TODOS, event, todo
from tests.realtime.conformance.test_05b_row_security import event as message_event
from tests.realtime.conformance.test_05b_row_security import listen, row
from tests.realtime.conformance.test_05b_row_security import write as insert
from tests.realtime.conftest import RunningServer
from tests.realtime.wire import ANA, Begins, Client, Wire, broadcast, ok, refused, subscribed, token

TALK = "realtime:talk"


async def write(dsn: str, body: str) -> None:
    async with await AsyncConnection.connect(dsn, autocommit=True) as connection:
        await connection.execute("insert into todos (room, body) values ('general', %s)", (body,))


async def until_live(server: RunningServer) -> None:
    async with asyncio.timeout(20):
        await server.realtime.live.wait()


async def restart(cluster: Postgres, server: RunningServer, meanwhile: Client) -> None:
    """Stop Postgres, see what still works without it, write a row once it is back, and wait for the stream."""
    port = cluster.port
    await asyncio.to_thread(cluster.stop)
    while server.realtime.live.is_set():  # noqa: ASYNC110  (there is no event for the end of an outage's beginning)
        await asyncio.sleep(0.01)
    await meanwhile.send(TALK, "broadcast", {"type": "broadcast", "event": "x", "payload": {}}, "2", "1")
    await meanwhile.hears(broadcast(TALK, "x", {}), ok(TALK, "2"))
    private = {"config": {"private": True}, "access_token": token(sub=ANA)}
    await meanwhile.send("realtime:room:general", "phx_join", private, "3", "3")
    await meanwhile.hears(refused("realtime:room:general", "3", Begins("UnableToConnectToProject: ")))
    await asyncio.to_thread(cluster.start, port)
    await until_live(server)


async def test_channels_stay_and_rows_come_again(cluster: Postgres, server: RunningServer, dsn: str) -> None:
    with psycopg.connect(dsn):  # the database is there
        wire = Wire(f"127.0.0.1:{server.port}", None)  # type: ignore[arg-type]  # nothing is written through it
    a = await wire.open()
    await a.join(TALK, "1", {"broadcast": {"self": True, "ack": True}})
    ids = await a.join("realtime:rows", "2", {"postgres_changes": [TODOS | {"event": "INSERT"}]})
    await a.hears(subscribed("realtime:rows"))
    await write(dsn, "before")
    await a.hears(event("realtime:rows", "INSERT", ids, record=todo(1, "general", "before")))
    await restart(cluster, server, a)
    await write(dsn, "after")
    heard = await a.next()
    assert heard["payload"]["data"]["record"]["body"] == "after"
    await wire.settle()


async def test_ended_connections_are_opened_again(server: RunningServer, wire: Wire) -> None:
    a, ids = await listen(wire, token(sub=ANA))
    await wire.sql("alter table messages disable trigger announce")
    await insert(wire, "general", "before")
    await a.hears(message_event("realtime:chat", "INSERT", ids, record=row(1, "general", "before")))
    ended = "select pg_terminate_backend(pid, 5000) from pg_stat_activity where application_name = 'chattui realtime'"
    await wire.sql(ended + " and backend_type = 'client backend'")
    await insert(wire, "general", "without the eyes")
    await a.hears(message_event("realtime:chat", "INSERT", ids, record=row(2, "general", "without the eyes")))
    await wire.sql(ended)
    while server.realtime.live.is_set():  # noqa: ASYNC110  (as above)
        await asyncio.sleep(0.01)
    await until_live(server)
    await insert(wire, "general", "after")
    await a.hears(message_event("realtime:chat", "INSERT", ids, record=row(3, "general", "after")))
    await wire.sql("alter table messages enable trigger announce")
