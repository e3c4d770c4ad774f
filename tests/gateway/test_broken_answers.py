"""Answers that say 200 and are not the database's: cut off on the way, or the page of somebody's Wi-Fi."""

import asyncio
from uuid import uuid4

import pytest

from chattui.gateway.errors import Unreachable
from chattui.model.intents import TakeOver
from chattui.model.records import MessageId
from tests.conftest import MakeOrganisation
from tests.faults.faults import Answer, Fault, Requests, Truncate
from tests.gateway.conftest import Team, until
from tests.stack import Organisation

WRITING = Requests("/rest/v1/rpc/insert_message")
READING = Requests("/rest/v1/messages")
PORTAL = Answer(WRITING, status=200, headers=(("Content-Type", "text/html"),), body=b"<html>Accept our terms</html>")

EMPTY = Answer(WRITING, status=200, body=b"")
BLOCKED = Answer(WRITING, status=200, headers=(("Content-Type", "application/json"),), body=b'{"blocked": "yes"}')


@pytest.fixture
def acme(make_organisation: MakeOrganisation) -> Organisation:
    return make_organisation()


@pytest.mark.parametrize("fault", [PORTAL, BLOCKED, EMPTY])
async def test_a_page_instead_of_an_answer_leaves_a_message_in_the_outbox(
    team: Team, acme: Organisation, fault: Fault
) -> None:
    proxy = await team.proxy()
    ana, rosa = await team.agent(acme.agents[0], proxy.url), await team.customer(acme)
    one = (await rosa.thread()).conversation_id
    await until(ana, lambda: ana.queries.knows(one))
    assert await ana.ask(TakeOver(one)) is None
    proxy.inject(fault)
    await ana.send(one, "hello")
    await until(ana, lambda: ana.queries.header().queued == 0)
    assert [message.body for message in await rosa.messages()] == ["hello"]


@pytest.mark.parametrize("fault", [PORTAL, BLOCKED, EMPTY, Truncate(WRITING), Truncate(WRITING, broken=True)])
async def test_a_customer_is_told_that_nobody_knows(team: Team, acme: Organisation, fault: Fault) -> None:
    proxy = await team.proxy()
    rosa, message_id = await team.customer(acme, url=proxy.url), MessageId(str(uuid4()))
    proxy.inject(fault)
    with pytest.raises(Unreachable):
        await rosa.send(message_id, "hello")
    assert (await rosa.send(message_id, "hello")).seq == 1


@pytest.mark.parametrize(
    "fault",
    [Truncate(READING), Answer(READING, status=200, body=b""), Answer(READING, status=200, body=b'{"blocked": "yes"}')],
)
async def test_messages_that_were_cut_off_are_asked_for_again(team: Team, acme: Organisation, fault: Fault) -> None:
    proxy = await team.proxy()
    rosa, elsewhere = await team.customer(acme, url=proxy.url), MessageId(str(uuid4()))
    await rosa.send(elsewhere, "before")
    proxy.inject(fault)
    with pytest.raises(Unreachable):
        await rosa.messages()
    assert [message.body for message in await rosa.messages()] == ["before"]


async def test_a_customer_hears_what_was_missed_though_the_first_answer_was_cut_off(
    team: Team, acme: Organisation
) -> None:
    proxy = await team.proxy()
    rosa = await team.customer(acme, url=proxy.url)
    assert await rosa.messages() == []
    proxy.inject(Truncate(READING))
    await rosa.send(MessageId(str(uuid4())), "before anybody listens")
    async with asyncio.timeout(10):
        async for news in rosa.events():
            if getattr(news, "body", "") == "before anybody listens":
                return


@pytest.mark.parametrize("status", [429, 503])
async def test_a_server_that_asks_for_patience_is_given_it(team: Team, acme: Organisation, status: int) -> None:
    proxy = await team.proxy()
    rosa = await team.customer(acme, url=proxy.url)
    proxy.inject(Answer(READING, status=status, headers=(("Retry-After", "17"),), body=b"{}"))
    with pytest.raises(Unreachable, match="too much to do") as raised:
        await rosa.messages()
    assert raised.value.patience == 17
    proxy.inject(Answer(READING, status=status, body=b"{}"))
    with pytest.raises(Unreachable) as raised:
        await rosa.messages()
    assert raised.value.patience == 0
