"""What is said: one row for each send, the fence, announcements, marks and signals."""

import json
from typing import Any
from uuid import UUID, uuid4

import psycopg
import pytest

from tests.database.api import Api, Desk


def _settings(desk: Desk, **settings: Any) -> None:
    desk.database.execute(
        "update organizations set settings = %s where id = %s", (json.dumps(settings), desk.organisation.id)
    )


def _sent(desk: Desk, topic: str) -> list[tuple[str, dict[str, Any]]]:
    rows = desk.database.execute(
        "select event, payload - 'id' as payload from realtime.messages where topic = %s order by inserted_at", (topic,)
    ).fetchall()
    return [(row["event"], row["payload"]) for row in rows]


def test_a_retry_answers_the_row(api: Api, desk: Desk) -> None:
    words = {"id": uuid4(), "conversation_id": desk.conversation("active", desk.me), "body": "hello"}
    first, again = (api.call(desk.me.token, "insert_message", **words) for _ in range(2))
    assert (again, first.body["seq"], first.body["sender_type"]) == (first, 1, "agent")
    # Even when it could no longer be written.
    api.call(desk.me.token, "close_conversation", conversation_id=words["conversation_id"])
    assert api.call(desk.me.token, "insert_message", **words) == first


@pytest.mark.parametrize("difference", ["body", "conversation_id", "sender"])
def test_a_known_id_for_something_else_is_refused_without_a_row(api: Api, desk: Desk, difference: str) -> None:
    words: dict[str, Any] = {"id": uuid4(), "conversation_id": desk.conversation("active", desk.me), "body": "secret"}
    api.call(desk.me.token, "insert_message", **words)
    other: dict[str, dict[str, Any]] = {
        "body": {"body": "else"},
        "conversation_id": {"conversation_id": desk.conversation("active", desk.me)},
    }
    who = desk.customer if difference == "sender" else desk.me
    answer = api.call(who.token, "insert_message", **{**words, **other.get(difference, {})})
    assert (answer.status, answer.code, answer.sentence) == (409, "PT409", "This id belongs to another message.")
    assert "secret" not in json.dumps(answer.body)
    assert desk.bodies(words["conversation_id"]) == ["secret"]


@pytest.mark.parametrize("body", ["", "x" * 10_001])
@pytest.mark.parametrize("name", ["insert_message", "add_note"])
def test_a_text_has_a_length(api: Api, desk: Desk, name: str, body: str) -> None:
    conversation_id = desk.conversation("active", desk.me)
    answer = api.call(desk.me.token, name, id=uuid4(), conversation_id=conversation_id, body=body)
    assert answer.code == "PT409"
    assert answer.sentence.endswith(f"has 1 to 10,000 characters; this one has {len(body)}.")


def test_ten_thousand_characters_are_kept_as_they_are(api: Api, desk: Desk) -> None:
    body = "🙂\n\t\x1b[31m\u202e" + "я" * 9_990
    words = {"id": uuid4(), "conversation_id": desk.conversation("active", desk.me), "body": body}
    assert api.call(desk.me.token, "insert_message", **words).body["body"] == body


def test_a_blocked_customer_is_refused(api: Api, desk: Desk) -> None:
    conversation_id = desk.conversation()
    api.call(desk.me.token, "update_contact", contact_id=desk.customer.contact_id, blocked=True)
    answer = api.call(desk.customer.token, "insert_message", id=uuid4(), conversation_id=conversation_id, body="x")
    assert (answer.status, answer.sentence) == (403, "You can no longer write here.")


def test_nobody_speaks_for_another_side(api: Api, desk: Desk) -> None:
    conversation_id = desk.conversation("active", desk.me)
    words = {"conversation_id": conversation_id, "body": "x"}
    claims = [
        (desk.me, "ai"),
        (desk.me, "customer"),
        (desk.customer, "agent"),
        (desk.bot, "agent"),
        (desk.bot, "customer"),
    ]
    for who, side in claims:
        answer = api.call(who.token, "insert_message", id=uuid4(), sender_type=side, **words)
        assert (answer.status, answer.code) == (403, "PT403"), (who.name, side)
    service = desk.organisation.stack.service_role_key
    for token in (desk.bot.token, service):
        answer = api.call(token, "insert_message", id=uuid4(), sender_type="system", **words)
        assert (answer.status, answer.body["sender_type"]) == (200, "system")


@pytest.mark.parametrize("status", ["waiting", "active", "closed"])
def test_the_fence_stands_in_the_table_itself(desk: Desk, status: str) -> None:
    conversation_id = desk.conversation(status, desk.me if status == "active" else None)
    with pytest.raises(psycopg.Error) as refused:
        desk.say(conversation_id, "I go on", sender="ai")
    assert refused.value.sqlstate == "PT409"
    assert desk.messages(conversation_id) == []


def test_messages_are_announced_where_the_organisation_asks_for_it(api: Api, desk: Desk) -> None:
    conversation_id = desk.conversation()
    words = {"conversation_id": conversation_id, "body": "x" * 10_000}
    with psycopg.connect(desk.organisation.stack.db_url, autocommit=True) as listener:
        listener.execute("listen chat_messages")
        api.call(desk.customer.token, "insert_message", id=uuid4(), **words)
        _settings(desk, notify=True)
        told = uuid4()
        api.call(desk.customer.token, "insert_message", id=told, **words)
        (heard,) = listener.notifies(timeout=10, stop_after=1)
    ids = {"org_id": str(desk.organisation.id), "conversation_id": str(conversation_id), "id": str(told), "seq": 2}
    assert json.loads(heard.payload) == ids


def test_marks_count_the_customers_messages_and_never_move_back(api: Api, desk: Desk) -> None:
    conversation_id = desk.conversation("active", desk.me)
    desk.say(conversation_id, "one", "two")
    desk.say(conversation_id, "answer", sender="agent")
    desk.say(conversation_id, "three")
    marks = [
        api.call(desk.me.token, "mark_read", conversation_id=conversation_id, last_read_seq=seq).body
        for seq in (3, 1, 99, 4)
    ]
    assert [(mark["last_read_seq"], mark["last_read_inbound"], mark["version"]) for mark in marks] == [
        (3, 2, 1),
        (3, 2, 1),
        (4, 3, 2),
        (4, 3, 2),
    ]


def test_agents_hear_what_a_customer_has_read(api: Api, desk: Desk) -> None:
    conversation_id = desk.conversation("active", desk.me)
    desk.say(conversation_id, "hello", sender="agent")
    for _ in range(2):
        api.call(desk.customer.token, "mark_read", conversation_id=conversation_id, last_read_seq=1)
    api.call(desk.me.token, "mark_read", conversation_id=conversation_id, last_read_seq=1)
    said = {"conversation_id": str(conversation_id), "user_id": str(desk.customer.id), "last_read_seq": 1}
    assert _sent(desk, f"org:{desk.organisation.id}") == [("read", said)]


def _type(api: Api, token: str, conversation_id: UUID, *, is_typing: bool) -> None:
    assert api.call(token, "typing", conversation_id=conversation_id, is_typing=is_typing).status == 204


def test_typing_crosses_to_the_other_side_and_repeats_are_dropped(api: Api, desk: Desk) -> None:
    conversation_id = desk.conversation("active", desk.me)
    for is_typing in (True, True, False, False, True):
        _type(api, desk.customer.token, conversation_id, is_typing=is_typing)
        _type(api, desk.me.token, conversation_id, is_typing=is_typing)
        _type(api, desk.colleague.token, conversation_id, is_typing=is_typing)
    here = {"conversation_id": str(conversation_id)}
    mine = here | {"user_id": str(desk.customer.id)}
    typed = [True, False, True]
    assert _sent(desk, f"org:{desk.organisation.id}") == [("typing", mine | {"is_typing": t}) for t in typed]
    assert _sent(desk, f"conversation:{conversation_id}") == [("typing", here | {"is_typing": t}) for t in typed]


def test_a_change_of_hands_is_hinted_to_its_customer_and_nothing_else_is(api: Api, desk: Desk) -> None:
    conversation_id = desk.conversation()
    here = {"conversation_id": str(conversation_id)}
    hint = ("status", here)

    def hints_after(token: str, name: str, **parameters: Any) -> int:
        before = len(_sent(desk, f"conversation:{conversation_id}"))
        api.call(token, name, **here, **parameters)
        return len(_sent(desk, f"conversation:{conversation_id}")) - before

    assert hints_after(desk.me.token, "take_over") == 1
    assert hints_after(desk.me.token, "take_over") == 0, "a repeat changes nothing"
    assert hints_after(desk.colleague.token, "take_over") == 0, "a refusal neither"
    assert hints_after(desk.me.token, "set_priority", priority=2) == 0
    assert hints_after(desk.me.token, "snooze", snoozed_until="2099-01-01T00:00:00Z") == 0
    assert hints_after(desk.me.token, "insert_message", id=uuid4(), body="hello") == 0
    assert hints_after(desk.me.token, "transfer", assigned_to=desk.colleague.id) == 1
    assert hints_after(desk.colleague.token, "close_conversation") == 1
    assert hints_after(desk.customer.token, "insert_message", id=uuid4(), body="one more thing") == 1
    assert _sent(desk, f"conversation:{conversation_id}") == [hint] * 4


def test_nobody_is_hinted_where_nobody_could_hear(api: Api, desk: Desk) -> None:
    conversation_id = desk.conversation()
    desk.database.execute("update contacts set user_id = null where id = %s", (desk.customer.contact_id,))
    assert api.call(desk.me.token, "take_over", conversation_id=conversation_id).status == 200
    assert _sent(desk, f"conversation:{conversation_id}") == []


def test_typing_is_said_again_after_two_seconds(api: Api, desk: Desk) -> None:
    conversation_id = desk.conversation("active", desk.me)
    _type(api, desk.me.token, conversation_id, is_typing=True)
    desk.database.execute(
        "update private.typing set said_at = said_at - interval '2 seconds' where conversation_id = %s",
        (conversation_id,),
    )
    _type(api, desk.me.token, conversation_id, is_typing=True)
    assert len(_sent(desk, f"conversation:{conversation_id}")) == 2


def test_a_bot_types_while_the_ai_has_it(api: Api, desk: Desk) -> None:
    ours, theirs = desk.conversation(), desk.conversation("active", desk.me)
    for conversation_id in (ours, theirs):
        _type(api, desk.bot.token, conversation_id, is_typing=True)
    assert [len(_sent(desk, f"conversation:{here}")) for here in (ours, theirs)] == [1, 0]


def test_labels_come_and_go_without_leaving(api: Api, desk: Desk) -> None:
    conversation_id = desk.conversation()
    label = desk.database.execute(
        "insert into labels (org_id, name) values (%s, 'vip') returning id", (desk.organisation.id,)
    ).fetchone()
    assert label is not None
    rows = [
        api.call(
            desk.me.token, "set_label", conversation_id=conversation_id, label_id=label["id"], present=present
        ).body
        for present in (True, True, False, False, True)
    ]
    assert len({row["id"] for row in rows}) == 1
    assert [row["removed_at"] is None for row in rows] == [True, True, False, False, True]
    assert [row["version"] for row in rows] == [1, 1, 2, 2, 3]
    kinds = desk.database.execute(
        "select kind from conversation_events where conversation_id = %s order by created_at", (conversation_id,)
    ).fetchall()
    assert [row["kind"] for row in kinds] == ["labelled", "unlabelled", "labelled"]


def test_a_note_keeps_mentions_of_colleagues_alone(api: Api, desk: Desk) -> None:
    conversation_id = desk.conversation()
    desk.say(conversation_id, "one", "two")
    note = {"id": uuid4(), "conversation_id": conversation_id, "body": "look at this"}
    mentions = [str(desk.colleague.id), str(desk.customer.id), str(uuid4())]
    first, again = (api.call(desk.me.token, "add_note", **note, mentions=mentions) for _ in range(2))
    assert (first.body["after_seq"], first.body["mentions"]) == (2, [str(desk.colleague.id)])
    assert again == first
    assert api.call(desk.colleague.token, "add_note", **note).code == "PT409"


def test_a_customer_has_one_open_conversation(api: Api, desk: Desk) -> None:
    newcomer, org_id = desk.organisation.customer("Zoë"), desk.organisation.id
    first, again = (api.call(newcomer.token, "start_conversation", id=uuid4(), org_id=org_id).body for _ in range(2))
    assert first == again == {"id": first["id"], "status": "ai", "agent": None}
    api.call(desk.me.token, "take_over", conversation_id=first["id"])
    mine = api.call(newcomer.token, "my_conversation").body
    assert mine == {"id": first["id"], "status": "active", "agent": desk.me.name}
    api.call(desk.me.token, "close_conversation", conversation_id=first["id"])
    assert api.call(newcomer.token, "start_conversation", id=uuid4(), org_id=org_id).body["id"] != first["id"]
    taken = api.call(desk.customer.token, "start_conversation", id=first["id"], org_id=org_id)
    assert (taken.status, taken.code) == (409, "PT409")


def test_a_first_visit_makes_the_contact(api: Api, desk: Desk) -> None:
    newcomer = desk.organisation.customer("Nobody")
    desk.database.execute("delete from contacts where id = %s", (newcomer.contact_id,))
    api.call(newcomer.token, "start_conversation", id=uuid4(), name="Zoë", org_id=desk.organisation.id)
    contact = desk.database.execute("select name from contacts where user_id = %s", (newcomer.id,)).fetchall()
    assert contact == [{"name": "Zoë"}]


def test_snoozed_conversations_wake_once(api: Api, desk: Desk) -> None:
    conversation_id = desk.conversation("waiting")
    api.call(desk.me.token, "snooze", conversation_id=conversation_id, snoozed_until="2020-01-01T00:00:00Z")
    assert [api.call(who.token, "wake_due").body for who in (desk.me, desk.colleague)] == [1, 0]
    assert desk.row(conversation_id)["snoozed_until"] is None


@pytest.mark.parametrize(
    ("topic", "who", "reads", "writes"),
    [
        ("org", "me", True, True),
        ("org", "admin", True, True),
        ("org", "bot", True, True),
        ("org", "customer", False, False),
        ("conversation", "customer", True, False),
        ("conversation", "me", False, False),
        ("another conversation", "customer", False, False),
        ("another organisation", "me", False, False),
        ("nonsense", "me", False, False),
        ("nonsense", "customer", False, False),
    ],
)
def test_topics(desk: Desk, topic: str, who: str, *, reads: bool, writes: bool) -> None:
    name = {
        "org": f"org:{desk.organisation.id}",
        "conversation": f"conversation:{desk.conversation()}",
        "another conversation": f"conversation:{uuid4()}",
        "another organisation": f"org:{uuid4()}",
        "nonsense": "conversation:not-a-uuid",
    }[topic]
    claims = json.dumps({"sub": str(getattr(desk, who).id), "role": "authenticated"})
    desk.database.execute(
        "insert into realtime.messages (topic, extension, payload) values (%s, 'broadcast', '{}')", (name,)
    )
    with desk.database.transaction(force_rollback=True):
        desk.database.execute(
            "select set_config('request.jwt.claims', %s, true), set_config('realtime.topic', %s, true)", (claims, name)
        )
        desk.database.execute("set local role authenticated")
        seen = desk.database.execute("select 1 from realtime.messages where topic = %s", (name,)).fetchall()
        assert bool(seen) == reads
        insert = "insert into realtime.messages (topic, extension, payload) values (%s, 'broadcast', '{}')"
        if writes:
            desk.database.execute(insert, (name,))
        else:
            with pytest.raises(psycopg.errors.InsufficientPrivilege):
                desk.database.execute(insert, (name,))
