"""What can go wrong between a client and its server: plain data, so that a schedule of it can be printed and shrunk.

A fault stands from `FaultProxy.inject` until it is healed or, where it has `times`, until it has struck so often.
`Reset`, `Strand`, `Close` and `Insert` happen at once and are over.
"""

import json
from enum import Enum
from functools import cached_property
from typing import Any

from msgspec import Struct


class Direction(Enum):
    """Which way bytes go."""

    UP = "client → server"
    DOWN = "server → client"


class Kind(Enum):
    """What a connection carries; it is known with its first request."""

    HTTP = "http"
    SOCKET = "websocket"


class Message(Struct, frozen=True, dict=True):
    """A whole text frame of a WebSocket."""

    direction: Direction
    text: str

    @cached_property
    def _frame(self) -> dict[str, Any]:
        try:
            frame = json.loads(self.text)
        except ValueError:
            return {}
        return frame if isinstance(frame, dict) else {}

    @property
    def event(self) -> str:
        """As in Phoenix: `postgres_changes`, `phx_reply`, `broadcast`, …; "" for another protocol."""
        return str(self._frame.get("event", ""))

    @property
    def table(self) -> str:
        """Whose row changed; "" for what is no row event."""
        payload = self._frame.get("payload")
        data = payload.get("data") if isinstance(payload, dict) else None
        return str(data.get("table", "")) if isinstance(data, dict) else ""


class Frames(Struct, frozen=True):
    """Which text frames; what is left out fits all."""

    direction: Direction = Direction.DOWN
    event: str | None = None
    table: str | None = None

    def __call__(self, message: Message) -> bool:
        return (
            message.direction is self.direction
            and self.event in {None, message.event}
            and self.table in {None, message.table}
        )


ROWS = Frames(event="postgres_changes")


class Request(Struct, frozen=True):
    """The head of an HTTP request. `path` has no query."""

    method: str
    path: str


class Requests(Struct, frozen=True):
    """Which HTTP requests: those whose path begins so (`/rest/v1/rpc/send_message`); handshakes of sockets too."""

    path: str = "/"
    method: str | None = None

    def __call__(self, request: Request) -> bool:
        return request.path.startswith(self.path) and self.method in {None, request.method}


class Fault(Struct, frozen=True):
    """The root of all faults."""


class Cut(Fault, frozen=True):
    """As when the server's process is killed: open connections are reset, new ones are refused."""


class Refuse(Fault, frozen=True):
    """New connections are refused, open ones go on."""


class Reset(Fault, frozen=True):
    """One open connection is reset (the proxy's seed chooses), or all."""

    kind: Kind | None = None
    all: bool = False


class BlackHole(Fault, frozen=True):
    """As when a router dies: everything stays open and nothing passes. What was held back passes when it is healed."""

    directions: frozenset[Direction] = frozenset(Direction)
    kind: Kind | None = None


class Strand(Fault, frozen=True):
    """As when a router forgets: nothing passes over connections that are open now, ever again, and new ones work."""

    kind: Kind | None = None


class Delay(Fault, frozen=True):
    """Bytes arrive later, in order: by `seconds`, and up to `jitter` more."""

    seconds: float
    jitter: float = 0.0
    directions: frozenset[Direction] = frozenset(Direction)


class Throttle(Fault, frozen=True):
    """A slow line, for each connection and direction."""

    bytes_per_second: int
    directions: frozenset[Direction] = frozenset(Direction)


class FrameFault(Fault, frozen=True):
    """It strikes so many text frames that fit; `times` None: until healed."""

    match: Frames = ROWS
    times: int | None = 1


class Drop(FrameFault, frozen=True):
    """The frame never arrives."""


class Duplicate(FrameFault, frozen=True):
    """The frame arrives twice."""


class Reorder(FrameFault, frozen=True):
    """The frame arrives behind the next `places` ones, or 0.5 s late where fewer follow."""

    places: int = 1


class Close(Fault, frozen=True):
    """Every socket is closed as if by the server, with this code; 1006: TCP ends without a closing frame."""

    code: int = 1000
    reason: str = ""


class Insert(Fault, frozen=True):
    """Every socket's client is told this, as if by the server."""

    text: str


class HttpFault(Fault, frozen=True):
    """It strikes so many requests that fit; `times` None: until healed."""

    match: Requests = Requests()
    times: int | None = 1


class Answer(HttpFault, frozen=True):
    """The proxy answers, and the server never hears of it: 429, 502, 503 …"""

    status: int = 502
    headers: tuple[tuple[str, str], ...] = ()
    body: bytes = b"<html>Bad gateway</html>"


class SlowBody(HttpFault, frozen=True):
    """The head comes at once, the body piece by piece over `seconds`."""

    seconds: float = 2.0


class Truncate(HttpFault, frozen=True):
    """Only this part of the body comes; the head tells its length, or (`broken`) the whole's, and TCP ends."""

    keep: float = 0.5
    broken: bool = False


class LoseAnswer(HttpFault, frozen=True):
    """The server did it, and the connection is reset instead of the answer."""


class Stall(HttpFault, frozen=True):
    """The server never hears of it, and nobody answers; the connection stays open."""


class LoseRequest(HttpFault, frozen=True):
    """The connection is reset, and the server never hears of it."""
