"""Two agents and a customer on the real stack, with reconciliation off."""

import asyncio
from collections.abc import AsyncIterator
from functools import partial
from uuid import uuid4

import psycopg
import pytest

from chattui.desk import Desk
from chattui.gateway.protocol import AgentTyping, CustomerEvent, Standing
from chattui.model.events import LinkState
from chattui.model.intents import Close, TakeOver, UpdateProfile
from chattui.model.records import Availability, ConversationId, Message, MessageId
from tests.conftest import MakeOrganisation
from tests.faults.faults import Cut
from tests.gateway.conftest import Team, until


def bodies(desk: Desk, conversation_id: ConversationId) -> list[str]:
    return [e.body for e in desk.queries.thread(conversation_id).entries if e.kind == "message"]


def said(desk: Desk, conversation_id: ConversationId, words: list[str]) -> bool:
    return bodies(desk, conversation_id) == words


def has_unread(desk: Desk, conversation_id: ConversationId, unread: int) -> bool:
    return desk.queries.knows(conversation_id) and desk.queries.row(conversation_id, desk.now()).unread == unread


def has(desk: Desk, conversation_id: ConversationId, assignee: str) -> bool:
    return desk.queries.knows(conversation_id) and desk.queries.row(conversation_id, desk.now()).assignee == assignee


async def test_words_go_both_ways_at_once(team: Team, make_organisation: MakeOrganisation) -> None:
    acme = make_organisation(agents=2)
    ana, bo = await team.agent(acme.agents[0]), await team.agent(acme.agents[1])
    rosa = await team.customer(acme)
    one = (await rosa.thread()).conversation_id
    assert await rosa.messages() == [], "what is said from here on is heard, however long the channel takes"
    heard = asyncio.create_task(_hear(rosa.events(), 2))
    await rosa.send(MessageId(str(uuid4())), "hello?")
    for desk in (ana, bo):
        await until(desk, partial(has_unread, desk, one, 1))
        desk.look(one)
        await until(desk, partial(said, desk, one, ["hello?"]))
    assert await ana.ask(TakeOver(one)) is None
    await ana.send(one, "hi Rosa")
    assert bodies(ana, one) == ["hello?", "hi Rosa"], "at once"
    await until(bo, lambda: bodies(bo, one) == ["hello?", "hi Rosa"])
    await until(ana, lambda: ana.queries.header().queued == 0)
    assert bodies(ana, one) == ["hello?", "hi Rosa"], "once"
    async with asyncio.timeout(5):
        assert [m.body for m in await heard] == ["hello?", "hi Rosa"]


async def test_a_race_has_one_winner_and_a_sentence(team: Team, make_organisation: MakeOrganisation) -> None:
    acme = make_organisation(agents=2)
    ana, bo = await team.agent(acme.agents[0]), await team.agent(acme.agents[1])
    rosa = await team.customer(acme)
    one = (await rosa.thread()).conversation_id
    answers = await asyncio.gather(ana.ask(TakeOver(one)), bo.ask(TakeOver(one)))
    refused = [answer for answer in answers if answer is not None]
    assert len(refused) == 1
    winner = "Agent1" if answers[0] is None else "Agent2"
    assert refused[0].code == "PT409"
    assert winner in refused[0].sentence
    for desk in (ana, bo):
        await until(desk, partial(has, desk, one, winner))


async def test_what_a_colleague_took_goes_where_each_sees_their_own_alone(
    team: Team, make_organisation: MakeOrganisation
) -> None:
    acme = make_organisation(agents=2, settings='{"visibility": "assigned"}')
    ana, bo = await team.agent(acme.agents[0]), await team.agent(acme.agents[1])
    rosa = await team.customer(acme)
    one = (await rosa.thread()).conversation_id
    await until(bo, lambda: bo.queries.knows(one))
    assert await ana.ask(TakeOver(one)) is None
    refused = await bo.ask(TakeOver(one))
    assert refused is not None
    assert refused.code == "PT404"
    assert "not yours to see" in refused.sentence
    await until(bo, lambda: not bo.queries.knows(one))


async def test_who_opens_an_inbox_is_online_for_colleagues_and_in_the_database(
    team: Team, make_organisation: MakeOrganisation
) -> None:
    acme = make_organisation(agents=2)
    ana, bo = await team.agent(acme.agents[0]), await team.agent(acme.agents[1])
    await until(ana, lambda: {one.availability for one in ana.queries.colleagues()} == {Availability.ONLINE})
    await until(bo, lambda: bo.queries.header().availability is Availability.ONLINE)


async def test_who_types_and_looks_is_seen(team: Team, make_organisation: MakeOrganisation) -> None:
    acme = make_organisation(agents=2)
    ana, bo = await team.agent(acme.agents[0]), await team.agent(acme.agents[1])
    rosa = await team.customer(acme)
    one = (await rosa.thread()).conversation_id
    await until(bo, lambda: bo.queries.knows(one))
    events = rosa.events()
    await _joined(events)
    typing = asyncio.create_task(_typing(events))
    assert await ana.ask(TakeOver(one)) is None
    ana.view(one)
    await until(bo, lambda: "Agent1" in bo.queries.row(one, bo.now()).viewers)
    ana.typing.key(one)
    await until(bo, lambda: "Agent1" in bo.queries.typing(one, bo.now()))
    async with asyncio.timeout(3):
        assert await typing == AgentTyping(is_typing=True)
    await rosa.typing(is_typing=True)
    await until(ana, lambda: "Rosa" in ana.queries.typing(one, ana.now()))


async def test_the_sign_of_typing_goes_with_the_words(team: Team, make_organisation: MakeOrganisation) -> None:
    acme = make_organisation(agents=1)
    ana = await team.agent(acme.agents[0])
    rosa = await team.customer(acme)
    one = (await rosa.thread()).conversation_id
    await until(ana, lambda: ana.queries.knows(one))
    for number in range(1, 6):
        words = rosa.send(MessageId(str(uuid4())), f"words {number}")
        await asyncio.gather(rosa.typing(is_typing=True), words)
        await until(ana, lambda: ana.queries.row(one, ana.now()).preview == f"words {number}")  # noqa: B023 - awaited
        await rosa.mark_read(number)  # a later sign: when it is there, the sign of typing has been
        await until(ana, lambda: ana.store.state.customer_read(one) == number)  # noqa: B023 - awaited
        assert ana.queries.typing(one, ana.now()) == ()
        await rosa.typing(is_typing=False)


async def test_colleagues_come_and_go(team: Team, make_organisation: MakeOrganisation) -> None:
    acme = make_organisation(agents=2)
    ana = await team.agent(acme.agents[0])
    with psycopg.connect(acme.stack.db_url) as database:
        database.execute("update profiles set availability = 'online' where id = %s", (acme.agents[1].id,))
    bo = await team.agent(acme.agents[1])

    def seen() -> dict[str, Availability]:
        return {str(one.name): one.availability for one in ana.queries.colleagues()}

    await until(ana, lambda: seen().get("Agent2") is Availability.ONLINE)
    await bo.aclose()
    await until(ana, lambda: seen().get("Agent2") is Availability.OFFLINE)


async def test_reading_in_one_place_clears_unread_in_the_other(team: Team, make_organisation: MakeOrganisation) -> None:
    acme = make_organisation(agents=1)
    here, there = await team.agent(acme.agents[0]), await team.agent(acme.agents[0])
    rosa = await team.customer(acme)
    one = (await rosa.thread()).conversation_id
    await rosa.send(MessageId(str(uuid4())), "hello?")
    await until(there, partial(has_unread, there, one, 1))
    here.read(one, 1)
    await until(there, lambda: there.queries.row(one, there.now()).unread == 0, 1.5)


async def test_a_lost_connection_is_caught_up_within_a_second_of_its_return(
    team: Team, make_organisation: MakeOrganisation
) -> None:
    acme = make_organisation(agents=1)
    proxy = await team.proxy()
    ana = await team.agent(acme.agents[0], proxy.url)
    rosa = await team.customer(acme)
    one = (await rosa.thread()).conversation_id
    await until(ana, lambda: ana.queries.knows(one))
    ana.look(one)
    await until(ana, lambda: ana.queries.thread(one).loaded)
    proxy.inject(Cut())
    await until(ana, lambda: ana.queries.header().link is LinkState.OFFLINE)
    assert (refused := await ana.ask(Close(one))) is not None
    assert refused.code == "offline"
    for word in ("one", "two", "three"):
        await rosa.send(MessageId(str(uuid4())), word)
    await asyncio.sleep(2)  # several attempts fail
    proxy.heal()
    await until(ana, lambda: ana.queries.header().link is LinkState.LIVE)
    assert bodies(ana, one) == ["one", "two", "three"]


async def test_a_customer_hears_what_was_missed_and_nothing_twice(
    team: Team, make_organisation: MakeOrganisation
) -> None:
    acme = make_organisation(agents=1)
    proxy = await team.proxy()
    ana = await team.agent(acme.agents[0])
    rosa = await team.customer(acme, url=proxy.url)
    one = (await rosa.thread()).conversation_id
    await until(ana, lambda: ana.queries.knows(one))
    assert await ana.ask(TakeOver(one)) is None
    events = rosa.events()
    await _joined(events)
    heard = asyncio.create_task(_hear(events, 3))
    await ana.send(one, "first")
    await until(ana, lambda: ana.queries.header().queued == 0)
    proxy.inject(Cut())
    await ana.send(one, "second")
    await until(ana, lambda: ana.queries.header().queued == 0)
    proxy.heal()
    await ana.send(one, "third")
    async with asyncio.timeout(10):
        assert [m.body for m in await heard] == ["first", "second", "third"]


async def _hear(events: AsyncIterator[CustomerEvent], count: int) -> list[Message]:
    heard: list[Message] = []
    async for event in events:
        if isinstance(event, Message):
            heard.append(event)
        if len(heard) == count:
            break
    return heard


async def _joined(events: AsyncIterator[CustomerEvent]) -> None:
    """How it stands is told once the channel is there."""
    while not isinstance(await anext(events), Standing):
        pass


async def _typing(events: AsyncIterator[CustomerEvent]) -> AgentTyping:
    async for event in events:
        if isinstance(event, AgentTyping):
            return event
    raise AssertionError("the events ended")


async def test_who_says_away_is_away_and_may_change_their_mind(
    team: Team, make_organisation: MakeOrganisation, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("chattui.gateway.supabase.agent.PRESENCE_SPACING", 0.5)
    acme = make_organisation(agents=2)
    ana, bo = await team.agent(acme.agents[0]), await team.agent(acme.agents[1])

    def bo_is(availability: Availability) -> bool:
        return {str(one.name): one.availability for one in ana.queries.colleagues()}["Agent2"] is availability

    for availability in (Availability.ONLINE, Availability.AWAY, Availability.ONLINE, Availability.AWAY):
        assert await bo.ask(UpdateProfile(availability=availability)) is None
    await until(ana, lambda: bo_is(Availability.AWAY), 3)
    assert bo.queries.header().link is LinkState.LIVE
