"""What the database does for a desk: the rows of a minute, and a row on its way to everybody."""

import asyncio
import json
import time
from contextlib import AsyncExitStack, ExitStack
from functools import partial
from statistics import median
from typing import TYPE_CHECKING, Any
from uuid import uuid4

import httpx
import psycopg
from websockets.asyncio.client import ClientConnection, connect

from tests.bench.measuring import Row, Size, interleaved
from tests.bench.project import Desk, running
from tests.stack import Person, Stack

if TYPE_CHECKING:
    from collections.abc import Callable

MINUTE = 60
"""Messages while a client was away."""


class Caller:
    """Asks as the agent of a desk does."""

    def __init__(self, desk: Desk, ends: ExitStack) -> None:
        self._desk = desk
        headers = desk.stack.headers(desk.agent.token)
        self._http = ends.enter_context(httpx.Client(base_url=desk.stack.url, headers=headers, timeout=120))

    def rpc(self, name: str, **params: Any) -> Any:
        """What a function answers."""
        return self._http.post(f"/rest/v1/rpc/{name}", json=params).raise_for_status().json()

    def away(self, conversations: int) -> dict[str, str]:
        """A cursor, after which a minute's messages came."""
        taken = self.rpc("sync", since="0", epoch="none")
        with psycopg.connect(self._desk.stack.db_url) as database:
            found = database.execute("select pg_snapshot_xmin(pg_current_snapshot())::text").fetchone()
        for number in range(MINUTE):
            self._desk.say(1 + number * 7 % conversations, f"minute {number}")
        return {"since": found[0] if found else "0", "epoch": taken["epoch"]}

    def sync(self, cursor: dict[str, str]) -> float:
        """Milliseconds of one; it brings exactly what came."""
        began = time.perf_counter()
        answer = self.rpc("sync", **cursor)
        passed = (time.perf_counter() - began) * 1000
        assert len(answer["rows"]["messages"]) == MINUTE, "a sync brings what came, and no more"
        return passed


def catching_up(size: Size) -> list[Row]:
    """A sync after a minute away, in a large database and in a small one."""
    many, few = size.of(100_000, 500), 100
    with ExitStack() as ends, running(size) as large, running(size) as small:
        calls: dict[str, Callable[[], float]] = {}
        for name, stack, conversations in (("value", large, many), ("floor", small, few)):
            desk = Desk(stack)
            desk.fill(conversations, 10)
            desk.analyse()
            caller = Caller(desk, ends)
            calls[name] = partial(caller.sync, caller.away(conversations))
        samples = interleaved(size.rounds * 3, calls)
        plans = plan(large)
    value, floor = (median(samples[name]) for name in ("value", "floor"))
    what = f"sync of a minute, {many:,} conversations, {many * 10:,} messages"
    against = f"the same with {few} conversations"
    return [
        Row(what, against, value, "ms", 1.5, floor),
        Row("tables that its plan reads whole", "", float(len(plans)), "tables", 0, note=", ".join(plans)),
    ]


def plan(stack: Stack) -> list[str]:
    """The large tables that finding what has changed would read from one end to the other."""
    query = (
        "explain (format json) select * from private.changes"
        " where org_id = (select id from public.organizations order by created_at desc limit 1)"
        " and sync_xid >= pg_snapshot_xmin(pg_current_snapshot())"
    )
    with psycopg.connect(stack.db_url) as database:
        found = database.execute(query).fetchone()
    scans = _scans(found[0][0]["Plan"] if found else {})
    return [table for kind, table in scans if kind == "Seq Scan" and table in {"messages", "conversations", "contacts"}]


def _scans(node: dict[str, Any]) -> list[tuple[str, str]]:
    inner = [scan for child in node.get("Plans", ()) for scan in _scans(child)]
    return [*inner, (node["Node Type"], node["Relation Name"])] if "Relation Name" in node else inner


def fan_out(size: Size) -> list[Row]:
    """From the commit to the frame, with row level security for each subscriber."""
    commits = size.of(100, 5)
    with running(size) as stack:
        return [_fan_out(stack, subscribers, commits, target) for subscribers, target in ((1, 5), (size.of(50, 3), 25))]


def _fan_out(stack: Stack, subscribers: int, commits: int, target: float) -> Row:
    desk = Desk(stack)
    desk.fill(1, 1)
    people = [desk.agent, *(desk.organisation.agent() for _ in range(subscribers - 1))]
    times = asyncio.run(_heard(desk, people, commits))
    return Row(f"commit → last frame p50, {subscribers} subscribers with RLS", "", median(times), "ms", target)


async def _heard(desk: Desk, people: list[Person], commits: int) -> list[float]:
    async with AsyncExitStack() as ends:
        sockets = [await ends.enter_async_context(connect(_address(desk.stack))) for _ in people]
        for socket, person in zip(sockets, people, strict=True):
            await _join(socket, desk, person)
        return [await _commit(desk, sockets, number) for number in range(commits)]


def _address(stack: Stack) -> str:
    return f"{stack.url.replace('http', 'ws', 1)}/realtime/v1/websocket?apikey={stack.anon_key}&vsn=1.0.0"


async def _join(socket: ClientConnection, desk: Desk, person: Person) -> None:
    mine = {"event": "INSERT", "schema": "public", "table": "messages", "filter": f"org_id=eq.{desk.organisation.id}"}
    config = {"broadcast": {}, "presence": {"key": ""}, "postgres_changes": [mine], "private": True}
    payload = {"config": config, "access_token": person.token}
    topic = f"realtime:org:{desk.organisation.id}"
    await socket.send(json.dumps({"topic": topic, "event": "phx_join", "payload": payload, "ref": "1"}))
    async for frame in socket:
        told = json.loads(frame)
        if told["event"] == "system" and told["payload"].get("extension") == "postgres_changes":
            return


async def _commit(desk: Desk, sockets: list[ClientConnection], number: int) -> float:
    word = f"{number} {uuid4()}"
    waiting = [asyncio.create_task(_arrived(socket, word)) for socket in sockets]
    await asyncio.to_thread(desk.say, 1, word)
    committed = time.perf_counter()
    return (max(await asyncio.gather(*waiting)) - committed) * 1000


async def _arrived(socket: ClientConnection, word: str) -> float:
    async for frame in socket:
        if word in str(frame):
            return time.perf_counter()
    raise EOFError("the server has closed the socket")
