"""Frames of the Realtime socket → events. Nothing raises: what makes no sense is suspected, or ignored."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, Literal

import msgspec
from msgspec import Struct, field

from chattui.gateway.supabase.rows import fields_of, key_in, row_of
from chattui.model.events import (
    CustomerRead,
    GatewayEvent,
    RowPatched,
    RowsStored,
    RowSuspected,
    TypingSeen,
    ViewingSeen,
)
from chattui.model.records import RECORDS, Availability, ConversationId, UserId


class Frame(Struct, frozen=True):
    """One text frame of protocol version 1.0.0."""

    topic: str
    event: str
    payload: Any
    ref: Any = None


class System(Struct, frozen=True):
    """What the server says of a channel: that row events flow, or why not."""

    status: Literal["ok", "error"]
    extension: str = "system"
    message: str = ""


class _Column(Struct, frozen=True):
    name: str


class _Change(Struct, frozen=True):
    table: str
    type: Literal["INSERT", "UPDATE", "DELETE"]
    columns: tuple[_Column, ...] = ()
    record: dict[str, Any] = field(default_factory=dict)
    errors: tuple[str, ...] | None = None


class _Changes(Struct, frozen=True):
    data: _Change


class _Broadcast(Struct, frozen=True):
    event: str
    payload: Any = None


class _Typing(Struct, frozen=True):
    conversation_id: ConversationId
    user_id: UserId
    is_typing: bool


class _IsTyping(Struct, frozen=True):
    is_typing: bool


_BROADCASTS: dict[str, Any] = {"viewing": ViewingSeen, "read": CustomerRead}

decode_frame = msgspec.json.Decoder(Frame).decode


def change(payload: Any) -> GatewayEvent:
    """A `postgres_changes` payload: a row, a part of one, or a suspicion."""
    try:
        seen = msgspec.convert(payload, _Changes).data
    except msgspec.ValidationError:
        return RowSuspected("", "a row event made no sense")
    if seen.errors:
        return RowSuspected(seen.table, "; ".join(seen.errors))
    try:
        return _row_event(seen)
    except (msgspec.ValidationError, KeyError) as error:
        return RowSuspected(seen.table, f"a row made no sense: {error}")


def _row_event(seen: _Change) -> GatewayEvent:
    if seen.table not in RECORDS or seen.type == "DELETE":
        return RowSuspected(seen.table, f"an unexpected {seen.type}")
    if all(column.name in seen.record for column in seen.columns):
        return RowsStored((row_of(seen.table, seen.record),))
    fields = fields_of(seen.table, seen.record)
    return RowPatched(seen.table, key_in(seen.table, seen.record), fields["version"], fields)


def broadcast(payload: Any) -> GatewayEvent | None:
    """A broadcast is never a row: only who types, who looks, and how far a customer has read."""
    try:
        said = msgspec.convert(payload, _Broadcast)
        if said.event == "typing":
            typing = msgspec.convert(said.payload, _Typing)
            return TypingSeen(typing.conversation_id, typing.user_id, typing.is_typing, datetime.now(UTC))
        kind = _BROADCASTS.get(said.event)
        return None if kind is None else msgspec.convert(said.payload, kind)
    except msgspec.ValidationError:
        return None


def other_side_types(payload: Any) -> bool | None:
    """What a customer hears of typing: no more than whether; None where it is about something else."""
    try:
        said = msgspec.convert(payload, _Broadcast)
        return msgspec.convert(said.payload, _IsTyping).is_typing if said.event == "typing" else None
    except msgspec.ValidationError:
        return None


def hands_changed(payload: Any) -> bool:
    """Whether a broadcast hints to a customer that their conversation stands otherwise: a reason to ask, no answer."""
    try:
        return msgspec.convert(payload, _Broadcast).event == "status"
    except msgspec.ValidationError:
        return False


class Roster:
    """Who is connected, kept from `presence_state` and `presence_diff`. One person may be here several times."""

    def __init__(self) -> None:
        self._here: dict[str, dict[str, Availability]] = {}

    def replace(self, payload: Any) -> None:
        """The whole list (`presence_state`)."""
        self._here = {key: metas for key, entry in _items(payload) if (metas := _metas(entry))}

    def change(self, payload: Any) -> None:
        """Who came, and who left (`presence_diff`)."""
        diff = payload if isinstance(payload, Mapping) else {}
        for key, entry in _items(diff.get("joins")):
            self._here.setdefault(key, {}).update(_metas(entry))
        for key, entry in _items(diff.get("leaves")):
            rest = {ref: meta for ref, meta in self._here.get(key, {}).items() if ref not in _metas(entry)}
            self._here[key] = rest
        self._here = {key: metas for key, metas in self._here.items() if metas}

    def agents(self) -> dict[UserId, Availability]:
        """Everybody, each with the most present of what their clients say."""
        order = list(Availability)
        return {UserId(key): min(metas.values(), key=order.index) for key, metas in self._here.items()}


def _items(payload: Any) -> list[tuple[str, Any]]:
    return list(payload.items()) if isinstance(payload, Mapping) else []


def _metas(entry: Any) -> dict[str, Availability]:
    metas = entry.get("metas") if isinstance(entry, Mapping) else None
    return {
        str(meta.get("phx_ref")): _availability(meta.get("availability"))
        for meta in (metas if isinstance(metas, list) else [])
        if isinstance(meta, Mapping)
    }


def _availability(said: Any) -> Availability:
    return Availability(said) if said in list(Availability) else Availability.ONLINE
