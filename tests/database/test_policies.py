"""Who may do what, table by table and function by function, as the design wants it: written by hand, through HTTP."""

from collections.abc import Iterator
from typing import Any, NamedTuple
from uuid import uuid4

import pytest

from chattui.model.records import PUBLISHED
from tests.conftest import MakeOrganisation
from tests.database.api import Api, Desk, desk_of
from tests.stack import Stack
from tests.stack import make_organisation as make

# What each reads of one row: `row`, `-` nothing, `401` refused. `stranger` is an agent of another organisation.
SELECT = """
                            anon customer other_customer agent stranger admin bot service
organizations               401  -        -              row   -        row   row row
profiles                    401  -        -              row   -        row   row row
contacts                    401  -        -              row   -        row   row row
conversations               401  -        -              row   -        row   row row
conversation_tail           401  -        -              row   -        row   row row
messages                    401  row      -              row   -        row   row row
conversation_events         401  -        -              row   -        row   row row
conversation_read_status    401  -        -              row   -        row   row row
conversation_notes          401  -        -              row   -        row   row row
labels                      401  -        -              row   -        row   row row
conversation_contact_labels 401  -        -              row   -        row   row row
conversation_metadata       401  -        -              row   -        row   row row
templates                   401  -        -              row   -        row   row row
"""
# Whoever signs in writes by functions alone; the backend sets up people, labels and templates, and deletes nothing.
INSERT = """
                            anon customer other_customer agent stranger admin bot service
organizations               401  403      403            403   403      403   403 yes
profiles                    401  403      403            403   403      403   403 yes
contacts                    401  403      403            403   403      403   403 yes
conversations               401  403      403            403   403      403   403 403
conversation_tail           401  403      403            403   403      403   403 403
messages                    401  403      403            403   403      403   403 403
conversation_events         401  403      403            403   403      403   403 403
conversation_read_status    401  403      403            403   403      403   403 403
conversation_notes          401  403      403            403   403      403   403 403
labels                      401  403      403            403   403      403   403 yes
conversation_contact_labels 401  403      403            403   403      403   403 403
conversation_metadata       401  403      403            403   403      403   403 403
templates                   401  403      403            403   403      403   403 yes
"""
UPDATE = INSERT
DELETE = INSERT.replace("yes", "403")

# `waiting`, `ai`, `held` (by the agent): the state of the customer's conversation that the function is asked about.
RPC = """
                              anon customer other_customer agent stranger admin bot service
take_over waiting             401  403      403            200   404      200   403 403
take_next waiting             401  403      403            200   404      200   403 403
hand_back waiting             401  403      403            200   404      200   403 403
requeue ai                    401  403      403            200   404      200   403 403
transfer waiting              401  403      403            200   404      200   403 403
close_conversation waiting    401  403      403            200   404      200   403 403
reopen waiting                401  403      403            200   404      200   403 403
snooze waiting                401  403      403            200   404      200   403 403
wake_due waiting              401  403      403            200   200      200   200 200
set_priority waiting          401  403      403            200   404      200   200 403
insert_message held           401  200      404            200   404      409   409 409
insert_message ai             401  200      404            409   404      409   200 200
add_note held                 401  403      403            200   404      200   200 403
set_label held                401  403      403            200   404      200   200 403
update_contact held           401  403      403            200   404      200   403 403
update_profile held           401  403      403            200   200      200   200 403
mark_read held                401  200      404            200   404      200   200 404
typing held                   401  204      404            204   404      204   204 404
request_human ai              401  200      404            403   404      403   200 200
start_conversation held       401  200      200            403   403      403   403 403
my_conversation held          401  200      200            200   200      200   200 200
set_metadata held             401  403      403            403   403      403   200 200
snapshot held                 401  403      403            200   200      200   200 403
sync held                     401  403      403            200   200      200   200 403
page held                     401  403      403            200   404      200   200 403
search_messages held          401  403      403            200   200      200   200 403
chattui_schema_version held   401  200      200            200   200      200   200 200
chattui_health held           401  403      403            200   200      200   200 403
"""


def _cells(table: str) -> Iterator[tuple[str, str, str]]:
    head, *rows = (line for line in table.splitlines() if line.strip())
    roles = head.split()
    for row in rows:
        words = row.split()
        for role, expected in zip(roles, words[-len(roles) :], strict=True):
            yield " ".join(words[: -len(roles)]), role, expected


class Office(NamedTuple):
    """One row of every table in one organisation, and somebody of every kind."""

    desk: Desk
    keys: dict[str, dict[str, str]]
    tokens: dict[str, str | None]


@pytest.fixture(scope="module")
def office(stack: Stack, shared_desk: Desk) -> Office:
    stranger = make(stack, agents=1).agents[0]
    other = shared_desk.organisation.customer("Liam")
    tokens = {
        "anon": None,
        "customer": shared_desk.customer.token,
        "other_customer": other.token,
        "agent": shared_desk.me.token,
        "stranger": stranger.token,
        "admin": shared_desk.admin.token,
        "bot": shared_desk.bot.token,
        "service": stack.service_role_key,
    }
    return Office(shared_desk, _furnish(shared_desk), tokens)


def _furnish(desk: Desk) -> dict[str, dict[str, str]]:
    """The key of one row of every table."""
    conversation_id = desk.conversation("active", desk.me)
    desk.say(conversation_id, "hello")
    own = {"org_id": desk.organisation.id, "c": conversation_id, "k": desk.customer.contact_id, "me": desk.me.id}
    inserted = {
        "conversation_events": "(conversation_id, after_seq, kind) values (%(c)s, 1, 'taken')",
        "conversation_notes": "(id, conversation_id, after_seq, body) values (gen_random_uuid(), %(c)s, 1, 'a note')",
        "labels": "(org_id, name) values (%(org_id)s, 'vip')",
        "templates": "(org_id, shortcut, title, body) values (%(org_id)s, 'hi', 'Greeting', 'Hi')",
        "conversation_metadata": "(conversation_id, summary) values (%(c)s, 'says hello')",
        "conversation_read_status": "(conversation_id, user_id, last_read_seq) values (%(c)s, %(me)s, 1)",
        "conversation_contact_labels": "(conversation_id, contact_id, label_id)"
        " select %(c)s, %(k)s, id from labels where org_id = %(org_id)s",
    }
    keys: dict[str, dict[str, Any]] = {
        "organizations": {"id": desk.organisation.id},
        "profiles": {"id": desk.me.id},
        "contacts": {"id": desk.customer.contact_id},
        "conversations": {"id": conversation_id},
        "messages": {"conversation_id": conversation_id, "seq": 1},
        "conversation_tail": {"conversation_id": conversation_id},
        **{table: _insert(desk, table, columns, own) for table, columns in inserted.items()},
    }
    return {table: {name: str(value) for name, value in key.items()} for table, key in keys.items()}


def _insert(desk: Desk, table: str, columns: str, values: dict[str, Any]) -> dict[str, Any]:
    by_id = table not in {"conversation_metadata", "conversation_read_status"}
    key = "id" if by_id else "conversation_id"
    row = desk.database.execute(f"insert into {table} {columns} returning {key}".encode(), values).fetchone()
    assert row is not None
    return row


def _filter(key: dict[str, str]) -> dict[str, str]:
    return {name: f"eq.{value}" for name, value in key.items()}


def _new_row(office: Office, table: str) -> dict[str, Any]:
    """A row that the table would take from whoever had the right."""
    org_id = str(office.desk.organisation.id)
    conversation_id = office.keys["conversations"]["id"]
    of_conversation = {"conversation_id": conversation_id, "after_seq": 1}
    rows: dict[str, dict[str, Any]] = {
        "organizations": {"name": "Evil", "slug": f"evil-{uuid4()}"},
        "profiles": {"id": str(office.desk.organisation.customer().id), "org_id": org_id, "display_name": "Eve"},
        "contacts": {"org_id": org_id, "name": "Eve"},
        "conversations": {"org_id": org_id, "contact_id": office.keys["contacts"]["id"]},
        "conversation_tail": {"conversation_id": conversation_id, "org_id": org_id},
        "messages": {"id": str(uuid4()), "conversation_id": conversation_id, "sender_type": "customer", "body": "x"},
        "conversation_events": of_conversation | {"kind": "taken"},
        "conversation_read_status": {"conversation_id": conversation_id, "user_id": str(uuid4())},
        "conversation_notes": of_conversation | {"id": str(uuid4()), "body": "x"},
        "labels": {"org_id": org_id, "name": f"evil {uuid4()}"[:40]},
        "conversation_contact_labels": {
            "conversation_id": conversation_id,
            "contact_id": office.keys["contacts"]["id"],
            "label_id": office.keys["labels"]["id"],
        },
        "conversation_metadata": {"conversation_id": conversation_id, "summary": "x"},
        "templates": {"org_id": org_id, "shortcut": uuid4().hex, "title": "Evil", "body": "x"},
    }
    return rows[table]


@pytest.mark.parametrize(("table", "role", "expected"), _cells(SELECT))
def test_select(api: Api, office: Office, table: str, role: str, expected: str) -> None:
    answer = api.request(office.tokens[role], "GET", table, params=_filter(office.keys[table]))
    if expected == "401":
        assert (answer.status, answer.code) == (401, "42501")
    else:
        assert (answer.status, len(answer.body)) == (200, {"row": 1, "-": 0}[expected]), answer
    if expected == "-":
        everything = api.request(office.tokens[role], "GET", table, params={"limit": "1000"}).body
        mine = str(office.desk.organisation.id)
        assert [row for row in everything if row["org_id"] == mine] == []


def _check_write(answer: Any, expected: str) -> None:
    if expected == "yes":
        assert answer.status in {200, 201}, answer
    else:
        assert (answer.status, answer.code) == (int(expected), "42501"), answer


@pytest.mark.parametrize(("table", "role", "expected"), _cells(INSERT))
def test_insert(api: Api, office: Office, table: str, role: str, expected: str) -> None:
    _check_write(api.request(office.tokens[role], "POST", table, json=_new_row(office, table)), expected)


@pytest.mark.parametrize(("table", "role", "expected"), _cells(UPDATE))
def test_update(api: Api, office: Office, table: str, role: str, expected: str) -> None:
    change = {"updated_at": "2020-01-01T00:00:00Z"}
    key = _filter(office.keys[table])
    _check_write(api.request(office.tokens[role], "PATCH", table, params=key, json=change), expected)


@pytest.mark.parametrize(("table", "role", "expected"), _cells(DELETE))
def test_delete(api: Api, office: Office, table: str, role: str, expected: str) -> None:
    key = _filter(office.keys[table])
    _check_write(api.request(office.tokens[role], "DELETE", table, params=key), expected)


def _parameters(office: Office, name: str, state: str) -> dict[str, Any]:
    desk = office.desk
    here = {"conversation_id": desk.conversation("active", desk.me) if state == "held" else desk.conversation(state)}
    parameters: dict[str, dict[str, Any]] = {
        "take_next": {"request_id": str(uuid4())},
        "transfer": here | {"assigned_to": desk.colleague.id},
        "snooze": here | {"snoozed_until": "2099-01-01T00:00:00Z"},
        "set_priority": here | {"priority": 2},
        "insert_message": here | {"id": uuid4(), "body": "hello"},
        "add_note": here | {"id": uuid4(), "body": "a note"},
        "set_label": here | {"label_id": office.keys["labels"]["id"], "present": True},
        "update_contact": {"contact_id": desk.customer.contact_id, "name": "Rosa D."},
        "update_profile": {"availability": "away"},
        "mark_read": here | {"last_read_seq": 1},
        "typing": here | {"is_typing": True},
        "request_human": here | {"handoff_reason": "please"},
        "start_conversation": {"id": uuid4(), "org_id": desk.organisation.id},
        "set_metadata": here | {"summary": "short"},
        "sync": {"since": "0", "epoch": "another"},
        "search_messages": {"query": "hello"},
        **{
            plain: {}
            for plain in ("wake_due", "my_conversation", "snapshot", "chattui_schema_version", "chattui_health")
        },
    }
    return parameters.get(name, here)


@pytest.mark.parametrize(("function", "role", "expected"), _cells(RPC))
def test_function(api: Api, office: Office, function: str, role: str, expected: str) -> None:
    name, state = function.split()
    answer = api.call(office.tokens[role], name, **_parameters(office, name, state))
    assert answer.status == int(expected), answer
    if expected in {"403", "404", "409"}:
        assert answer.code == f"PT{expected}"
        assert answer.sentence.endswith(".")


def test_every_function_and_table_is_in_the_lists(office: Office) -> None:
    database = office.desk.database
    functions = database.execute("select proname from pg_proc where pronamespace = 'public'::regnamespace").fetchall()
    tables = database.execute("select tablename from pg_tables where schemaname = 'public'").fetchall()
    assert {row["proname"] for row in functions} == {subject.split()[0] for subject, _, _ in _cells(RPC)}
    for table in (SELECT, INSERT, UPDATE, DELETE):
        assert {row["tablename"] for row in tables} == {subject for subject, _, _ in _cells(table)}


def test_a_private_template_is_its_owners(api: Api, office: Office) -> None:
    desk = office.desk
    desk.database.execute(
        "insert into templates (org_id, owner_id, shortcut, title, body) values (%s, %s, 'mine', 'Mine', 'x')",
        (desk.organisation.id, desk.me.id),
    )
    seen = {
        role: len(api.request(office.tokens[role], "GET", "templates", params={"shortcut": "eq.mine"}).body)
        for role in ("agent", "admin", "bot")
    }
    assert seen == {"agent": 1, "admin": 0, "bot": 0}


# With `visibility: assigned`, for a colleague's conversation; what nobody has is seen by all.
ASSIGNED = """
                            agent colleague admin bot
conversations               row   -         row   row
conversation_tail           row   -         row   row
messages                    row   -         row   row
conversation_events         row   -         row   row
conversation_notes          row   -         row   row
conversation_metadata       row   -         row   row
contacts                    row   -         row   row
"""


def test_assigned_conversations_are_their_agents(api: Api, make_organisation: MakeOrganisation) -> None:
    with desk_of(make_organisation(agents=2, admins=1, settings='{"visibility": "assigned"}')) as desk:
        keys = _furnish(desk)
        tokens = {"agent": desk.me, "colleague": desk.colleague, "admin": desk.admin, "bot": desk.bot}
        for table, role, expected in _cells(ASSIGNED):
            answer = api.request(tokens[role].token, "GET", table, params=_filter(keys[table]))
            assert len(answer.body) == {"row": 1, "-": 0}[expected], (table, role)
        target = {"conversation_id": keys["conversations"]["id"]}
        for name in ("page", "take_over", "close_conversation", "mark_read"):
            answer = api.call(
                desk.colleague.token, name, **target, **({"last_read_seq": 1} if name == "mark_read" else {})
            )
            assert answer.code == "PT404", name
        assert api.call(desk.colleague.token, "search_messages", query="hello").body == []
        assert len(api.call(desk.admin.token, "search_messages", query="hello").body) == 1


def test_health_tells_what_a_dashboard_undid(api: Api, office: Office) -> None:
    told = api.call(office.tokens["agent"], "chattui_health").body
    assert (told["schema_version"], told["without_rls"], told["open_to_anon"]) == (1, [], [])
    assert told["topics_guarded"] is True
    assert set(told["published"]) == set(PUBLISHED)
    database = office.desk.database
    with database.transaction(force_rollback=True):
        database.execute("alter table labels disable row level security")
        database.execute("create policy open on templates for select to anon using (true)")
        database.execute("grant select on labels, templates, contacts to anon")
        database.execute("alter publication supabase_realtime drop table labels")
        database.execute("select set_config('request.jwt.claims', %s, true)", (f'{{"sub": "{office.desk.me.id}"}}',))
        row = database.execute("select chattui_health() as told").fetchone()
    assert row is not None
    assert (row["told"]["without_rls"], row["told"]["open_to_anon"]) == (["labels"], ["labels", "templates"])
    assert set(PUBLISHED) - set(row["told"]["published"]) == {"labels"}
