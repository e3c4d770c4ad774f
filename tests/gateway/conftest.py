"""People at work on the real stack."""

import asyncio
import json
import time
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, suppress
from typing import Any

import pytest

from chattui.desk import Desk
from chattui.gateway import supabase
from chattui.gateway.protocol import CustomerGateway
from chattui.gateway.sessions import MemorySession
from chattui.model.events import LinkState
from chattui.model.records import OrgId
from chattui.store.store import Store
from tests.faults.proxy import FaultProxy
from tests.stack import Organisation, Person, Stack

SessionOf = Callable[..., MemorySession]


@pytest.fixture
def session_of() -> SessionOf:
    """A storage in which this person is signed in, for an hour and without a refresh token that works."""
    return kept_session


def kept_session(person: Person, **changes: Any) -> MemorySession:
    user: dict[str, Any] = {
        "id": str(person.id),
        "aud": "authenticated",
        "role": "authenticated",
        "email": person.email,
        "app_metadata": {},
        "user_metadata": {},
        "created_at": "2026-01-01T00:00:00Z",
    }
    session = {
        "access_token": person.token,
        "refresh_token": "none",
        "token_type": "bearer",
        "expires_in": 3600,
        "expires_at": int(time.time()) + 3600,
        "user": user,
    }
    return MemorySession(json.dumps(session | changes))


class Team:
    """Agents with running desks and customers with gateways; all leave with the test."""

    def __init__(self, stack: Stack, ends: AsyncExitStack) -> None:
        self.stack = stack
        self._ends = ends

    async def proxy(self) -> FaultProxy:
        """A way to the stack that can be cut."""
        return await self._ends.enter_async_context(FaultProxy(self.stack.url))

    async def agent(
        self,
        person: Person,
        url: str | None = None,
        *,
        storage: MemorySession | None = None,
        reconcile: bool = False,
    ) -> Desk:
        """A desk that is live."""
        session = storage or kept_session(person)
        gateway = await supabase.open_agent(url or self.stack.url, self.stack.anon_key, session)
        desk = Desk(gateway, Store(), reconcile=reconcile)
        task = asyncio.create_task(desk.run())
        self._ends.push_async_callback(_leave, desk, task)
        await until(desk, lambda: desk.queries.header().link is LinkState.LIVE, 15)
        return desk

    async def customer(self, organisation: Organisation, name: str = "Rosa", url: str | None = None) -> CustomerGateway:
        """Somebody with a conversation."""
        storage = kept_session(organisation.customer(name))
        org_id = OrgId(str(organisation.id))
        customer = await supabase.open_customer(url or self.stack.url, self.stack.anon_key, storage, org_id)
        self._ends.push_async_callback(customer.close)
        await customer.start(name)
        return customer


@pytest.fixture
async def team(stack: Stack) -> AsyncIterator[Team]:
    async with AsyncExitStack() as ends:
        yield Team(stack, ends)


async def until(desk: Desk, true: Callable[[], bool], seconds: float = 5) -> None:
    """Wait for a change after which this is true."""
    changed = asyncio.Event()
    desk.subscribe(lambda _changes: changed.set())
    async with asyncio.timeout(seconds):
        while not true():
            await changed.wait()
            changed.clear()


async def _leave(desk: Desk, task: asyncio.Task[None]) -> None:
    task.cancel()
    with suppress(asyncio.CancelledError):
        await task
    await desk.aclose()
