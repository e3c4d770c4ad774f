"""What stands before auth and REST: an API key is needed, and a body has a limit."""

from collections.abc import Mapping
from urllib.parse import parse_qs

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.types import ASGIApp, Receive, Scope, Send

from chattui.local.keys import Keys

LARGEST_BODY = 1024 * 1024
"""Bytes; the longest message is 40 kB."""

HINT = "Double check your Supabase `anon` or `service_role` API key."


class ApiKeyGate:
    """Answers as the hosted gateway does, and leaves the API key's claims in `scope["state"]["api_key"]`."""

    def __init__(self, app: ASGIApp, keys: Keys) -> None:
        self._app = app
        self._keys = keys

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        if scope["type"] != "http":
            return
        request = Request(scope)
        key = request.headers.get("apikey") or _from_query(scope)
        claims = self._keys.of_api_key(key) if key else None
        if claims is None:
            await _refused(key)(scope, receive, send)
            return
        scope.setdefault("state", {}).update(api_key=claims, raw_api_key=key)
        await self._app(scope, receive, send)


class BodyTooLargeError(Exception):
    """More than `LARGEST_BODY` bytes came."""


async def read_body(request: Request) -> bytes:
    """The whole body.

    Raises:
        BodyTooLargeError: it is longer than `LARGEST_BODY`; the rest is not read.
    """
    chunks = bytearray()
    async for chunk in request.stream():
        chunks += chunk
        if len(chunks) > LARGEST_BODY:
            raise BodyTooLargeError
    return bytes(chunks)


def bearer(headers: Mapping[str, str]) -> str | None:
    """The token of the Authorization header, if there is one."""
    scheme, _, token = headers.get("authorization", "").partition(" ")
    return token.strip() or None if scheme.lower() == "bearer" else None


def _from_query(scope: Scope) -> str | None:
    found = parse_qs(scope["query_string"].decode("latin-1")).get("apikey")
    return found[0] if found else None


def _refused(key: str | None) -> Response:
    code = "UNAUTHORIZED_INVALID_API_KEY" if key else "UNAUTHORIZED_MISSING_API_KEY"
    message = "Invalid API key" if key else "No API key found in request"
    hint = HINT if key else "No `apikey` request header or url param was found."
    return JSONResponse({"message": message, "hint": hint}, status_code=401, headers={"sb-error-code": code})
