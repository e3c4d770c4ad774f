"""A customer hears how their conversation stands when that changes, and asks for it at no other time."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import httpx
import psycopg

from chattui.gateway.protocol import CustomerGateway, Standing
from chattui.gateway.supabase.customer import SupabaseCustomerGateway
from chattui.model.events import ChannelLost
from chattui.model.intents import Close, HandBack, Intent, Reopen, Requeue, SetPriority, TakeOver, Transfer
from chattui.model.records import ConversationId, MessageId, UserId
from tests.conftest import MakeOrganisation
from tests.faults.faults import Cut
from tests.gateway.conftest import Team
from tests.stack import Stack

AT_ONCE = 1.0


def asked(customer: CustomerGateway) -> list[str]:
    """The path of every request, from now on."""
    assert isinstance(customer, SupabaseCustomerGateway)
    paths: list[str] = []

    async def note(request: httpx.Request) -> None:
        paths.append(request.url.path)

    customer._connection.http.event_hooks["request"].append(note)
    return paths


class Ear:
    """What a customer hears of how it stands, in order."""

    def __init__(self, customer: CustomerGateway) -> None:
        self._customer = customer
        self.heard: asyncio.Queue[Standing | ChannelLost] = asyncio.Queue()

    async def listen(self) -> None:
        async for event in self._customer.events():
            if isinstance(event, Standing | ChannelLost):
                self.heard.put_nowait(event)

    async def next(self, seconds: float = AT_ONCE) -> tuple[str, str | None]:
        async with asyncio.timeout(seconds):
            event = await self.heard.get()
        assert isinstance(event, Standing)
        return event.status, event.agent


@asynccontextmanager
async def listening(customer: CustomerGateway) -> AsyncIterator[Ear]:
    """Joined, and told for the first time."""
    ear = Ear(customer)
    task = asyncio.create_task(ear.listen())
    try:
        assert await ear.next(10) == ("ai", None)
        yield ear
    finally:
        task.cancel()


async def test_each_change_of_hands_is_heard_at_once(team: Team, make_organisation: MakeOrganisation) -> None:
    acme = make_organisation(agents=2)
    ana, rosa, liam = await team.agent(acme.agents[0]), await team.customer(acme), await team.customer(acme, "Liam")
    one, other = [(await customer.thread()).conversation_id for customer in (rosa, liam)]
    changes: list[tuple[Intent, tuple[str, str | None]]] = [
        (TakeOver(one), ("active", "Agent1")),
        (Transfer(one, UserId(str(acme.agents[1].id))), ("active", "Agent2")),
    ]
    bo: list[tuple[Intent, tuple[str, str | None]]] = [
        (Requeue(one), ("waiting", None)),
        (HandBack(one), ("ai", None)),
        (Close(one), ("closed", None)),
        (Reopen(one), ("active", "Agent2")),
    ]
    desks = [(ana, changes), (await team.agent(acme.agents[1]), bo)]
    requests, others = asked(rosa), asked(liam)
    async with listening(rosa) as ear, listening(liam) as stranger:
        for desk, intents in desks:
            for intent, expected in intents:
                assert await desk.ask(intent) is None
                assert await ear.next() == expected
        assert await ana.ask(TakeOver(other)) is None
        assert await stranger.next() == ("active", "Agent1")
    assert requests.count("/rest/v1/rpc/my_conversation") == 1 + len(changes) + len(bo)
    assert others.count("/rest/v1/rpc/my_conversation") == 2, "nothing of another's conversation"


async def test_a_customers_own_doing_and_what_is_no_change(team: Team, make_organisation: MakeOrganisation) -> None:
    acme = make_organisation()
    ana, rosa = await team.agent(acme.agents[0]), await team.customer(acme)
    one = (await rosa.thread()).conversation_id
    async with listening(rosa) as ear:
        await rosa.request_human("please")
        assert await ear.next() == ("waiting", None)
        assert await ana.ask(SetPriority(one, 2)) is None
        assert await ana.ask(Close(one)) is None
        assert await ear.next() == ("closed", None)
        await rosa.send(MessageId("11111111-0000-4000-8000-00000000ab01"), "One more thing")
        assert await ear.next() == ("ai", None)


async def test_a_hint_is_a_reason_to_ask_and_nothing_more(
    team: Team, make_organisation: MakeOrganisation, stack: Stack
) -> None:
    rosa = await team.customer(make_organisation())
    one = (await rosa.thread()).conversation_id
    async with listening(rosa) as ear:
        with psycopg.connect(stack.db_url) as database:
            _lie(database, one)
        assert await ear.next() == ("ai", None)


def _lie(database: psycopg.Connection, conversation_id: ConversationId) -> None:
    lie = f'{{"conversation_id": "{conversation_id}", "status": "active", "agent": "Mallory"}}'
    database.execute("select realtime.send(%s::jsonb, 'status', %s, true)", (lie, f"conversation:{conversation_id}"))


async def test_what_changed_during_an_outage_is_told_after_it(team: Team, make_organisation: MakeOrganisation) -> None:
    acme = make_organisation()
    proxy = await team.proxy()
    ana, rosa = await team.agent(acme.agents[0]), await team.customer(acme, url=proxy.url)
    one = (await rosa.thread()).conversation_id
    async with listening(rosa) as ear:
        proxy.inject(Cut())
        async with asyncio.timeout(5):
            assert isinstance(await ear.heard.get(), ChannelLost)
        assert await ana.ask(TakeOver(one)) is None
        proxy.heal()
        async with asyncio.timeout(10):
            while isinstance(told := await ear.heard.get(), ChannelLost):
                pass
        assert (told.status, told.agent) == ("active", "Agent1")
