"""Keeping the stack up for as long as somebody uses it.

A lease is an open HTTP response: the kernel closes it even for a client that was killed.
"""

import asyncio
from collections.abc import Callable

from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse
from starlette.routing import Route
from starlette.types import Receive, Scope, Send

from chattui.local.keys import Keys

LINGER = 5.0
"""Seconds that a stack outlives its last lease: a client that restarts finds it running."""

FIRST_LEASE = 30.0
"""Seconds that a new stack waits for the client that started it."""


class Leases:
    """Counts who is here, and calls `stop` when nobody has been for a while.

    With `forever` (a stack that somebody runs by hand) it only counts.
    """

    def __init__(self, stop: Callable[[], None], *, forever: bool) -> None:
        self._stop = stop
        self._forever = forever
        self._timer: asyncio.TimerHandle | None = None
        self.count = 0

    def wait(self, seconds: float = FIRST_LEASE) -> None:
        """Stop unless a lease comes within `seconds`."""
        if not self._forever:
            self._timer = asyncio.get_running_loop().call_later(seconds, self._stop)

    def enter(self) -> None:
        """Count one more, and let the stack go on."""
        self.count += 1
        if self._timer is not None:
            self._timer.cancel()

    def leave(self) -> None:
        """Count one less; after the last one the stack stops, unless another comes soon."""
        self.count -= 1
        if not self.count:
            self.wait(LINGER)


class Desk:
    """The HTTP side: `lease` and `leases`, for holders of the service key only."""

    def __init__(self, keys: Keys, leases: Leases) -> None:
        self._keys = keys
        self._leases = leases

    def routes(self) -> list[Route]:
        """What is mounted below `/local/v1`."""
        return [
            Route("/lease", _Endpoint(self._lease)),
            Route("/leases", self._count),
        ]

    def _allowed(self, request: Request) -> bool:
        return request.headers.get("authorization") == f"Bearer {self._keys.service_role}"

    async def _lease(self, scope: Scope, receive: Receive, send: Send) -> None:
        if not self._allowed(Request(scope)):
            await _refusal()(scope, receive, send)
            return
        self._leases.enter()
        try:
            await send({"type": "http.response.start", "status": 200, "headers": [(b"content-type", b"text/plain")]})
            await send({"type": "http.response.body", "body": b"leased\n", "more_body": True})
            while (await receive())["type"] != "http.disconnect":
                pass
        finally:
            self._leases.leave()

    async def _count(self, request: Request) -> JSONResponse | PlainTextResponse:
        return JSONResponse({"leases": self._leases.count}) if self._allowed(request) else _refusal()


class _Endpoint:
    """Hands the bare ASGI call through: Starlette would wrap a function into request and response."""

    def __init__(self, call: Callable[[Scope, Receive, Send], object]) -> None:
        self._call = call

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        await self._call(scope, receive, send)  # type: ignore[misc]


def _refusal() -> PlainTextResponse:
    return PlainTextResponse("This needs the service key.", status_code=401)
