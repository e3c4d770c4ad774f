"""JSON of the database → records. What makes no sense is left out and logged by its table, never by its content."""

import logging
from collections.abc import Iterable, Mapping
from typing import Any

import msgspec

from chattui.model.records import RECORDS, Row

_log = logging.getLogger(__name__)

_FIELDS: dict[str, dict[str, Any]] = {
    table: {field.name: field.type for field in msgspec.structs.fields(record)} for table, record in RECORDS.items()
}
_KEYS = {
    "conversation_read_status": ("conversation_id", "user_id"),
    "conversation_metadata": ("conversation_id",),
    "conversation_tail": ("conversation_id",),
}


def row_of(table: str, record: Any) -> Row:
    """One complete row.

    Raises:
        msgspec.ValidationError: it lacks what this version needs, or there is no such table.
    """
    if table not in RECORDS:
        raise msgspec.ValidationError(f"no table {table}")
    row: Row = msgspec.convert(record, RECORDS[table])
    return row


def rows_of(tables: Mapping[str, Iterable[Any]]) -> tuple[Row, ...]:
    """Every row of an answer that makes sense; tables that this version does not know are left out."""
    return tuple(
        row for table in RECORDS for record in tables.get(table, ()) if (row := _row_or_none(table, record)) is not None
    )


def _row_or_none(table: str, record: Any) -> Row | None:
    try:
        return row_of(table, record)
    except msgspec.ValidationError as error:
        _log.warning("a row of %s makes no sense: %s", table, error)
        return None


def fields_of(table: str, record: Mapping[str, Any]) -> dict[str, Any]:
    """The columns of a partial row that this version knows, as the record's own types.

    Raises:
        msgspec.ValidationError: one of them is of another type.
    """
    types = _FIELDS[table]
    return {name: msgspec.convert(value, types[name]) for name, value in record.items() if name in types}


def key_in(table: str, record: Mapping[str, Any]) -> str:
    """The primary key of a partial row, as `records.key_of` writes it.

    Raises:
        KeyError: it is not there.
    """
    return "/".join(str(record[name]) for name in _KEYS.get(table, ("id",)))
