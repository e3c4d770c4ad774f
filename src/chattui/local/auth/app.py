"""The HTTP side of sign-in."""

import logging
from collections.abc import Awaitable, Callable
from typing import Any

import msgspec
import psycopg
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from chattui.local.auth import users
from chattui.local.auth.codes import Codes
from chattui.local.auth.faults import AuthFaultError, invalid, not_here, weak_password, wrong_password
from chattui.local.auth.sessions import Sessions
from chattui.local.auth.users import Connection
from chattui.local.gate import BodyTooLargeError, bearer, read_body
from chattui.local.keys import Claims, InvalidTokenError
from chattui.local.services import Services

log = logging.getLogger(__name__)

LEAST_PASSWORD = 8
LONGEST_PASSWORD = 72
LONGEST_EMAIL = 255

Handler = Callable[[Request], Awaitable[Response]]


class _Body(msgspec.Struct):
    """The fields that any of the requests may have."""

    email: str = ""
    phone: str = ""
    password: str = ""
    refresh_token: str = ""
    token: str = ""
    token_hash: str = ""
    type: str = ""
    create_user: bool = True
    data: dict[str, Any] | None = None


def app(services: Services) -> Starlette:
    """The application below `/auth/v1`; an API key has been checked before it."""
    auth = _Auth(services)
    routes: list[tuple[str, str, Handler]] = [
        ("POST", "/token", auth.token),
        ("POST", "/signup", auth.sign_up),
        ("POST", "/otp", auth.otp),
        ("POST", "/verify", auth.verify),
        ("GET", "/user", auth.user),
        ("POST", "/logout", auth.logout),
        ("GET", "/settings", _settings),
        ("GET", "/health", _health),
    ]
    served = [Route(path, _guarded(handler), methods=[method]) for method, path, handler in routes]
    anything = Route("/{rest:path}", _guarded(_nothing), methods=["GET", "POST", "PUT", "PATCH", "DELETE"])
    return Starlette(routes=[*served, anything])


class _Auth:
    def __init__(self, services: Services) -> None:
        self._services = services
        self._sessions = Sessions(services.keys, services.url)
        self._codes = Codes()

    async def token(self, request: Request) -> Response:
        grant = request.query_params.get("grant_type")
        if grant not in ("password", "refresh_token"):
            raise not_here(f"grant type {grant!r}")
        body = await _body(request)
        async with self._services.owners.connection() as connection:
            if grant == "password":
                return JSONResponse(await self._by_password(connection, body))
            if not body.refresh_token:
                raise invalid("Refresh token is not valid")
            return JSONResponse(await self._sessions.refresh(connection, body.refresh_token))

    async def sign_up(self, request: Request) -> Response:
        body = await _body(request)
        if body.phone:
            raise not_here("sign-in by phone")
        if body.email or body.password:
            _check_email(body.email)
            _check_new_password(body.password)
        async with self._services.owners.connection() as connection:
            user_id = await users.make(connection, body.email or None, body.password or None, body.data or {})
            if user_id is None:
                raise AuthFaultError(422, "user_already_exists", "User already registered")
            method = "password" if body.email else "anonymous"
            return JSONResponse(await self._sessions.begin(connection, user_id, method))

    async def otp(self, request: Request) -> Response:
        body = await _body(request)
        if body.phone:
            raise not_here("sign-in by phone")
        _check_email(body.email)
        async with self._services.owners.connection() as connection:
            if await users.by_email(connection, body.email) is None:
                if not body.create_user:
                    raise AuthFaultError(422, "otp_disabled", "Signups not allowed for otp")
                await users.make(connection, body.email, None, body.data or {})
        self._services.tell(f"The sign-in code of {body.email.lower()} is {self._codes.issue(body.email)}")
        return JSONResponse({})

    async def verify(self, request: Request) -> Response:
        body = await _body(request)
        if body.type not in ("email", "magiclink", "signup") or body.token_hash:
            raise not_here(f"verification of type {body.type!r}" if not body.token_hash else "verification by link")
        async with self._services.owners.connection() as connection:
            user = await users.by_email(connection, body.email)
            if user is None or not self._codes.redeem(body.email, body.token):
                raise AuthFaultError(403, "otp_expired", "Token has expired or is invalid")
            return JSONResponse(await self._sessions.begin(connection, user.id, "otp"))

    async def user(self, request: Request) -> Response:
        async with self._services.owners.connection() as connection:
            claims = await self._caller(connection, request)
            user = await users.shown(connection, claims["sub"])
        if user is None:
            raise AuthFaultError(403, "user_not_found", "User from sub claim in JWT does not exist")
        return JSONResponse(user)

    async def logout(self, request: Request) -> Response:
        scope = request.query_params.get("scope", "global")
        if scope not in ("global", "local", "others"):
            raise invalid(f"Unsupported logout scope {scope!r}")
        async with self._services.owners.connection() as connection:
            await self._sessions.end(connection, await self._caller(connection, request), scope)
        return Response(status_code=204)

    async def _by_password(self, connection: Connection, body: _Body) -> dict[str, Any]:
        user = await users.by_email(connection, body.email)
        fits = len(body.password) <= LONGEST_PASSWORD and await users.password_fits(user, body.password)
        if user is None or not fits:
            raise wrong_password()
        return await self._sessions.begin(connection, user.id, "password")

    async def _caller(self, connection: Connection, request: Request) -> Claims:
        try:
            claims = self._services.keys.verify(bearer(request.headers) or "")
        except InvalidTokenError as error:
            message = f"invalid JWT: unable to parse or verify signature, {error}"
            raise AuthFaultError(403, "bad_jwt", message) from None
        if "sub" not in claims:
            raise AuthFaultError(403, "bad_jwt", "invalid claim: missing sub claim")
        if not await self._sessions.lives(connection, claims):
            raise AuthFaultError(403, "session_not_found", "Session from session_id claim in JWT does not exist")
        return claims


def _guarded(handler: Handler) -> Handler:
    async def guarded(request: Request) -> Response:
        try:
            return await handler(request)
        except AuthFaultError as fault:
            return fault.response(request)
        except psycopg.DataError:  # no text of PostgreSQL holds a NUL
            return invalid("A field has characters that no text may have").response(request)
        except BodyTooLargeError:
            return AuthFaultError(413, "request_too_large", "Request body too large").response(request)

    return guarded


async def _body(request: Request) -> _Body:
    content = await read_body(request)
    try:
        return msgspec.json.decode(content or b"{}", type=_Body)
    except (msgspec.DecodeError, UnicodeError, RecursionError) as error:
        raise AuthFaultError(400, "bad_json", f"Could not parse request body as JSON: {error}") from None


def _check_email(email: str) -> None:
    name, at, domain = email.rpartition("@")
    if not (name and at and domain) or len(email) > LONGEST_EMAIL or any(c.isspace() for c in email):
        raise invalid("Unable to validate email address: invalid format")


def _check_new_password(password: str) -> None:
    if len(password) < LEAST_PASSWORD:
        raise weak_password(LEAST_PASSWORD)
    if len(password) > LONGEST_PASSWORD:
        raise invalid(f"Password cannot be longer than {LONGEST_PASSWORD} characters")


async def _settings(_: Request) -> Response:
    external = {"email": True, "phone": False, "anonymous_users": True}
    return JSONResponse(
        {"external": external, "disable_signup": False, "mailer_autoconfirm": True, "phone_autoconfirm": False}
    )


async def _health(_: Request) -> Response:
    return JSONResponse({"name": "GoTrue", "description": "chattui's embedded stack"})


async def _nothing(request: Request) -> Response:
    raise not_here(f"{request.method} {request.url.path}")
