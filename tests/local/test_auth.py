"""Sign-in: what is let in, what is not, and in which words."""

import asyncio
import time
from pathlib import Path
from typing import Any

import httpx
import jwt
import psycopg
import pytest

from tests.conftest import MakeOrganisation
from tests.stack import PASSWORD, Person, Stack

Answer = httpx.Response


def _post(stack: Stack, path: str, body: dict[str, Any], **headers: str) -> Answer:
    return httpx.post(f"{stack.url}/auth/v1/{path}", json=body, headers={"apikey": stack.anon_key, **headers})


def _user(stack: Stack, token: str) -> Answer:
    return httpx.get(f"{stack.url}/auth/v1/user", headers=stack.headers(token))


def _refresh(stack: Stack, token: str) -> Answer:
    return _post(stack, "token?grant_type=refresh_token", {"refresh_token": token})


@pytest.fixture
def ana(make_organisation: MakeOrganisation) -> Person:
    return make_organisation().agents[0]


@pytest.fixture
def session(stack: Stack, ana: Person) -> dict[str, Any]:
    answer = _post(stack, "token?grant_type=password", {"email": (ana.email or "").upper(), "password": PASSWORD})
    assert answer.status_code == 200
    return dict(answer.json())


def test_the_seed_can_sign_in(stack: Stack) -> None:
    assert {account.role for account in stack.accounts} >= {"agent", "admin"}
    for account in stack.accounts:
        body = {"email": account.email, "password": account.password}
        answer = _post(stack, "token?grant_type=password", body).json()
        assert answer["user"]["email"] == account.email


def test_an_access_token_says_who(stack: Stack, ana: Person, session: dict[str, Any]) -> None:
    claims = stack.keys.verify(session["access_token"])
    assert claims["sub"] == str(ana.id)
    assert claims["iss"] == f"{stack.url}/auth/v1"
    assert (claims["role"], claims["aud"], claims["is_anonymous"]) == ("authenticated", "authenticated", False)
    assert (session["expires_in"], session["token_type"]) == (3600, "bearer")
    assert claims["exp"] == session["expires_at"]


@pytest.mark.parametrize("email", ["", "nobody@example.com", "robert'); drop table auth.users;--@example.com"])
def test_strangers_and_wrong_passwords_are_told_the_same(stack: Stack, email: str) -> None:
    answer = _post(stack, "token?grant_type=password", {"email": email, "password": "wrong"})
    assert answer.status_code == 400
    assert answer.json() == {"code": 400, "error_code": "invalid_credentials", "msg": "Invalid login credentials"}


def test_newer_clients_are_told_in_their_form(stack: Stack) -> None:
    body = {"email": "a@b.c", "password": "wrong"}
    answer = _post(stack, "token?grant_type=password", body, **{"x-supabase-api-version": "2024-01-01"})
    assert answer.json() == {"code": "invalid_credentials", "message": "Invalid login credentials"}
    assert answer.headers["x-supabase-api-version"] == "2024-01-01"


def test_signing_up(stack: Stack, ana: Person) -> None:
    made = _post(stack, "signup", {"email": f"new-{ana.email}", "password": "long enough", "data": {"a": 1}}).json()
    assert made["user"]["user_metadata"] == {"a": 1}
    assert _user(stack, made["access_token"]).json()["email"] == f"new-{ana.email}"
    again = _post(stack, "signup", {"email": ana.email, "password": "long enough"})
    assert (again.status_code, again.json()["error_code"]) == (422, "user_already_exists")
    weak = _post(stack, "signup", {"email": "x@example.com", "password": "short"})
    assert (weak.status_code, weak.json()["error_code"]) == (422, "weak_password")
    odd = _post(stack, "signup", {"email": "no address", "password": "long enough"})
    assert (odd.status_code, odd.json()["error_code"]) == (400, "validation_failed")


def test_a_refresh_token_is_good_once_and_a_moment_longer(stack: Stack, session: dict[str, Any]) -> None:
    first = session["refresh_token"]
    second = _refresh(stack, first).json()["refresh_token"]
    assert _refresh(stack, first).json()["refresh_token"] == second
    _age(stack, first)
    late = _refresh(stack, first)
    assert (late.status_code, late.json()["error_code"]) == (400, "refresh_token_already_used")
    assert _refresh(stack, second).status_code == 200


def _age(stack: Stack, token: str) -> None:
    with psycopg.connect(stack.db_url) as database:
        database.execute(
            "update auth.refresh_tokens set updated_at = updated_at - interval '11 s' where token = %s", (token,)
        )


def test_an_older_refresh_token_ends_the_session(stack: Stack, session: dict[str, Any]) -> None:
    second = _refresh(stack, session["refresh_token"]).json()["refresh_token"]
    third = _refresh(stack, second).json()["refresh_token"]
    assert _refresh(stack, session["refresh_token"]).json()["error_code"] == "refresh_token_already_used"
    assert _refresh(stack, third).json()["error_code"] == "refresh_token_already_used"


async def test_refreshing_at_once_gives_everybody_the_same(stack: Stack, session: dict[str, Any]) -> None:
    async with httpx.AsyncClient(base_url=stack.url, headers={"apikey": stack.anon_key}) as client:
        body = {"refresh_token": session["refresh_token"]}
        path = "/auth/v1/token?grant_type=refresh_token"
        answers = await asyncio.gather(*(client.post(path, json=body) for _ in range(8)))
    assert {answer.status_code for answer in answers} == {200}
    assert len({answer.json()["refresh_token"] for answer in answers}) == 1


def test_unknown_refresh_tokens(stack: Stack) -> None:
    unknown, empty = _refresh(stack, "e3b0c442-98fc-1c14-9afb-f4c8996fb924"), _refresh(stack, "")
    assert (unknown.status_code, unknown.json()["error_code"]) == (400, "refresh_token_not_found")
    assert (empty.status_code, empty.json()["error_code"]) == (400, "validation_failed")


@pytest.mark.parametrize(("scope", "mine", "others"), [("local", 403, 200), ("others", 200, 403), ("global", 403, 403)])
def test_signing_out(stack: Stack, make_organisation: MakeOrganisation, scope: str, mine: int, others: int) -> None:
    ana = make_organisation().agents[0]
    second = _post(stack, "token?grant_type=password", {"email": ana.email, "password": PASSWORD}).json()
    assert _post(stack, f"logout?scope={scope}", {}, **stack.headers(second["access_token"])).status_code == 204
    assert _user(stack, second["access_token"]).status_code == mine
    assert _user(stack, ana.token).status_code == others


def test_codes_are_guessed_five_times_at_most(stack: Stack, ana: Person, stack_directory: Path) -> None:
    assert _post(stack, "otp", {"email": ana.email, "create_user": False}).json() == {}
    said = (stack_directory / "server.log").read_text()
    code = said.rpartition(f"code of {ana.email} is ")[2][:6]
    for guess in range(5):
        wrong = f"{(int(code) + guess + 1) % 1_000_000:06}"
        answer = _post(stack, "verify", {"email": ana.email, "token": wrong, "type": "email"})
        assert (answer.status_code, answer.json()["error_code"]) == (403, "otp_expired")
    assert _post(stack, "verify", {"email": ana.email, "token": code, "type": "email"}).status_code == 403


def test_codes_do_not_make_accounts_unasked(stack: Stack) -> None:
    answer = _post(stack, "otp", {"email": "nobody@example.com", "create_user": False})
    assert (answer.status_code, answer.json()["error_code"]) == (422, "otp_disabled")


def _tampered(stack: Stack, token: str) -> dict[str, str]:
    claims = jwt.decode(token, options={"verify_signature": False})
    head, body, signature = token.split(".")
    return {
        "nonsense": "nonsense",
        "alg none": jwt.encode(claims, "", "none"),
        "wrong secret": jwt.encode(claims, "another secret, long enough for HS256", "HS256"),
        "other algorithm": jwt.encode(
            claims, "another secret, long enough for HS512, which wants 64 bytes of it", "HS512"
        ),
        "expired": stack.keys.sign({**claims, "exp": int(time.time()) - 5}),
        "without expiry": stack.keys.sign({name: value for name, value in claims.items() if name != "exp"}),
        "body changed": f"{head}.{body[:-2]}AA.{signature}",
        "signature cut": f"{head}.{body}.",
    }


@pytest.mark.parametrize(
    "kind",
    [
        "nonsense",
        "alg none",
        "wrong secret",
        "other algorithm",
        "expired",
        "without expiry",
        "body changed",
        "signature cut",
    ],
)
def test_tokens_that_are_not_ours_are_refused_everywhere(stack: Stack, ana: Person, kind: str) -> None:
    token = _tampered(stack, ana.token)[kind]
    user = _user(stack, token)
    assert (user.status_code, user.json()["error_code"]) == (403, "bad_jwt")
    rows = httpx.get(f"{stack.url}/rest/v1/profiles", headers=stack.headers(token))
    assert (rows.status_code, rows.json()["code"]) == (401, "PGRST303" if kind == "expired" else "PGRST301")


@pytest.mark.parametrize("role", ["postgres", "supabase_admin", "authenticator", "nobody"])
def test_roles_that_nobody_may_ask_for(stack: Stack, role: str) -> None:
    token = stack.keys.sign({"role": role, "exp": int(time.time()) + 60})
    answer = httpx.get(f"{stack.url}/rest/v1/profiles", headers=stack.headers(token))
    assert (answer.status_code, answer.json()["code"]) == (403, "42501")
    assert answer.json()["message"] == f'permission denied to set role "{role}"'


@pytest.mark.parametrize("path", ["auth/v1/health", "auth/v1/user", "rest/v1/profiles", "rest/v1/rpc/snapshot"])
def test_an_api_key_is_needed(stack: Stack, ana: Person, path: str) -> None:
    bearer = {"Authorization": f"Bearer {ana.token}"}
    none = httpx.get(f"{stack.url}/{path}", headers=bearer)
    assert (none.status_code, none.headers["sb-error-code"]) == (401, "UNAUTHORIZED_MISSING_API_KEY")
    wrong = httpx.get(f"{stack.url}/{path}", headers={**bearer, "apikey": ana.token})
    assert (wrong.status_code, wrong.headers["sb-error-code"]) == (401, "UNAUTHORIZED_INVALID_API_KEY")


def test_bodies_are_bounded(stack: Stack, ana: Person) -> None:
    huge = b'{"email": "' + b"a" * 1024 * 1024 + b'"}'
    sign_in = httpx.post(
        f"{stack.url}/auth/v1/token?grant_type=password", content=huge, headers={"apikey": stack.anon_key}
    )
    row = httpx.post(f"{stack.url}/rest/v1/rpc/add_note", content=huge, headers=stack.headers(ana.token))
    assert (sign_in.status_code, row.status_code) == (413, 413)


@pytest.mark.parametrize("body", [b"", b"{", b"[]", b"null", b'{"email": 5}', b"\xff\xfe", b'"' * 100])
def test_nonsense_is_answered(stack: Stack, body: bytes) -> None:
    path = f"{stack.url}/auth/v1/token?grant_type=password"
    answer = httpx.post(path, content=body, headers={"apikey": stack.anon_key})
    assert answer.status_code == 400


@pytest.mark.parametrize(("method", "path"), [("GET", "admin/users"), ("POST", "recover"), ("PUT", "user")])
def test_the_rest_of_gotrue_is_named(stack: Stack, method: str, path: str) -> None:
    answer = httpx.request(method, f"{stack.url}/auth/v1/{path}", headers=stack.headers())
    assert answer.status_code == 501
    assert path.split("/", maxsplit=1)[0] in answer.json()["msg"]
