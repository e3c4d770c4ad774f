"""A value of the log as JSON, exactly as Postgres' own `to_jsonb` shows it."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TypeAlias

import msgspec

Render: TypeAlias = Callable[[str], bytes]


@dataclass(frozen=True, slots=True)
class PgType:
    """A row of pg_type."""

    name: str
    category: str
    base: int
    """What a domain is made of, else 0."""
    element: int
    """What an array is made of, else 0."""
    delimiter: str = ","


def renderer(oid: int, types: Mapping[int, PgType]) -> Render:
    """Answer how values of a type are written; an unknown type is written as a string."""
    kind = types.get(oid)
    if kind is None:
        return _string
    if kind.base:
        return renderer(kind.base, types)
    if kind.category == "A":
        element = renderer(kind.element, types)
        return lambda text: _array(text, element, kind.delimiter)
    return _BY_NAME.get(kind.name, _string)


def _string(text: str) -> bytes:
    return msgspec.json.encode(text)


def _as_it_is(text: str) -> bytes:
    return text.encode()


def _boolean(text: str) -> bytes:
    return b"true" if text == "t" else b"false"


def _number(text: str) -> bytes:
    """Not-a-number and the infinities have no JSON number."""
    return text.encode() if text[-1].isdigit() else _string(text)


def _timestamp(text: str) -> bytes:
    return _string(text.replace(" ", "T", 1))


def _timestamptz(text: str) -> bytes:
    """The stream's time zone is UTC, so that the offset is always +00."""
    return _string(text.replace(" ", "T", 1).replace("+00", "+00:00", 1))


_BY_NAME: dict[str, Render] = {
    "bool": _boolean,
    "json": _as_it_is,
    "jsonb": _as_it_is,
    "timestamp": _timestamp,
    "timestamptz": _timestamptz,
    **dict.fromkeys(("int2", "int4", "int8", "float4", "float8", "numeric"), _number),
}


def _array(text: str, element: Render, delimiter: str) -> bytes:
    """Rewrite an array literal item by item; explicit bounds (`[0:1]={…}`) are left out, as `to_jsonb` does."""
    body = text[text.index("{") :]
    return b"".join(_array_items(body, element, delimiter))


def _array_items(body: str, element: Render, delimiter: str) -> list[bytes]:
    brackets = {"{": b"[", "}": b"]", delimiter: b","}
    pattern = rf'[{{}}{re.escape(delimiter)}]|"(?:[^"\\]|\\.)*"|[^{{}}{re.escape(delimiter)}"]+'
    return [brackets.get(item) or _element(item, element) for item in re.findall(pattern, body, re.DOTALL)]


def _element(item: str, element: Render) -> bytes:
    if item.startswith('"'):
        return element(re.sub(r"\\(.)", r"\1", item[1:-1], flags=re.DOTALL))
    return b"null" if item == "NULL" else element(item)
