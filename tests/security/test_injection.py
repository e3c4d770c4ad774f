"""Filters, orders, column lists, arguments and searches that would rather be SQL, or another's row."""

from typing import Any
from urllib.parse import quote
from uuid import UUID, uuid4

import pytest

from chattui.model.records import RECORDS
from tests.database.api import Api
from tests.security.conftest import SECRET, Scene

SLOW = "pg_sleep(5)"
NOT_HERE = "CHATTUI501"
"""PostgREST understands it and the embedded stack does not: refused before any SQL is written."""
PAYLOADS = (
    "'", "''", '"', "\\", "\\'", ";", "' or '1'='1", "' or '1'='1' --", "1) or (1=1", "')) or 1=1--",
    "'; drop table messages; --", f"'||(select {SLOW})||'", f"1; select {SLOW}; --",
    "' union select encrypted_password from auth.users --", "$$; reset role; $$", "%s%s%(x)s%n{0}{x}${x}",
    "/**/or/**/true", "eq.1,or=(id.not.is.null)", "*)&select=*", "\u0000", "\u02bc or 1=1", "＇ or 1=1",
    "\r\nX-Role: service_role", "(select(0)from(select(sleep(5)))v)",
)  # fmt: skip


@pytest.fixture(scope="module", autouse=True)
def _canaries(scene: Scene) -> None:
    """A row of every kind of words in either organisation."""
    for desk in (scene.ours, scene.theirs):
        desk.database.execute(
            "insert into labels (org_id, name) values (%s, %s)", (desk.organisation.id, f"canary {desk.me.id}"[:40])
        )


def ask(api: Api, scene: Scene, method: str, path: str, **options: Any) -> None:
    """An agent of another organisation is answered or refused, soon, and learns nothing of ours."""
    said = api.stack.headers(scene.theirs.me.token) | options.pop("headers", {})
    answer = api.http.request(method, f"/rest/v1/{path}", headers=said, timeout=4, **options)
    assert answer.status_code < 500 or NOT_HERE in answer.text, answer.text
    for secret in (SECRET, str(scene.ours.organisation.id), "$argon2"):
        assert secret not in answer.text


@pytest.mark.parametrize("payload", PAYLOADS)
def test_a_filter_s_value_stays_a_value(api: Api, scene: Scene, payload: str) -> None:
    for column in ("body", "id", "metadata"):
        for value in (f"eq.{payload}", f"in.({payload})"):
            ask(api, scene, "GET", "messages", params={column: value})


@pytest.mark.parametrize("payload", PAYLOADS)
def test_names_of_a_query_are_looked_up(api: Api, scene: Scene, payload: str) -> None:
    for place in ("select", "order", "or", "limit", "columns", payload):
        for text in (payload, f'("{payload}")'):
            ask(api, scene, "GET", "messages", params={place: text})


@pytest.mark.parametrize("payload", PAYLOADS)
def test_paths_and_headers_are_no_sql(api: Api, scene: Scene, payload: str) -> None:
    for path in (quote(f"messages{payload}", safe=""), quote(f"rpc/{payload}", safe=""), f"rpc/{quote(payload)}"):
        ask(api, scene, "GET", path)
    plain = "".join(sign for sign in payload if sign.isascii() and sign.isprintable()).strip()
    for name in ("Range", "Prefer", "Accept-Profile", "Accept", "X-Client-Info"):
        ask(api, scene, "GET", "messages", headers={name: plain})


CALLS: dict[str, dict[str, Any]] = {
    "search_messages": {"query": "?"},
    "sync": {"since": "?", "epoch": "?", "after": "?"},
    "page": {"conversation_id": "?", "before_seq": 1},
    "take_over": {"conversation_id": "?"},
    "take_next": {"request_id": "?"},
    "snooze": {"conversation_id": str(uuid4()), "snoozed_until": "?"},
    "insert_message": {"id": str(uuid4()), "conversation_id": "?", "body": "?"},
    "update_profile": {"availability": "?"},
    "start_conversation": {"id": str(uuid4()), "name": "?", "subject": "?", "channel": "?", "org_id": "?"},
    "request_human": {"conversation_id": "?", "handoff_reason": "?"},
    "set_label": {"conversation_id": "?", "label_id": "?", "present": True},
}


@pytest.mark.parametrize("payload", PAYLOADS)
def test_arguments_of_functions_stay_arguments(api: Api, scene: Scene, payload: str) -> None:
    for name, parameters in CALLS.items():
        filled = {key: payload if value == "?" else value for key, value in parameters.items()}
        ask(api, scene, "POST", f"rpc/{name}", json=filled)
        if name == "search_messages":
            ask(api, scene, "GET", f"rpc/{name}", params=filled)


@pytest.mark.parametrize(
    "query",
    [
        *PAYLOADS,
        "canary",
        "4711",
        "can:*",
        "!nothing",
        "-nothing",
        "a | canary",
        "PIN <-> is",
        '"the PIN" or "is"',
        "canary & !x",
        ":*",
        "(((((",
        "@" * 400,
        "a" * 100_000,
        "{canary,PIN}",
        "org_id:canary",
    ],
    ids=lambda query: query[:40],
)
def test_a_search_finds_my_organisation_s_messages_alone(api: Api, scene: Scene, query: str) -> None:
    ask(api, scene, "POST", "rpc/search_messages", json={"query": query, "page_size": 10**6})
    assert api.call(scene.ours.customer.token, "search_messages", query=query).status in {400, 403}


@pytest.fixture(scope="module")
def long_thread(scene: Scene) -> UUID:
    """A conversation with more messages than any answer may hold."""
    conversation_id = scene.ours.conversation()
    scene.ours.database.execute(
        "insert into messages (id, conversation_id, sender_type, body)"
        " select gen_random_uuid(), %s, 'customer', 'endless' from generate_series(1, 501)",
        (conversation_id,),
    )
    return conversation_id


@pytest.mark.parametrize(
    ("asked", "answered"), [(0, (1, 1)), (-1, (1, 1)), (7, (7, 7)), (10**6, (500, 200)), (2**31 - 1, (500, 200))]
)
def test_a_page_has_its_own_limits(
    api: Api, scene: Scene, long_thread: UUID, asked: int, answered: tuple[int, int]
) -> None:
    me = scene.ours.me.token
    page = api.call(me, "page", conversation_id=long_thread, page_size=asked).body
    found = api.call(me, "search_messages", query="endless", page_size=asked).body
    assert (len(page["rows"]["messages"]), len(found)) == answered


@pytest.mark.parametrize("asked", [2**31, "50; drop table messages"])
def test_a_page_of_a_size_that_is_no_number_is_refused(
    api: Api, scene: Scene, long_thread: UUID, asked: int | str
) -> None:
    for name, parameters in (("page", {"conversation_id": long_thread}), ("search_messages", {"query": "endless"})):
        assert api.call(scene.ours.me.token, name, **parameters, page_size=asked).status == 400


@pytest.mark.parametrize(
    "function",
    [
        "pg_sleep",
        "set_config",
        "pg_read_file",
        "lo_import",
        "version",
        "dblink",
        "query_to_xml",
        "my_org",
        "move",
        "send",
    ],
)
def test_functions_of_the_server_cannot_be_called(api: Api, scene: Scene, function: str) -> None:
    for arguments in ({}, {"seconds": 5}, {"setting_name": "role", "new_value": "postgres", "is_local": False}):
        answer = api.call(scene.ours.admin.token, function, **arguments)
        assert (answer.status, answer.code) == (404, "PGRST202"), answer


def test_everything_is_still_there(api: Api, scene: Scene) -> None:
    for table in RECORDS:
        assert api.request(scene.ours.admin.token, "GET", table, params={"limit": "1"}).status == 200
    assert scene.ours.bodies(scene.conversation_id)[0] == SECRET
