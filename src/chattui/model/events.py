"""What happened. Past tense; the only thing that changes a store.

Events may come in any order, twice, or not at all: `version` and `seq` decide what a store makes of them, and a
`RowsStored` of a later sync brings what was lost.
"""

from collections.abc import Mapping
from datetime import datetime
from enum import StrEnum
from typing import Any

from msgspec import Struct

from chattui.model.records import (
    Availability,
    ConversationId,
    MessageId,
    NoteId,
    OrgId,
    Row,
    UserId,
)


class RowsStored(Struct, frozen=True):
    """Complete rows: of a snapshot, a sync, an answer, or an INSERT. Each replaces a row of a version ≤ its own."""

    rows: tuple[Row, ...]


class RowPatched(Struct, frozen=True):
    """An UPDATE that left large columns out. Merged only where the known row's version is exactly `version - 1`."""

    table: str
    key: str
    version: int
    fields: Mapping[str, Any]


class ConversationGone(Struct, frozen=True):
    """I may no longer see it."""

    conversation_id: ConversationId
    version: int


class SnapshotTaken(Struct, frozen=True):
    """A first load begins: all but `rows` is unknown from here on, but for what the outbox holds.

    `RowsLoaded` bring the rest of it.
    """

    me: UserId
    org_id: OrgId
    now: datetime
    rows: tuple[Row, ...]


class RowsLoaded(Struct, frozen=True):
    """A later part of a first load: rows as in `RowsStored`, but that nobody is to hear of."""

    rows: tuple[Row, ...]


class PageLoaded(Struct, frozen=True):
    """The messages `lo..hi` of a thread without a hole, with the notes and audit lines between them.

    `lo` = 1 means that the thread begins here; an empty thread has `lo` 1 and `hi` 0.
    """

    conversation_id: ConversationId
    lo: int
    hi: int
    rows: tuple[Row, ...]


class ThreadDropped(Struct, frozen=True):
    """A thread nobody looks at was let go: its conversation stays, its window is empty again."""

    conversation_id: ConversationId


class TypingSeen(Struct, frozen=True):
    """Somebody types, or has stopped. It fades 5 s after `at`, and with that person's next message."""

    conversation_id: ConversationId
    user_id: UserId
    is_typing: bool
    at: datetime


class ViewingSeen(Struct, frozen=True):
    """A colleague looks at a conversation, or at none."""

    conversation_id: ConversationId | None
    user_id: UserId


class PresenceSeen(Struct, frozen=True):
    """Everybody who is connected now, whole; who is not in it has left."""

    agents: Mapping[UserId, Availability]


class CustomerRead(Struct, frozen=True):
    """The customer has seen everything up to `last_read_seq`."""

    conversation_id: ConversationId
    user_id: UserId
    last_read_seq: int


class Delivery(StrEnum):
    """How far something I wrote has come."""

    QUEUED = "queued"
    SENT = "sent"
    REFUSED = "refused"


class MessageQueued(Struct, frozen=True):
    """I wrote a message; it stands at the end of its thread until the row of this id comes back."""

    id: MessageId
    conversation_id: ConversationId
    body: str
    at: datetime
    delivery: Delivery = Delivery.QUEUED
    reason: str = ""


class NoteQueued(Struct, frozen=True):
    """I wrote a note; as `MessageQueued`."""

    id: NoteId
    conversation_id: ConversationId
    body: str
    at: datetime
    delivery: Delivery = Delivery.QUEUED
    reason: str = ""


class DeliveryChanged(Struct, frozen=True):
    """It left (`sent`), waits again (`queued`), or was refused for `reason`."""

    id: MessageId | NoteId
    delivery: Delivery
    reason: str = ""


class OutboxDiscarded(Struct, frozen=True):
    """What was refused is given up."""

    id: MessageId | NoteId


class DraftChanged(Struct, frozen=True):
    """A conversation has, or no longer has, words that were not sent."""

    conversation_id: ConversationId
    present: bool


class HandOffAsked(Struct, frozen=True):
    """A hand-off is on its way: the row shows `…`."""

    conversation_id: ConversationId


class HandOffAnswered(Struct, frozen=True):
    """It was answered, either way."""

    conversation_id: ConversationId


class LinkState(StrEnum):
    """What the header says of the live connection."""

    CONNECTING = "connecting"
    CATCHING_UP = "catching up"
    LIVE = "live"
    OFFLINE = "offline"


class LinkChanged(Struct, frozen=True):
    """The live connection, told truly. `since` is when this state began; `reason` is one sentence for a person.

    `pending`: so much of a first load or a sync is still to come, and so many events wait for it.
    """

    state: LinkState
    since: datetime
    pending: int = 0
    reason: str = ""


class ChannelJoined(Struct, frozen=True):
    """The server says that row events flow from here on (again). What came before may have a gap: sync."""


class ChannelLost(Struct, frozen=True):
    """No row events until the next `ChannelJoined`; the gateway goes on trying."""

    reason: str


class RowSuspected(Struct, frozen=True):
    """The server sent a row it could not show whole (`errors`), or a frame that made no sense: sync."""

    table: str
    reason: str


Event = (
    RowsStored
    | RowPatched
    | ConversationGone
    | SnapshotTaken
    | RowsLoaded
    | PageLoaded
    | ThreadDropped
    | TypingSeen
    | ViewingSeen
    | PresenceSeen
    | CustomerRead
    | MessageQueued
    | NoteQueued
    | DeliveryChanged
    | OutboxDiscarded
    | DraftChanged
    | HandOffAsked
    | HandOffAnswered
    | LinkChanged
)
"""What a store applies."""

GatewayEvent = (
    RowsStored
    | RowPatched
    | TypingSeen
    | ViewingSeen
    | PresenceSeen
    | CustomerRead
    | ChannelJoined
    | ChannelLost
    | RowSuspected
)
"""What a gateway tells; the desk turns the channel's part into `LinkChanged` and a sync."""
