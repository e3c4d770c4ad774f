"""Every cell of the transition table, through HTTP."""

from collections.abc import Iterator
from typing import Any
from uuid import UUID, uuid4

import pytest

from tests.database.api import Answer, Api, Desk

# `row`: the row as it was, unwritten. `409 words`: refused with these words, nothing written. `stored`: the message is
# there, and the conversation as it was. Else the new status and whose it is.
TABLE = """
intent        | ai               | waiting          | mine              | another's        | closed
take_over     | active me        | active me        | row               | 409 Agent2 has   | 409 reopen it first
hand_back     | row              | ai -             | ai -              | 409 Agent2 has   | 409 reopen it first
requeue       | waiting -        | row              | waiting -         | 409 Agent2 has   | 409 reopen it first
transfer      | active admin     | active admin     | active admin      | 409 Agent2 has   | 409 reopen it first
close         | closed -         | closed -         | closed -          | 409 Agent2 has   | row
reopen        | row              | row              | row               | row              | active me
ask (bot)     | waiting -        | row              | row               | row              | 409 is closed
ask (service) | waiting -        | row              | row               | row              | 409 is closed
ask (customer)| waiting -        | row              | row               | row              | 409 is closed
agent writes  | 409 The AI has   | 409 is waiting   | stored            | 409 Agent2 has   | 409 reopen it first
bot writes    | stored           | 409 is waiting   | 409 Agent1 has    | 409 Agent2 has   | 409 is closed
service writes| stored           | 409 is waiting   | 409 Agent1 has    | 409 Agent2 has   | 409 is closed
customer w.   | stored           | stored           | stored            | stored           | stored, ai -
"""
# Another agent's conversation with `force`: admins alone may. A colleague's who has it already keeps it.
FORCED = """
intent        | admin            | agent
take_over     | active admin     | 409 Agent2 has
hand_back     | ai -             | 409 Agent2 has
requeue       | waiting -        | 409 Agent2 has
transfer      | active me        | 409 Agent2 has
close         | closed -         | 409 Agent2 has
"""
STATES = ("ai", "waiting", "mine", "another's", "closed")


def _cells(table: str) -> Iterator[Any]:
    head, *rows = ([cell.strip() for cell in line.split("|")] for line in table.strip().splitlines())
    for intent, *cells in rows:
        for column, expected in zip(head[1:], cells, strict=True):
            yield pytest.param(intent, column, expected, id=f"{intent}, {column}")


def _conversation(desk: Desk, state: str) -> UUID:
    match state:
        case "mine":
            return desk.conversation("active", desk.me)
        case "another's":
            return desk.conversation("active", desk.colleague)
        case _:
            return desk.conversation(state)


def _ask(api: Api, desk: Desk, intent: str, conversation_id: UUID, **force: bool) -> Answer:
    me = (desk.admin if force.pop("admin", False) else desk.me).token
    target = {"conversation_id": conversation_id}
    words = {**target, "id": uuid4(), "body": "hello"}
    service = desk.organisation.stack.service_role_key
    other = desk.me if me == desk.admin.token else desk.admin
    calls: dict[str, tuple[str, str, dict[str, Any]]] = {
        "take_over": (me, "take_over", target | force),
        "hand_back": (me, "hand_back", target | force),
        "requeue": (me, "requeue", target | force),
        "transfer": (me, "transfer", target | force | {"assigned_to": other.id}),
        "close": (me, "close_conversation", target | force),
        "reopen": (me, "reopen", target),
        "ask (bot)": (desk.bot.token, "request_human", target | {"handoff_reason": "it is angry"}),
        "ask (service)": (service, "request_human", target | {"handoff_reason": "it is angry"}),
        "ask (customer)": (desk.customer.token, "request_human", target | {"handoff_reason": "a person please"}),
        "agent writes": (me, "insert_message", words),
        "bot writes": (desk.bot.token, "insert_message", words),
        "service writes": (service, "insert_message", words),
        "customer w.": (desk.customer.token, "insert_message", words),
    }
    token, name, parameters = calls[intent]
    return api.call(token, name, **parameters)


def _whose(desk: Desk, row: dict[str, Any]) -> str:
    names = {None: "-", desk.me.id: "me", desk.colleague.id: "colleague", desk.admin.id: "admin"}
    return f"{row['status']} {names[row['assigned_to']]}"


def _check(desk: Desk, conversation_id: UUID, before: dict[str, Any], answer: Answer, expected: str) -> None:
    after, messages = desk.row(conversation_id), desk.messages(conversation_id)
    if expected.startswith("409"):
        assert (answer.status, answer.code) == (409, "PT409"), answer
        assert expected[4:] in answer.sentence
        assert (after, messages) == (before, [])
    elif expected.startswith("stored"):
        assert answer.status == 200, answer
        assert [message["body"] for message in messages] == ["hello"]
        assert (_whose(desk, after) if ", " in expected else after) == (expected[8:] or before)
    elif expected == "row":
        assert (answer.status, answer.body["id"]) == (200, str(conversation_id))
        assert after == before
    else:
        assert (answer.status, answer.body["status"]) == (200, expected.split(maxsplit=1)[0]), answer
        assert _whose(desk, after) == expected


@pytest.mark.parametrize(("intent", "state", "expected"), _cells(TABLE))
def test_cell(api: Api, shared_desk: Desk, intent: str, state: str, expected: str) -> None:
    conversation_id = _conversation(shared_desk, state)
    before = shared_desk.row(conversation_id)
    answer = _ask(api, shared_desk, intent, conversation_id)
    _check(shared_desk, conversation_id, before, answer, expected)


@pytest.mark.parametrize(("intent", "who", "expected"), _cells(FORCED))
def test_force(api: Api, shared_desk: Desk, intent: str, who: str, expected: str) -> None:
    conversation_id = shared_desk.conversation("active", shared_desk.colleague)
    before = shared_desk.row(conversation_id)
    answer = _ask(api, shared_desk, intent, conversation_id, admin=who == "admin", force=True)
    _check(shared_desk, conversation_id, before, answer, expected)


@pytest.mark.parametrize("intent", ["take_over", "hand_back", "requeue", "transfer", "close", "reopen", "ask (bot)"])
@pytest.mark.parametrize("state", STATES)
def test_a_repeat_answers_the_row_and_writes_nothing(api: Api, shared_desk: Desk, intent: str, state: str) -> None:
    conversation_id = _conversation(shared_desk, state)
    first = _ask(api, shared_desk, intent, conversation_id)
    once = shared_desk.row(conversation_id)
    again = _ask(api, shared_desk, intent, conversation_id)
    assert (again.status, again.body) == (first.status, first.body)
    assert shared_desk.row(conversation_id) == once


def test_transfer_to_who_has_it_already_answers_the_row(api: Api, desk: Desk) -> None:
    conversation_id = desk.conversation("active", desk.me)
    to = {"conversation_id": conversation_id, "assigned_to": desk.colleague.id}
    first, again = (api.call(desk.me.token, "transfer", **to) for _ in range(2))
    assert first.body["assigned_to"] == str(desk.colleague.id)
    assert again == first


@pytest.mark.parametrize("reopen_to", ["ai", "waiting"])
def test_a_customers_words_open_a_closed_conversation(api: Api, desk: Desk, reopen_to: str) -> None:
    desk.database.execute(
        "update organizations set settings = jsonb_build_object('reopen_to', %s::text) where id = %s",
        (reopen_to, desk.organisation.id),
    )
    conversation_id = desk.conversation("closed")
    _ask(api, desk, "customer w.", conversation_id)
    row = desk.row(conversation_id)
    assert (row["status"], row["closed_at"], row["waiting_since"] is None) == (reopen_to, None, reopen_to == "ai")


def test_each_change_of_hands_leaves_one_audit_line(api: Api, desk: Desk) -> None:
    conversation_id = desk.conversation()
    wanted = ["ask (bot)", "ask (bot)", "take_over", "take_over", "transfer", "reopen"]
    for intent in wanted:
        _ask(api, desk, intent, conversation_id)
    for intent in ("requeue", "take_over", "hand_back", "close", "reopen"):
        _ask(api, desk, intent, conversation_id, admin=True)
    lines = desk.database.execute(
        "select kind, actor_id from conversation_events where conversation_id = %s order by created_at",
        (conversation_id,),
    ).fetchall()
    assert [(line["kind"], line["actor_id"]) for line in lines] == [
        ("requested", desk.bot.id),
        ("taken", desk.me.id),
        ("transferred", desk.me.id),
        ("requeued", desk.admin.id),
        ("taken", desk.admin.id),
        ("handed_back", desk.admin.id),
        ("closed", desk.admin.id),
        ("reopened", desk.admin.id),
    ]


def test_transfer_knows_only_colleagues_who_are_people(api: Api, desk: Desk) -> None:
    conversation_id = desk.conversation()
    for nobody in (uuid4(), desk.bot.id, desk.customer.id):
        answer = api.call(desk.me.token, "transfer", conversation_id=conversation_id, assigned_to=nobody)
        assert (answer.status, answer.code, answer.sentence) == (404, "PT404", "There is no such colleague.")
