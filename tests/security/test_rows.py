"""Rows that are not mine, columns that nobody chooses, ids that others use: through REST, as whoever signs in."""

import json
from typing import Any
from uuid import uuid4

import pytest

from chattui.model.records import RECORDS
from tests.database.api import Api
from tests.security.conftest import SECRET, Scene

PROTECTED: dict[str, Any] = {
    "id": str(uuid4()),
    "seq": 99,
    "inbound_no": 99,
    "sender_type": "agent",
    "sender_id": str(uuid4()),
    "org_id": str(uuid4()),
    "conversation_id": str(uuid4()),
    "created_at": "2020-01-01T00:00:00Z",
    "updated_at": "2020-01-01T00:00:00Z",
    "version": 99,
    "sync_xid": "1",
    "body": "I never said that",
    "deleted_at": "2020-01-01T00:00:00Z",
}
MERGING = {"Prefer": "return=representation,resolution=merge-duplicates"}


def refused(answer: Any) -> bool:
    return (answer.status, answer.code) == (403, "42501")


@pytest.mark.parametrize("column", PROTECTED)
def test_no_column_of_a_message_can_be_updated(api: Api, scene: Scene, column: str) -> None:
    before = scene.ours.messages(scene.conversation_id)
    for person in scene.attackers.values():
        which = {"conversation_id": f"eq.{scene.conversation_id}"}
        answer = api.request(person.token, "PATCH", "messages", params=which, json={column: PROTECTED[column]})
        assert refused(answer), answer
    assert scene.ours.messages(scene.conversation_id) == before


@pytest.mark.parametrize(
    ("table", "change"),
    [
        ("profiles", {"role": "admin"}),
        ("profiles", {"org_id": str(uuid4())}),
        ("organizations", {"settings": {"visibility": "all"}}),
        ("contacts", {"user_id": str(uuid4())}),
        ("conversations", {"assigned_to": None, "status": "ai"}),
        ("conversation_tail", {"last_seq": 0}),
        ("conversation_read_status", {"last_read_seq": 0}),
    ],
)
def test_nobody_promotes_or_moves_anything_by_an_update(
    api: Api, scene: Scene, table: str, change: dict[str, Any]
) -> None:
    for person in scene.attackers.values():
        answer = api.request(person.token, "PATCH", table, params={"version": "gte.0"}, json=change)
        assert refused(answer), (person.name, answer)


@pytest.mark.parametrize("table", RECORDS)
def test_mass_assignment_through_upsert(api: Api, scene: Scene, table: str) -> None:
    """A row that an admin can read, written back with an organisation and a version of the attacker's choice."""
    rows = api.request(scene.ours.admin.token, "GET", table).body
    forged = {**next(iter(rows), {}), "org_id": str(scene.theirs.organisation.id), "version": 99}
    if table == "organizations":  # its own id; a generated column is refused before any right is asked
        del forged["org_id"]
    for person in scene.attackers.values():
        for headers in (MERGING, {"Prefer": "resolution=ignore-duplicates"}):
            answer = api.request(person.token, "POST", table, json=forged, headers=headers)
            assert refused(answer), (person.name, answer)
    assert api.request(scene.ours.admin.token, "GET", table).body == rows


@pytest.mark.parametrize(
    ("function", "arguments"),
    [
        ("insert_message", {"org_id": str(uuid4())}),
        ("insert_message", {"seq": 1}),
        ("insert_message", {"sender_id": str(uuid4())}),
        ("insert_message", {"created_at": "2020-01-01T00:00:00Z"}),
        ("insert_message", {"version": 99}),
        ("add_note", {"author_id": str(uuid4())}),
        ("update_profile", {"role": "admin"}),
        ("update_profile", {"id": str(uuid4())}),
        ("update_contact", {"org_id": str(uuid4())}),
        ("mark_read", {"user_id": str(uuid4())}),
        ("typing", {"user_id": str(uuid4())}),
        ("start_conversation", {"contact_id": str(uuid4())}),
        ("start_conversation", {"status": "active"}),
    ],
)
def test_a_function_takes_no_column_that_is_not_its_own(
    api: Api, scene: Scene, function: str, arguments: dict[str, Any]
) -> None:
    asked = {"id": str(uuid4()), "conversation_id": str(scene.conversation_id), "body": "x"} | arguments
    for person in (scene.ours.customer, scene.ours.me, scene.ours.bot):
        answer = api.call(person.token, function, **asked)
        assert (answer.status, answer.code) == (404, "PGRST202"), answer


def test_organisation_number_and_time_are_the_database_s_own(scene: Scene) -> None:
    """Even for who owns the tables: a backend with a bug cannot move a row into another organisation."""
    for column in ("org_id", "seq", "inbound_no", "version", "sync_xid"):
        value = scene.theirs.organisation.id if column == "org_id" else 99
        made = scene.ours.database.execute(
            f"insert into messages (id, conversation_id, sender_type, body, {column})"  # noqa: S608 - names above
            " values (gen_random_uuid(), %s, 'customer', 'more', %s) returning *".encode(),
            (scene.conversation_id, str(value)),
        ).fetchone()
        assert made is not None
        assert made["org_id"] == scene.ours.organisation.id
        assert (made["seq"], made["version"]) != (99, 99)
        assert str(made[column]) != str(value)


@pytest.mark.parametrize(
    "query",
    [
        {},
        {"conversation_id": "eq.{conversation}"},
        {"body": "eq." + SECRET},
        {"or": "(conversation_id.eq.{conversation},org_id.eq.{org})"},
        {"not.and": "(org_id.neq.{org})"},
        {"org_id": "in.({org})"},
        {"select": "*,conversations(*)", "conversation_id": "eq.{conversation}"},
        {"select": "body:body,org:org_id", "org_id": "eq.{org}"},
        {"order": "created_at.desc", "limit": "100000"},
    ],
    ids=str,
)
def test_another_customer_s_thread_cannot_be_read(api: Api, scene: Scene, query: dict[str, str]) -> None:
    places = {"conversation": scene.conversation_id, "org": scene.ours.organisation.id}
    params = {name: text.format(**places) for name, text in query.items()}
    for person in scene.strangers.values():
        headers = {"Prefer": "count=exact", "Range": "0-999999"}
        answer = api.request(person.token, "GET", "messages", params=params, headers=headers)
        assert answer.status in {200, 206, 416}, answer
        assert SECRET not in json.dumps(answer.body), person.name
        assert str(scene.ours.organisation.id) not in json.dumps(answer.body)


@pytest.mark.parametrize(
    "query",
    [
        "messages?select=body,conversations(*)",
        "messages?select=body,conversations(contact_id)",
    ],
)
def test_an_embedding_shows_no_more_than_the_table(api: Api, scene: Scene, query: str) -> None:
    answer = api.request(scene.ours.customer.token, "GET", query)
    assert answer.status == 200, answer
    assert answer.body
    assert {json.dumps(value) for row in answer.body for name, value in row.items() if name != "body"} == {"null"}


@pytest.mark.parametrize("path", ["profiles?select=*,users(*)", "users", "contacts?select=*,users(encrypted_password)"])
def test_accounts_and_passwords_are_behind_no_table(api: Api, scene: Scene, path: str) -> None:
    for token in (scene.ours.admin.token, scene.ours.customer.token, scene.ours.organisation.stack.service_role_key):
        assert api.request(token, "GET", path).status in {400, 404}


@pytest.mark.parametrize("schema", ["auth", "private", "realtime", "pg_catalog", "information_schema", "extensions"])
def test_no_other_schema_is_open(api: Api, scene: Scene, schema: str) -> None:
    doors = [
        ("GET", "users", "Accept-Profile"),
        ("GET", "messages", "Accept-Profile"),
        ("POST", "messages", "Content-Profile"),
        ("POST", "rpc/send", "Content-Profile"),
        ("POST", "rpc/move", "Content-Profile"),
        ("POST", "rpc/pg_sleep", "Content-Profile"),
    ]
    for person in (scene.ours.customer, scene.ours.admin):
        for method, path, header in doors:
            answer = api.request(person.token, method, path, headers={header: schema}, json={})
            assert (answer.status, answer.code) == (406, "PGRST106"), (method, path, answer)


@pytest.mark.parametrize("name", ["insert_message", "add_note"])
def test_another_s_words_are_not_answered_for_their_id(api: Api, scene: Scene, name: str) -> None:
    words = {"id": uuid4(), "body": SECRET}
    first = api.call(scene.ours.me.token, name, **words, conversation_id=scene.conversation_id)
    assert first.status == 200
    places = {
        "other customer": scene.ours.conversation(),
        "their customer": scene.theirs.conversation(),
        "stranger": scene.theirs.conversation("active", scene.theirs.me),
    }
    for who, place in places.items():
        for body in (SECRET, "a guess"):
            answer = api.call(scene.attackers[who].token, name, id=words["id"], conversation_id=place, body=body)
            assert answer.status in {403, 404, 409}, (who, answer)
            assert SECRET not in json.dumps(answer.body)
            assert str(scene.conversation_id) not in json.dumps(answer.body)


def test_a_conversation_begun_with_another_s_id_tells_nothing(api: Api, scene: Scene) -> None:
    for who in ("other customer", "their customer"):
        person = scene.attackers[who]
        organisation = (scene.ours if who == "other customer" else scene.theirs).organisation
        answer = api.call(person.token, "start_conversation", id=scene.conversation_id, org_id=organisation.id)
        assert (answer.status, answer.code) == (409, "PT409"), answer
        assert scene.ours.me.name not in json.dumps(answer.body)


def test_a_request_of_another_takes_nothing(api: Api, scene: Scene) -> None:
    """`take_next` repeats an answer by the id of its request: only for who asked."""
    scene.ours.conversation("waiting")
    taken = api.call(scene.ours.me.token, "take_next", request_id="1")
    assert taken.status == 200
    for person in (scene.ours.colleague, scene.theirs.me):
        answer = api.call(person.token, "take_next", request_id="1")
        assert (answer.status, answer.code) == (404, "PT404")


@pytest.mark.parametrize("where", ["label", "colleague", "contact"])
def test_what_belongs_to_another_organisation_is_not_mine_to_use(api: Api, scene: Scene, where: str) -> None:
    label = scene.theirs.database.execute(
        "insert into labels (org_id, name) values (%s, %s) returning id", (scene.theirs.organisation.id, uuid4().hex)
    ).fetchone()
    assert label is not None
    here = {"conversation_id": scene.conversation_id}
    function, arguments = {
        "label": ("set_label", here | {"label_id": label["id"], "present": True}),
        "colleague": ("transfer", here | {"assigned_to": scene.theirs.me.id}),
        "contact": ("update_contact", {"contact_id": scene.theirs.customer.contact_id, "name": "Mallory"}),
    }[where]
    answer = api.call(scene.ours.me.token, function, **arguments)
    assert (answer.status, answer.code) == (404, "PT404"), answer


def test_who_signs_in_may_write_no_column_of_any_table(scene: Scene) -> None:
    """The whole catalogue, so that a table or a grant of tomorrow is seen as well."""
    granted = scene.ours.database.execute(
        "select grantee, table_name, column_name, privilege_type from information_schema.column_privileges"
        " where table_schema in ('public', 'private') and grantee in ('anon', 'authenticated', 'PUBLIC')"
        " and (privilege_type <> 'SELECT' or grantee <> 'authenticated' or table_schema = 'private')"
    ).fetchall()
    assert granted == []


def test_what_somebody_says_of_themselves_at_sign_up_gives_no_right(api: Api, scene: Scene) -> None:
    claims = {"role": "service_role", "org_id": str(scene.ours.organisation.id), "is_admin": True}
    made = api.http.post(
        "/auth/v1/signup",
        headers=api.stack.headers(),
        json={"email": f"{uuid4().hex}@example.com", "password": "long enough", "data": claims, "app_metadata": claims},
    )
    token = made.json()["access_token"]
    assert api.stack.keys.verify(token)["role"] == "authenticated"
    assert api.stack.keys.verify(token)["app_metadata"].get("role") is None
    assert api.call(token, "snapshot").code == "PT403"
    for table in RECORDS:
        assert api.request(token, "GET", table).body == []
