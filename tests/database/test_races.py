"""Many agents at once."""

from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from uuid import UUID, uuid4

import psycopg
import pytest

from tests.conftest import MakeOrganisation
from tests.database.api import Answer, Api, Desk, desk_of
from tests.stack import Person

AGENTS = 32


@pytest.fixture(scope="module")
def crowd() -> Iterator[ThreadPoolExecutor]:
    with ThreadPoolExecutor(AGENTS) as pool:
        yield pool


@pytest.fixture
def full_desk(make_organisation: MakeOrganisation) -> Iterator[Desk]:
    with desk_of(make_organisation(agents=AGENTS, admins=1)) as desk:
        yield desk


def at_once(crowd: ThreadPoolExecutor, people: list[Person], ask: Callable[[Person], Answer]) -> list[Answer]:
    """Everybody asks at the same moment."""
    start = Barrier(len(people))

    def one(person: Person) -> Answer:
        start.wait()
        return ask(person)

    return list(crowd.map(one, people))


def test_one_takes_over_and_31_learn_who(api: Api, full_desk: Desk, crowd: ThreadPoolExecutor) -> None:
    conversation_id = full_desk.conversation("waiting")
    agents = full_desk.organisation.agents
    answers = at_once(crowd, agents, lambda agent: api.call(agent.token, "take_over", conversation_id=conversation_id))
    assert Counter(answer.status for answer in answers) == {200: 1, 409: AGENTS - 1}
    (winner,) = (agent for agent, answer in zip(agents, answers, strict=True) if answer.status == 200)
    assert full_desk.row(conversation_id)["assigned_to"] == winner.id
    refusals = {(answer.code, answer.sentence) for answer in answers if answer.status == 409}
    assert refusals == {("PT409", f"{winner.name} has this conversation.")}
    assert api.call(winner.token, "take_over", conversation_id=conversation_id).status == 200


def test_ten_waiting_go_to_ten_agents(api: Api, full_desk: Desk, crowd: ThreadPoolExecutor) -> None:
    waiting = {full_desk.conversation("waiting", waited_min=n) for n in range(10)}
    answers = at_once(
        crowd,
        full_desk.organisation.agents,
        lambda agent: api.call(agent.token, "take_next", request_id=str(uuid4())),
    )
    taken = [UUID(answer.body["id"]) for answer in answers if answer.status == 200]
    assert (len(taken), set(taken)) == (10, waiting)
    refusals = Counter((answer.status, answer.code, answer.sentence) for answer in answers if answer.status != 200)
    assert refusals == {(404, "PT404", "Nobody is waiting."): 22}


def test_the_same_request_32_times_takes_one(api: Api, full_desk: Desk, crowd: ThreadPoolExecutor) -> None:
    for _ in range(3):
        full_desk.conversation("waiting")
    answers = at_once(
        crowd, [full_desk.me] * AGENTS, lambda agent: api.call(agent.token, "take_next", request_id="one request")
    )
    assert len({answer.body["id"] for answer in answers if answer.status == 200}) == 1
    # A repeat that waited longer than a lock may say so; it took nothing.
    assert {answer.code for answer in answers if answer.status != 200} <= {"PT409"}
    held = full_desk.database.execute(
        "select 1 from conversations where assigned_to = %s", (full_desk.me.id,)
    ).fetchall()
    assert len(held) == 1


def test_take_next_gives_the_oldest_and_leaves_the_snoozed(api: Api, full_desk: Desk) -> None:
    new, old, snoozed = (full_desk.conversation("waiting", waited_min=minutes) for minutes in (1, 10, 60))
    full_desk.database.execute(
        "update conversations set snoozed_until = now() + interval '1 hour' where id = %s", (snoozed,)
    )
    for expected in (old, new):
        answer = api.call(full_desk.me.token, "take_next", request_id=str(uuid4()))
        assert (answer.status, answer.body["id"]) == (200, str(expected))
    assert api.call(full_desk.me.token, "take_next", request_id=str(uuid4())).code == "PT404"


def test_a_locked_row_is_busy_and_never_nobody(api: Api, full_desk: Desk, crowd: ThreadPoolExecutor) -> None:
    conversation_id = full_desk.conversation("waiting")
    token, target = full_desk.me.token, {"conversation_id": conversation_id}
    with psycopg.connect(full_desk.organisation.stack.db_url) as holder:
        holder.execute("select from conversations where id = %s for update", (conversation_id,))
        next_one = crowd.submit(api.call, token, "take_next", request_id=str(uuid4()))
        over = crowd.submit(api.call, token, "take_over", **target)
        words = crowd.submit(api.call, full_desk.customer.token, "insert_message", id=uuid4(), body="hello", **target)
        answers = [call.result() for call in (next_one, over, words)]
    assert [answer.code for answer in answers] == ["PT409", "PT409", "PT503"]
    assert all("busy, try again" in answer.sentence for answer in answers)
    assert full_desk.row(conversation_id)["status"] == "waiting"


def test_the_same_message_32_times_is_one_row(api: Api, full_desk: Desk, crowd: ThreadPoolExecutor) -> None:
    conversation_id = full_desk.conversation()
    words = {"id": uuid4(), "conversation_id": conversation_id, "body": "hello"}
    answers = at_once(
        crowd, [full_desk.customer] * AGENTS, lambda customer: api.call(customer.token, "insert_message", **words)
    )
    stored = [answer.body for answer in answers if answer.status == 200]
    assert stored
    assert all(row == stored[0] for row in stored)
    assert {answer.code for answer in answers if answer.status != 200} <= {"PT503"}
    assert full_desk.bodies(conversation_id) == ["hello"]


def test_numbers_have_no_holes(api: Api, full_desk: Desk, crowd: ThreadPoolExecutor) -> None:
    conversation_id = full_desk.conversation("active", full_desk.me)

    def write(number: int) -> None:
        who = full_desk.me if number % 2 else full_desk.customer
        words = {"id": uuid4(), "conversation_id": conversation_id, "body": f"{number}"}
        while api.call(who.token, "insert_message", **words).status == 503:
            pass

    list(crowd.map(write, range(200)))
    messages = full_desk.messages(conversation_id)
    assert [message["seq"] for message in messages] == list(range(1, 201))
    assert [message["created_at"] for message in messages] == sorted(message["created_at"] for message in messages)
    assert messages[-1]["inbound_no"] == 100
