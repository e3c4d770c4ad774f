"""Each intent against the real functions: names, parameters and answers fit."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from typing import get_args
from uuid import uuid4

import psycopg
import pytest

from chattui.gateway import supabase
from chattui.gateway.protocol import Accepted, Cursor, Gateway, Refused, Reset
from chattui.gateway.supabase.intents import call_of
from chattui.model.intents import (
    AddNote,
    Close,
    HandBack,
    Intent,
    MarkRead,
    Reopen,
    Requeue,
    SendMessage,
    SetLabel,
    SetPriority,
    Snooze,
    TakeNext,
    TakeOver,
    Transfer,
    UpdateContact,
    UpdateProfile,
)
from chattui.model.records import (
    Availability,
    Contact,
    ContactId,
    Conversation,
    ConversationId,
    LabelId,
    Labelling,
    Message,
    MessageId,
    Note,
    NoteId,
    Profile,
    ReadMark,
    Row,
    Status,
    UserId,
)
from tests.conftest import MakeOrganisation
from tests.gateway.conftest import SessionOf, Team, until
from tests.stack import Organisation, Stack


@pytest.fixture
def acme(make_organisation: MakeOrganisation) -> Organisation:
    return make_organisation(agents=2)


@pytest.fixture
async def ana(stack: Stack, acme: Organisation, session_of: SessionOf) -> AsyncIterator[Gateway]:
    gateway = await supabase.open_agent(stack.url, stack.anon_key, session_of(acme.agents[0]))
    yield gateway
    await gateway.close()


@pytest.fixture
async def one(team: Team, acme: Organisation) -> ConversationId:
    rosa = await team.customer(acme)
    await rosa.send(MessageId(str(uuid4())), "hello?")
    return (await rosa.thread()).conversation_id


def a_label(acme: Organisation) -> LabelId:
    label = LabelId(str(uuid4()))
    with psycopg.connect(acme.stack.db_url) as database:
        database.execute("insert into labels (id, org_id, name) values (%s, %s, 'vip')", (label, acme.id))
    return label


async def row_of(gateway: Gateway, intent: Intent) -> Row:
    answer = await gateway.submit(intent)
    assert isinstance(answer, Accepted), answer
    assert len(answer.rows) == 1
    return answer.rows[0]


async def test_hand_offs_answer_the_conversation(ana: Gateway, acme: Organisation, one: ConversationId) -> None:
    bo = UserId(str(acme.agents[1].id))
    steps: list[tuple[Intent, Status]] = [
        (TakeOver(one), Status.ACTIVE),
        (Requeue(one), Status.WAITING),
        (TakeNext(str(uuid4())), Status.ACTIVE),
        (HandBack(one), Status.AI),
        (TakeOver(one), Status.ACTIVE),
        (Close(one), Status.CLOSED),
        (Reopen(one), Status.ACTIVE),
        (Transfer(one, bo), Status.ACTIVE),
    ]
    for intent, status in steps:
        row = await row_of(ana, intent)
        assert isinstance(row, Conversation)
        assert (row.id, row.status) == (one, status), intent
    refused = await ana.submit(Close(one))
    assert isinstance(refused, Refused)
    assert refused.code == "PT409"
    assert "Agent2" in refused.sentence


async def test_what_is_set_comes_back(ana: Gateway, acme: Organisation, one: ConversationId) -> None:
    until_then = datetime.now(UTC) + timedelta(hours=1)
    row = await row_of(ana, Snooze(one, until_then))
    assert isinstance(row, Conversation)
    assert row.snoozed_until == until_then
    woken = await row_of(ana, Snooze(one, None))
    assert isinstance(woken, Conversation)
    assert woken.snoozed_until is None
    urgent = await row_of(ana, SetPriority(one, 3))
    assert isinstance(urgent, Conversation)
    assert urgent.priority == 3
    label = a_label(acme)
    labelling = await row_of(ana, SetLabel(one, label, present=True))
    assert isinstance(labelling, Labelling)
    assert labelling.removed_at is None
    contact = await row_of(ana, UpdateContact(ContactId(urgent.contact_id), name="Rosa Díaz"))
    assert isinstance(contact, Contact)
    assert contact.name == "Rosa Díaz"
    profile = await row_of(ana, UpdateProfile(availability=Availability.AWAY, notifications_enabled=False))
    assert isinstance(profile, Profile)
    assert (profile.availability, profile.notifications_enabled) == (Availability.AWAY, False)


async def test_what_is_written_comes_back_once(ana: Gateway, one: ConversationId) -> None:
    await row_of(ana, TakeOver(one))
    said = SendMessage(MessageId(str(uuid4())), one, "hi 👋 \"quoted\" 'n' \\ done")
    first, again = await row_of(ana, said), await row_of(ana, said)
    assert isinstance(first, Message)
    assert (first, first.body, first.seq) == (again, said.body, 2)
    note = await row_of(ana, AddNote(NoteId(str(uuid4())), one, "careful"))
    assert isinstance(note, Note)
    mark = await row_of(ana, MarkRead(one, 2))
    assert isinstance(mark, ReadMark)
    assert (mark.last_read_seq, mark.last_read_inbound) == (2, 1)
    lower = await row_of(ana, MarkRead(one, 1))
    assert isinstance(lower, ReadMark)
    assert lower.last_read_seq == 2


async def test_what_is_read_fits(ana: Gateway, one: ConversationId, acme: Organisation) -> None:
    snapshot = await ana.snapshot()
    assert snapshot.event.org_id == str(acme.id)
    assert any(isinstance(row, Conversation) and row.id == one for row in snapshot.event.rows)
    page = await ana.page(one)
    assert (page.lo, page.hi) == (1, 1)
    assert (await ana.page(one, before_seq=1)).hi <= 0
    synced = await ana.sync(snapshot.cursor)
    assert not isinstance(synced, Reset)
    assert isinstance(await ana.sync(Cursor("another", "1")), Reset)
    assert [found.snippet for found in await ana.search("hello")] == ["hello?"]
    assert await ana.search("") == []
    people = await ana.people([UserId(str(agent.id)) for agent in acme.agents])
    assert {row.display_name for row in people if isinstance(row, Profile)} == {"Agent1", "Agent2"}
    assert await ana.wake_due() == 0


async def test_a_snooze_that_is_over_is_woken(ana: Gateway, one: ConversationId) -> None:
    await row_of(ana, Snooze(one, datetime.now(UTC) + timedelta(seconds=0.2)))
    while await ana.wake_due() == 0:
        pass
    snapshot = await ana.snapshot()
    (row,) = [row for row in snapshot.event.rows if isinstance(row, Conversation) and row.id == one]
    assert row.snoozed_until is None


async def test_notes_labels_and_read_marks_are_live_for_colleagues(
    team: Team, acme: Organisation, one: ConversationId
) -> None:
    label = a_label(acme)
    ana, bo = await team.agent(acme.agents[0]), await team.agent(acme.agents[1])
    bo.look(one)
    await until(bo, lambda: bo.queries.thread(one).loaded)
    await ana.note(one, "check the invoice")
    ana.label(one, label, present=True)
    await until(
        bo, lambda: [e.body for e in bo.queries.thread(one).entries if e.kind == "note"] == ["check the invoice"]
    )
    await until(bo, lambda: [chip.name for chip in bo.queries.row(one, bo.now()).labels] == ["vip"])
    ana.label(one, label, present=False)
    await until(bo, lambda: not bo.queries.row(one, bo.now()).labels)


async def test_an_agent_sees_that_the_customer_has_read(team: Team, acme: Organisation) -> None:
    ana = await team.agent(acme.agents[0])
    rosa = await team.customer(acme)
    one = (await rosa.thread()).conversation_id
    await until(ana, lambda: ana.queries.knows(one))
    assert await ana.ask(TakeOver(one)) is None
    await ana.send(one, "have you seen this?")
    await until(ana, lambda: ana.queries.thread(one).last_seq == 1)
    await rosa.mark_read(1)
    await until(ana, lambda: ana.queries.row(one, ana.now()).read_by_customer)


def test_every_intent_has_its_function() -> None:
    assert all(kind in call_of.__globals__["_FUNCTIONS"] for kind in get_args(Intent))
