"""The logical decoding messages of Postgres' `pgoutput` plugin, protocol 1, as pure data.

Values stay the server's text: what a type looks like in JSON is not the log's business.
"""

import struct
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final, TypeAlias


class Unchanged:
    """Stands for a large value that the update did not touch and the log therefore leaves out."""


UNCHANGED: Final = Unchanged()
Value: TypeAlias = str | Unchanged | None
Values: TypeAlias = tuple[Value, ...]


@dataclass(frozen=True, slots=True)
class Relation:
    """The shape of a table from here on; comes again after every change of the table."""

    oid: int
    schema: str
    name: str
    replica: str
    columns: tuple[str, ...]
    types: tuple[int, ...]
    identity: tuple[bool, ...]
    """Which columns identify a row in old tuples."""


@dataclass(frozen=True, slots=True)
class Begin:
    """The start of a transaction that is already committed."""

    committed_at: datetime
    xid: int
    """Its number, without the epoch: 32 bits."""


@dataclass(frozen=True, slots=True)
class Commit:
    """The end of a transaction; everything before `end_lsn` may be acknowledged."""

    end_lsn: int


@dataclass(frozen=True, slots=True)
class Change:
    """One row written. `new` is None for a DELETE, `old` for an INSERT and an UPDATE that keeps the row's identity."""

    relation: int
    action: str
    new: Values | None
    old: Values | None


Message: TypeAlias = Relation | Begin | Commit | Change
_EPOCH = datetime(2000, 1, 1, tzinfo=UTC)


def decode(data: bytes) -> Message | None:
    """Answer what one message says; None for what no subscriber ever sees (truncate, type, origin, plugin messages)."""
    reader = _READERS.get(data[:1])
    return reader(_Cursor(data)) if reader else None


class _Cursor:
    """Reads network-order values one after another."""

    def __init__(self, data: bytes) -> None:
        self.data, self.offset = data, 1

    def number(self, form: str) -> int:
        (value,) = struct.unpack_from(f">{form}", self.data, self.offset)
        self.offset += struct.calcsize(f">{form}")
        return int(value)

    def char(self) -> str:
        self.offset += 1
        return chr(self.data[self.offset - 1])

    def string(self) -> str:
        end = self.data.index(0, self.offset)
        text = self.data[self.offset : end].decode()
        self.offset = end + 1
        return text

    def values(self) -> Values:
        return tuple(self._value() for _ in range(self.number("H")))

    def _value(self) -> Value:
        match self.char():
            case "n":
                return None
            case "u":
                return UNCHANGED
        length = self.number("I")
        self.offset += length
        return self.data[self.offset - length : self.offset].decode()


def _relation(cursor: _Cursor) -> Relation:
    oid, schema, name = cursor.number("I"), cursor.string(), cursor.string()
    identity = cursor.char()
    columns = [(cursor.number("B"), cursor.string(), cursor.number("I"), cursor.number("i")) for _ in _count(cursor)]
    return Relation(
        oid,
        schema,
        name,
        identity,
        columns=tuple(column[1] for column in columns),
        types=tuple(column[2] for column in columns),
        identity=tuple(bool(column[0] & 1) for column in columns),
    )


def _count(cursor: _Cursor) -> range:
    return range(cursor.number("H"))


def _begin(cursor: _Cursor) -> Begin:
    cursor.number("Q")
    return Begin(_EPOCH + timedelta(microseconds=cursor.number("q")), cursor.number("I"))


def _commit(cursor: _Cursor) -> Commit:
    cursor.number("B")
    cursor.number("Q")
    return Commit(cursor.number("Q"))


def _insert(cursor: _Cursor) -> Change:
    relation = cursor.number("I")
    cursor.char()
    return Change(relation, "INSERT", cursor.values(), None)


def _update(cursor: _Cursor) -> Change:
    relation, old = cursor.number("I"), None
    if cursor.char() in "KO":
        old = cursor.values()
        cursor.char()
    return Change(relation, "UPDATE", cursor.values(), old)


def _delete(cursor: _Cursor) -> Change:
    relation = cursor.number("I")
    cursor.char()
    return Change(relation, "DELETE", None, cursor.values())


_READERS: dict[bytes, Callable[[_Cursor], Message]] = {
    b"R": _relation,
    b"B": _begin,
    b"C": _commit,
    b"I": _insert,
    b"U": _update,
    b"D": _delete,
}
