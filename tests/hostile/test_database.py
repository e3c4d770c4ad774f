"""Hostile words through the real database and back: as they were written, or refused with a sentence."""

import json
from uuid import uuid4

import httpx

from tests.conftest import MakeOrganisation
from tests.hostile.corpus import CORPUS
from tests.stack import Stack


def carried(words: str) -> bool:
    """What Postgres can keep in `text`: no NUL, no half of a character. A body has 1 to 10,000 characters."""
    return "\0" not in words and not any("\ud800" <= one <= "\udfff" for one in words) and 0 < len(words) <= 10_000


def test_what_is_hostile_comes_back_as_it_was_written(stack: Stack, make_organisation: MakeOrganisation) -> None:
    acme = make_organisation()
    rosa, conversation, said = acme.customer("Rosa"), str(uuid4()), list[str]()
    with httpx.Client(base_url=f"{stack.url}/rest/v1/rpc", headers=stack.headers(rosa.token)) as customer:
        customer.post("/start_conversation", json={"id": conversation, "name": None, "org_id": str(acme.id)})
        for words in CORPUS[::4]:
            body = {"id": str(uuid4()), "conversation_id": conversation, "body": words}
            answer = customer.post("/insert_message", content=_ascii(body), headers=JSON)
            assert answer.is_success == carried(words), (ascii(words)[:80], answer.text[:300])
            if answer.is_success:
                said.append(words)
            else:
                assert answer.status_code < 500
    seen = _thread(stack, acme.agents[0].token, conversation)
    assert seen == said


JSON = {"content-type": "application/json"}


def _ascii(body: dict[str, str]) -> bytes:
    return json.dumps(body).encode()


def _thread(stack: Stack, token: str, conversation: str) -> list[str]:
    """Every body, page by page from the end."""
    bodies: dict[int, str] = {}
    before: int | None = None
    while before is None or before > 1:
        asked = {"conversation_id": conversation} | ({"before_seq": before} if before else {})
        answer = httpx.post(f"{stack.url}/rest/v1/rpc/page", json=asked, headers=stack.headers(token)).json()
        bodies |= {row["seq"]: row["body"] for row in answer["rows"]["messages"]}
        before = answer["lo"]
    return [bodies[seq] for seq in sorted(bodies)]
