"""The cast in the real world: a database, a socket, and an agent who steps in."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import TypeVar
from uuid import UUID, uuid4

from msgspec import structs

from chattui.gateway.protocol import AgentTyping, CustomerEvent, CustomerGateway, Gateway, Standing
from chattui.gateway.sessions import MemorySession
from chattui.gateway.supabase import open_agent, open_customer, sign_in_with_password
from chattui.local.cast.__main__ import door_of
from chattui.local.cast.backend import Backend
from chattui.local.cast.bot import Bot
from chattui.local.cast.colleagues import Colleagues
from chattui.local.cast.customer import Customer
from chattui.local.cast.persona import Contact, Persona, contact, dice, persona
from chattui.local.cast.script import script
from chattui.local.cast.talk import Talk, visit
from chattui.local.cast.troupe import Guest, Troupe
from chattui.local.state import Endpoint
from chattui.model.events import ChannelJoined, RowsStored
from chattui.model.intents import Close, SendMessage, TakeOver
from chattui.model.records import ConversationEvent, ConversationId, Message, MessageId, Row, Sender, Status
from tests.stack import Stack

RATE = 40.0
PATIENCE = 25.0
T = TypeVar("T")


def endpoint(stack: Stack) -> Endpoint:
    return Endpoint(stack.url, stack.anon_key, stack.service_role_key, stack.db_url, stack.accounts)


@asynccontextmanager
async def agent(stack: Stack, name: str) -> AsyncIterator[Gateway]:
    account = next(one for one in stack.accounts if one.name.startswith(name))
    session = MemorySession()
    await sign_in_with_password(stack.url, stack.anon_key, session, account.email, account.password)
    gateway = await open_agent(stack.url, stack.anon_key, session)
    try:
        yield gateway
    finally:
        await gateway.close()


@asynccontextmanager
async def customer(stack: Stack) -> AsyncIterator[CustomerGateway]:
    gateway = await open_customer(stack.url, stack.anon_key, MemorySession())
    try:
        yield gateway
    finally:
        await gateway.close()


@asynccontextmanager
async def playing(*parts: Awaitable[None]) -> AsyncIterator[None]:
    tasks = [asyncio.ensure_future(part) for part in parts]
    try:
        yield
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


class Ear:
    """What a customer hears, in order, awaitable."""

    def __init__(self, gateway: CustomerGateway) -> None:
        self._gateway = gateway
        self.typing = 0
        self._heard: asyncio.Queue[CustomerEvent] = asyncio.Queue()

    async def listen(self) -> None:
        async for event in self._gateway.events():
            if isinstance(event, AgentTyping):
                self.typing += event.is_typing
            else:
                self._heard.put_nowait(event)

    async def hears(self, sender: Sender) -> Message:
        async with asyncio.timeout(PATIENCE):
            while True:
                event = await self._heard.get()
                if isinstance(event, Message) and event.sender_type is sender:
                    return event

    async def stands(self, status: Status) -> None:
        async with asyncio.timeout(PATIENCE):
            while not (isinstance(event := await self._heard.get(), Standing) and event.status == status):
                pass


class Desk:
    """An agent who is joined: the rows that come, awaitable in order, and what they do about them."""

    def __init__(self, gateway: Gateway) -> None:
        self._gateway = gateway
        self._joined = asyncio.Event()
        self._rows: asyncio.Queue[Row] = asyncio.Queue()

    async def listen(self) -> None:
        async for event in self._gateway.events():
            match event:
                case ChannelJoined():
                    self._joined.set()
                case RowsStored(rows):
                    for row in rows:
                        self._rows.put_nowait(row)

    async def joined(self) -> None:
        await asyncio.wait_for(self._joined.wait(), PATIENCE)

    async def sees(self, kind: type[T], wanted: Callable[[T], bool]) -> T:
        """The next such row; what came before is let go."""
        async with asyncio.timeout(PATIENCE):
            while True:
                row = await self._rows.get()
                if isinstance(row, kind) and wanted(row):
                    return row

    async def reads(self, conversation_id: ConversationId, *any_of: str) -> Message:
        """One of these lines, from the customer."""
        return await self.sees(Message, lambda row: row.conversation_id == conversation_id and row.body in any_of)

    async def writes(self, conversation_id: ConversationId, text: str) -> None:
        await self._gateway.submit(SendMessage(MessageId(str(uuid4())), conversation_id, text))

    async def takes_over(self, conversation_id: ConversationId) -> None:
        await self._gateway.submit(TakeOver(conversation_id))

    async def closes(self, conversation_id: ConversationId) -> None:
        await self._gateway.submit(Close(conversation_id))


@asynccontextmanager
async def at_work(stack: Stack, name: str = "Ana") -> AsyncIterator[Desk]:
    async with agent(stack, name) as gateway:
        desk = Desk(gateway)
        async with playing(desk.listen()):
            await desk.joined()
            yield desk


async def say(gateway: CustomerGateway, text: str) -> Message:
    return await gateway.send(MessageId(str(uuid4())), text)


async def test_the_ai_answers_until_somebody_takes_over(stack: Stack) -> None:
    async with agent(stack, "Robin") as robin, agent(stack, "Ana") as ana, customer(stack) as rosa:
        conversation_id = (await rosa.start("Rosa")).conversation_id
        ear = Ear(rosa)
        async with playing(Bot(robin, script(), RATE).run(), ear.listen()):
            await say(rosa, "Hello, my parcel has not arrived.")
            first = await ear.hears(Sender.AI)
            assert "depot" in first.body
            assert ear.typing
            await ana.submit(TakeOver(conversation_id))
            await say(rosa, "Can I change the time?")
            await ana.submit(SendMessage(MessageId(str(uuid4())), conversation_id, "This is Ana."))
            assert (await ear.hears(Sender.AGENT)).body == "This is Ana."
            await say(rosa, "Thank you!")
            # The bot hears of another conversation after this one, and answers it: it had its chance to speak here.
            async with customer(stack) as liam:
                await liam.start("Liam")
                other = Ear(liam)
                async with playing(other.listen()):
                    await say(liam, "My card is declined at checkout")
                    await other.hears(Sender.AI)
        page = await ana.page(conversation_id)
        spoken = [row.sender_type for row in page.rows if isinstance(row, Message) and row.seq > first.seq]
        assert Sender.AI not in spoken


async def test_the_ai_asks_for_a_person_and_says_why(stack: Stack) -> None:
    async with agent(stack, "Robin") as robin, customer(stack) as rosa:
        await rosa.start("Rosa")
        ear = Ear(rosa)
        async with playing(Bot(robin, script(), RATE).run(), ear.listen()):
            await say(rosa, "Can I talk to a human?")
            assert (await ear.hears(Sender.AI)).body == script().ai.hands_over
            await ear.stands(Status.WAITING)


FACTS = {"order": "8812", "amount": "€49.90", "city": "Madrid", "email": "rosa@example.com"}


async def nobody_closes(_conversation_id: ConversationId) -> None:
    raise AssertionError("it is not over")


async def test_a_visit_is_played_with_an_agent_to_its_end_and_beyond(stack: Stack) -> None:
    words = script()
    topic = next(topic for topic in words.topics if topic.name == "double charge")
    who = Persona("Rosa", topic, FACTS, pace=1.0, returns=True, impatient=False)
    async with at_work(stack) as ana, customer(stack) as rosa:
        guest = Customer(who, words, dice(1, "test"))
        talk = Talk(rosa, guest, await rosa.start("Rosa"), RATE)
        ours = talk.standing.conversation_id
        play = asyncio.create_task(visit(talk, guest.opens(), nobody_closes))
        async with playing(play, talk.listen()):
            await ana.reads(ours, topic.opening[-1].format_map(FACTS))
            await ana.takes_over(ours)
            await ana.writes(ours, "Hello Rosa, which order is it?")
            await ana.reads(ours, topic.details[0].format_map(FACTS))
            await ana.writes(ours, "Done, the money is on its way.")
            await ana.reads(ours, *words.customer.farewells)
            await ana.closes(ours)
            await ana.reads(ours, *words.customer.returns)
            assert (await rosa.thread()).status == Status.AI
            await ana.closes(ours)
            await asyncio.wait_for(asyncio.shield(play), PATIENCE)


class Awake:
    """A way in that tells who is there to hear."""

    def __init__(self, stack: Stack) -> None:
        self._open = door_of(endpoint(stack), Backend(stack.db_url))
        self._here: dict[UUID, asyncio.Event] = {}

    async def __call__(self, contact: Contact) -> CustomerGateway:
        gateway: CustomerGateway = Heard(await self._open(contact), self.here(contact.id))  # type: ignore[assignment]
        return gateway

    def here(self, contact_id: UUID) -> asyncio.Event:
        return self._here.setdefault(contact_id, asyncio.Event())

    async def joined(self, contact_id: UUID) -> None:
        await asyncio.wait_for(self.here(contact_id).wait(), PATIENCE)


class Heard:
    """A gateway that tells when it is live."""

    def __init__(self, gateway: CustomerGateway, live: asyncio.Event) -> None:
        self._gateway = gateway
        self._live = live

    def __getattr__(self, name: str) -> object:
        return getattr(self._gateway, name)

    async def events(self) -> AsyncIterator[CustomerEvent]:
        async for event in self._gateway.events():
            if isinstance(event, Standing):
                self._live.set()
            yield event


ANNELIESE = UUID("d0000000-0000-4000-8000-000000000003")
HER_CONVERSATION = ConversationId("c0000000-0000-4000-8000-000000000003")


def troupe(stack: Stack, door: Awake, *, seed: int, regulars: int = 0) -> Troupe:
    words = structs.replace(script(), regulars=script().regulars[:regulars])
    return Troupe(door, Backend(stack.db_url), nobody_closes, words, seed=seed, rate=RATE)


async def test_who_takes_over_somebody_of_the_seed_is_answered(stack: Stack) -> None:
    door = Awake(stack)
    async with at_work(stack) as ana, playing(troupe(stack, door, seed=11, regulars=3).run()):
        await door.joined(ANNELIESE)
        await ana.takes_over(HER_CONVERSATION)
        await ana.writes(HER_CONVERSATION, "Could you repeat the VAT number, please?")
        await ana.reads(HER_CONVERSATION, "The VAT number is DE 811 234 567.")


async def test_whom_an_earlier_run_left_behind_goes_on(stack: Stack) -> None:
    number = next(n for n in range(20) if persona(12, n, script()).topic.handoff)
    known = contact(12, number, who := persona(12, number, script()))
    async with at_work(stack) as ana:
        door = Awake(stack)
        begun = troupe(stack, door, seed=12)
        async with playing(begun._play(Guest(12, number, who))):
            words = who.says(who.topic.opening[-1])
            ours = (await ana.sees(Message, lambda row: row.body == words)).conversation_id
        await ana.takes_over(ours)
        await ana.writes(ours, "Hello, which order is it?")
        async with playing(troupe(stack, Awake(stack), seed=13).run()):
            await ana.reads(ours, *[who.says(detail) for detail in who.topic.details])
    left = await Backend(stack.db_url).left_open(known.id, known.id)
    assert [str(one.conversation_id) for one in left] == [ours], "the same customer, in the same conversation"


async def test_what_is_over_is_closed_by_somebody_who_is_not_joined(stack: Stack) -> None:
    colleagues = Colleagues(endpoint(stack))
    seen: list[str] = []
    async with agent(stack, "Robin") as robin, at_work(stack) as ana, at_work(stack, "Bo"), customer(stack) as rosa:
        both = asyncio.Event()

        def see(joined: object) -> None:
            seen[:] = [str(one) for one in joined]  # type: ignore[attr-defined]
            colleagues.see(seen)  # type: ignore[arg-type]
            if len(seen) == 3:
                both.set()

        ours = (await rosa.start("Rosa")).conversation_id
        async with playing(Bot(robin, script(), RATE, see).run()):
            await asyncio.wait_for(both.wait(), PATIENCE)
            await colleagues.close(ours)
            closing = await ana.sees(
                ConversationEvent, lambda row: row.conversation_id == ours and row.kind == "closed"
            )
    await colleagues.leave()
    cy = next(one for one in stack.accounts if one.role == "admin")
    session = MemorySession()
    who = await sign_in_with_password(stack.url, stack.anon_key, session, cy.email, cy.password)
    assert closing.actor_id == who.user_id
    assert closing.actor_id not in seen


async def test_nobody_closes_what_a_person_has(stack: Stack) -> None:
    colleagues = Colleagues(endpoint(stack))
    colleagues.see(())
    async with agent(stack, "Ana") as ana, customer(stack) as rosa:
        ours = (await rosa.start("Rosa")).conversation_id
        await ana.submit(TakeOver(ours))
        await colleagues.close(ours)
        assert (await rosa.thread()).status == Status.ACTIVE
    await colleagues.leave()


async def test_a_world_comes_alive_by_itself(stack: Stack) -> None:
    async with (
        agent(stack, "Robin") as robin,
        at_work(stack) as ana,
        playing(Bot(robin, script(), RATE).run(), troupe(stack, Awake(stack), seed=1).run()),
    ):
        await ana.sees(Message, lambda row: row.sender_type is Sender.CUSTOMER)
        await ana.sees(Message, lambda row: row.sender_type is Sender.AI)
