"""The HTTP side of tables and functions."""

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

import psycopg
from psycopg_pool import PoolTimeout
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from chattui.local.gate import BodyTooLargeError, read_body
from chattui.local.rest import bodies, statements, wishes
from chattui.local.rest.caller import Caller, caller
from chattui.local.rest.catalogue import SCHEMA, Catalogue, Function, read
from chattui.local.rest.faults import RestFaultError, from_database, missing
from chattui.local.rest.runner import Answer, run
from chattui.local.rest.statements import Statement, Target
from chattui.local.rest.wishes import Preferences
from chattui.local.services import Services

Handler = Callable[[Request], Awaitable[Response]]

EVERY_METHOD = ["GET", "HEAD", "POST", "PATCH", "PUT", "DELETE", "OPTIONS"]
STALE = frozenset({"42703", "42P01", "42883", "PGRST200", "PGRST202", "PGRST204", "PGRST205"})
"""What is also said when the schema has changed under the catalogue."""


@asynccontextmanager
async def opened(services: Services) -> AsyncIterator[Starlette]:
    """The application below `/rest/v1`; an API key has been checked before it."""
    async with services.owners.connection() as connection:
        catalogue = Catalogue(await read(connection))
    rest = _Rest(services, catalogue)
    yield Starlette(
        routes=[
            Route("/", rest.root, methods=EVERY_METHOD),
            Route("/rpc/{name}", rest.serve(rest.function), methods=EVERY_METHOD),
            Route("/{name}", rest.serve(rest.table), methods=EVERY_METHOD),
        ]
    )


class _Rest:
    def __init__(self, services: Services, catalogue: Catalogue) -> None:
        self._services = services
        self._catalogue = catalogue

    async def root(self, request: Request) -> Response:
        if request.state.api_key["role"] != "service_role":
            return RestFaultError(403, "PGRST000", "You cannot consume this service").response()
        return missing("the OpenAPI description").response()

    def serve(self, handler: Callable[[Request, Caller, bytes], Awaitable[Response]]) -> Handler:
        """Wrap what serves one request: who asks, the body, refusals, a catalogue that is out of date."""

        async def served(request: Request) -> Response:
            try:
                wishes.check_profile(request.headers)
                who = caller(request, self._services.keys)
                body = await read_body(request)
                try:
                    return await handler(request, who, body)
                except RestFaultError as fault:
                    if fault.code not in STALE:
                        raise
                    await self._refresh()
                return await handler(request, who, body)
            except RestFaultError as fault:
                return fault.response()
            except RecursionError:
                return RestFaultError(400, "PGRST100", "The request is nested too deeply").response()
            except BodyTooLargeError:
                return RestFaultError(413, "PGRST102", "The body is larger than 1 MiB").response()

        return served

    async def table(self, request: Request, who: Caller, body: bytes) -> Response:
        table = self._catalogue.now.tables.get(request.path_params["name"])
        if table is None:
            name = request.path_params["name"]
            raise RestFaultError(404, "PGRST205", f"Could not find the table '{SCHEMA}.{name}' in the schema cache")
        asked = wishes.query(request.query_params.multi_items())
        target = Target(self._catalogue.now, table, asked, wishes.preferences(request.headers))
        statement = _statement(request, target, body)
        answer = await self._run(who, statement, target.wishes)
        return (
            _reading(request, target, answer)
            if request.method in ("GET", "HEAD")
            else _written(request, target, answer)
        )

    async def function(self, request: Request, who: Caller, body: bytes) -> Response:
        if request.method not in ("GET", "HEAD", "POST"):
            raise missing(f"{request.method} on a function")
        candidates = self._catalogue.now.functions.get(request.path_params["name"], ())
        names = frozenset(name for function in candidates for name in function.arguments)
        asked = wishes.query(request.query_params.multi_items(), frozenset() if request.method == "POST" else names)
        given = bodies.arguments(request, body) if request.method == "POST" else asked.arguments
        function = bodies.choose(request.path_params["name"], candidates, given)
        preferences = wishes.preferences(request.headers)
        raw = bodies.raw(function, given)
        statement = statements.call(self._catalogue.now, function, asked, preferences, raw)
        answer = await self._run(who, statement, preferences)
        return _called(request, preferences, function, answer)

    async def _run(self, who: Caller, statement: Statement | None, preferences: Preferences) -> Answer:
        if statement is None:
            return Answer("[]", 0, None)
        settings = self._catalogue.now.settings.get(who.role, {})
        try:
            async with self._services.callers.connection() as connection:
                return await run(connection, who, settings, statement, single=preferences.single)
        except PoolTimeout:
            raise RestFaultError(504, "PGRST003", "Timed out acquiring connection from connection pool.") from None
        except psycopg.Error as error:
            raise from_database(error, anonymous=who.role == "anon") from error

    async def _refresh(self) -> None:
        async with self._services.owners.connection() as connection:
            await self._catalogue.refresh(connection)


def _statement(request: Request, target: Target, body: bytes) -> Statement | None:
    """What the method does to a table; None where there is nothing to do."""
    match request.method:
        case "GET" | "HEAD":
            return statements.select(target)
        case "POST" if target.query.conditions or target.query.sliced:
            raise missing("an insert with conditions or limit")
        case "POST":
            array, keys, count = bodies.rows(request, target, body)
            return statements.insert(target, array, keys) if count else None
        case "PATCH" | "DELETE" if target.query.order or target.query.sliced:
            raise missing(f"{request.method} with order or limit")
        case "PATCH":
            _check_conditions("UPDATE", target)
            new, keys = bodies.values(request, target, body)
            return statements.update(target, new, keys) if keys else None
        case "DELETE":
            _check_conditions("DELETE", target)
            return statements.delete(target)
    raise missing(f"{request.method} on a table")


def _check_conditions(verb: str, target: Target) -> None:
    """As on a hosted project: nobody changes every row by forgetting a condition."""
    if not target.query.conditions:
        raise RestFaultError(400, "21000", f"{verb} requires a WHERE clause")


def _reading(request: Request, target: Target, answer: Answer) -> Response:
    first = target.query.offset + target.wishes.first
    if answer.total is not None and first > answer.total:
        fault = RestFaultError(
            416,
            "PGRST103",
            "Requested range not satisfiable",
            details=f"An offset of {first} was requested, but there are only {answer.total} rows.",
        )
        fault.headers["content-range"] = f"*/{answer.total}"
        raise fault
    partial = answer.total is not None and answer.count < answer.total
    headers = {"content-range": _content_range(first, answer)}
    return _json(request, target.wishes, answer.body, 206 if partial else 200, headers)


def _written(request: Request, target: Target, answer: Answer) -> Response:
    created = request.method == "POST"
    total = str(answer.count) if target.wishes.count else "*"
    headers = {"content-range": f"*/{total}"}
    if not target.wishes.representation:
        return Response(status_code=201 if created else 204, headers=headers)
    if not created and answer.count:
        headers["content-range"] = f"0-{answer.count - 1}/{total}"
    return _json(request, target.wishes, answer.body, 201 if created else 200, headers)


def _called(request: Request, preferences: Preferences, function: Function, answer: Answer) -> Response:
    if function.answers == "nothing":
        return Response(status_code=204)
    return _json(request, preferences, answer.body, 200, {"content-range": _content_range(0, answer)})


def _content_range(first: int, answer: Answer) -> str:
    total = "*" if answer.total is None else str(answer.total)
    return f"{first}-{first + answer.count - 1}/{total}" if answer.count else f"*/{total}"


def _json(
    request: Request, preferences: Preferences, body: str | None, status: int, headers: dict[str, str]
) -> Response:
    kind = "application/vnd.pgrst.object+json" if preferences.single else "application/json"
    content = "" if request.method == "HEAD" else body or "null"
    return Response(content, status, headers, media_type=f"{kind}; charset=utf-8")
