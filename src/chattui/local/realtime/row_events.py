"""The payload of a row event: one change as one kind of reader may see it. Pure."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import msgspec
from msgspec import Raw

from chattui.local.realtime.catalog import Column, Table
from chattui.local.realtime.pgoutput import Change, Unchanged, Value

MAX_RECORD_BYTES = 1_048_576
MAX_KEPT_BYTES = 64
"""Values up to this size survive in a record that is too large; nulls do not."""
_TOO_LARGE, _FORBIDDEN = "Error 413: Payload Too Large", "Error 401: Unauthorized"
_NO_KEY = "Error 400: Bad Request, no primary key"


@dataclass(frozen=True, slots=True)
class RowEvent:
    """A change of a table, with the time of its commit."""

    table: Table
    change: Change
    committed_at: datetime

    @property
    def new(self) -> dict[str, Value]:
        """The row as written; values that an update left alone may be `Unchanged`."""
        return dict(zip(self.table.relation.columns, self.change.new or (), strict=False))

    @property
    def old(self) -> dict[str, Value]:
        """What identified the row before, or all of it where the table's replica identity is full."""
        relation, old = self.table.relation, self.change.old
        if self.change.action == "INSERT":
            return {}
        values = self.change.new if old is None else old
        known = zip(relation.columns, values or (), relation.identity, strict=False)
        return {name: value for name, value, identity in known if identity}

    @property
    def compared(self) -> dict[str, Value]:
        """What filters look at: the old row of a DELETE, else the new one."""
        return self.old if self.change.action == "DELETE" else self.new

    @property
    def key(self) -> list[str]:
        """The primary key of the new row."""
        new = self.new
        return [str(new[name]) for name in self.table.keys]

    def authorised(self, readable: frozenset[str]) -> bool:
        """Tell whether a role that may select `readable` is told more than an error."""
        return self.change.action == "DELETE" or bool(self.table.keys and readable.issuperset(self.table.keys))

    def payload(self, readable: frozenset[str], select: Iterable[str] | None) -> Raw:
        """Answer `data` for a reader who may see `readable` and asked for `select` (None is all)."""
        if not self.authorised(readable):
            return self._refusal(_FORBIDDEN if self.table.keys else _NO_KEY)
        shown = readable.intersection(readable if select is None else select)
        large = self._size() > MAX_RECORD_BYTES
        body: dict[str, Any] = self._head() | {
            "commit_timestamp": _milliseconds(self.committed_at),
            "columns": [{"name": each.name, "type": each.type} for each in self._columns(shown)],
            "errors": [_TOO_LARGE] if large else None,
        }
        if self.change.action != "DELETE":
            body["record"] = self._record(self.new, shown, large=large)
        if self.change.action != "INSERT":
            body["old_record"] = self._record(self.old, self._shown_of_old(shown), large=large)
        return Raw(msgspec.json.encode(body))

    def _head(self) -> dict[str, Any]:
        relation = self.table.relation
        return {"schema": relation.schema, "table": relation.name, "type": self.change.action}

    def _refusal(self, error: str) -> Raw:
        nothing: dict[str, Any] = {"commit_timestamp": None, "columns": [], "record": {}, "errors": [error]}
        return Raw(msgspec.json.encode(self._head() | nothing))

    def _shown_of_old(self, shown: frozenset[str]) -> frozenset[str]:
        """Nobody can be asked whether a deleted row was visible: with row security on, only its key is told."""
        secret = self.change.action == "DELETE" and self.table.secured
        return shown.intersection(self.table.keys) if secret else shown

    def _columns(self, shown: frozenset[str]) -> list[Column]:
        return [column for column in self.table.columns if column.name in shown]

    def _record(self, values: dict[str, Value], shown: frozenset[str], *, large: bool) -> dict[str, Raw]:
        return {
            column.name: _json(column, values[column.name])
            for column in self._columns(shown)
            if column.name in values and _kept(values[column.name], large=large)
        }

    def _size(self) -> int:
        return sum(len(value) for value in (*self.new.values(), *self.old.values()) if isinstance(value, str))


def _kept(value: Value, *, large: bool) -> bool:
    if isinstance(value, Unchanged):
        return False
    return not large or (value is not None and len(value.encode()) <= MAX_KEPT_BYTES)


def _json(column: Column, value: Value) -> Raw:
    return Raw(column.render(value) if isinstance(value, str) else b"null")


def _milliseconds(moment: datetime) -> str:
    return moment.isoformat(timespec="milliseconds").replace("+00:00", "Z")
