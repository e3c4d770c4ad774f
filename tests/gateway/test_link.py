"""The link on its own, on the real stack."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from functools import partial

import pytest

from chattui.gateway.supabase.client import Connection
from chattui.gateway.supabase.frames import Frame
from chattui.gateway.supabase.link import CONFIG_PAUSE, Heard, Joined, Link
from chattui.gateway.supabase.socket import Binding, Channel, Lost
from tests.conftest import MakeOrganisation
from tests.faults.faults import Cut
from tests.faults.proxy import FaultProxy
from tests.gateway.conftest import SessionOf
from tests.stack import Organisation, Stack


class Ear:
    """Hears what a link emits."""

    def __init__(self) -> None:
        self.heard: list[Heard] = []
        self._more = asyncio.Event()

    def __call__(self, heard: Heard) -> None:
        self.heard.append(heard)
        self._more.set()

    async def until(self, true: Callable[[list[Heard]], bool], seconds: float = 5) -> None:
        async with asyncio.timeout(seconds):
            while not true(self.heard):
                await self._more.wait()
                self._more.clear()

    def lost(self) -> list[Lost]:
        return [heard for heard in self.heard if isinstance(heard, Lost)]


OpenLink = Callable[..., Awaitable[tuple[Link, Ear]]]


@pytest.fixture
def acme(make_organisation: MakeOrganisation) -> Organisation:
    return make_organisation(agents=1)


@pytest.fixture
async def open_link(stack: Stack, acme: Organisation, session_of: SessionOf) -> AsyncIterator[OpenLink]:
    """`link, ear = await open_link(rows=[...])`: a running link of the first agent."""
    ends: list[Callable[[], Awaitable[None]]] = []

    async def start(
        *rows: Binding, topic: str | None = None, url: str | None = None, key: str | None = None
    ) -> tuple[Link, Ear]:
        connection = Connection(url or stack.url, key or stack.anon_key, session_of(acme.agents[0]))

        async def subject() -> Channel:
            return Channel(topic or f"org:{acme.id}", rows or (Binding("messages", f"org_id=eq.{acme.id}"),))

        ear = Ear()
        link = Link(connection, subject, ear)
        task = asyncio.create_task(link.run())

        async def end() -> None:
            await link.close()
            await asyncio.wait([task], timeout=1)
            assert task.done()
            await connection.aclose()

        ends.append(end)
        return link, ear

    yield start
    for end in ends:
        await end()


def joined(heard: list[Heard], times: int = 1) -> bool:
    return heard.count(Joined()) >= times


async def test_it_is_joined_when_rows_are_promised(open_link: OpenLink) -> None:
    _, ear = await open_link()
    await ear.until(joined)


async def test_a_table_that_is_not_published_is_named_and_not_asked_for_again_and_again(
    stack: Stack, open_link: OpenLink, acme: Organisation
) -> None:
    link, ear = await open_link(Binding("conversation_tail", f"org_id=eq.{acme.id}"))
    await ear.until(lambda _heard: bool(ear.lost()), 10)
    assert "conversation_tail" in ear.lost()[0].reason
    assert ear.lost()[0].reason.count(".") == 1
    assert ear.lost()[0].pause == CONFIG_PAUSE
    async with FaultProxy(stack.url) as proxy:
        proxy.inject(Cut())
        _, meanwhile = await open_link(url=proxy.url)
        await meanwhile.until(lambda _heard: len(meanwhile.lost()) == 6, 20)
    assert len(ear.lost()) == 1
    link.retry_now()
    await ear.until(lambda _heard: len(ear.lost()) == 2, 10)


async def test_a_channel_that_is_not_mine_is_told(open_link: OpenLink, make_organisation: MakeOrganisation) -> None:
    other = make_organisation(agents=0)
    _, ear = await open_link(topic=f"org:{other.id}")
    await ear.until(lambda _heard: bool(ear.lost()), 10)
    assert "does not let you into" in ear.lost()[0].reason


async def test_a_key_that_is_not_accepted_is_told(open_link: OpenLink) -> None:
    _, ear = await open_link(key="nonsense")
    await ear.until(lambda _heard: bool(ear.lost()), 10)
    assert "does not accept this key" in ear.lost()[0].reason


async def test_malformed_frames_are_survived(stack: Stack, open_link: OpenLink) -> None:
    async with FaultProxy(stack.url) as proxy:
        link, ear = await open_link(url=proxy.url)
        await ear.until(joined)
        life = link._life
        assert life is not None
        for text in ("", "null", "[]", "{", '{"topic":1}', '{"topic":"t","event":"phx_reply","payload":null,"ref":1}'):
            life._socket._take(text)
        life._socket._take(b"\xff\xfe")
        topic = next(iter(life._socket.channels))
        life._socket._take(f'{{"topic":"{topic}","event":"phx_reply","payload":{{"status":"?"}},"ref":"1"}}')
        life._socket._take(f'{{"topic":"{topic}","event":"system","payload":[1],"ref":null}}')
        await link.push("broadcast", {"type": "broadcast", "event": "typing", "payload": {}})
        assert not ear.lost()


async def test_an_exception_in_a_listener_does_not_end_the_reader(open_link: OpenLink) -> None:
    link, ear = await open_link()
    await ear.until(joined)
    life = link._life
    assert life is not None

    def fail(_heard: Heard) -> None:
        raise ZeroDivisionError

    life._emit = fail
    life._socket._take('{"topic":"t","event":"broadcast","payload":{},"ref":null}')
    life._emit = ear
    life._socket._take('{"topic":"t","event":"broadcast","payload":{},"ref":null}')
    assert ear.heard[-1] == Frame("t", "broadcast", {}, None)


async def test_nothing_is_left_behind(stack: Stack, open_link: OpenLink) -> None:
    async with FaultProxy(stack.url) as proxy:
        link, ear = await open_link(url=proxy.url)
        await ear.until(joined)
        before = len(asyncio.all_tasks())
        for count in range(2, 6):
            proxy.inject(Cut())
            proxy.heal()
            link.retry_now()
            await ear.until(partial(joined, times=count), 3)
        await asyncio.sleep(0.1)
        assert len(asyncio.all_tasks()) <= before + 1
