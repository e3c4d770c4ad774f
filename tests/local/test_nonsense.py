"""What no client means to send: every door refuses it with a 4xx of its own, and serves the next as before."""

import json

import httpx
import pytest

from tests.conftest import MakeOrganisation
from tests.stack import Stack

DEEP = 5_000
NESTED = "[" * DEEP + "]" * DEEP
TREE = "(" + "and(" * DEEP + "id.eq.1" + ")" * (DEEP + 1)
EMBEDS = "a(" * DEEP + "id" + ")" * DEEP


def refused(answer: httpx.Response, code: str) -> None:
    said = answer.json()
    assert (answer.status_code, said.get("error_code", said["code"])) == (400, code), said


@pytest.mark.parametrize(
    ("query", "code"),
    [
        ({"or": TREE}, "PGRST100"),
        ({"select": EMBEDS}, "PGRST100"),
        ({"name": "eq.a\0b"}, "22021"),
        ({"na\0me": "eq.a"}, "42703"),
        ({"order": "id\0"}, "42703"),
    ],
    ids=["tree", "embeds", "NUL in a value", "NUL in a column", "NUL in an order"],
)
def test_queries(stack: Stack, query: dict[str, str], code: str) -> None:
    answer = httpx.get(f"{stack.url}/rest/v1/labels", params=query, headers=stack.headers(stack.service_role_key))
    refused(answer, code)


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ('{"conversation_id": ' + NESTED + "}", "PGRST102"),
        (b'{"conversation_id": "\xff"}', "PGRST102"),
        ('{"conversation_id": "\\u0000"}', "22P05"),
        ("{", "PGRST102"),
    ],
    ids=["deep", "no UTF-8", "NUL", "half"],
)
def test_bodies(stack: Stack, make_organisation: MakeOrganisation, body: str | bytes, code: str) -> None:
    agent = make_organisation().agents[0]
    headers = stack.headers(agent.token) | {"content-type": "application/json"}
    refused(httpx.post(f"{stack.url}/rest/v1/rpc/take_over", content=body, headers=headers), code)


@pytest.mark.parametrize(
    ("body", "code"),
    [
        (NESTED, "bad_json"),
        ('{"data": {"a": ' + NESTED + "}}", "bad_json"),
        (b'{"email": "\xff"}', "bad_json"),
        (json.dumps({"email": "a\0@b.c", "password": "a password"}), "validation_failed"),
        (json.dumps({"email": "a@b.c", "password": "a pass\ud800word"}), "bad_json"),
    ],
    ids=["deep", "deep data", "no UTF-8", "NUL", "half a character"],
)
def test_sign_in(stack: Stack, body: str | bytes, code: str) -> None:
    refused(httpx.post(f"{stack.url}/auth/v1/token?grant_type=password", content=body, headers=stack.headers()), code)
