"""The proxy does what each fault says, and nothing else."""

import asyncio
import json
from collections.abc import AsyncIterator, Callable
from http import HTTPStatus
from random import Random
from time import monotonic

import httpx
import pytest
from websockets.asyncio.client import ClientConnection, connect
from websockets.asyncio.server import Server, ServerConnection, serve
from websockets.exceptions import ConnectionClosedError, ConnectionClosedOK, InvalidStatus
from websockets.http11 import Request as Asked
from websockets.http11 import Response

from tests.chaos.plan import ON_THE_LINE
from tests.faults.faults import (
    Answer,
    BlackHole,
    Close,
    Cut,
    Delay,
    Direction,
    Drop,
    Duplicate,
    Fault,
    Frames,
    Insert,
    Kind,
    LoseAnswer,
    LoseRequest,
    Message,
    Refuse,
    Reorder,
    Requests,
    Reset,
    SlowBody,
    Strand,
    Throttle,
    Truncate,
)
from tests.faults.proxy import FaultProxy

LONG = json.dumps(list(range(5_000))).encode()


class Behind:
    """A server that echoes on sockets and answers `LONG` to everything else, and counts what it did."""

    def __init__(self) -> None:
        self.asked: list[str] = []
        self.said: list[str] = []

    def answer(self, connection: ServerConnection, asked: Asked) -> Response | None:
        self.asked.append(asked.path)
        if asked.path.startswith("/socket"):
            return None
        return connection.respond(HTTPStatus.OK, LONG.decode())

    async def echo(self, connection: ServerConnection) -> None:
        async for text in connection:
            self.said.append(str(text))
            await connection.send(text)


@pytest.fixture
def behind() -> Behind:
    return Behind()


@pytest.fixture
async def server(behind: Behind) -> AsyncIterator[Server]:
    async with serve(behind.echo, "127.0.0.1", 0, process_request=behind.answer) as server:
        yield server


@pytest.fixture
async def proxy(server: Server) -> AsyncIterator[FaultProxy]:
    port = next(iter(server.sockets)).getsockname()[1]
    async with FaultProxy(f"http://127.0.0.1:{port}", seed=1) as proxy:
        yield proxy


@pytest.fixture
async def client(proxy: FaultProxy) -> AsyncIterator[httpx.AsyncClient]:
    async with httpx.AsyncClient(base_url=proxy.url, timeout=5) as client:
        yield client


@pytest.fixture
async def socket(proxy: FaultProxy) -> AsyncIterator[ClientConnection]:
    async with connect(proxy.url.replace("http", "ws") + "/socket", close_timeout=0.2, proxy=None) as socket:
        yield socket


def frame(event: str, number: int = 0) -> str:
    return json.dumps({"topic": "t", "event": event, "payload": {"number": number}, "ref": None})


ROWS = [frame("postgres_changes", number) for number in range(4)]


async def heard(socket: ClientConnection, count: int) -> list[str]:
    async with asyncio.timeout(2):
        return [str(await socket.recv()) for _ in range(count)]


async def test_without_faults_everything_passes(client: httpx.AsyncClient, socket: ClientConnection) -> None:
    for _ in range(3):
        assert (await client.get("/x")).content == LONG
    await socket.send("x" * 100_000)
    assert await heard(socket, 1) == ["x" * 100_000]
    await asyncio.wait_for(await socket.ping(), 1)


async def test_cut_resets_all_and_refuses_until_it_is_healed_at_the_same_port(
    proxy: FaultProxy, client: httpx.AsyncClient, socket: ClientConnection
) -> None:
    await client.get("/x")
    for _ in range(3):
        cut = proxy.inject(Cut())
        with pytest.raises(httpx.ConnectError):
            await client.get("/x")
        proxy.heal(cut)
        await client.get("/x")
    with pytest.raises(ConnectionClosedError):
        await socket.recv()


async def test_refuse_leaves_alone_what_is_open(
    proxy: FaultProxy, client: httpx.AsyncClient, socket: ClientConnection
) -> None:
    refusing = proxy.inject(Refuse(), seconds=0.2)
    with pytest.raises(httpx.ConnectError):
        await client.get("/x")
    await socket.send("still here")
    assert await heard(socket, 1) == ["still here"]
    await refusing.heals()
    await client.get("/x")


async def test_reset_takes_one_or_all(proxy: FaultProxy) -> None:
    url = proxy.url.replace("http", "ws") + "/socket"
    sockets = [await connect(url, proxy=None) for _ in range(4)]
    proxy.inject(Reset(Kind.HTTP))
    proxy.inject(Reset(Kind.SOCKET))
    closing = [asyncio.ensure_future(socket.wait_closed()) for socket in sockets]
    ended, others = await asyncio.wait(closing, timeout=0.1)
    assert len(ended) == 1
    proxy.inject(Reset(all=True))
    await asyncio.wait_for(asyncio.gather(*others), 1)


@pytest.mark.parametrize("way", Direction)
async def test_a_black_hole_holds_everything_back_until_it_is_healed(
    proxy: FaultProxy, behind: Behind, socket: ClientConnection, way: Direction
) -> None:
    before = proxy.last_byte(way)
    hole = proxy.inject(BlackHole(frozenset({way})))
    await socket.send("one")
    await asyncio.sleep(0.1)
    assert bool(behind.said) is (way is Direction.DOWN)
    assert proxy.last_byte(way, Kind.SOCKET) == before
    proxy.heal(hole)
    assert await heard(socket, 1) == ["one"]
    assert proxy.last_byte(way) > before


async def test_a_black_hole_swallows_the_end_of_a_connection_too(
    proxy: FaultProxy, server: Server, socket: ClientConnection
) -> None:
    proxy.inject(BlackHole())
    for connection in server.connections:
        connection.transport.abort()
    with pytest.raises(TimeoutError):
        await asyncio.wait_for(socket.recv(), 0.2)
    proxy.heal()
    with pytest.raises(ConnectionClosedError):
        await socket.recv()


async def test_what_is_stranded_hears_nothing_and_newcomers_are_served(
    proxy: FaultProxy, behind: Behind, client: httpx.AsyncClient, socket: ClientConnection
) -> None:
    proxy.inject(Strand())
    await socket.send("lost")
    assert (await client.get("/x")).content == LONG
    with pytest.raises(TimeoutError):
        await asyncio.wait_for(socket.recv(), 0.2)
    assert behind.said == []


async def test_a_delay_keeps_the_order(proxy: FaultProxy, socket: ClientConnection) -> None:
    proxy.inject(Delay(0.1, jitter=0.05, directions=frozenset({Direction.DOWN})))
    began = monotonic()
    for text in ROWS:
        await socket.send(text)
    assert await heard(socket, 4) == ROWS
    assert 0.1 < monotonic() - began < 0.5


async def test_a_throttle_lets_so_much_pass(proxy: FaultProxy, socket: ClientConnection) -> None:
    proxy.inject(Throttle(20_000, frozenset({Direction.UP})))
    began = monotonic()
    await socket.send("x" * 10_000)
    await heard(socket, 1)
    assert 0.4 < monotonic() - began < 1.5


@pytest.mark.parametrize(
    ("fault", "arrives"),
    [
        (Drop(times=2), [2, 3]),
        (Duplicate(), [0, 0, 1, 2, 3]),
        (Reorder(places=2), [1, 2, 0, 3]),
        (Drop(Frames(event="broadcast"), times=None), [0, 1, 2, 3]),
        (Drop(Frames(Direction.UP, event="postgres_changes")), [1, 2, 3]),
    ],
)
async def test_frames_are_struck(proxy: FaultProxy, socket: ClientConnection, fault: Fault, arrives: list[int]) -> None:
    standing = proxy.inject(fault)
    for text in ROWS:
        await socket.send(text)
    assert await heard(socket, len(arrives)) == [ROWS[number] for number in arrives]
    assert sum(entry.what == "struck" for entry in proxy.log) == standing.struck


async def test_a_frame_that_nothing_overtakes_comes_late(proxy: FaultProxy, socket: ClientConnection) -> None:
    proxy.inject(Reorder())
    await socket.send(ROWS[0])
    assert await heard(socket, 1) == ROWS[:1]


async def test_frames_are_told_apart() -> None:
    row = Message(Direction.DOWN, '{"event": "postgres_changes", "payload": {"data": {"table": "messages"}}}')
    assert Frames(event="postgres_changes", table="messages")(row)
    assert not Frames(table="notes")(row)
    for odd in ("[]", "x", '{"payload": []}', '{"payload": {"data": 1}}'):
        assert not Frames(table="messages")(Message(Direction.DOWN, odd))


@pytest.mark.parametrize("code", [1000, 1001, 1006])
async def test_close_says_the_code(proxy: FaultProxy, socket: ClientConnection, code: int) -> None:
    proxy.inject(Close(code, "because" if code != 1006 else ""))
    with pytest.raises((ConnectionClosedOK, ConnectionClosedError)):
        await socket.recv()
    assert socket.close_code == code


async def test_insert_says_what_nobody_said(proxy: FaultProxy, socket: ClientConnection) -> None:
    proxy.inject(Insert("forged"))
    assert await heard(socket, 1) == ["forged"]


async def test_the_gateway_answers_instead(proxy: FaultProxy, client: httpx.AsyncClient, behind: Behind) -> None:
    proxy.inject(Answer(Requests("/x"), status=429, headers=(("Retry-After", "7"),), body=b"{}", times=2))
    for _ in range(2):
        answer = await client.get("/x?y=1")
        assert (answer.status_code, answer.headers["retry-after"], answer.content) == (429, "7", b"{}")
    assert (await client.get("/x")).content == LONG
    assert behind.asked == ["/x"]
    assert proxy.connections == 1


async def test_a_handshake_can_be_answered_too(proxy: FaultProxy) -> None:
    proxy.inject(Answer(Requests("/socket"), status=503))
    with pytest.raises(InvalidStatus):
        await connect(proxy.url.replace("http", "ws") + "/socket", proxy=None)


async def test_a_slow_body_comes_whole(proxy: FaultProxy, client: httpx.AsyncClient) -> None:
    proxy.inject(SlowBody(seconds=0.6))
    began = monotonic()
    assert (await client.get("/x")).content == LONG
    assert monotonic() - began > 0.5


async def test_a_truncated_body_is_no_json(proxy: FaultProxy, client: httpx.AsyncClient) -> None:
    proxy.inject(Truncate())
    with pytest.raises(json.JSONDecodeError):
        (await client.get("/x")).json()
    proxy.inject(Truncate(broken=True))
    with pytest.raises(httpx.RemoteProtocolError):
        await client.get("/x")


@pytest.mark.parametrize(("fault", "done"), [(LoseAnswer(), ["/x"]), (LoseRequest(), [])])
async def test_whether_it_was_done_is_not_known(
    proxy: FaultProxy, client: httpx.AsyncClient, behind: Behind, fault: Fault, done: list[str]
) -> None:
    proxy.inject(fault)
    with pytest.raises(httpx.TransportError):
        await client.get("/x")
    assert behind.asked == done


async def test_a_server_that_is_not_there_is_a_reset(server: Server, client: httpx.AsyncClient) -> None:
    server.close()
    await server.wait_closed()
    with pytest.raises(httpx.TransportError):
        await client.get("/x")


async def test_what_stands_and_strikes_is_logged(proxy: FaultProxy, client: httpx.AsyncClient) -> None:
    cut = proxy.inject(Cut(), seconds=0.05)
    proxy.inject(Answer(times=None))
    await cut.heals()
    assert (await client.get("/x")).status_code == 502
    told = [(entry.what, type(entry.fault)) for entry in proxy.log if entry.fault]
    assert told == [("injected", Cut), ("injected", Answer), ("healed", Cut), ("struck", Answer)]
    proxy.heal()
    assert (await client.get("/x")).content == LONG


async def test_after_a_storm_nothing_is_left(proxy: FaultProxy, client: httpx.AsyncClient) -> None:
    random = Random(5)  # noqa: S311 - it plays, it keeps no secret

    async def ask() -> None:
        while True:
            try:
                await client.get("/rest/v1/rpc")
            except httpx.TransportError:
                await asyncio.sleep(0.01)

    asking = asyncio.create_task(ask())
    for _, draw in ON_THE_LINE.values():
        proxy.inject(draw(random), seconds=0.1)
        await asyncio.sleep(0.01)
    proxy.heal()
    asking.cancel()
    assert (await client.get("/x")).content == LONG
    await client.aclose()
    await _until(lambda: not proxy._serving)


async def _until(true: Callable[[], bool]) -> None:
    async with asyncio.timeout(2):
        while not true():  # noqa: ASYNC110 - the end of a foreign task has no event
            await asyncio.sleep(0.01)
