"""What a request asks for besides its target: headers, and the query string taken apart."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

from starlette.datastructures import Headers

from chattui.local.rest import grammar
from chattui.local.rest.catalogue import SCHEMA
from chattui.local.rest.faults import RestFaultError, missing, unparsable
from chattui.local.rest.grammar import Condition, Group, Order, Selection

MAX_ROWS = 1000
"""Rows in one answer, as a hosted project is set up."""

Resolution = Literal["merge", "ignore"]

_PREFERENCES = {
    "return": {"minimal", "representation"},
    "count": {"exact"},
    "resolution": {"merge-duplicates", "ignore-duplicates"},
    "missing": {"default", "null"},
    "handling": {"lenient"},
}
_RESOLUTIONS: dict[str, Resolution] = {"merge-duplicates": "merge", "ignore-duplicates": "ignore"}
_ACCEPTED = ("*/*", "application/json", "application/*")
_SINGLE = "application/vnd.pgrst.object+json"


@dataclass(frozen=True, slots=True)
class Preferences:
    """The `Prefer`, `Accept` and `Range` headers."""

    representation: bool
    count: bool
    resolution: Resolution | None
    defaults: bool
    """Whether a missing key means the column's default instead of null."""
    single: bool
    """Whether exactly one row is wanted, as an object."""
    first: int
    last: int | None


@dataclass(frozen=True, slots=True)
class Query:
    """The query string."""

    selection: Selection
    conditions: tuple[Condition | Group, ...]
    order: tuple[Order, ...]
    limit: int | None
    offset: int
    columns: tuple[str, ...]
    on_conflict: tuple[str, ...]
    arguments: dict[str, str]
    """What a function is called with."""

    @property
    def sliced(self) -> bool:
        """Whether only some of the rows are wanted."""
        return self.limit is not None or bool(self.offset)

    @property
    def shapes_rows(self) -> bool:
        """Whether it asks for anything that only rows have."""
        return bool(self.conditions or self.order or self.sliced or self.selection != Selection())


def preferences(headers: Headers) -> Preferences:
    """Read the headers; a preference that is not served is 501, for it would change the answer."""
    wanted = dict(_preference(item) for line in headers.getlist("prefer") for item in line.split(",") if item.strip())
    first, last = _range(headers)
    return Preferences(
        representation=wanted.get("return") == "representation",
        count=wanted.get("count") == "exact",
        resolution=_RESOLUTIONS.get(wanted.get("resolution", "")),
        defaults=wanted.get("missing") == "default",
        single=_wants_one(headers.get("accept", "*/*")),
        first=first,
        last=last,
    )


def query(parameters: Iterable[tuple[str, str]], arguments: frozenset[str] = frozenset()) -> Query:
    """Read the query string; names in `arguments` belong to the function that is called."""
    pairs = [(name, value) for name, value in parameters if name != "apikey"]
    single = {name: value for name, value in pairs if name in _WORDS and name not in arguments}
    return Query(
        selection=grammar.selection(single.get("select", "*")),
        conditions=tuple(_condition(*pair) for pair in pairs if pair[0] not in _WORDS and pair[0] not in arguments),
        order=grammar.order(single.get("order", "")),
        limit=_number(single["limit"]) if "limit" in single else None,
        offset=_number(single.get("offset", "0")),
        columns=tuple(map(grammar.unquoted, grammar.split(single.get("columns", "")))),
        on_conflict=tuple(map(grammar.unquoted, grammar.split(single.get("on_conflict", "")))),
        arguments={name: value for name, value in pairs if name in arguments},
    )


_WORDS = frozenset({"select", "order", "limit", "offset", "columns", "on_conflict"})


def check_profile(headers: Headers) -> None:
    """Refuse another schema."""
    for header in ("accept-profile", "content-profile"):
        if headers.get(header, SCHEMA) != SCHEMA:
            hint = f"Only the following schemas are exposed: {SCHEMA}"
            raise RestFaultError(406, "PGRST106", f"Invalid schema: {headers[header]}", hint=hint)


def _condition(name: str, value: str) -> Condition | Group:
    match name:
        case "or" | "and":
            return grammar.group(name, value)
        case "not.or":
            return grammar.group("or", value, negated=True)
        case "not.and":
            return grammar.group("and", value, negated=True)
    if "." in name and not name.startswith('"'):
        raise missing(f"conditions on embedded rows ({name})")
    return grammar.condition(name, value)


def _preference(item: str) -> tuple[str, str]:
    name, _, value = item.strip().partition("=")
    if value not in _PREFERENCES.get(name, ()):
        raise missing(f"Prefer: {item.strip()}")
    return name, value


def _wants_one(accept: str) -> bool:
    types = [part.partition(";")[0].strip() for part in accept.split(",")]
    if _SINGLE in types and "nulls=stripped" not in accept:
        return True
    if not any(kind in _ACCEPTED for kind in types) or "vnd.pgrst" in accept:
        raise missing(f"Accept: {accept}")
    return False


def _range(headers: Headers) -> tuple[int, int | None]:
    if "range" not in headers:
        return 0, None
    found = re.fullmatch(r"(?:items=)?(\d{1,9})-(\d{0,9})", headers["range"].strip())
    if not found:
        raise unparsable("range", headers["range"])
    return int(found[1]), int(found[2]) if found[2] else None


def _number(text: str) -> int:
    if not re.fullmatch(r"\d{1,9}", text):
        raise unparsable("number", text)
    return int(text)
