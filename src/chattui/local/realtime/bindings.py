"""What a client asks of `postgres_changes`: one binding is an event, a table, conditions and columns.

The sentences of a refusal are the hosted server's, because clients show them.
"""

import re
import zlib
from dataclasses import dataclass
from typing import Any

import msgspec

EVENTS = frozenset({"*", "INSERT", "UPDATE", "DELETE"})
OPERATORS = frozenset(
    {"eq", "neq", "lt", "lte", "gt", "gte", "in", "like", "ilike", "is", "match", "imatch", "isdistinct"},
)


class BindingRefusedError(Exception):
    """The client asked for something that cannot be subscribed to; the text is for its `system` message."""


@dataclass(frozen=True, slots=True)
class Condition:
    """`column=[not.]operator.value`."""

    column: str
    operator: str
    value: str
    negated: bool = False


@dataclass(frozen=True, slots=True)
class Binding:
    """A parsed binding."""

    id: int
    event: str
    schema: str
    table: str
    conditions: tuple[Condition, ...] = ()
    select: tuple[str, ...] | None = None

    def wants(self, action: str) -> bool:
        """Tell whether the action is one of those asked for."""
        return self.event in {"*", action}

    def __str__(self) -> str:
        filters = ", ".join(_elixir(condition) for condition in self.conditions)
        select = "nil" if self.select is None else msgspec.json.encode(self.select).decode()
        table = f"event: {self.event}, schema: {self.schema}, table: {self.table}"
        return f"[{table}, filters: [{filters}], select: {select}]"


def binding_id(raw: dict[str, Any]) -> int:
    """Answer the id that a binding has everywhere and for ever: equal bindings share it."""
    return zlib.crc32(msgspec.json.encode(raw, order="deterministic")) & 0x7FF_FFFF


def echo(raw: dict[str, Any]) -> dict[str, Any]:
    """Answer the binding as a join's reply shows it: everything that was asked, and the id."""
    return raw | {"id": binding_id(raw)}


def from_topic(name: str) -> dict[str, Any]:
    """Answer the binding that a join without a config means: `schema[:table[:filter]]`."""
    return dict(zip(("schema", "table", "filter"), name.split(":", 2), strict=False))


def parse(raw: dict[str, Any]) -> Binding:
    """Answer the binding.

    Raises:
        BindingRefusedError: neither schema nor table, a filter or a select that cannot be read.
    """
    schema, table = raw.get("schema"), raw.get("table")
    if not isinstance(schema, str | None) or not isinstance(table, str | None) or not (schema or table):
        need = "No subscription params provided. Please provide at least a `schema` or `table` to subscribe to"
        raise BindingRefusedError(f"{need}: {msgspec.json.encode(raw).decode()}")
    event = str(raw.get("event") or "*").upper()
    conditions = _conditions(raw.get("filter"))
    select = _select(raw.get("select"), table)
    return Binding(binding_id(raw), event, schema or "public", table or "*", conditions, select)


def _conditions(text: object) -> tuple[Condition, ...]:
    if text is None or text == "":
        return ()
    if not isinstance(text, str):
        raise BindingRefusedError(f"Error parsing `filter` params: {text!r}")
    return tuple(_condition(part) for part in _at_commas(text))


def _at_commas(text: str) -> list[str]:
    """Split at the commas that are outside parentheses: those inside belong to an `in` list."""
    return re.findall(r"(?:\([^)]*\)|[^,])+", text)


def _condition(text: str) -> Condition:
    column, equals, rest = text.partition("=")
    negated = rest.startswith("not.")
    operator, dot, value = rest.removeprefix("not.").partition(".")
    if not (equals and dot and operator in OPERATORS):
        parts = rest.split(".", 1) if equals else [text]
        raise BindingRefusedError(f"Error parsing `filter` params: [{', '.join(map(_quoted, parts))}]")
    return Condition(column, operator, _value(operator, value), negated)


def _value(operator: str, value: str) -> str:
    if operator != "in":
        return value
    if not (value.startswith("(") and value.endswith(")")):
        raise BindingRefusedError("Error parsing `filter` params: `in` filter must be wrapped by parentheses")
    return value[1:-1]


def _select(columns: object, table: str | None) -> tuple[str, ...] | None:
    if columns is None:
        return None
    if not isinstance(columns, list) or not all(isinstance(column, str) for column in columns):
        example = 'select: ["col1", "col2"]'
        raise BindingRefusedError(
            f"Error parsing `select` params: expected a list of column name strings, e.g. {example}",
        )
    if table in {None, "*"}:
        raise BindingRefusedError("Error parsing `select` params: an explicit `table` is required")
    return tuple(columns)


def _quoted(text: str) -> str:
    return f'"{text}"'


def _elixir(condition: Condition) -> str:
    texts = ", ".join(map(_quoted, (condition.column, condition.operator, condition.value)))
    return f"{{{texts}, {str(condition.negated).lower()}}}"
