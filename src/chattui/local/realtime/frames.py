"""Phoenix frames as pure data: what a client's bytes mean, and the bytes of what the server says.

Malformed input is never an error here: the wire drops it silently, so `decode` answers None.
"""

from dataclasses import dataclass
from typing import Any, Protocol, TypeAlias

import msgspec
from msgspec import Raw, Struct

Ref: TypeAlias = str | int | None


class Frame(Struct, frozen=True):
    """A text frame of a client. The payload stays raw JSON: most are only passed on."""

    topic: str
    event: str
    payload: Raw
    ref: Ref
    join_ref: Ref = None


class _ArrayFrame(Struct, frozen=True, array_like=True):
    join_ref: Ref
    ref: Ref
    topic: str
    event: str
    payload: Raw


@dataclass(frozen=True, slots=True)
class UserPush:
    """A binary broadcast of a client (kind 3): its payload is opaque, even when it says JSON."""

    topic: str
    event: str
    payload: bytes
    is_json: bool
    ref: Ref
    join_ref: Ref


@dataclass(frozen=True, slots=True)
class Push:
    """Anything the server says but a `UserBroadcast`. `payload` is JSON-able or raw JSON."""

    topic: str
    event: str
    payload: Any
    ref: Ref = None
    join_ref: Ref = None


@dataclass(frozen=True, slots=True)
class UserBroadcast:
    """A broadcast that travels as kind 4 to those who speak 2.0.0, because it came in binary or from the database."""

    topic: str
    event: str
    payload: bytes
    is_json: bool = True
    id: str | None = None

    @property
    def meta(self) -> dict[str, str]:
        """What the server adds: the row's id when it came from the database, else nothing."""
        return {"id": self.id} if self.id else {}

    def as_push(self) -> Push:
        """The same in JSON, as 1.0.0 gets it."""
        payload = {"type": "broadcast", "event": self.event, "payload": Raw(self.payload)}
        return Push(self.topic, "broadcast", payload | ({"meta": self.meta} if self.id else {}))


Outgoing: TypeAlias = Push | UserBroadcast
Incoming: TypeAlias = Frame | UserPush


class Codec(Protocol):
    """One version of the serialisation."""

    @property
    def objects_only(self) -> bool:
        """Whether a broadcast whose payload is no object kills its channel."""

    def decode(self, data: str | bytes) -> Incoming | None:
        """Answer what the bytes mean, None when nothing."""

    def encode(self, message: Outgoing) -> str | bytes | None:
        """Answer the frame, None when this version cannot carry the message."""


class Version1:
    """vsn 1.0.0: JSON objects, text only, never a `join_ref` from the server."""

    objects_only = False
    _decoder = msgspec.json.Decoder(Frame)

    def decode(self, data: str | bytes) -> Incoming | None:
        """Refuse binary frames and objects that lack topic, event, payload or ref."""
        frame: Frame | None = None if isinstance(data, bytes) else _quietly(self._decoder, data)
        return frame

    def encode(self, message: Outgoing) -> str | bytes | None:
        """Leave out broadcasts whose payload is no JSON."""
        if isinstance(message, UserBroadcast):
            return self.encode(message.as_push()) if message.is_json else None
        body = {"ref": message.ref, "event": message.event, "payload": message.payload, "topic": message.topic}
        return msgspec.json.encode(body).decode()


class Version2:
    """vsn 2.0.0: JSON arrays, and binary frames for user broadcasts."""

    objects_only = True
    _decoder = msgspec.json.Decoder(_ArrayFrame)

    def decode(self, data: str | bytes) -> Incoming | None:
        """Ignore surplus array elements; of the binary kinds only 3 means something."""
        if isinstance(data, bytes):
            return _user_push(data)
        array = _quietly(self._decoder, data)
        if array is None:
            return None
        return Frame(array.topic, array.event, array.payload, array.ref, array.join_ref)

    def encode(self, message: Outgoing) -> str | bytes | None:
        """Answer bytes for a user broadcast that fits the one-byte lengths, text for the rest."""
        if isinstance(message, UserBroadcast):
            return _user_broadcast(message)
        body = (message.join_ref, message.ref, message.topic, message.event, message.payload)
        return msgspec.json.encode(body).decode()


CODECS: dict[str, Codec] = {"1.0.0": Version1(), "2.0.0": Version2()}
"""By the `vsn` of the handshake."""


def _quietly(decoder: msgspec.json.Decoder[Any], data: str) -> Any:
    try:
        return decoder.decode(data)
    except (msgspec.MsgspecError, UnicodeError, RecursionError):
        return None


_KIND_PUSH, _KIND_BROADCAST, _PUSH_HEADER = 3, 4, 7


def _user_push(data: bytes) -> UserPush | None:
    """Read `03 | five lengths | encoding | join_ref | ref | topic | event | meta | payload`; meta is dropped."""
    if len(data) < _PUSH_HEADER or data[0] != _KIND_PUSH:
        return None
    parts, offset = [], _PUSH_HEADER
    for length in data[1:6]:
        parts.append(data[offset : offset + length])
        offset += length
    if offset > len(data):
        return None
    try:
        join_ref, ref, topic, event = (part.decode() for part in parts[:4])
    except UnicodeDecodeError:
        return None
    return UserPush(topic, event, data[offset:], data[6] == 1, ref or None, join_ref or None)


def _user_broadcast(message: UserBroadcast) -> bytes | None:
    meta = msgspec.json.encode(message.meta) if message.id else b""
    parts = [message.topic.encode(), message.event.encode(), meta]
    if any(len(part) > 255 for part in parts):  # noqa: PLR2004  (each length is one byte)
        return None
    lengths = bytes(len(part) for part in parts)
    return bytes([_KIND_BROADCAST]) + lengths + bytes([message.is_json]) + b"".join(parts) + message.payload
