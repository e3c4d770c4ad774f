"""The cast in the real world: a database, a socket, and an agent who steps in."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from uuid import uuid4

import pytest

from chattui.gateway.protocol import AgentTyping, CustomerGateway, Gateway
from chattui.gateway.sessions import MemorySession
from chattui.gateway.supabase import open_agent, open_customer, sign_in_with_password
from chattui.local.cast.bot import Bot
from chattui.local.cast.customer import Customer
from chattui.local.cast.persona import Persona, dice
from chattui.local.cast.script import script
from chattui.local.cast.troupe import MOST_FOR_A_PERSON, Troupe, Visit
from chattui.model.events import ChannelJoined
from chattui.model.intents import Close, SendMessage, TakeOver
from chattui.model.records import ConversationId, Message, MessageId, Sender, Status
from tests.stack import Stack

RATE = 20.0
PATIENCE = 25.0


def account(stack: Stack, role: str) -> tuple[str, str]:
    return next((one.email, one.password) for one in stack.accounts if one.role == role)


@asynccontextmanager
async def agent(stack: Stack, role: str) -> AsyncIterator[Gateway]:
    session = MemorySession()
    await sign_in_with_password(stack.url, stack.anon_key, session, *account(stack, role))
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
async def playing(*parts: object) -> AsyncIterator[None]:
    tasks = [asyncio.ensure_future(part) for part in parts]  # type: ignore[call-overload]
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
        self._messages: asyncio.Queue[Message] = asyncio.Queue()

    async def listen(self) -> None:
        async for event in self._gateway.events():
            if isinstance(event, AgentTyping):
                self.typing += event.is_typing
            elif isinstance(event, Message):
                self._messages.put_nowait(event)

    async def hears(self, wanted: Callable[[Message], bool]) -> Message:
        async with asyncio.timeout(PATIENCE):
            while not wanted(message := await self._messages.get()):
                pass
            return message


def by(sender: Sender) -> Callable[[Message], bool]:
    return lambda message: message.sender_type is sender


async def say(gateway: CustomerGateway, text: str) -> Message:
    return await gateway.send(MessageId(str(uuid4())), text)


async def test_the_ai_answers_until_somebody_takes_over(stack: Stack) -> None:
    async with agent(stack, "bot") as robin, agent(stack, "agent") as ana, customer(stack) as rosa:
        conversation_id = (await rosa.start("Rosa")).conversation_id
        ear = Ear(rosa)
        async with playing(Bot(robin, script(), RATE).run(), ear.listen()):
            await say(rosa, "Hello, my parcel has not arrived.")
            first = await ear.hears(by(Sender.AI))
            assert "depot" in first.body
            assert ear.typing
            await ana.submit(TakeOver(conversation_id))
            await say(rosa, "Can I change the time?")
            await ana.submit(SendMessage(MessageId(str(uuid4())), conversation_id, "This is Ana."))
            assert (await ear.hears(by(Sender.AGENT))).body == "This is Ana."
            await say(rosa, "Thank you!")
            # The bot hears of another conversation after this one, and answers it: it had its chance to speak here.
            async with customer(stack) as liam:
                await liam.start("Liam")
                other = Ear(liam)
                async with playing(other.listen()):
                    await say(liam, "My card is declined at checkout")
                    await other.hears(by(Sender.AI))
        page = await ana.page(conversation_id)
        spoken = [row.sender_type for row in page.rows if isinstance(row, Message) and row.seq > first.seq]
        assert Sender.AI not in spoken


async def test_the_ai_asks_for_a_person_and_says_why(stack: Stack) -> None:
    async with agent(stack, "bot") as robin, customer(stack) as rosa:
        await rosa.start("Rosa")
        ear = Ear(rosa)
        async with playing(Bot(robin, script(), RATE).run(), ear.listen()):
            await say(rosa, "Can I talk to a human?")
            assert (await ear.hears(by(Sender.AI))).body == script().ai.hands_over
            async with asyncio.timeout(PATIENCE):
                while (await rosa.thread()).status != Status.WAITING:  # noqa: ASYNC110 - no event tells a customer
                    await asyncio.sleep(0.05)


async def test_a_visit_is_played_with_an_agent_to_its_end_and_beyond(stack: Stack) -> None:
    words = script()
    topic = next(topic for topic in words.topics if topic.name == "double charge")
    facts = {"order": "8812", "amount": "€49.90", "city": "Madrid", "email": "rosa@example.com"}
    who = Persona("Rosa", topic, facts, pace=1.0, returns=True, impatient=False)
    async with agent(stack, "agent") as ana, customer(stack) as rosa:
        visit = asyncio.create_task(Visit(rosa, who, Customer(who, words, dice(1, "test")), RATE).run())
        async with playing(visit):
            ours = Conversation(ana, (await rosa.start()).conversation_id)
            await ours.reads(topic.opening[-1].format_map(facts))
            await ana.submit(TakeOver(ours.id))
            await ours.writes("Hello Rosa, which order is it?")
            await ours.reads(topic.details[0].format_map(facts))
            await ours.writes("Done, the money is on its way.")
            await ours.reads(*words.customer.farewells)
            await ana.submit(Close(ours.id))
            await ours.reads(*words.customer.returns)
            assert (await rosa.thread()).status != Status.CLOSED


class Conversation:
    """One conversation, as the agent works on it."""

    def __init__(self, gateway: Gateway, conversation_id: ConversationId) -> None:
        self.id = conversation_id
        self._gateway = gateway

    async def writes(self, text: str) -> None:
        await self._gateway.submit(SendMessage(MessageId(str(uuid4())), self.id, text))

    async def reads(self, *any_of: str) -> None:
        """Until the customer's newest words are one of these."""
        async with asyncio.timeout(PATIENCE):
            while await self._newest() not in any_of:  # noqa: ASYNC110 - the page is what is meant
                await asyncio.sleep(0.05)

    async def _newest(self) -> str:
        rows = (await self._gateway.page(self.id)).rows
        messages = [row for row in rows if isinstance(row, Message) and row.conversation_id == self.id]
        return max(messages, key=lambda message: message.seq).body if messages else ""


class Doors:
    """Counts who comes; nobody who needs a person ever leaves, the AI's customers do at once."""

    def __init__(self) -> None:
        self.stayed = self.left = 0
        self.busy = asyncio.Event()

    async def opened(self, who: Persona) -> None:
        if who.needs_person:
            self.stayed += 1
            await asyncio.Event().wait()
        self.left += 1
        if self.stayed == MOST_FOR_A_PERSON and self.left > 20:
            self.busy.set()


async def test_the_ais_customers_come_and_go_while_the_others_wait(monkeypatch: pytest.MonkeyPatch) -> None:
    doors = Doors()

    async def play(_self: Troupe, _number: int, who: Persona) -> None:
        await doors.opened(who)

    async def door() -> CustomerGateway:
        raise AssertionError("nobody plays here")

    monkeypatch.setattr(Troupe, "_play", play)
    async with playing(Troupe(door, script(), seed=1, rate=10_000).run()):
        await asyncio.wait_for(doors.busy.wait(), PATIENCE)
    assert doors.stayed == MOST_FOR_A_PERSON


@pytest.mark.timeout(90)
async def test_a_world_comes_alive_by_itself(stack: Stack) -> None:
    async def door() -> CustomerGateway:
        return await open_customer(stack.url, stack.anon_key, MemorySession())

    async with agent(stack, "bot") as robin, agent(stack, "agent") as ana:
        joined = asyncio.Event()
        heard: set[Sender] = set()
        complete = asyncio.Event()

        async def watch() -> None:
            async for event in ana.events():
                if isinstance(event, ChannelJoined):
                    joined.set()
                heard.update(row.sender_type for row in getattr(event, "rows", ()) if isinstance(row, Message))
                if {Sender.CUSTOMER, Sender.AI} <= heard:
                    complete.set()

        async with playing(watch()):
            await asyncio.wait_for(joined.wait(), PATIENCE)
            async with playing(Bot(robin, script(), RATE).run(), Troupe(door, script(), seed=1, rate=RATE).run()):
                await asyncio.wait_for(complete.wait(), PATIENCE)
