"""What the screen reads: frozen, ready to draw, every text already inert.

Queries build these; widgets draw them. No widget looks at a record.
"""

from collections.abc import Sequence
from datetime import datetime
from enum import StrEnum

from msgspec import Struct

from chattui.model.events import Delivery, LinkState
from chattui.model.records import (
    Availability,
    ContactId,
    ConversationId,
    LabelId,
    Sender,
    Status,
    TemplateId,
    UserId,
)
from chattui.text.inert import Inert


class View(StrEnum):
    """The lists of the left pane, in the order of the keys 1–5."""

    WAITING = "waiting"
    MINE = "mine"
    AI = "ai"
    ALL = "all"
    CLOSED = "closed"


class LabelChip(Struct, frozen=True):
    """A label as it is drawn."""

    id: LabelId
    name: Inert
    colour: str | None


class ListRow(Struct, frozen=True):
    """One conversation in the list."""

    id: ConversationId
    name: Inert
    status: Status
    assignee: Inert | None
    """Who has it, None where nobody has."""
    mine: bool
    reason: Inert | None
    """Why a person is asked for."""
    waiting_since: datetime | None
    last_at: datetime
    preview: Inert
    preview_sender: Sender | None
    preview_mine: bool
    delivery: Delivery | None
    """Set where the last line is my own and has no row yet."""
    read_by_customer: bool
    """The last line is ours, and the customer has seen it."""
    unread: int
    typing: tuple[Inert, ...]
    viewers: tuple[Inert, ...]
    labels: tuple[LabelChip, ...]
    priority: int
    snoozed_until: datetime | None
    pending: bool
    """A hand-off is on its way."""
    draft: bool


class EntryKind(StrEnum):
    """What a line of a thread is."""

    MESSAGE = "message"
    NOTE = "note"
    EVENT = "event"


class Entry(Struct, frozen=True):
    """One thing in a thread: a message, a note, or an audit line. Equal entries draw the same."""

    key: str
    kind: EntryKind
    seq: int
    """Of a message; of the message it stands after, for notes and audit lines; `last_seq + 1`… while queued."""
    at: datetime
    sender: Sender | None
    author: Inert
    """A name, ready to draw: "Rosa Díaz", "Ana Torres", "AI"; empty for audit lines."""
    author_id: UserId | None
    mine: bool
    body: Inert
    delivery: Delivery | None
    """None for a row of the database; else how far my own words have come."""
    reason: Inert | None
    """Why they were refused."""
    edited: bool
    deleted: bool


class Thread(Struct, frozen=True):
    """A conversation as the right pane shows it. `entries` are in the order in which they are read."""

    conversation_id: ConversationId
    entries: Sequence[Entry]
    """Never changes once handed out. Indexing is O(log notes); `store.entries.kept` tells what a later one shares."""
    loaded: bool
    """False until the first page has come."""
    complete: bool
    """True where the beginning is loaded; else scrolling up loads older pages."""
    last_seq: int
    """The conversation's newest message, loaded or not."""
    my_read_seq: int
    customer_read_seq: int


class ThreadHead(Struct, frozen=True):
    """The line above a thread."""

    id: ConversationId
    name: Inert
    status: Status
    assignee: Inert | None
    mine: bool
    waiting_since: datetime | None
    reason: Inert | None
    labels: tuple[LabelChip, ...]
    viewers: tuple[Inert, ...]
    typing: tuple[Inert, ...]
    priority: int
    snoozed_until: datetime | None
    pending: bool


class PastConversation(Struct, frozen=True):
    """Another conversation of the same customer."""

    id: ConversationId
    at: datetime
    status: Status
    subject: Inert


class CustomerPanel(Struct, frozen=True):
    """What is known of a customer."""

    contact_id: ContactId
    name: Inert
    email: Inert | None
    phone: Inert | None
    blocked: bool
    attributes: tuple[tuple[Inert, Inert], ...]
    labels: tuple[LabelChip, ...]
    summary: Inert | None
    sentiment: Inert | None
    intent: Inert | None
    language: Inert | None
    metadata: tuple[tuple[Inert, Inert], ...]
    past: tuple[PastConversation, ...]
    notes: tuple[tuple[Inert, Inert], ...]
    """(author, text), oldest first."""


class Unsent(Struct, frozen=True):
    """Something that I wrote and that is not stored."""

    conversation_id: ConversationId
    name: Inert | None
    """The customer's; None where I no longer see the conversation."""
    preview: Inert
    entry: Entry


class Header(Struct, frozen=True):
    """The top line."""

    organization: Inert
    me: Inert
    availability: Availability
    active: int
    max_active: int
    unread: int
    """Mine plus Waiting."""
    queued: int
    """What I wrote that is not stored yet."""
    refused: int
    link: LinkState
    link_since: datetime
    link_pending: int
    link_reason: Inert
    notifications: bool = True
    """My profile's `notifications_enabled`."""
    admin: bool = False
    """I may do to a colleague's conversation what else only they may."""


class Colleague(Struct, frozen=True):
    """Somebody a conversation can be given to."""

    id: UserId
    name: Inert
    availability: Availability
    """As presence says; offline for who is not connected."""
    active: int
    max_active: int


class Reply(Struct, frozen=True):
    """A template as the picker shows it; `body` is the raw text with its variables filled in."""

    id: TemplateId
    shortcut: Inert
    title: Inert
    preview: Inert
    body: str
    missing: tuple[str, ...] = ()
    """Variables that stay in `body` as they are written: unknown ones, and those whose value nobody knows."""


class NoticeKind(StrEnum):
    """Why something is worth a bell."""

    WAITING = "waiting"
    MESSAGE = "message"
    ASSIGNED = "assigned"
    MENTION = "mention"
    TAKEN = "taken"


class Notice(Struct, frozen=True):
    """Something happened that needs me; never something that I did myself."""

    kind: NoticeKind
    conversation_id: ConversationId
    name: Inert
    """Whose conversation it is."""
    text: Inert
    """What was said or done, or why a person is asked for; may be empty."""
