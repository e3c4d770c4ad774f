"""What is sent to be written, or to call a function with."""

from collections.abc import Mapping, Sequence
from typing import TypeVar

import msgspec
from starlette.requests import Request

from chattui.local.rest.catalogue import SCHEMA, Function
from chattui.local.rest.faults import RestFaultError, missing
from chattui.local.rest.statements import Target

T = TypeVar("T")
Json = dict[str, msgspec.Raw]


def rows(request: Request, target: Target, body: bytes) -> tuple[bytes, tuple[str, ...], int]:
    """The rows of an insert as a JSON array, the keys to be written, and how many there are."""
    _check_type(request)
    one = body.lstrip().startswith(b"{")
    objects = [_decoded(body, Json)] if one else _decoded(body, list[Json])
    named = target.query.columns
    keys = named or tuple(objects[0] if objects else ())
    if not named and any(set(row) != set(keys) for row in objects):
        raise RestFaultError(400, "PGRST102", "All object keys must match")
    if target.wishes.defaults and any(not set(keys) <= set(row) for row in objects):
        raise missing("Prefer: missing=default for rows with different keys")
    return (b"[" + body + b"]" if one else body), keys, len(objects)


def values(request: Request, target: Target, body: bytes) -> tuple[bytes, tuple[str, ...]]:
    """The object of an update, and the keys to be written."""
    _check_type(request)
    new = _decoded(body, Json)
    return body, tuple(key for key in new if not target.query.columns or key in target.query.columns)


def arguments(request: Request, body: bytes) -> Mapping[str, msgspec.Raw]:
    """What a function is called with by POST; no body is no argument."""
    if not body.strip():
        return {}
    _check_type(request)
    return _decoded(body, Json)


def choose(name: str, candidates: Sequence[Function], given: Mapping[str, object]) -> Function:
    """The function that has all the given arguments and needs no other."""
    fitting = [f for f in candidates if f.required <= set(given) <= set(f.arguments)]
    if len(fitting) > 1:
        raise RestFaultError(
            300, "PGRST203", f"Could not choose the best candidate function between: {name} with {sorted(given)}"
        )
    if not fitting:
        raise _unknown(name, given)
    if fitting[0].variadic:
        raise missing("variadic functions")
    return fitting[0]


def raw(function: Function, given: Mapping[str, msgspec.Raw] | Mapping[str, str]) -> dict[str, bytes]:
    """Each argument as JSON; text of a query string is JSON already where the function takes JSON."""
    return {name: _raw(function.arguments[name], value) for name, value in given.items()}


def _raw(kind: str, value: msgspec.Raw | str) -> bytes:
    if isinstance(value, msgspec.Raw):
        return bytes(value)
    if kind in ("json", "jsonb"):
        _decoded(value.encode(), object)
        return value.encode()
    return msgspec.json.encode(value)


def _unknown(name: str, given: Mapping[str, object]) -> RestFaultError:
    called = f"{SCHEMA}.{name}({', '.join(sorted(given))})" if given else f"{SCHEMA}.{name} without parameters"
    searched = f"with parameters {', '.join(sorted(given))}" if given else "without parameters"
    return RestFaultError(
        404,
        "PGRST202",
        f"Could not find the function {called} in the schema cache",
        details=f"Searched for the function {SCHEMA}.{name} {searched}, but no matches were found in the schema cache.",
    )


def _check_type(request: Request) -> None:
    kind = request.headers.get("content-type", "application/json").partition(";")[0].strip()
    if kind != "application/json":
        raise missing(f"Content-Type: {kind}")


def _decoded(body: bytes, kind: type[T]) -> T:
    try:
        # As text: raw parts are kept as they are, and would fail later where they are no UTF-8.
        return msgspec.json.decode(body.decode(), type=kind)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise RestFaultError(400, "PGRST102", "Empty or invalid json", details=str(error)) from None
