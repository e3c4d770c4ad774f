"""What a recording consists of: all that reached the store and the screen from outside."""

from collections.abc import Iterable
from datetime import datetime
from typing import Annotated, Any, get_args

import msgspec
from msgspec import Meta, Struct, structs

from chattui.gateway.protocol import Found
from chattui.model.events import Event
from chattui.model.records import RECORDS, ConversationId, UserId

Cells = Annotated[int, Meta(ge=0, le=10_000)]
"""Of a terminal, one way."""


class Entry(Struct, frozen=True, tag_field="what", tag=str.lower, omit_defaults=True):
    """The root of all of them; `what` names the kind."""


class Told(Struct, frozen=True, omit_defaults=True):
    """One event. Rows stand apart, each with the name of its table."""

    event: str
    fields: dict[str, Any]
    rows: tuple[tuple[str, dict[str, Any]], ...] = ()


class Applied(Entry, frozen=True):
    """A batch of events went into the store."""

    events: tuple[Told, ...]


class Opened(Entry, frozen=True):
    """The desk is there."""

    me: UserId


class Failed(Entry, frozen=True):
    """The inbox could not open, or could not go on."""

    sentence: str


class Answered(Entry, frozen=True):
    """What the screen had asked for was answered: `to` says what it was, with `sentence` it was refused."""

    to: str
    sentence: str = ""
    code: str = ""
    taken: ConversationId | None = None
    found: tuple[Found, ...] = ()
    draft: str | None = None


class Drafted(Entry, frozen=True):
    """Words that were not sent, as they were found."""

    conversation_id: ConversationId
    kind: str
    text: str


class Remarked(Entry, frozen=True):
    """The desk had something to say."""

    sentence: str


class Key(Entry, frozen=True):
    """A key; `character` is None where it is no text."""

    key: str
    character: str | None = None


class Mouse(Entry, frozen=True):
    """The mouse: `did` is the terminal library's name of it, places are cells of the screen."""

    did: str
    x: float
    y: float
    delta_x: int = 0
    delta_y: int = 0
    button: int = 0
    shift: bool = False
    meta: bool = False
    ctrl: bool = False


class Paste(Entry, frozen=True):
    """Text that the terminal handed over as one."""

    text: str


class Size(Entry, frozen=True):
    """The terminal's size, at the beginning and after each change."""

    columns: Cells
    rows: Cells


class Focus(Entry, frozen=True):
    """The terminal gained or lost the focus."""

    gained: bool


class Ended(Entry, frozen=True):
    """The agent left."""


AnyEntry = Applied | Opened | Failed | Answered | Drafted | Remarked | Key | Mouse | Paste | Size | Focus | Ended
Input = Key | Mouse | Paste | Size | Focus
"""What the terminal said."""


class Step(Struct, frozen=True):
    """An entry, seconds after the beginning, and what time it was at the server, as far as the desk knew."""

    at: Annotated[float, Meta(ge=0)]
    now: datetime
    entry: AnyEntry


EVENTS: dict[str, type[Event]] = {kind.__name__: kind for kind in get_args(Event)}


def told(events: Iterable[Event]) -> Applied:
    """A batch, for the file. Cheap: nothing is copied deeply."""
    return Applied(tuple(_told(event) for event in events))


def _told(event: Event) -> Told:
    fields = structs.asdict(event)
    rows = tuple((row.TABLE, row) for row in fields.pop("rows", ()))
    return Told(type(event).__name__, fields, rows)


def events_of(batch: Applied) -> tuple[Event, ...]:
    """The batch, read from a file.

    Raises:
        msgspec.ValidationError: it is no batch of this version's.
    """
    return tuple(_event(one) for one in batch.events)


def _event(one: Told) -> Event:
    if one.event not in EVENTS:
        raise msgspec.ValidationError(f"{one.event} is no event")
    kind = EVENTS[one.event]
    types = {field.name: field.type for field in structs.fields(kind)}
    if not one.fields.keys() <= types.keys() - {"rows"}:
        raise msgspec.ValidationError(f"{one.event} has no such field")
    fields: dict[str, Any] = {name: msgspec.convert(value, types[name]) for name, value in one.fields.items()}
    if "rows" in types:
        fields["rows"] = tuple(msgspec.convert(row, _table(name)) for name, row in one.rows)
    try:
        return kind(**fields)
    except TypeError as error:
        raise msgspec.ValidationError(str(error)) from error


def _table(name: str) -> Any:
    if name not in RECORDS:
        raise msgspec.ValidationError(f"{name} is no table")
    return RECORDS[name]
