"""The rows of the database, as they were written.

Each struct is one table of `supabase/migrations`: same names, same meaning. Text is what its author wrote and must
never reach a terminal as it is: `chattui.text.inert` makes it safe. A column that this version of chattui does not
know is ignored; a missing one that it needs makes the row malformed (`msgspec.ValidationError`).
"""

from datetime import datetime
from enum import StrEnum
from typing import Any, ClassVar, NewType

from msgspec import Struct, field

OrgId = NewType("OrgId", str)
UserId = NewType("UserId", str)
"""Somebody who can sign in: an agent, an admin, a bot, a customer."""
ContactId = NewType("ContactId", str)
ConversationId = NewType("ConversationId", str)
MessageId = NewType("MessageId", str)
NoteId = NewType("NoteId", str)
LabelId = NewType("LabelId", str)
TemplateId = NewType("TemplateId", str)


class Status(StrEnum):
    """Who a conversation belongs to now."""

    AI = "ai"
    WAITING = "waiting"
    ACTIVE = "active"
    CLOSED = "closed"


class Sender(StrEnum):
    """Which side a message comes from."""

    CUSTOMER = "customer"
    AGENT = "agent"
    AI = "ai"
    SYSTEM = "system"


class Role(StrEnum):
    """What a profile may do."""

    AGENT = "agent"
    ADMIN = "admin"
    BOT = "bot"


class Availability(StrEnum):
    """What an agent says of themselves."""

    ONLINE = "online"
    AWAY = "away"
    OFFLINE = "offline"


class Record(Struct, frozen=True, kw_only=True):
    """What every row has: its tenant, and a version that counts up on every update."""

    TABLE: ClassVar[str]

    org_id: OrgId
    version: int
    created_at: datetime
    updated_at: datetime


class Organization(Record, frozen=True, kw_only=True):
    """The tenant. Not published: it travels by snapshot and sync."""

    TABLE: ClassVar[str] = "organizations"

    id: OrgId
    name: str
    slug: str
    settings: dict[str, Any] = field(default_factory=dict)


class Profile(Record, frozen=True, kw_only=True):
    """An agent, an admin or a bot; `id` is that of their auth user."""

    TABLE: ClassVar[str] = "profiles"

    id: UserId
    display_name: str
    role: Role = Role.AGENT
    notifications_enabled: bool = True
    availability: Availability = Availability.OFFLINE
    max_active: int = 5


class Contact(Record, frozen=True, kw_only=True):
    """A customer; `user_id` is their auth user, where they have one."""

    TABLE: ClassVar[str] = "contacts"

    id: ContactId
    user_id: UserId | None = None
    name: str | None = None
    email: str | None = None
    phone: str | None = None
    attributes: dict[str, Any] = field(default_factory=dict)
    blocked_at: datetime | None = None


class Conversation(Record, frozen=True, kw_only=True):
    """One thread with one customer.

    `assigned_to` is set exactly while `active`, `waiting_since` exactly while `waiting`.
    """

    TABLE: ClassVar[str] = "conversations"

    id: ConversationId
    contact_id: ContactId
    status: Status = Status.AI
    assigned_to: UserId | None = None
    last_agent_id: UserId | None = None
    subject: str | None = None
    channel: str = "web"
    priority: int = 0
    handoff_reason: str | None = None
    waiting_since: datetime | None = None
    snoozed_until: datetime | None = None
    closed_at: datetime | None = None
    closed_by: UserId | None = None


class Tail(Record, frozen=True, kw_only=True):
    """How far a conversation has come. Not published: a client derives it from each message it sees."""

    TABLE: ClassVar[str] = "conversation_tail"

    conversation_id: ConversationId
    last_seq: int = 0
    inbound_count: int = 0
    last_message_at: datetime | None = None
    last_message_preview: str | None = None
    last_sender_type: Sender | None = None


class Message(Record, frozen=True, kw_only=True):
    """What somebody said. `seq` is 1, 2, 3… without holes; `inbound_no` counts the customer's messages alone."""

    TABLE: ClassVar[str] = "messages"

    id: MessageId
    conversation_id: ConversationId
    seq: int
    inbound_no: int
    sender_type: Sender
    sender_id: UserId | None = None
    body: str
    metadata: dict[str, Any] = field(default_factory=dict)
    edited_at: datetime | None = None
    deleted_at: datetime | None = None


class ConversationEvent(Record, frozen=True, kw_only=True):
    """One audit line of a thread, for agents only; it stands after message `after_seq`.

    `kind` is one of taken, handed_back, requeued, transferred, closed, reopened, requested, snoozed, woken,
    prioritised, labelled, unlabelled. A kind that this version does not know is shown by its name.
    """

    TABLE: ClassVar[str] = "conversation_events"

    id: str
    conversation_id: ConversationId
    after_seq: int
    kind: str
    actor_id: UserId | None = None
    data: dict[str, Any] = field(default_factory=dict)


class ReadMark(Record, frozen=True, kw_only=True):
    """How far one person has read one conversation. It never moves back. Customers have one too."""

    TABLE: ClassVar[str] = "conversation_read_status"

    conversation_id: ConversationId
    user_id: UserId
    last_read_seq: int = 0
    last_read_inbound: int = 0
    last_read_at: datetime | None = None


class Note(Record, frozen=True, kw_only=True):
    """Internal text that no customer ever sees; it stands after message `after_seq`."""

    TABLE: ClassVar[str] = "conversation_notes"

    id: NoteId
    conversation_id: ConversationId
    after_seq: int
    author_id: UserId | None = None
    body: str
    mentions: list[UserId] = field(default_factory=list)
    deleted_at: datetime | None = None


class Label(Record, frozen=True, kw_only=True):
    """A word that agents put on conversations."""

    TABLE: ClassVar[str] = "labels"

    id: LabelId
    name: str
    colour: str | None = None
    deleted_at: datetime | None = None


class Labelling(Record, frozen=True, kw_only=True):
    """One label on one conversation, until `removed_at`."""

    TABLE: ClassVar[str] = "conversation_contact_labels"

    id: str
    conversation_id: ConversationId
    contact_id: ContactId
    label_id: LabelId
    added_by: UserId | None = None
    removed_at: datetime | None = None


class Metadata(Record, frozen=True, kw_only=True):
    """What the AI makes of a conversation."""

    TABLE: ClassVar[str] = "conversation_metadata"

    conversation_id: ConversationId
    summary: str | None = None
    sentiment: str | None = None
    intent: str | None = None
    language: str | None = None
    data: dict[str, Any] = field(default_factory=dict)


class Template(Record, frozen=True, kw_only=True):
    """A canned reply; `owner_id` is None where the whole organisation shares it."""

    TABLE: ClassVar[str] = "templates"

    id: TemplateId
    owner_id: UserId | None = None
    shortcut: str
    title: str
    body: str
    deleted_at: datetime | None = None


Row = (
    Organization
    | Profile
    | Contact
    | Conversation
    | Tail
    | Message
    | ConversationEvent
    | ReadMark
    | Note
    | Label
    | Labelling
    | Metadata
    | Template
)

RECORDS: dict[str, type[Row]] = {
    record.TABLE: record
    for record in (
        Organization,
        Profile,
        Contact,
        Conversation,
        Tail,
        Message,
        ConversationEvent,
        ReadMark,
        Note,
        Label,
        Labelling,
        Metadata,
        Template,
    )
}
"""Table name → record."""

PUBLISHED = tuple(name for name in RECORDS if name not in {"organizations", "conversation_tail"})
"""The tables of publication `supabase_realtime`."""


def key_of(row: Row) -> str:
    """The primary key of a row within its table."""
    match row:
        case Tail() | Metadata():
            return row.conversation_id
        case ReadMark():
            return f"{row.conversation_id}/{row.user_id}"
        case _:
            return row.id
