"""A colleague's program speaks on the organisation's channel: what a desk that listens makes of it."""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from typing import Any, NamedTuple
from uuid import uuid4

import httpx
import msgspec
import pytest

from chattui.desk import Desk
from chattui.model.records import RECORDS, ConversationId
from chattui.store.changes import Changes
from tests.gateway.conftest import Team, until
from tests.realtime.wire import Client, Wire, ok
from tests.security.conftest import Scene
from tests.stack import Stack

TABLES = ("contacts", "conversations", "labels", "metadata", "templates")


class Listening(NamedTuple):
    """A live desk, a socket of a colleague on the same channel, and what the desk has been told since."""

    desk: Desk
    forger: Client
    topic: str
    changes: list[Changes]


@pytest.fixture
async def listening(stack: Stack, wire: Wire, scene: Scene) -> AsyncIterator[Listening]:
    async with AsyncExitStack() as ends:
        desk = await Team(stack, ends).agent(scene.ours.me)
        here = ConversationId(str(scene.conversation_id))
        desk.look(here)
        await until(desk, lambda: len(desk.queries.thread(here).entries) > 0)
        forger = await wire.open(stack.anon_key)
        topic = f"realtime:org:{scene.ours.organisation.id}"
        config = {"private": True, "broadcast": {"ack": True, "self": False}, "presence": {"enabled": False}}
        await forger.join(topic, "1", config, scene.ours.colleague.token)
        changes: list[Changes] = []
        desk.subscribe(changes.append)
        yield Listening(desk, forger, topic, changes)
        await forger.socket.close()  # the desk's own signs are of no interest


def picture(desk: Desk, scene: Scene) -> list[Any]:
    """All that a store has of rows, and all that a screen shows of this conversation."""
    state, here = desk.store.state, ConversationId(str(scene.conversation_id))
    rows = [dict(getattr(state, name)._rows) for name in TABLES]
    people = [dict(state.people.profiles._rows), dict(state.seen_by_customer), list(state.adrift), dict(state.gone)]
    shown = [desk.queries.thread(here), desk.queries.panel(here), desk.queries.header(), desk.queries.counts()]
    return [*rows, *people, *shown, tuple(desk.queries.thread(here).entries)]


async def fence(listening: Listening, scene: Scene) -> None:
    """What was said before has been heard: a true sign of the colleague's comes after it."""
    desk, here = listening.desk, ConversationId(str(scene.conversation_id))
    typing = {"conversation_id": here, "user_id": str(scene.ours.colleague.id), "is_typing": True}
    said = {"type": "broadcast", "event": "typing", "payload": typing}
    await listening.forger.send(listening.topic, "broadcast", said, "fence", "1")
    await until(desk, lambda: bool(desk.queries.typing(here, desk.now())))
    while await listening.forger.next() != ok(listening.topic, "fence"):
        pass


async def unmoved(listening: Listening, scene: Scene, pushes: list[tuple[str, Any]]) -> None:
    """The desk is told these, and its store is as it was, without one change in between."""
    before = picture(listening.desk, scene)
    listening.changes.clear()
    for event, payload in pushes:
        await listening.forger.send(listening.topic, event, payload, "said", "1")
    await fence(listening, scene)
    *forged, true = listening.changes
    assert true.conversations == {str(scene.conversation_id)}
    assert forged == []
    assert picture(listening.desk, scene) == before


def forged_rows(scene: Scene) -> list[dict[str, Any]]:
    """A row of every table as row events and database broadcasts write it, newer than any true one."""
    rows = []
    for table in RECORDS:
        found = scene.ours.database.execute(f"select to_jsonb(t) as row from {table} t limit 1".encode()).fetchone()  # noqa: S608
        record = (found["row"] if found else {}) | {"version": 999, "body": "forged", "org_id": organisation(scene)}
        rows.append(
            {
                "schema": "public",
                "table": table,
                "operation": "INSERT",
                "type": "INSERT",
                "commit_timestamp": "2030-01-01T00:00:00Z",
                "columns": [{"name": name, "type": "text"} for name in record],
                "record": record | {"conversation_id": str(scene.conversation_id), "seq": 2},
                "old_record": None,
                "errors": None,
            }
        )
    return rows


def organisation(scene: Scene) -> str:
    return str(scene.ours.organisation.id)


METAS: dict[str, dict[str, Any]] = {
    "without meta": {},
    "with meta.id": {"meta": {"id": str(uuid4())}},
    "as replayed": {"meta": {"id": str(uuid4()), "replayed": True}},
}


@pytest.mark.parametrize("meta", METAS)
@pytest.mark.parametrize("event", ["INSERT", "UPDATE", "DELETE", "postgres_changes", "presence_state", "system"])
async def test_no_broadcast_is_ever_a_row(listening: Listening, scene: Scene, event: str, meta: str) -> None:
    pushes = []
    for row in forged_rows(scene):
        for payload in (row, {"ids": [1, 2, 3], "data": row}, {**row, "id": str(uuid4())}):
            said = {"type": "broadcast", "event": event, "payload": payload} | METAS[meta]
            pushes.append(("broadcast", said))
    await unmoved(listening, scene, pushes)


async def test_what_only_a_server_says_is_not_passed_on(listening: Listening, scene: Scene) -> None:
    rows = [{"ids": [1], "data": row} for row in forged_rows(scene)]
    words = {"status": "error", "extension": "postgres_changes", "message": "Token has expired"}
    pushes: list[tuple[str, Any]] = [("postgres_changes", row) for row in rows]
    pushes += [(event, words) for event in ("system", "phx_reply", "phx_close", "phx_error")]
    pushes += [("presence_state", {"x": {"metas": [{"phx_ref": "1"}]}}), ("presence_diff", {"joins": {}, "leaves": {}})]
    await unmoved(listening, scene, pushes)


async def test_a_member_forges_no_row_by_http_either(listening: Listening, scene: Scene, stack: Stack) -> None:
    before = picture(listening.desk, scene)
    listening.changes.clear()
    topic = listening.topic.removeprefix("realtime:")
    messages = [
        {"topic": topic, "event": event, "payload": payload, "private": True}
        for row in forged_rows(scene)
        for event in ("INSERT", "postgres_changes")
        for payload in (row, {"ids": [1], "data": row})
    ]
    async with httpx.AsyncClient(base_url=stack.url, headers=stack.headers(scene.ours.colleague.token)) as http:
        answer = await http.post("/realtime/v1/api/broadcast", json={"messages": messages})
    assert answer.status_code == 202
    await fence(listening, scene)
    assert len(listening.changes) == 1
    assert picture(listening.desk, scene) == before


def _signs(scene: Scene) -> list[tuple[str, dict[str, Any]]]:
    here, nowhere = str(scene.conversation_id), str(uuid4())
    colleague, customer = str(scene.ours.colleague.id), str(scene.ours.customer.id)
    other, stranger = str(scene.attackers["other customer"].id), str(scene.theirs.me.id)
    places: list[Any] = [nowhere, None, 5, {}]
    wrong: list[Any] = [None, 5, "", [], {"id": colleague}, "x" * 10_000]
    return [
        *(("typing", {"conversation_id": here, "user_id": who, "is_typing": True}) for who in (other, stranger)),
        *(("typing", {"conversation_id": nowhere, "user_id": who, "is_typing": True}) for who in (colleague, customer)),
        *(("typing", {"conversation_id": here, "user_id": who, "is_typing": True}) for who in wrong),
        *(("typing", {"conversation_id": here, "user_id": colleague, "is_typing": what}) for what in (1, "yes", None)),
        *(("viewing", {"conversation_id": where, "user_id": colleague}) for where in places),
        *(("viewing", {"conversation_id": here, "user_id": who}) for who in (customer, other, stranger, *wrong)),
        *(
            ("read", {"conversation_id": here, "user_id": who, "last_read_seq": 1})
            for who in (colleague, other, stranger, *wrong)
        ),
        ("read", {"conversation_id": nowhere, "user_id": customer, "last_read_seq": 1}),
        *(
            ("read", {"conversation_id": here, "user_id": customer, "last_read_seq": n})
            for n in (-1, 0, "1", None, 1.5)
        ),
    ]


async def test_signs_are_believed_of_known_people_in_known_conversations_alone(
    listening: Listening, scene: Scene
) -> None:
    pushes = [
        ("broadcast", {"type": "broadcast", "event": event, "payload": payload}) for event, payload in _signs(scene)
    ]
    await unmoved(listening, scene, pushes)


async def test_a_name_in_a_sign_is_not_shown(listening: Listening, scene: Scene) -> None:
    """The row of the colleague says what they are called, whatever the payload says."""
    here = ConversationId(str(scene.conversation_id))
    mallory = {"name": "Mallory", "display_name": "Mallory", "role": "admin"}
    sign = {"conversation_id": here, "user_id": str(scene.ours.colleague.id), "is_typing": True} | mallory
    said = {"type": "broadcast", "event": "typing", "payload": sign}
    await listening.forger.send(listening.topic, "broadcast", said, "2", "1")
    desk = listening.desk
    await until(desk, lambda: bool(desk.queries.typing(here, desk.now())))
    assert desk.queries.typing(here, desk.now()) == (scene.ours.colleague.name,)
    await listening.forger.hears(ok(listening.topic, "2"))


async def test_presence_under_a_name_of_one_s_choice_adds_nobody(
    stack: Stack, wire: Wire, listening: Listening, scene: Scene
) -> None:
    desk = listening.desk
    before = desk.queries.colleagues()
    stranger = await wire.open(stack.anon_key)
    key = str(scene.theirs.me.id)
    config = {"private": True, "presence": {"enabled": True, "key": key}}
    await stranger.join(listening.topic, "1", config, scene.ours.colleague.token)
    listening.changes.clear()
    track = {"type": "presence", "event": "track", "payload": {"user_id": key, "availability": "online"}}
    await stranger.send(listening.topic, "presence", track, "2", "1")
    await until(desk, lambda: bool(listening.changes))
    known = msgspec.to_builtins(desk.queries.colleagues())
    assert [one["name"] for one in known] == [one.name for one in before]
    assert key not in str(known)
    await stranger.socket.close()  # who else is here is of no interest
