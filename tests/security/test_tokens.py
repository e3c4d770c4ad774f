"""Tokens that were not given out as they are: at REST, sign-in, the socket's handshake, a join, and a broadcast."""

import base64
import json
import time
from collections.abc import Callable
from typing import Any
from uuid import uuid4

import httpx
import jwt
import pytest

from tests.realtime.wire import Wire
from tests.security.conftest import Scene
from tests.stack import Stack

Forge = Callable[[str, Stack, Scene], str]


def _part(value: Any) -> str:
    return base64.urlsafe_b64encode(json.dumps(value).encode()).decode().rstrip("=")


def _open(part: str) -> Any:
    return json.loads(base64.urlsafe_b64decode(part + "=" * (-len(part) % 4)))


def _claims(**changes: Any) -> Forge:
    """The body of a true token changed, its signature kept."""

    def forge(token: str, _stack: Stack, _scene: Scene) -> str:
        head, body, signature = token.split(".")
        return f"{head}.{_part(_open(body) | changes)}.{signature}"

    return forge


def _head(**changes: Any) -> Forge:
    """The head of a true token changed, its signature kept, or none where the head says so."""

    def forge(token: str, _stack: Stack, _scene: Scene) -> str:
        _, body, signature = token.split(".")
        unsigned = str(changes.get("alg", "")).lower() in {"none", "null"}
        return f"{_part({'alg': 'HS256', 'typ': 'JWT'} | changes)}.{body}.{'' if unsigned else signature}"

    return forge


def _signed(key: Callable[[Stack], str], algorithm: str = "HS256", **head: Any) -> Forge:
    """All claims of a true token, signed with something that an attacker has."""

    def forge(token: str, stack: Stack, _scene: Scene) -> str:
        claims = jwt.decode(token, options={"verify_signature": False})
        return jwt.encode(claims | {"role": "service_role"}, key(stack), algorithm, headers=head)

    return forge


def _as_admin(token: str, _stack: Stack, scene: Scene) -> str:
    head, _, signature = token.split(".")
    return f"{head}.{scene.ours.admin.token.split('.')[1]}.{signature}"


GUESS = "a guess that is long enough for every HMAC that a token may ask for, SHA-512 included"
FORGERIES: dict[str, Forge] = {
    "role service_role": _claims(role="service_role"),
    "role postgres": _claims(role="postgres"),
    "role null": _claims(role=None),
    "another's id": _claims(sub=str(uuid4())),
    "another's whole body": _as_admin,
    "another audience": _claims(aud="supabase_admin"),
    "another issuer": _claims(iss="https://evil.example.com/auth/v1"),
    "a longer life": _claims(exp=int(time.time()) + 10**9),
    "a life without end": _claims(exp=None),
    "claims of SQL": _claims(sub="' or '1'='1", role="authenticated; reset role"),
    "alg none": _head(alg="none"),
    "alg None": _head(alg="None"),
    "alg nOnE": _head(alg="nOnE"),
    "alg null": _head(alg=None),
    "alg empty": _head(alg=""),
    "alg HS384": _head(alg="HS384"),
    "alg RS256": _head(alg="RS256"),
    "alg ES256": _head(alg="ES256"),
    "signed with an empty key": lambda token, _stack, _scene: _hmac(token, b""),
    "signed with the anon key": _signed(lambda stack: stack.anon_key),
    "signed with a guess": _signed(lambda _: GUESS),
    "signed with a guess, HS512": _signed(lambda _: GUESS, "HS512"),
    "kid of a file": _signed(lambda _: GUESS, kid="../../../../dev/null"),
    "kid of SQL": _signed(lambda _: GUESS, kid="x' union select 'guess"),
    "jku of the attacker": _signed(lambda _: GUESS, jku="https://evil.example.com/jwks.json"),
    "jwk of the attacker": _signed(lambda _: GUESS, jwk={"kty": "oct", "k": _part(GUESS)}),
    "x5u of the attacker": _signed(lambda _: GUESS, x5u="https://evil.example.com/cert.pem"),
    "critical header": _head(crit=["exp"], alg="HS256"),
    "no signature": lambda token, _stack, _scene: token.rpartition(".")[0] + ".",
    "two parts": lambda token, _stack, _scene: token.rpartition(".")[0],
    "four parts": lambda token, _stack, _scene: f"{token}.{token.split('.')[2]}",
    "another signature": lambda token, _stack, scene: (
        f"{token.rpartition('.')[0]}.{scene.theirs.me.token.rpartition('.')[2]}"
    ),
}


def _hmac(token: str, key: bytes) -> str:
    """PyJWT refuses to sign with no key at all; an attacker does not."""
    import hmac  # noqa: PLC0415

    signed = token.rpartition(".")[0]
    return f"{signed}.{base64.urlsafe_b64encode(hmac.digest(key, signed.encode(), 'sha256')).decode().rstrip('=')}"


@pytest.fixture(params=FORGERIES)
def forged(request: pytest.FixtureRequest, stack: Stack, scene: Scene) -> str:
    return FORGERIES[request.param](scene.ours.customer.token, stack, scene)


def test_a_forged_token_opens_no_request(stack: Stack, forged: str) -> None:
    with httpx.Client(base_url=stack.url, headers=stack.headers(forged)) as http:
        doors = {
            "rows": http.get("/rest/v1/messages"),
            "rpc": http.post("/rest/v1/rpc/snapshot", json={}),
            "user": http.get("/auth/v1/user"),
            "logout": http.post("/auth/v1/logout?scope=global", json={}),
            "broadcast": http.post("/realtime/v1/api/broadcast", json={"messages": []}),
        }
    refused = {door: answer.status_code for door, answer in doors.items()}
    assert refused == {"rows": 401, "rpc": 401, "user": 403, "logout": 403, "broadcast": 401}
    as_key = {"apikey": forged, "Authorization": f"Bearer {forged}"}
    assert httpx.get(f"{stack.url}/rest/v1/messages", headers=as_key).status_code == 401


async def test_a_forged_token_opens_no_socket(wire: Wire, stack: Stack, scene: Scene, forged: str) -> None:
    status, _ = await wire.refuses(forged)
    assert status == 401
    client = await wire.open(stack.anon_key)
    mine = f"realtime:conversation:{scene.conversation_id}"
    for number, config in enumerate(({"private": True}, {"private": False})):
        ref = str(number)
        await client.send(mine, "phx_join", {"config": config, "access_token": forged}, ref, ref)
        assert (await client.next())["payload"]["status"] == "error"
    await client.hears_nothing()


async def test_a_forged_token_ends_the_channel_that_it_is_given_to(
    wire: Wire, stack: Stack, scene: Scene, forged: str
) -> None:
    client, mine = await wire.open(stack.anon_key), f"realtime:conversation:{scene.conversation_id}"
    await client.join(mine, "1", {"private": True}, scene.ours.customer.token)
    await client.send(mine, "access_token", {"access_token": forged}, "2", "1")
    assert (await client.next())["payload"]["status"] == "error"
    assert (await client.next())["event"] == "phx_close"


def test_a_session_that_was_ended_cannot_be_renewed(stack: Stack, scene: Scene) -> None:
    """Its access token lasts until it expires, an hour at most, as on the hosted server."""
    with httpx.Client(base_url=f"{stack.url}/auth/v1", headers=stack.headers()) as http:
        body = {"email": scene.ours.colleague.email, "password": "a password of tests"}
        session = http.post("/token?grant_type=password", json=body).json()
        bearer = stack.headers(session["access_token"])
        assert http.post("/logout?scope=local", json={}, headers=bearer).status_code == 204
        again = http.post("/token?grant_type=refresh_token", json={"refresh_token": session["refresh_token"]})
        assert (again.status_code, http.get("/user", headers=bearer).status_code) == (400, 403)
