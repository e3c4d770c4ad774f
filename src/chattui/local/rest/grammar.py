"""The query string's language, taken apart: values, lists, trees of conditions, columns. Nothing here knows a table."""

import re
from dataclasses import dataclass, field
from typing import Literal

from chattui.local.rest.faults import missing, unparsable

COMPARISONS = {"eq": "=", "neq": "<>", "gt": ">", "gte": ">=", "lt": "<", "lte": "<="}
TRUTHS = ("null", "not_null", "true", "false", "unknown")
ELSEWHERE = frozenset(
    "like ilike match imatch isdistinct fts plfts phfts wfts cs cd ov sl sr nxr nxl adj".split()  # noqa: SIM905 - a list of words
)
"""PostgREST's other operators."""

_ELEMENT = re.compile(r'(?:^|,)(?:"((?:\\.|[^"\\])*)"(?=,|$)|([^,]*))', re.DOTALL)
_ESCAPE = re.compile(r"\\(.)", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Condition:
    """`column` compared with `value`, or with any of `values` (`in`)."""

    column: str
    operator: str
    value: str = ""
    values: tuple[str, ...] = ()
    negated: bool = False


@dataclass(frozen=True, slots=True)
class Group:
    """All (`and`) or any (`or`) of `members`."""

    joint: Literal["and", "or"]
    members: "tuple[Condition | Group, ...]"
    negated: bool = False


@dataclass(frozen=True, slots=True)
class Column:
    """A column wanted, under its own name or `alias`; `*` for all."""

    name: str
    alias: str | None = None


@dataclass(frozen=True, slots=True)
class Embed:
    """Rows of another table wanted inside, by its name or a foreign key's."""

    target: str
    columns: tuple[Column, ...]
    alias: str | None = None
    hint: str | None = None


@dataclass(frozen=True, slots=True)
class Order:
    """One criterion of the order."""

    column: str
    descending: bool = False
    nulls: Literal["first", "last"] | None = None


@dataclass(frozen=True, slots=True)
class Selection:
    """What is wanted of each row."""

    columns: tuple[Column, ...] = (Column("*"),)
    embeds: tuple[Embed, ...] = field(default=())


def condition(column: str, text: str, *, nested: bool = False) -> Condition:
    """`eq.5`, `not.in.(a,b)`, `is.null`. Only `nested` in a tree may a value stand in quotes."""
    operator, dot, value = text.partition(".")
    if operator == "not" and dot:
        inner = condition(column, value, nested=nested)
        return Condition(inner.column, inner.operator, inner.value, inner.values, negated=True)
    if "->" in column:
        raise missing(f"JSON paths in filters ({column})")
    if operator.partition("(")[0] in ELSEWHERE or "(" in operator:
        raise missing(f"the operator {operator}")
    if not dot:
        raise unparsable("filter", text)
    return _operation(unquoted(column), operator, unquoted(value) if nested and operator != "in" else value)


def _operation(column: str, operator: str, value: str) -> Condition:
    if operator == "in":
        if not (value.startswith("(") and value.endswith(")")):
            raise unparsable("filter", f"in.{value}")
        return Condition(column, operator, values=elements(value[1:-1]))
    if operator == "is":
        if value.lower() not in TRUTHS:
            raise unparsable("filter", f"is.{value}")
        return Condition(column, operator, value.lower())
    if operator in COMPARISONS:
        return Condition(column, operator, value)
    raise unparsable("filter", f"{operator}.{value}")


def group(joint: Literal["and", "or"], text: str, *, negated: bool = False) -> Group:
    """`(a.eq.1,and(b.gt.2,c.is.null))`, the value of `or=` and `and=`."""
    if not (text.startswith("(") and text.endswith(")")):
        raise unparsable("logic tree", text)
    return Group(joint, tuple(map(_member, split(text[1:-1]))), negated)


def _member(text: str) -> Condition | Group:
    negated = text.startswith("not.")
    tree = text.removeprefix("not.")
    if tree.startswith("and("):
        return group("and", tree[3:], negated=negated)
    if tree.startswith("or("):
        return group("or", tree[2:], negated=negated)
    column, _, rest = _cut(text, ".")
    return condition(column, rest, nested=True)


def selection(text: str) -> Selection:
    """`id,who:name,contacts(name,email)`."""
    parts = [part for part in split(text) if part]
    embeds = tuple(_embed(part) for part in parts if part.endswith(")") and not part.endswith("()"))
    columns = tuple(_column(part) for part in parts if not part.endswith(")") or part.endswith("()"))
    return Selection(columns, embeds)


def _embed(text: str) -> Embed:
    head, _, inner = text[:-1].partition("(")
    if head.startswith("..."):
        raise missing("spread embedding (...)")
    alias, colon, name = _cut(head, ":")
    target, *hints = (name if colon else alias).split("!")
    if "inner" in hints:
        raise missing("inner embedding (!inner)")
    hints = [hint for hint in hints if hint != "left"]
    inside = selection(inner)
    if inside.embeds:
        raise missing("embedding deeper than one level")
    return Embed(unquoted(target), inside.columns, unquoted(alias) if colon else None, hints[0] if hints else None)


def _column(text: str) -> Column:
    for sign, what in (("::", "casts in select"), ("->", "JSON paths in select"), ("()", "aggregates")):
        if sign in text and not text.startswith('"'):
            raise missing(f"{what} ({text})")
    alias, colon, name = _cut(text, ":")
    return Column(unquoted(name), unquoted(alias)) if colon else Column(unquoted(alias))


def order(text: str) -> tuple[Order, ...]:
    """`created_at.desc.nullslast,id`."""
    return tuple(_criterion(part) for part in split(text) if part)


def _criterion(text: str) -> Order:
    column, _, rest = _cut(text, ".")
    if "(" in column or "->" in column:
        raise missing(f"order by {column}")
    words = rest.split(".") if rest else []
    if unknown := set(words) - {"asc", "desc", "nullsfirst", "nullslast"}:
        raise unparsable("order", unknown.pop())
    nulls: Literal["first", "last"] | None = "first" if "nullsfirst" in words else None
    return Order(unquoted(column), "desc" in words, "last" if "nullslast" in words else nulls)


def split(text: str) -> list[str]:
    """Split at commas that stand neither in quotes nor in parentheses."""
    if not text:
        return []
    parts, depth, quoted, escaped, start = [], 0, False, False, 0
    for index, sign in enumerate(text):
        if escaped:
            escaped = False
        elif quoted:
            quoted, escaped = sign != '"', sign == "\\"
        elif sign == '"':
            quoted = True
        elif sign in "()":
            depth += 1 if sign == "(" else -1
        elif sign == "," and not depth:
            parts.append(text[start:index])
            start = index + 1
    if quoted or depth:
        raise unparsable("list", text)
    return [*parts, text[start:]]


def elements(text: str) -> tuple[str, ...]:
    """The values of a list; quotes count only around a whole value."""
    found = [(match[1], match[2]) for match in _ELEMENT.finditer(text)] if text else []
    if any(")" in plain for _, plain in found if plain):
        raise unparsable("list", text)
    return tuple(_unescaped(quoted) if plain is None else plain for quoted, plain in found)


def unquoted(text: str) -> str:
    r"""`"a\"b"` without its quotes and escapes; anything else as it is."""
    if len(text) < 2 or not (text.startswith('"') and text.endswith('"')):  # noqa: PLR2004 - two quotes
        return text
    return _unescaped(text[1:-1])


def _unescaped(text: str) -> str:
    return _ESCAPE.sub(r"\1", text)


def _cut(text: str, sign: str) -> tuple[str, str, str]:
    """Partition at the first `sign` behind a quoted name."""
    if not text.startswith('"'):
        return text.partition(sign)
    end = text.find('"', 1) + 1
    found = text.find(sign, end)
    return (text[:found], sign, text[found + 1 :]) if found >= 0 else (text, "", "")
