"""The client's side of the wire, strict: every frame that comes must be the next one expected.

Frames are written as `frame(topic, event, payload, ref)`. What differs from run to run is `ANY`.
"""

import asyncio
import itertools
import json
import time
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode

import jwt
import pytest
from psycopg import AsyncConnection
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed, InvalidStatus

SECRET = "a secret of at least thirty-two bytes"
ANA, BOB, EVE = (f"{letter * 8}-0000-4000-8000-000000000000" for letter in "abe")
PATIENCE = 10.0


class _Any:
    def __eq__(self, other: object) -> bool:
        return True

    __hash__ = None  # type: ignore[assignment]

    def __repr__(self) -> str:
        return "ANY"


ANY = _Any()


class Begins(str):
    """Equal to any text that begins with it: what follows is prose, or a number of seconds."""

    __slots__ = ()

    def __eq__(self, other: object) -> bool:
        return isinstance(other, str) and other.startswith(str(self))

    __hash__ = str.__hash__


def token(
    role: str | None = "authenticated",
    sub: str | None = None,
    *,
    lives: float | None = 3600,
    key: str = SECRET,
    **more: str,
) -> str:
    """A signed token; `lives` seconds from now, negative has expired."""
    now = int(time.time())
    exp = None if lives is None else int(now + lives)
    claims = {"role": role, "sub": sub, "exp": exp, "iat": now} | more
    return jwt.encode({name: value for name, value in claims.items() if value is not None}, key, algorithm="HS256")


ANON = token("anon")
SERVICE = token("service_role")


def frame(topic: str, event: str, payload: Any, ref: Any = None) -> dict[str, Any]:
    return {"topic": topic, "event": event, "payload": payload, "ref": ref}


def ok(topic: str, ref: Any, response: Any = None) -> dict[str, Any]:
    return frame(topic, "phx_reply", {"status": "ok", "response": {} if response is None else response}, ref)


def error(topic: str, ref: Any, response: Any) -> dict[str, Any]:
    return frame(topic, "phx_reply", {"status": "error", "response": response}, ref)


def refused(topic: str, ref: Any, reason: Any) -> dict[str, Any]:
    return error(topic, ref, {"reason": reason})


def joined(topic: str, ref: Any, bindings: list[dict[str, Any]] | None = None) -> dict[str, Any]:
    return ok(topic, ref, {"postgres_changes": [binding | {"id": ANY} for binding in bindings or []]})


def closed(topic: str, join_ref: Any) -> dict[str, Any]:
    return frame(topic, "phx_close", {}, join_ref)


def system(topic: str, status: str, message: Any, extension: str = "system") -> dict[str, Any]:
    channel = topic.removeprefix("realtime:")
    return frame(topic, "system", {"channel": channel, "extension": extension, "message": message, "status": status})


def subscribed(topic: str) -> dict[str, Any]:
    return system(topic, "ok", "Subscribed to PostgreSQL", "postgres_changes")


def broadcast(topic: str, event: str, payload: Any, **more: Any) -> dict[str, Any]:
    return frame(topic, "broadcast", {"type": "broadcast", "event": event, "payload": payload} | more)


@dataclass
class Client:
    """One websocket."""

    socket: ClientConnection

    async def send(self, topic: str, event: str, payload: Any, ref: Any = None, join_ref: Any = None) -> None:
        await self.raw(
            json.dumps({"topic": topic, "event": event, "payload": payload, "ref": ref, "join_ref": join_ref})
        )

    async def raw(self, data: str | bytes) -> None:
        await self.socket.send(data)

    async def next(self) -> Any:
        return json.loads(await asyncio.wait_for(self.socket.recv(), PATIENCE))

    async def hears(self, *expected: dict[str, Any]) -> None:
        """The next frames are exactly these, in this order."""
        for each in expected:
            assert _sorted(await self.next()) == each

    async def hears_in_any_order(self, *expected: dict[str, Any]) -> None:
        """The next frames are exactly these, in whatever order."""
        missing = list(expected)
        while missing:
            heard = _sorted(await self.next())
            assert heard in missing, f"{heard} is none of {missing}"
            missing.remove(heard)

    async def hears_nothing(self) -> None:
        """Nothing has been said: the answer to a heartbeat is next."""
        ref = f"fence {next(_fences)}"
        await self.send("phoenix", "heartbeat", {}, ref)
        await self.hears(ok("phoenix", ref))

    async def join(
        self, topic: str, ref: Any, config: dict[str, Any] | None = None, token: str | None = None
    ) -> list[int]:
        """Join and hear that it worked; answer the ids of the bindings."""
        payload = {"config": config or {}} | ({"access_token": token} if token else {})
        await self.send(topic, "phx_join", payload, ref, ref)
        reply = await self.next()
        assert reply == joined(topic, ref, (config or {}).get("postgres_changes"))
        return [binding["id"] for binding in reply["payload"]["response"]["postgres_changes"]]

    async def leave(self, topic: str, ref: Any, join_ref: Any) -> None:
        await self.send(topic, "phx_leave", {}, ref, join_ref)
        await self.hears(ok(topic, ref), closed(topic, join_ref))

    async def is_closed(self, code: int) -> None:
        """The server ends the socket with this code."""
        with pytest.raises(ConnectionClosed):
            await self.next()
        assert self.socket.close_code == code


_fences = itertools.count(1)


def _sorted(heard: dict[str, Any]) -> dict[str, Any]:
    """The ids of a row event come in any order."""
    payload = heard["payload"]
    if heard["event"] == "postgres_changes":
        payload["ids"].sort()
    return heard


@dataclass
class Wire:
    """A running server as its clients reach it."""

    host: str
    database: AsyncConnection[Any]
    clients: list[Client] = field(default_factory=list)

    async def open(
        self, apikey: str | None = ANON, *, path: str = "websocket", header: str | None = None, **query: str
    ) -> Client:
        parameters = {"vsn": "1.0.0"} | query | ({"apikey": apikey} if apikey else {})
        parameters = {name: value for name, value in parameters.items() if value}
        url = f"ws://{self.host}/realtime/v1/{path}?{urlencode(parameters)}"
        headers = {"x-api-key": header} if header else {}
        client = Client(await connect(url, additional_headers=headers, compression=None, max_size=None, proxy=None))
        self.clients.append(client)
        return client

    async def refuses(self, apikey: str | None = ANON, **query: Any) -> tuple[int, bytes]:
        """The answer to a handshake that fails."""
        try:
            await self.open(apikey, **query)
        except InvalidStatus as answer:
            return answer.response.status_code, bytes(answer.response.body or b"")
        raise AssertionError("the handshake was accepted")

    async def sql(self, statement: str, *parameters: Any) -> None:
        await self.database.execute(statement.encode(), parameters or None)

    async def settle(self) -> None:
        """End all sockets; none may have been told more than was expected."""
        alive = [client for client in self.clients if client.socket.close_code is None]
        for client in alive:
            await client.hears_nothing()
        for client in alive:
            await client.socket.close()
