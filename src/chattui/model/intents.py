"""What an agent wants. Imperative; each is one RPC of the database and safe to repeat."""

from datetime import datetime

from msgspec import Struct

from chattui.model.records import (
    Availability,
    ContactId,
    ConversationId,
    LabelId,
    MessageId,
    NoteId,
    UserId,
)


class TakeOver(Struct, frozen=True):
    """Make the conversation mine; `force` (admins) takes it from another agent."""

    conversation_id: ConversationId
    force: bool = False


class TakeNext(Struct, frozen=True):
    """Take the oldest waiting one; a repeat with the same `request_id` returns the same conversation."""

    request_id: str


class HandBack(Struct, frozen=True):
    """Give it to the AI."""

    conversation_id: ConversationId
    force: bool = False


class Requeue(Struct, frozen=True):
    """Put it back among the waiting, unassigned."""

    conversation_id: ConversationId
    force: bool = False


class Transfer(Struct, frozen=True):
    """Give it to a colleague."""

    conversation_id: ConversationId
    assigned_to: UserId
    force: bool = False


class Close(Struct, frozen=True):
    """End it. A customer's next words open it again."""

    conversation_id: ConversationId
    force: bool = False


class Reopen(Struct, frozen=True):
    """Open a closed one again, as mine."""

    conversation_id: ConversationId


class Snooze(Struct, frozen=True):
    """Hide it from take_next until then; None wakes it."""

    conversation_id: ConversationId
    snoozed_until: datetime | None


class SetPriority(Struct, frozen=True):
    """0 none … 3 urgent."""

    conversation_id: ConversationId
    priority: int


class SendMessage(Struct, frozen=True):
    """Say something to the customer. `id` is the row's id: a retry changes nothing."""

    id: MessageId
    conversation_id: ConversationId
    body: str


class AddNote(Struct, frozen=True):
    """Leave words for colleagues. `id` is the row's id."""

    id: NoteId
    conversation_id: ConversationId
    body: str
    mentions: tuple[UserId, ...] = ()


class SetLabel(Struct, frozen=True):
    """Put a label on a conversation, or take it off."""

    conversation_id: ConversationId
    label_id: LabelId
    present: bool


class UpdateContact(Struct, frozen=True, omit_defaults=True):
    """Correct what is known of a customer; None leaves a field as it is."""

    contact_id: ContactId
    name: str | None = None
    email: str | None = None
    phone: str | None = None


class MarkRead(Struct, frozen=True):
    """I have seen everything up to `last_read_seq`. Marks never move back."""

    conversation_id: ConversationId
    last_read_seq: int


class UpdateProfile(Struct, frozen=True, omit_defaults=True):
    """Change how I am reached; None leaves a field as it is."""

    availability: Availability | None = None
    notifications_enabled: bool | None = None


class RequestHuman(Struct, frozen=True):
    """Bots: a person is needed, for this reason."""

    conversation_id: ConversationId
    handoff_reason: str


class SetMetadata(Struct, frozen=True, omit_defaults=True):
    """Bots: what the AI makes of a conversation; None leaves a field as it is."""

    conversation_id: ConversationId
    summary: str | None = None
    sentiment: str | None = None
    intent: str | None = None
    language: str | None = None


HandOff = TakeOver | TakeNext | HandBack | Requeue | Transfer | Close | Reopen
"""Never optimistic: the row shows `…` until the database has answered; refused while offline."""

BotIntent = RequestHuman | SetMetadata
"""What only a bot may ask for."""

Intent = (
    HandOff
    | Snooze
    | SetPriority
    | SendMessage
    | AddNote
    | SetLabel
    | UpdateContact
    | MarkRead
    | UpdateProfile
    | BotIntent
)


class Typing(Struct, frozen=True):
    """I am writing to this customer, or have stopped."""

    conversation_id: ConversationId
    is_typing: bool


class Viewing(Struct, frozen=True):
    """I am looking at this conversation, or at none."""

    conversation_id: ConversationId | None


Signal = Typing | Viewing
"""Best effort, never stored, never retried."""
