"""An agent behind a bad network, a customer on a good one, and the database that decides who is right."""

import asyncio
from uuid import uuid4

import psycopg
from msgspec import Struct

from chattui.desk import Desk
from chattui.gateway import supabase
from chattui.gateway.protocol import CustomerGateway
from chattui.gateway.sessions import MemorySession
from chattui.gateway.supabase.agent import SupabaseGateway
from chattui.model.events import LinkState
from chattui.model.intents import TakeOver
from chattui.model.records import ConversationId, MessageId
from tests.chaos.held import held
from tests.chaos.oracle import complaints
from tests.chaos.truth import read
from tests.faults.proxy import FaultProxy
from tests.gateway.conftest import Team, until
from tests.stack import PASSWORD, Organisation, make_organisation

BUSY = 15.0
"""Seconds that a beginning may take on a machine with much else to do."""
LOOK = 0.1
"""Seconds between two comparisons with the database."""


class Scene(Struct, frozen=True):
    """One conversation that is Ana's and open on her screen."""

    acme: Organisation
    proxy: FaultProxy
    ana: Desk
    rosa: CustomerGateway
    one: ConversationId

    @property
    def link(self) -> LinkState:
        """What her header says."""
        return self.ana.queries.header().link

    @property
    def gateway(self) -> SupabaseGateway:
        """Her way to the database."""
        gateway = self.ana._gateway
        assert isinstance(gateway, SupabaseGateway)
        return gateway

    async def says(self, *words: str) -> None:
        """The customer's messages."""
        for body in words:
            await self.rosa.send(MessageId(str(uuid4())), body)

    async def talk(self, name: str) -> None:
        """Words of both, a note, and a change of the conversation itself."""
        await self.says(f"{name}: one")
        await self.ana.send(self.one, f"{name}: answer")
        await self.ana.note(self.one, f"{name}: note")
        await self.says(f"{name}: two")
        await asyncio.to_thread(self._set_priority)

    async def until(self, state: LinkState, seconds: float) -> float:
        """Wait for what the header says; by the loop's clock, when that was."""
        await until(self.ana, lambda: self.link is state, seconds)
        return asyncio.get_running_loop().time()

    async def wrong(self) -> list[str]:
        """How what she sees differs from the database, or is not live."""
        truth = await asyncio.to_thread(read, self.acme.stack.db_url, str(self.acme.id))
        return complaints(held(self.ana), truth)

    async def settled(self, seconds: float) -> list[str]:
        """What is still wrong after so many seconds; it is done as soon as nothing is."""
        end = asyncio.get_running_loop().time() + seconds
        while wrong := await self.wrong():
            if asyncio.get_running_loop().time() > end:
                break
            await asyncio.sleep(LOOK)
        return wrong

    def _set_priority(self) -> None:
        with psycopg.connect(self.acme.stack.db_url) as database:
            change = "update conversations set priority = 1 + priority %% 3 where id = %s"
            database.execute(change, (self.one,))


async def staged(team: Team, *, reconcile: bool = True, storage: MemorySession | None = None) -> Scene:
    """A new organisation whose only agent is live behind a proxy of their own; with a storage, truly signed in."""
    stack = team.stack
    acme = await asyncio.to_thread(make_organisation, stack, agents=1)
    proxy = await team.proxy()
    if storage is not None:
        email = acme.agents[0].email or ""
        await supabase.sign_in_with_password(stack.url, stack.anon_key, storage, email, PASSWORD)
    ana = await team.agent(acme.agents[0], proxy.url, reconcile=reconcile, storage=storage)
    rosa = await team.customer(acme)
    one = (await rosa.thread()).conversation_id
    await until(ana, lambda: ana.queries.knows(one), BUSY)
    assert await ana.ask(TakeOver(one)) is None
    ana.look(one)
    await until(ana, lambda: ana.queries.thread(one).loaded, BUSY)
    return Scene(acme, proxy, ana, rosa, one)
