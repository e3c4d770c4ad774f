"""The whole server goes and comes back: its process, its database, its replication."""

import asyncio
import shutil
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from pathlib import Path
from uuid import uuid4

import pytest

from chattui.local import stack as local_stack
from chattui.local import vault
from chattui.local.keys import Keys
from chattui.local.places import DataDirectory
from chattui.model.events import LinkState
from chattui.model.records import MessageId
from tests.gateway.conftest import Team, until
from tests.stack import Stack, make_organisation


@pytest.fixture
async def own_stack(tmp_path: Path) -> AsyncIterator[tuple[Stack, Path]]:
    """A stack that a test may end and start as it likes."""
    lease = await asyncio.to_thread(local_stack.join, tmp_path)
    end = lease.endpoint
    keys = Keys(vault.load(DataDirectory.at(tmp_path)))
    yield Stack(end.url, end.anon_key, end.service_role_key, end.db_url, end.accounts, keys), tmp_path
    lease.close()
    await asyncio.to_thread(local_stack.end, tmp_path)
    shutil.rmtree(DataDirectory.at(tmp_path).cluster, ignore_errors=True)


async def test_a_server_that_comes_back_is_found_and_caught_up_with(own_stack: tuple[Stack, Path]) -> None:
    stack, directory = own_stack
    acme = make_organisation(stack)
    async with AsyncExitStack() as ends:
        team = Team(stack, ends)
        ana = await team.agent(acme.agents[0])
        rosa = await team.customer(acme)
        one = (await rosa.thread()).conversation_id
        await until(ana, lambda: ana.queries.knows(one))
        ana.look(one)
        await until(ana, lambda: ana.queries.thread(one).loaded)
        await asyncio.to_thread(local_stack.end, directory)
        await until(ana, lambda: ana.queries.header().link is LinkState.OFFLINE, 5)
        lease = await asyncio.to_thread(local_stack.join, directory)
        assert lease.endpoint.url == stack.url
        ends.callback(lease.close)
        await until(ana, lambda: ana.queries.header().link is LinkState.LIVE, 9)
        assert (await rosa.send(MessageId(str(uuid4())), "are you back?")).seq == 1
        await until(ana, lambda: [e.body for e in ana.queries.thread(one).entries][-1:] == ["are you back?"], 2)
