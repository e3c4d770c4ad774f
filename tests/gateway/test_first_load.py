"""A desk of more conversations than come with one page, from the real stack."""

import asyncio
from contextlib import AsyncExitStack, suppress
from math import ceil

import pytest

from chattui.desk import Desk as AgentDesk
from chattui.gateway import supabase
from chattui.gateway.paging import whole
from chattui.gateway.supabase.agent import SupabaseGateway
from chattui.model.events import LinkState
from chattui.model.records import Conversation
from chattui.store.projections import View
from chattui.store.store import Store
from tests.bench.project import Desk
from tests.gateway.conftest import kept_session, until
from tests.stack import Stack

MANY, PAGE = 1_201, 500


@pytest.fixture(scope="module")
def large(stack: Stack) -> Desk:
    desk = Desk(stack)
    desk.fill(MANY, 1)
    return desk


def pages_of(monkeypatch: pytest.MonkeyPatch) -> list[str | None]:
    pages: list[str | None] = []
    snapshot = SupabaseGateway.snapshot

    async def counted(gateway: SupabaseGateway, after: str | None = None):  # type: ignore[no-untyped-def]  # noqa: ANN202
        pages.append(after)
        return await snapshot(gateway, after)

    monkeypatch.setattr(SupabaseGateway, "snapshot", counted)
    return pages


async def test_every_conversation_comes_and_every_page_is_asked_for_once(
    large: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    pages = pages_of(monkeypatch)
    async with AsyncExitStack() as ends:
        gateway = await supabase.open_agent(large.stack.url, large.stack.anon_key, kept_session(large.agent))
        desk = AgentDesk(gateway, Store(), reconcile=False)
        ends.push_async_callback(desk.aclose)
        task = asyncio.create_task(desk.run())
        ends.push_async_callback(_ended, task)
        await until(desk, lambda: desk.queries.header().link is LinkState.LIVE, 30)
        assert len(pages) == len(set(pages)) == ceil(MANY / PAGE)
        assert len(desk.queries.view(View.WAITING)) == MANY


async def test_a_command_has_all_of_them_and_hears_how_many_there_are(large: Desk) -> None:
    gateway = await supabase.open_agent(large.stack.url, large.stack.anon_key, kept_session(large.agent))
    told: list[tuple[int, int]] = []
    try:
        loaded = await whole(gateway, lambda come, of: told.append((come, of)))
    finally:
        await gateway.close()
    assert len({row.id for row in loaded.event.rows if isinstance(row, Conversation)}) == MANY
    assert told == [(500, MANY), (1_000, MANY)]


async def _ended(task: asyncio.Task[None]) -> None:
    task.cancel()
    with suppress(asyncio.CancelledError):
        await task
