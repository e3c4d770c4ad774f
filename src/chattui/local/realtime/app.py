"""The seam to the HTTP server: routes to mount, and a start and a stop."""

import asyncio

from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import BaseRoute, Route, WebSocketRoute
from starlette.websockets import WebSocket, WebSocketDisconnect

from chattui.local.realtime.broadcasts import Broadcasts
from chattui.local.realtime.config import UVICORN_OPTIONS, Config
from chattui.local.realtime.connection import Connection, Data
from chattui.local.realtime.frames import CODECS
from chattui.local.realtime.server import Server
from chattui.local.realtime.tokens import Claims, TokenRefusedError

__all__ = ["UVICORN_OPTIONS", "Config", "Realtime"]

SERVICE_RESTART = 1012
_BASE = "/realtime/v1"
_FAREWELL = 1.0
"""Seconds for a close frame to be taken."""


class Realtime:
    """One realtime server. Mount `routes` at the root; call `start` and `stop` on the loop that serves them."""

    def __init__(self, config: Config) -> None:
        self._server = Server(config)
        self._connections: set[Connection] = set()

    @property
    def routes(self) -> list[BaseRoute]:
        """The websocket and the HTTP broadcast, below `/realtime/v1`."""
        broadcasts = Broadcasts(self._server)
        return [
            WebSocketRoute(f"{_BASE}/websocket", self._websocket),
            WebSocketRoute(f"{_BASE}/{{rest:path}}", _no_such_path),
            Route(f"{_BASE}/websocket", _not_upgraded, methods=["GET"]),
            Route(f"{_BASE}/api/broadcast", broadcasts.many, methods=["POST"]),
            Route(f"{_BASE}/api/broadcast/{{topic}}/events/{{event}}", broadcasts.one, methods=["POST"]),
        ]

    @property
    def live(self) -> asyncio.Event:
        """Set while the log is followed: what is committed now will be told."""
        return self._server.feed.live

    async def start(self) -> None:
        """Connect and follow the log; raises psycopg.OperationalError when the database is not there."""
        await self._server.start()

    async def stop(self) -> None:
        """Close all sockets with 1012, then the connections to the database."""
        for connection in list(self._connections):
            connection.end(SERVICE_RESTART)
        await self._server.stop()

    async def _websocket(self, websocket: WebSocket) -> None:
        codec = CODECS.get(websocket.query_params.get("vsn", "1.0.0"))
        if codec is None:
            await websocket.close()  # before the handshake this is a bare 403
        elif isinstance(key := self._key(websocket), str):
            await asyncio.sleep(self._server.config.handshake_delay)
            await websocket.send_denial_response(JSONResponse({"error": key}, 401))
        else:
            await websocket.accept()
            connection = Connection(self._server, codec, key, lambda data: _send(websocket, data))
            await self._serve(websocket, connection)

    def _key(self, websocket: WebSocket) -> Claims | str:
        """Answer whose key it is, or why there is none; the header wins over the query."""
        token = websocket.headers.get("x-api-key") or websocket.query_params.get("apikey")
        if not token:
            return "API key is missing"
        try:
            return self._server.verify(token)
        except TokenRefusedError as error:
            return error.at_handshake()

    async def _serve(self, websocket: WebSocket, connection: Connection) -> None:
        self._connections.add(connection)
        try:
            code = await connection.run(lambda: _receive(websocket))
            async with asyncio.timeout(_FAREWELL):
                await websocket.close(code)
        except (WebSocketDisconnect, RuntimeError, TimeoutError):
            pass  # the client was faster, or reads nothing any more
        finally:
            self._connections.discard(connection)


async def _receive(websocket: WebSocket) -> Data | None:
    """Answer the next frame; None once the client is gone."""
    message = await websocket.receive()
    if message["type"] == "websocket.disconnect":
        return None
    text: str | None = message.get("text")
    return message["bytes"] if text is None else text


async def _send(websocket: WebSocket, data: Data) -> None:
    if isinstance(data, str):
        await websocket.send_text(data)
    else:
        await websocket.send_bytes(data)


async def _no_such_path(websocket: WebSocket) -> None:
    await websocket.send_denial_response(PlainTextResponse("Not Found", 404))


async def _not_upgraded(_: Request) -> Response:
    return PlainTextResponse("This address is a websocket: 'connection' header must contain 'upgrade'", 400)
