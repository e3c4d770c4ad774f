"""The doors of the local server, each thrown nonsense at: whatever comes, the answer is a refusal and never a crash."""

import json
import urllib.parse
from collections.abc import Iterator
from random import Random
from typing import Any

import httpx
from msgspec import Struct, field
from websockets.exceptions import ConnectionClosed
from websockets.sync.client import connect

from tests.fuzz.mutating import Mutator, encoded
from tests.fuzz.seeds import SAID
from tests.hostile.corpus import CORPUS
from tests.stack import Organisation

ID = "00000000-0000-4000-8000-000000000000"
CALLS: list[tuple[str, dict[str, Any]]] = [
    ("snapshot", {}),
    ("sync", {"since": "1", "epoch": "e", "after": None}),
    ("page", {"conversation_id": ID, "before_seq": 9}),
    ("search_messages", {"query": "refund"}),
    ("insert_message", {"id": ID, "conversation_id": ID, "body": "hello", "metadata": {}}),
    ("take_over", {"conversation_id": ID, "force": False}),
    ("mark_read", {"conversation_id": ID, "last_read_seq": 3}),
    ("set_label", {"conversation_id": ID, "label_id": ID, "present": True}),
    ("typing", {"conversation_id": ID, "is_typing": True}),
    ("start_conversation", {"id": ID, "name": "Rosa", "org_id": ID}),
    ("request_human", {"conversation_id": ID, "reason": "please"}),
    ("no_such_function", {"a": 1}),
]
TABLES = ("messages", "conversations", "contacts", "profiles", "labels", "templates", "conversation_notes", "nothing")
QUERIES = (
    *("select=*", "select=id,name", "id=eq." + ID, "seq=gt.3", "order=seq.desc.nullslast", "limit=5", "offset=2"),
    *("or=(seq.eq.1,body.like.*a*)", "body=ilike.*x*", "id=in.(a,b)", "metadata->a=eq.1", "and=(seq.gt.1,seq.lt.9)"),
    *("select=*,contacts(name)", "on_conflict=id", "columns=id,body", "not.and=(a.is.null)", "body=fts.refund"),
)
AUTH: list[tuple[str, dict[str, Any]]] = [
    ("token?grant_type=password", {"email": "ana@example.com", "password": "a password"}),
    ("token?grant_type=refresh_token", {"refresh_token": "abcdefghijkl"}),
    ("signup", {"email": "new@example.com", "password": "a password", "data": {"name": "x"}}),
    ("otp", {"email": "ana@example.com", "create_user": False}),
    ("verify", {"type": "email", "email": "ana@example.com", "token": "123456"}),
    ("logout?scope=local", {}),
    ("user", {"data": {"a": 1}}),
]
ODD_HEADERS = (
    {"content-type": "text/plain"},
    {"content-type": "application/json; charset=latin-1"},
    {"prefer": "return=representation,resolution=merge-duplicates,missing=default"},
    {"accept": "application/vnd.pgrst.object+json"},
    {"range": "5-2"},
    {"range": "items=a-b"},
    {"accept-profile": "auth"},
    {"authorization": "Bearer a.b.c"},
    {"authorization": "Basic x"},
)
CRASHED = set(range(500, 600)) - {501}
"""Not 501: the embedded stack says so of what it does not have."""
FRAMES_EACH = 40
"""Frames that a socket is told before another one is opened."""


class Doors(Struct):
    """What came of it."""

    requests: int = 0
    frames: int = 0
    sockets: int = 0
    statuses: dict[str, int] = field(default_factory=dict)
    faults: list[str] = field(default_factory=list)


class Siege:
    """One seed against one stack, by an agent of an organisation of their own."""

    def __init__(self, organisation: Organisation, seed: int) -> None:
        self.told = Doors()
        self._random = Random(seed)  # noqa: S311 - no secret
        self._mutator = Mutator(self._random, [call for _, call in CALLS])
        self._stack, self._agent = organisation.stack, organisation.agents[0]

    def whole(self, requests: int) -> Doors:
        """So many requests, and half as many frames; then the doors are asked whether they still work."""
        headers = self._stack.headers(self._agent.token)
        with httpx.Client(base_url=self._stack.url, headers=headers, timeout=30) as client:
            for _ in range(requests):
                self._knock(client)
            for _ in range(requests // 2 // FRAMES_EACH):
                self._talk()
            alive = client.post("/rest/v1/rpc/snapshot", json={})
            if alive.status_code != httpx.codes.OK:
                self.told.faults.append(f"after all: {alive.status_code} {alive.text[:300]}")
        return self.told

    def _knock(self, client: httpx.Client) -> None:
        method, path, body, headers = self._request()
        try:
            answer = client.request(method, path, content=body, headers=headers)
        except httpx.InvalidURL:
            return
        except httpx.HTTPError as error:
            self.told.faults.append(f"{method} {path!r} {body[:500]!r}: {error!r}")
            return
        self.told.requests += 1
        status = str(answer.status_code)
        self.told.statuses[status] = self.told.statuses.get(status, 0) + 1
        if answer.status_code in CRASHED or "Traceback" in answer.text:
            self.told.faults.append(f"{method} {path!r} {body[:500]!r}: {status} {answer.text[:300]}")

    def _request(self) -> tuple[str, str, bytes, dict[str, str]]:
        headers = {"content-type": "application/json"}
        if self._random.random() < 0.15:
            headers |= self._random.choice(ODD_HEADERS)
        match self._random.randrange(4):
            case 0:
                name, call = self._random.choice(CALLS)
                return "POST", f"/rest/v1/rpc/{name}", self._body(call), headers
            case 1:
                name, asked = self._random.choice(AUTH)
                return self._random.choice(("POST", "POST", "PUT")), f"/auth/v1/{name}", self._body(asked), headers
            case 2:
                return "GET", f"/rest/v1/{self._random.choice(TABLES)}?{self._query()}", b"", headers
            case _:
                method = self._random.choice(("POST", "PATCH", "DELETE"))
                row = {"id": ID, "body": "x", "seq": 1, "name": "y", "org_id": ID}
                return method, f"/rest/v1/{self._random.choice(TABLES)}?{self._query()}", self._body(row), headers

    def _body(self, sense: dict[str, Any]) -> bytes:
        data = encoded(self._mutator.changed(sense))
        return self._mutator.garbled(data) if self._random.random() < 0.2 else data

    def _query(self) -> str:
        parts = self._random.sample(QUERIES, self._random.randrange(1, 4))
        garbled = self._mutator.garbled("&".join(parts).encode())
        if self._random.random() < 0.3:
            garbled += self._random.choice(CORPUS)[:200].encode("utf-8", "replace")
        return urllib.parse.quote_from_bytes(garbled, safe="=&,.()*->:!")

    def _talk(self) -> None:
        """A socket, until the server has had enough of it."""
        version = self._random.choice(("1.0.0", "2.0.0"))
        address = self._stack.url.replace("http", "ws", 1)
        url = f"{address}/realtime/v1/websocket?apikey={self._stack.anon_key}&vsn={version}"
        self.told.sockets += 1
        try:
            with connect(url, close_timeout=1) as socket:
                for data in self._frames(version):
                    socket.send(data)
                    self.told.frames += 1
                socket.ping().wait(10)
        except ConnectionClosed as closed:
            code = closed.rcvd.code if closed.rcvd else None
            if code not in {1000, 1002, 1003, 1007, 1008, 1009, 1013}:
                self.told.faults.append(f"a socket was closed with {code}")

    def _frames(self, version: str) -> Iterator[str | bytes]:
        topic = f"realtime:org:{ID}"
        join = {"config": {"private": True, "broadcast": {"ack": False}}, "access_token": self._agent.token}
        for number in range(FRAMES_EACH):
            event, payload = self._random.choice((("phx_join", join), *((one[3], one[4]) for one in SAID)))
            sense: Any = [str(number), str(number), topic, event, payload]
            if version == "1.0.0":
                sense = {"topic": topic, "event": event, "payload": payload, "ref": str(number)}
            data = json.dumps(self._mutator.changed(sense)).encode()
            garbled = self._mutator.garbled(data) if self._random.random() < 0.2 else data
            yield garbled if self._random.random() < 0.1 else garbled.decode("utf-8", "replace")
