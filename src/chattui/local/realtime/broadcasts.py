"""Broadcasts over HTTP: one request and no socket."""

import psycopg
from msgspec import MsgspecError, Raw, Struct, json
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from chattui.local.realtime.frames import Outgoing, Push, UserBroadcast
from chattui.local.realtime.hub import Room
from chattui.local.realtime.server import Server
from chattui.local.realtime.tokens import Claims, TokenRefusedError


class _Message(Struct):
    topic: str | None = None
    event: str | None = None
    payload: Raw = Raw()
    private: bool = False

    def blanks(self) -> dict[str, list[str]]:
        """Answer what is missing, as the reply names it."""
        parts = {"topic": self.topic, "event": self.event, "payload": bytes(self.payload)}
        return {name: ["can't be blank"] for name, part in parts.items() if not part}


class _Messages(Struct):
    messages: list[_Message]


_ACCEPTED, _UNPROCESSABLE, _TOO_LARGE = 202, 422, 413


class Broadcasts:
    """The two endpoints. 202 says that a message was read, not that the caller was allowed to write it."""

    def __init__(self, server: Server) -> None:
        self._server = server

    async def many(self, request: Request) -> Response:
        """`POST /api/broadcast`: `{"messages": [{topic, event, payload, private}]}`; all are whole, or none is sent."""
        if (claims := self._caller(request)) is None:
            return _unauthorized()
        if (body := await self._body(request)) is None:
            return Response(status_code=_TOO_LARGE)
        try:
            found = json.decode(body, type=_Messages).messages
        except MsgspecError as error:
            return JSONResponse({"errors": {"messages": [str(error)]}}, _UNPROCESSABLE)
        if any(blanks := [message.blanks() for message in found]):
            return JSONResponse({"errors": {"messages": blanks}}, _UNPROCESSABLE)
        for message in found:
            await self._send(claims, Room(message.topic or "", message.private), _in_json(message))
        return Response(status_code=_ACCEPTED)

    async def one(self, request: Request) -> Response:
        """`POST /api/broadcast/<topic>/events/<event>[?private=true]`: the body is the payload, of any type."""
        if (claims := self._caller(request)) is None:
            return _unauthorized()
        if (body := await self._body(request)) is None:
            return Response(status_code=_TOO_LARGE)
        room = Room(request.path_params["topic"], request.query_params.get("private") == "true")
        is_json = request.headers.get("content-type", "").startswith("application/json")
        event = request.path_params["event"]
        await self._send(claims, room, UserBroadcast(room.topic, event, body, is_json=is_json))
        return Response(status_code=_ACCEPTED)

    def _caller(self, request: Request) -> Claims | None:
        """Believe the bearer's token, else the API key."""
        bearer = request.headers.get("authorization", "").removeprefix("Bearer ")
        try:
            return self._server.verify(bearer or request.headers.get("apikey"))
        except TokenRefusedError:
            return None

    async def _body(self, request: Request) -> bytes | None:
        """Answer the body, None when it is larger than a payload may be."""
        body = bytearray()
        async for chunk in request.stream():
            body += chunk
            if len(body) > self._server.config.max_payload_bytes:
                return None
        return bytes(body)

    async def _send(self, claims: Claims, room: Room, message: Outgoing) -> None:
        if await self._may_write(claims, room):
            self._server.hub.broadcast(room, message)

    async def _may_write(self, claims: Claims, room: Room) -> bool:
        if not room.private:
            return True
        try:
            policies = await self._server.authorizer.policies(room.name, claims)
        except psycopg.Error:
            return False
        return "broadcast" in policies.write


def _unauthorized() -> Response:
    return JSONResponse({"message": "Unauthorized"}, 401)


def _in_json(message: _Message) -> Push:
    room = Room(message.topic or "", message.private)
    payload = {"type": "broadcast", "event": message.event, "payload": message.payload}
    return Push(room.topic, "broadcast", payload)
