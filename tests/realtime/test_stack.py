"""The socket where it really stands: one agent's one channel on the embedded stack, with the project's own policies."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any
from urllib.parse import urlparse
from uuid import uuid4

import httpx
import psycopg
import pytest
from psycopg import AsyncConnection

from tests.realtime.wire import ANY, Client, Wire, broadcast, frame, ok, refused, subscribed
from tests.stack import Organisation, Stack


@pytest.fixture
async def acme(make_organisation: Any) -> Organisation:
    return await asyncio.to_thread(make_organisation, agents=2)


@pytest.fixture
async def wire(stack: Stack) -> AsyncIterator[Wire]:
    async with await AsyncConnection.connect(stack.db_url, autocommit=True) as database:
        wire = Wire(urlparse(stack.url).netloc, database)
        yield wire
        for client in wire.clients:  # rows of one transaction may still be on their way
            await client.socket.close()


def published(stack: Stack) -> list[str]:
    query = "select tablename from pg_publication_tables where pubname = 'supabase_realtime' order by 1"
    with psycopg.connect(stack.db_url) as database:
        return [row[0] for row in database.execute(query)]


async def one_channel(wire: Wire, stack: Stack, acme: Organisation, who: int) -> tuple[Client, str]:
    person, topic = acme.agents[who], f"realtime:org:{acme.id}"
    bindings = [
        {"event": "*", "schema": "public", "table": table, "filter": f"org_id=eq.{acme.id}"}
        for table in await asyncio.to_thread(published, stack)
    ]
    config = {
        "private": True,
        "broadcast": {"ack": True, "self": False},
        "presence": {"enabled": True, "key": str(person.id)},
        "postgres_changes": bindings,
    }
    client = await wire.open(stack.anon_key)
    await client.join(topic, "1", config, person.token)
    await client.hears_in_any_order(frame(topic, "presence_state", ANY), subscribed(topic))
    return client, topic


async def test_two_agents_share_a_channel(wire: Wire, stack: Stack, acme: Organisation) -> None:
    a, topic = await one_channel(wire, stack, acme, 0)
    b, _ = await one_channel(wire, stack, acme, 1)
    typing = {"type": "broadcast", "event": "typing", "payload": {"is_typing": True}}
    await a.send(topic, "broadcast", typing, "2", "1")
    await a.hears(ok(topic, "2"))
    await b.hears(broadcast(topic, "typing", {"is_typing": True}))

    rosa = await asyncio.to_thread(acme.customer)
    async with httpx.AsyncClient(base_url=f"{stack.url}/rest/v1/rpc") as http:
        asked = {"id": str(uuid4()), "org_id": str(acme.id), "name": "Rosa"}
        answer = await http.post("/start_conversation", json=asked, headers=stack.headers(rosa.token))
        assert answer.status_code == 200, answer.text
    for client in (a, b):
        assert "conversations" in await tables_until(client, "conversations")


async def tables_until(client: Client, table: str) -> list[str]:
    seen: list[str] = []
    while table not in seen:
        heard = await client.next()
        assert heard["payload"]["data"]["errors"] is None
        seen.append(heard["payload"]["data"]["table"])
    return seen


async def test_a_customer_stays_outside(wire: Wire, stack: Stack, acme: Organisation) -> None:
    rosa = await asyncio.to_thread(acme.customer)
    client, topic = await wire.open(stack.anon_key), f"realtime:org:{acme.id}"
    join = {"config": {"private": True}, "access_token": rosa.token}
    await client.send(topic, "phx_join", join, "1", "1")
    why = f"Unauthorized: You do not have permissions to read from this Channel topic: org:{acme.id}"
    await client.hears(refused(topic, "1", why))
