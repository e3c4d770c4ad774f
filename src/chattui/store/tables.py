"""Rows by key, and the one rule by which a row replaces another."""

from collections.abc import Iterator, KeysView
from typing import Generic, TypeVar

import msgspec

from chattui.model.events import RowPatched
from chattui.model.records import Record

R = TypeVar("R", bound=Record)


def newer(row: R, known: R | None) -> bool:
    """Whether a complete row replaces the known one: its version is not older, and it says something else."""
    return known is None or (row.version >= known.version and row != known)


def merged(known: R, patch: RowPatched) -> R | None:
    """The known row with the patch's fields; None where the patch does not follow it or makes no row."""
    if patch.version != known.version + 1:
        return None
    fields = {**msgspec.to_builtins(known), **patch.fields, "version": patch.version}
    try:
        return msgspec.convert(fields, type(known))
    except msgspec.ValidationError:
        return None


class Table(Generic[R]):
    """The rows of one table by primary key."""

    def __init__(self) -> None:
        self._rows: dict[str, R] = {}

    def get(self, key: str | None) -> R | None:
        """The row, if it is known."""
        return None if key is None else self._rows.get(key)

    def put(self, key: str, row: R) -> bool:
        """Store a complete row; False where the known one is as new and the same, or newer."""
        if not newer(row, self._rows.get(key)):
            return False
        self._rows[key] = row
        return True

    def drop(self, key: str) -> R | None:
        """Forget a row."""
        return self._rows.pop(key, None)

    def clear(self) -> None:
        """Forget all."""
        self._rows.clear()

    def keys(self) -> KeysView[str]:
        """All primary keys."""
        return self._rows.keys()

    def __contains__(self, key: object) -> bool:
        return key in self._rows

    def __iter__(self) -> Iterator[R]:
        return iter(self._rows.values())

    def __len__(self) -> int:
        return len(self._rows)
