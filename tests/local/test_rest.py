"""Tables and functions over HTTP: what is answered, what is refused, and that nothing is understood half."""

import asyncio
from collections.abc import Iterator
from typing import Any
from urllib.parse import quote
from uuid import uuid4

import httpx
import psycopg
import pytest

from tests.conftest import MakeOrganisation
from tests.stack import Organisation, Stack

THINGS = """
create schema if not exists corner;
create table public.things (
    id integer primary key, name text, amount numeric(10, 2), tags text[], extra jsonb, at timestamptz,
    kind public.availability, "odd ""name" text, doubled integer generated always as (id * 2) stored);
create table public.parts (id integer primary key, thing_id integer not null references public.things (id), name text);
create table public.only_one (thing_id integer primary key references public.things (id), name text);
create table public.secrets (id integer primary key, open text, closed text);
grant select, insert, update, delete on public.things, public.parts, public.only_one to anon, authenticated;
revoke all on public.secrets from anon, authenticated;
grant select (id, open), insert, update on public.secrets to authenticated;
insert into things (id, name, amount, tags, at, kind) values
    (1, 'one', 1.50, '{a,"b c"}', '2026-01-01 12:00+00', 'online'), (2, 'two', null, '{}', null, 'away'),
    (3, 'three, (3) "x"', 3, null, null, null);
insert into parts values (10, 1, 'a'), (11, 1, 'b'), (12, 2, 'c');
insert into only_one values (1, 'single');
create function public.who() returns jsonb language sql stable set search_path = '' as
    $$ select jsonb_build_object('role', current_user, 'uid', auth.uid(),
        'method', current_setting('request.method')) $$;
create function public.one_thing(wanted integer) returns public.things language sql stable set search_path = '' as
    $$ select * from public.things where id = wanted $$;
create function public.thing_names() returns setof text language sql stable set search_path = '' as
    $$ select name from public.things order by id $$;
create function public.pair(a integer, out twice integer, out thrice integer) language sql immutable
    set search_path = '' as 'select a * 2, a * 3';
create function public.listed(ids integer[], doc json default null) returns integer language sql immutable
    set search_path = '' as 'select cardinality(ids) + coalesce(json_array_length(doc), 0)';
create function public.fails(code text) returns void language plpgsql set search_path = '' as
    $$ begin raise exception 'no' using errcode = code; end $$;
create function public.slow() returns text language sql volatile set search_path = '' as 'select pg_sleep(10)::text';
create function public.many(variadic a integer[]) returns integer language sql immutable set search_path = ''
    as 'select 1';
"""
GONE = """
drop function public.who, public.one_thing, public.thing_names, public.pair, public.listed, public.fails, public.slow,
    public.many;
drop table public.parts, public.only_one, public.secrets, public.things;
drop schema corner;
"""


@pytest.fixture(scope="module")
def things(stack: Stack) -> Iterator[None]:
    with psycopg.connect(stack.db_url, autocommit=True) as database:
        database.execute(THINGS)
        yield
        database.execute(GONE)


class Api:
    """Requests of one caller."""

    def __init__(self, stack: Stack, token: str) -> None:
        self.client = httpx.Client(base_url=f"{stack.url}/rest/v1", headers=stack.headers(token))

    def get(self, path: str, **headers: str) -> httpx.Response:
        return self.client.get(path, headers={name.replace("_", "-"): value for name, value in headers.items()})

    def send(self, method: str, path: str, body: Any = None, **headers: str) -> httpx.Response:
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        return self.client.request(method, path, json=body, headers={"prefer": "return=representation", **named})


@pytest.fixture
def acme(make_organisation: MakeOrganisation) -> Organisation:
    return make_organisation()


@pytest.fixture
def api(stack: Stack, acme: Organisation, things: None) -> Iterator[Api]:  # noqa: ARG001 - made before it
    made = Api(stack, acme.agents[0].token)
    with made.client:
        yield made


def _ids(answer: httpx.Response) -> list[int]:
    assert answer.status_code in (200, 206), answer.text
    return [row["id"] for row in answer.json()]


@pytest.mark.parametrize(
    ("query", "ids"),
    [
        ("id=eq.2", [2]),
        ("id=not.eq.2", [1, 3]),
        ("id=in.(1,3,99)", [1, 3]),
        ("id=in.()", []),
        ('name=in.("three, (3) \\"x\\"",two)', [2, 3]),
        ('name=eq.three, (3) "x"', [3]),
        ("name=neq.two", [1, 3]),
        ("amount=gte.1.5&amount=lt.3", [1]),
        ("amount=is.null", [2]),
        ("amount=not.is.null", [1, 3]),
        ("amount=is.not_null", [1, 3]),
        ("at=gt.2026-01-01T11:59:59%2B00:00", [1]),
        ("kind=eq.away", [2]),
        ("tags=eq.{}", [2]),
        ("or=(id.eq.1,name.eq.two)", [1, 2]),
        ("or=(id.eq.1,and(id.gt.1,amount.not.is.null))", [1, 3]),
        ("not.or=(id.eq.1,id.eq.2)", [3]),
        ("and=(id.gt.1,id.lt.3)", [2]),
        ("not.and=(id.gt.1,id.lt.3)", [1, 3]),
        ('or=(name.eq."three, (3) \\"x\\"",id.in.(1))', [1, 3]),
    ],
)
def test_conditions(api: Api, query: str, ids: list[int]) -> None:
    assert _ids(api.get(f"/things?select=id&order=id&{query}")) == ids


def test_order_limit_offset_range(api: Api) -> None:
    assert _ids(api.get("/things?select=id&order=amount.desc.nullslast,id")) == [3, 1, 2]
    assert _ids(api.get("/things?select=id&order=amount.asc.nullsfirst")) == [2, 1, 3]
    assert _ids(api.get("/things?select=id&order=id&limit=1&offset=1")) == [2]
    assert _ids(api.get("/things?select=id&order=id", range="1-1")) == [2]
    assert _ids(api.get("/things?select=id&order=id&limit=0")) == []


def test_counting(api: Api) -> None:
    part = api.get("/things?select=id&limit=2&order=id", prefer="count=exact")
    assert (part.status_code, part.headers["content-range"]) == (206, "0-1/3")
    whole = api.get("/things?select=id", prefer="count=exact")
    assert (whole.status_code, whole.headers["content-range"]) == (200, "0-2/3")
    none = api.get("/things?id=eq.99", prefer="count=exact")
    assert (none.status_code, none.headers["content-range"], none.json()) == (200, "*/0", [])
    beyond = api.get("/things?offset=50", prefer="count=exact")
    assert (beyond.status_code, beyond.headers["content-range"], beyond.json()["code"]) == (416, "*/3", "PGRST103")
    assert api.get("/things?offset=1&order=id").headers["content-range"] == "1-2/*"
    head = api.client.head("/things", headers={"prefer": "count=exact"})
    assert (head.status_code, head.headers["content-range"], head.content) == (200, "0-2/3", b"")


def test_values_as_json(api: Api) -> None:
    (row,) = api.get("/things?id=eq.1&select=*,again:name").json()
    assert row == {
        "id": 1, "name": "one", "amount": 1.5, "tags": ["a", "b c"], "extra": None, "at": "2026-01-01T12:00:00+00:00",
        "kind": "online", 'odd "name': None, "doubled": 2, "again": "one",
    }  # fmt: skip


def test_embedding(api: Api) -> None:
    (row,) = api.get("/things?id=eq.1&select=id,parts(id),only_one(name)").json()
    assert sorted(part["id"] for part in row.pop("parts")) == [10, 11]
    assert row == {"id": 1, "only_one": {"name": "single"}}
    assert api.get("/things?id=eq.3&select=parts(id),only_one(name)").json() == [{"parts": [], "only_one": None}]
    up = api.get("/parts?id=eq.12&select=name,whole:things(name),thing_id(id),t:things!parts_thing_id_fkey(id)")
    assert up.json() == [{"name": "c", "whole": {"name": "two"}, "thing_id": {"id": 2}, "t": {"id": 2}}]
    nothing = api.get("/things?select=labels(name)")
    assert (nothing.status_code, nothing.json()["code"]) == (400, "PGRST200")


def test_one_object(api: Api) -> None:
    single = "application/vnd.pgrst.object+json"
    one = api.get("/things?id=eq.1&select=id", accept=single)
    assert (one.json(), one.headers["content-type"]) == ({"id": 1}, f"{single}; charset=utf-8")
    for query, found in (("id=eq.99", 0), ("id=gt.1", 2)):
        answer = api.get(f"/things?{query}", accept=single)
        assert (answer.status_code, answer.json()["code"]) == (406, "PGRST116")
        assert answer.json()["details"] == f"The result contains {found} rows"
    assert api.send("PATCH", "/things?id=gt.1", {"name": "changed"}, accept=single).status_code == 406
    assert "changed" not in api.get("/things?select=name").text


def test_writing(api: Api) -> None:
    made = api.send(
        "POST", "/things", [{"id": 20, "tags": ["x"], "extra": {"a": None}}, {"id": 21, "tags": [], "extra": 1}]
    )
    assert (made.status_code, [row["extra"] for row in made.json()]) == (201, [{"a": None}, 1])
    quiet = api.send("POST", "/things", {"id": 22}, prefer="return=minimal,count=exact")
    assert (quiet.status_code, quiet.content, quiet.headers["content-range"]) == (201, b"", "*/1")
    changed = api.send("PATCH", "/things?id=in.(20,21)&select=id,name", {"name": "n", 'odd "name': "o"})
    assert sorted(row["id"] for row in changed.json()) == [20, 21]
    embedded = api.send("POST", "/parts?select=id,things(name)", {"id": 30, "thing_id": 20})
    assert embedded.json() == [{"id": 30, "things": {"name": "n"}}]
    assert api.send("DELETE", "/parts?id=eq.30", prefer="return=minimal").status_code == 204
    gone = api.send("DELETE", "/things?id=gte.20&select=id")
    assert sorted(row["id"] for row in gone.json()) == [20, 21, 22]
    assert api.send("POST", "/things", []).json() == []
    assert api.send("PATCH", "/things?id=eq.1", {}).json() == []


def test_conflicts(api: Api) -> None:
    assert api.send("POST", "/things", {"id": 1}).status_code == 409
    ignore = "return=representation,resolution=ignore-duplicates"
    assert api.send("POST", "/things", [{"id": 1}], prefer=ignore).json() == []
    merge = "return=representation,resolution=merge-duplicates"
    merged = api.send("POST", "/things?on_conflict=id&select=id,name,amount", {"id": 1, "name": "eins"}, prefer=merge)
    assert merged.json() == [{"id": 1, "name": "eins", "amount": 1.5}]
    api.send("PATCH", "/things?id=eq.1", {"name": "one"})


def test_every_row_is_never_changed_by_mistake(api: Api) -> None:
    for method in ("PATCH", "DELETE"):
        answer = api.send(method, "/things", {"name": "all"} if method == "PATCH" else None)
        assert (answer.status_code, answer.json()["code"]) == (400, "21000")


def test_columns_that_may_not_be_read_can_be_written(api: Api) -> None:
    made = api.send("POST", "/secrets?select=id,open", {"id": 1, "open": "a", "closed": "b"})
    assert made.json() == [{"id": 1, "open": "a"}]
    assert api.send("POST", "/secrets", {"id": 2}, prefer="return=minimal").status_code == 201
    assert api.get("/secrets?select=closed").status_code == 403


def test_functions(api: Api, acme: Organisation) -> None:
    me = {"role": "authenticated", "uid": str(acme.agents[0].id)}
    assert api.send("POST", "/rpc/who").json() == {**me, "method": "POST"}
    assert api.get("/rpc/who").json() == {**me, "method": "GET"}
    assert api.send("POST", "/rpc/one_thing?select=id,name", {"wanted": 2}).json() == {"id": 2, "name": "two"}
    assert api.get("/rpc/one_thing?wanted=2&select=id,parts(name)").status_code in (200, 400)
    assert api.send("POST", "/rpc/thing_names").json()[:2] == ["one", "two"]
    assert api.send("POST", "/rpc/pair", {"a": 5}).json() == {"twice": 10, "thrice": 15}
    assert api.send("POST", "/rpc/listed", {"ids": [1, 2], "doc": [{}]}).json() == 3
    assert api.get("/rpc/listed?ids={1,2}&doc=[1,2]").json() == 4
    assert api.send("POST", "/rpc/fails", {"code": "PT409"}).status_code == 409


@pytest.mark.parametrize(
    ("code", "status"),
    [("PT404", 404), ("PT418", 418), ("P0001", 400), ("23505", 409), ("23514", 400), ("28000", 403), ("57014", 500),
     ("53300", 503), ("40001", 500), ("42501", 403), ("22023", 400)],
)  # fmt: skip
def test_errors_of_the_database_have_a_status(api: Api, code: str, status: int) -> None:
    answer = api.send("POST", "/rpc/fails", {"code": code})
    assert (answer.status_code, answer.json()) == (
        status,
        {"code": code, "details": None, "hint": None, "message": "no"},
    )


def test_nobody_in_particular_is_told_401(stack: Stack, things: None) -> None:  # noqa: ARG001
    denied = httpx.get(f"{stack.url}/rest/v1/secrets", headers=stack.headers())
    assert (denied.status_code, denied.json()["code"]) == (401, "42501")
    for key, role in ((stack.anon_key, "anon"), (stack.service_role_key, "service_role")):
        for headers in ({"apikey": key}, {"apikey": key, "Authorization": f"Bearer {key}"}):
            assert httpx.post(f"{stack.url}/rest/v1/rpc/who", headers=headers).json()["role"] == role


def test_reading_does_not_write(api: Api) -> None:
    answer = api.get("/rpc/typing?conversation_id=00000000-0000-0000-0000-000000000000&is_typing=true")
    assert answer.status_code >= 400


@pytest.mark.parametrize(
    ("method", "path", "status", "code"),
    [
        ("GET", "/nothing", 404, "PGRST205"),
        ("GET", "/things?nothing=eq.1", 400, "42703"),
        ("GET", "/things?select=nothing", 400, "42703"),
        ("GET", "/things?order=nothing", 400, "42703"),
        ("POST", "/rpc/nothing", 404, "PGRST202"),
        ("POST", "/rpc/one_thing", 404, "PGRST202"),
        ("GET", "/things?id=eq.x", 400, "22P02"),
        ("GET", "/things?kind=eq.x", 400, "22P02"),
        ("GET", "/things?id=eq", 400, "PGRST100"),
        ("GET", "/things?id=5", 400, "PGRST100"),
        ("GET", "/things?or=(id.eq.1", 400, "PGRST100"),
        ("GET", "/things?order=id.upwards", 400, "PGRST100"),
        ("GET", "/things?limit=-1", 400, "PGRST100"),
        ("GET", "/things?id=is.maybe", 400, "PGRST100"),
    ],
)
def test_mistakes_are_named(api: Api, method: str, path: str, status: int, code: str) -> None:
    answer = api.send(method, path)
    assert (answer.status_code, answer.json()["code"]) == (status, code)


@pytest.mark.parametrize("body", ["{", "5", '"text"', "[1]", '[{"id": 1}, {"name": "x"}]'])
def test_bodies_that_make_no_sense(api: Api, body: str) -> None:
    answer = api.client.post("/things", content=body, headers={"content-type": "application/json"})
    assert (answer.status_code, answer.json()["code"]) == (400, "PGRST102")


def test_unknown_columns_of_a_body(api: Api) -> None:
    answer = api.send("POST", "/things", {"id": 50, "nothing": 1})
    assert (answer.status_code, answer.json()["code"]) == (400, "PGRST204")


@pytest.mark.parametrize(
    ("method", "path", "headers"),
    [
        ("GET", "/things?name=like.a*", {}),
        ("GET", "/things?name=ilike.a*", {}),
        ("GET", "/things?tags=cs.{a}", {}),
        ("GET", "/things?id=eq(any).{1,2}", {}),
        ("GET", "/things?extra->>a=eq.1", {}),
        ("GET", "/things?select=extra->a", {}),
        ("GET", "/things?select=id::text", {}),
        ("GET", "/things?select=count()", {}),
        ("GET", "/things?select=parts!inner(id)", {}),
        ("GET", "/things?select=id,parts(id,things(id))", {}),
        ("GET", "/things?select=...parts(id)", {}),
        ("GET", "/things?select=parts(id)&parts.id=eq.1", {}),
        ("GET", "/things?select=parts(id)&parts.order=id", {}),
        ("GET", "/things?select=parts(id)&parts.limit=1", {}),
        ("GET", "/things", {"accept": "text/csv"}),
        ("GET", "/things", {"accept": "application/vnd.pgrst.plan+json"}),
        ("GET", "/things", {"prefer": "count=planned"}),
        ("GET", "/things", {"prefer": "count=estimated"}),
        ("GET", "/things", {"prefer": "timezone=Europe/Paris"}),
        ("PATCH", "/things?id=eq.1&limit=1", {}),
        ("PATCH", "/things?id=eq.1", {"prefer": "tx=rollback"}),
        ("DELETE", "/things?id=eq.1", {"prefer": "max-affected=1"}),
        ("POST", "/things", {"prefer": "return=headers-only"}),
        ("POST", "/things", {"content-type": "text/csv"}),
        ("PUT", "/things?id=eq.1", {}),
        ("OPTIONS", "/things", {}),
        ("POST", "/things?id=eq.1", {}),
        ("POST", "/things?limit=1", {}),
        ("POST", "/rpc/many", {}),
        ("POST", "/rpc/thing_names?limit=1", {}),
        ("DELETE", "/things?id=eq.1&offset=1", {}),
        ("POST", "/rpc/who?role=eq.anon", {}),
        ("POST", "/rpc/who", {"prefer": "count=exact"}),
    ],
)
def test_the_rest_of_postgrest_is_named(api: Api, method: str, path: str, headers: dict[str, str]) -> None:
    body = {"a": [1]} if "many" in path else {} if "rpc" in path else {"name": "changed"}
    answer = api.client.request(method, path, json=body, headers=headers)
    assert answer.status_code == 501, answer.text
    assert "embedded stack does not do" in answer.json()["message"]
    assert "changed" not in api.get("/things?select=name").text


def test_other_schemas_are_closed(api: Api) -> None:
    answer = api.get("/things", accept_profile="auth")
    assert (answer.status_code, answer.json()["code"]) == (406, "PGRST106")
    assert api.get("/users").status_code == 404


@pytest.mark.parametrize(
    "text", ["'; drop table things; --", '"; drop table things; --', "%s", "%", "{0}", "\\", "$1", "ü€😀", "\x01"]
)
def test_values_stay_values_and_names_are_looked_up(api: Api, text: str) -> None:
    made = api.client.post("/things", json={"id": 60, "name": text}, headers={"prefer": "return=representation"})
    assert made.json()[0]["name"] == text
    assert _ids(api.client.get("/things", params={"name": f"eq.{text}", "select": "id"})) == [60]
    quoted = text.replace("\\", "\\\\").replace('"', '\\"')
    assert _ids(api.client.get("/things", params={"name": f'in.("{quoted}")', "select": "id"})) == [60]
    for place in ({"select": f'"{quoted}"'}, {"order": f'"{quoted}"'}, {f'"{quoted}"': "eq.1"}):
        assert api.client.get("/things", params=place).status_code == 400
    assert api.client.get(f"/{quote(text)}x").status_code == 404
    assert api.send("DELETE", "/things?id=eq.60&select=id").json() == [{"id": 60}]


def test_a_new_table_is_seen_at_once(api: Api, stack: Stack) -> None:
    name = f"new_{uuid4().hex[:8]}"
    assert api.get(f"/{name}").status_code == 404
    with psycopg.connect(stack.db_url, autocommit=True) as database:
        database.execute(f"create table public.{name} (id integer)".encode())
        assert api.get(f"/{name}").json() == []
        database.execute(f"alter table public.{name} add column more integer".encode())
        assert api.get(f"/{name}?select=more").json() == []
        database.execute(f"drop table public.{name}".encode())


async def test_callers_do_not_mix(stack: Stack, things: None, make_organisation: MakeOrganisation) -> None:  # noqa: ARG001
    people = make_organisation(agents=6).agents
    async with httpx.AsyncClient(base_url=f"{stack.url}/rest/v1", timeout=30) as client:
        calls = [client.post("/rpc/who", headers=stack.headers(person.token)) for _ in range(10) for person in people]
        answers = await asyncio.gather(*calls)
    assert [answer.json()["uid"] for answer in answers] == [str(person.id) for _ in range(10) for person in people]


def test_a_role_s_time_limit_holds(stack: Stack, things: None) -> None:  # noqa: ARG001
    answer = httpx.post(f"{stack.url}/rest/v1/rpc/slow", headers=stack.headers(), timeout=9)
    assert (answer.status_code, answer.json()["code"]) == (500, "57014")
