"""A customer in a world that says what the test wants: what they do by themselves, and when it is over."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from uuid import uuid4

import pytest

from chattui.gateway.errors import Unreachable
from chattui.gateway.protocol import CustomerEvent, CustomerGateway, Standing
from chattui.local.cast.customer import Customer
from chattui.local.cast.persona import Persona, dice, persona
from chattui.local.cast.script import script
from chattui.local.cast.talk import Talk, stay, visit
from chattui.model.records import ConversationId, Message, MessageId, OrgId, Sender, Status

WORDS = script()
ONE = ConversationId("one")
RATE = 20_000.0
PATIENCE = 10.0


def standing(status: str) -> Standing:
    return Standing(ONE, status, "Ana" if status == Status.ACTIVE else None)


class World:
    """A customer's gateway without a network: `tell` is what they hear, `said` what they say."""

    def __init__(self) -> None:
        self.said: asyncio.Queue[str] = asyncio.Queue()
        self.over: asyncio.Queue[ConversationId] = asyncio.Queue()
        self.types = asyncio.Event()
        self.refuse = 0
        self._seq = 0
        self._news: asyncio.Queue[CustomerEvent] = asyncio.Queue()

    def tell(self, event: CustomerEvent | str, sender: Sender = Sender.AGENT) -> None:
        self._news.put_nowait(self._message(event, sender) if isinstance(event, str) else event)

    def _message(self, body: str, sender: Sender) -> Message:
        self._seq += 1
        now = datetime.now(UTC)
        return Message(
            id=MessageId(str(uuid4())),
            conversation_id=ONE,
            org_id=OrgId("o"),
            version=1,
            created_at=now,
            updated_at=now,
            seq=self._seq,
            inbound_no=0,
            sender_type=sender,
            body=body,
        )

    async def hears(self, *any_of: str) -> str:
        async with asyncio.timeout(PATIENCE):
            while (words := await self.said.get()) not in any_of:
                pass
        return words

    async def send(self, message_id: MessageId, body: str) -> Message:
        del message_id
        if self.refuse:
            self.refuse -= 1
            raise Unreachable("The server can not be reached.")
        self.said.put_nowait(body)
        return self._message(body, Sender.CUSTOMER)

    async def typing(self, *, is_typing: bool) -> None:
        if is_typing:
            self.types.set()

    async def mark_read(self, last_read_seq: int) -> None:
        del last_read_seq

    async def events(self) -> AsyncIterator[CustomerEvent]:
        while True:
            yield await self._news.get()

    async def done(self, conversation_id: ConversationId) -> None:
        self.over.put_nowait(conversation_id)


def somebody(*, returns: bool = False, handoff: bool = False) -> Persona:
    return next(
        who
        for who in (persona(1, number, WORDS) for number in range(200))
        if who.returns is returns and bool(who.topic.handoff) is handoff and not who.impatient
    )


@asynccontextmanager
async def playing(
    world: World, who: Persona, *, status: str = "ai", rate: float = RATE, stays: bool = False
) -> AsyncIterator["asyncio.Task[None]"]:
    gateway: CustomerGateway = world  # type: ignore[assignment]  # all that is played here
    customer = Customer(who, WORDS, dice(1, "test"))
    talk = Talk(gateway, customer, standing(status), rate)
    play = asyncio.create_task(stay(talk) if stays else visit(talk, customer.opens(), world.done))
    ears = asyncio.create_task(talk.listen())
    try:
        yield play
    finally:
        play.cancel()
        ears.cancel()
        await asyncio.gather(play, ears, return_exceptions=True)


async def satisfied_by_the_ai(world: World, who: Persona) -> None:
    for exchange in who.topic.lines:
        world.tell(exchange.ai, Sender.AI)
        await world.hears(who.says(exchange.customer[-1]))
    world.tell(WORDS.ai.farewell, Sender.AI)


async def ended(play: "asyncio.Task[None]") -> None:
    await asyncio.wait_for(asyncio.shield(play), PATIENCE)


async def over(world: World) -> ConversationId:
    return await asyncio.wait_for(world.over.get(), PATIENCE)


async def test_what_the_ai_has_settled_is_over_and_the_closing_ends_the_visit() -> None:
    world, who = World(), somebody()
    async with playing(world, who) as play:
        await satisfied_by_the_ai(world, who)
        assert await over(world) == ONE
        assert await over(world) == ONE, "as long as nobody closes it"
        world.tell(standing("closed"))
        await ended(play)


async def test_who_comes_back_is_there_until_the_second_closing() -> None:
    world, who = World(), somebody(returns=True)
    async with playing(world, who) as play:
        await satisfied_by_the_ai(world, who)
        await over(world)
        world.tell(standing("closed"))
        await world.hears(*WORDS.customer.returns)
        world.tell(standing("ai"))
        world.tell("a further line", Sender.AI)
        await over(world)
        world.tell(standing("closed"))
        await ended(play)


async def test_whom_a_person_has_waits_for_that_person_to_end_it() -> None:
    world, who = World(), somebody(handoff=True)
    async with playing(world, who, status="waiting") as play:
        world.tell(standing("active"))
        world.tell("Hello, which order is it?")
        await world.hears(who.says(who.topic.details[0]))
        world.tell("Done.")
        await world.hears(*WORDS.customer.farewells)
        # Back with the AI it is nobody's, and over; before it was not.
        assert world.over.empty()
        world.tell(standing("ai"))
        assert await over(world) == ONE
        assert not play.done()


async def test_who_waits_in_vain_calls_twice_and_gives_up_at_last() -> None:
    world, who = World(), somebody(handoff=True)
    async with playing(world, who, status="waiting", rate=RATE * 10):
        for call in WORDS.customer.calls:
            await world.hears(call)
        assert await over(world) == ONE


async def test_a_closing_leaves_unsaid_what_was_being_typed() -> None:
    world, who = World(), somebody()
    async with playing(world, who, rate=5.0) as play:
        await asyncio.wait_for(world.types.wait(), PATIENCE)
        world.tell(standing("closed"))
        await ended(play)
    assert world.said.empty()


async def test_words_that_did_not_go_are_said_again(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("chattui.local.cast.talk.AGAIN", 0.01)
    world, who = World(), somebody()
    world.refuse = 2
    async with playing(world, who):
        await world.hears(who.says(who.topic.opening[0]))


async def test_who_stays_begins_anew_with_every_person() -> None:
    world, who = World(), somebody(handoff=True)
    async with playing(world, who, stays=True, status="closed"):
        for _ in range(2):
            world.tell(standing("active"))
            world.tell("Which order is it?")
            await world.hears(who.says(who.topic.details[0]))
            world.tell("Done.")
            await world.hears(*WORDS.customer.farewells)
            world.tell(standing("closed"))
    assert world.over.empty()
