"""JSON of the database → records. What makes no sense is left out and logged by its table, never by its content."""

import logging
from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any, get_args

import msgspec

from chattui.model.records import RECORDS, Row

_log = logging.getLogger(__name__)

_FIELDS: dict[str, dict[str, Any]] = {
    table: {field.name: field.type for field in msgspec.structs.fields(record)} for table, record in RECORDS.items()
}
_MOMENTS = {
    table: [name for name, kind in fields.items() if datetime in (kind, *get_args(kind))]
    for table, fields in _FIELDS.items()
}
FIRST_YEAR, LAST_YEAR = 2, 9998
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
    row: Row = _converted(record, RECORDS[table])
    for name in _MOMENTS[table]:
        _timely(getattr(row, name))
    return row


def _converted(value: Any, kind: Any) -> Any:
    try:
        return msgspec.convert(value, kind)
    except UnicodeEncodeError as error:  # half a character where there should be none, such as in a date
        raise msgspec.ValidationError("half a character") from error


def _timely(value: Any) -> Any:
    """A moment with a zone, and not so near the ends of the calendar that another zone lies beyond them."""
    if isinstance(value, datetime) and (value.tzinfo is None or not FIRST_YEAR <= value.year <= LAST_YEAR):
        raise msgspec.ValidationError("a moment without a zone, or out of time")
    return value


def rows_of(tables: Mapping[str, Iterable[Any]]) -> tuple[Row, ...]:
    """Every row of an answer that makes sense; tables that this version does not know are left out."""
    return tuple(
        row
        for table in RECORDS
        for record in _listed(tables.get(table))
        if (row := _row_or_none(table, record)) is not None
    )


def _listed(records: Any) -> Iterable[Any]:
    return records if isinstance(records, list | tuple) else ()


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
    return {name: _timely(_converted(value, types[name])) for name, value in record.items() if name in types}


def key_in(table: str, record: Mapping[str, Any]) -> str:
    """The primary key of a partial row, as `records.key_of` writes it.

    Raises:
        KeyError: it is not there.
    """
    return "/".join(str(record[name]) for name in _KEYS.get(table, ("id",)))
