"""Rows as short as a test wants to say them."""

from datetime import UTC, datetime, timedelta
from typing import Any

from chattui.model.events import PageLoaded, SnapshotTaken
from chattui.model.records import (
    Availability,
    Contact,
    ContactId,
    Conversation,
    ConversationEvent,
    ConversationId,
    Label,
    LabelId,
    Labelling,
    Message,
    MessageId,
    Note,
    NoteId,
    Organization,
    OrgId,
    Profile,
    ReadMark,
    Role,
    Row,
    Sender,
    Status,
    Tail,
    Template,
    TemplateId,
    UserId,
)

T0 = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
ORG = OrgId("org")
ANA, BO, CUSTOMER = UserId("ana"), UserId("bo"), UserId("rosa's sign-in")
ROSA = ContactId("rosa")
A, B, C = ConversationId("a"), ConversationId("b"), ConversationId("c")


def at(seconds: float) -> datetime:
    return T0 + timedelta(seconds=seconds)


def stamped(version: int = 1, seconds: float = 0) -> dict[str, Any]:
    return {"org_id": ORG, "version": version, "created_at": at(seconds), "updated_at": at(seconds)}


def organization() -> Organization:
    return Organization(id=ORG, name="Acme Support", slug="acme", **stamped())


def profile(user_id: UserId = ANA, name: str = "Ana Torres", version: int = 1, role: Role = Role.AGENT) -> Profile:
    return Profile(id=user_id, display_name=name, role=role, availability=Availability.ONLINE, **stamped(version))


BO_ROW = profile(BO, "Bo Lind")


def contact(name: str | None = "Rosa Díaz", version: int = 1, **more: Any) -> Contact:
    return Contact(id=ROSA, user_id=CUSTOMER, name=name, **more, **stamped(version))


def conversation(conversation_id: str = "a", status: Status = Status.AI, version: int = 1, **more: Any) -> Conversation:
    """An active one is Ana's, a waiting one waits since `version` seconds, unless told."""
    usual: dict[str, Any] = {
        "assigned_to": ANA if status is Status.ACTIVE else None,
        "waiting_since": at(version) if status is Status.WAITING else None,
    }
    fields = {"contact_id": ROSA, **usual, **more, **stamped(version)}
    return Conversation(id=ConversationId(conversation_id), status=status, **fields)


def tail(conversation_id: str = "a", last_seq: int = 0, inbound: int = 0, version: int | None = None) -> Tail:
    return Tail(
        conversation_id=ConversationId(conversation_id),
        last_seq=last_seq,
        inbound_count=inbound,
        last_message_at=at(last_seq) if last_seq else None,
        last_message_preview=f"line {last_seq}" if last_seq else None,
        last_sender_type=Sender.CUSTOMER if last_seq else None,
        **stamped(version or 1 + last_seq),
    )


def message(seq: int, body: str | None = None, conversation_id: str = "a", version: int = 1, **more: Any) -> Message:
    """A customer's, unless told."""
    usual: dict[str, Any] = {"id": MessageId(f"{conversation_id}{seq}"), "sender_type": Sender.CUSTOMER}
    return Message(
        conversation_id=ConversationId(conversation_id),
        seq=seq,
        inbound_no=more.pop("inbound_no", seq),
        body=f"line {seq}" if body is None else body,
        **{**usual, **more},
        **stamped(version, seq),
    )


def mine(seq: int, body: str = "words", key: str = "m") -> Message:
    return message(seq, body, id=MessageId(key), sender_type=Sender.AGENT, sender_id=ANA, inbound_no=0)


def note(key: str, after_seq: int, body: str = "a note", seconds: float = 0, version: int = 1, **more: Any) -> Note:
    usual: dict[str, Any] = {"author_id": BO}
    return Note(
        id=NoteId(key),
        conversation_id=A,
        after_seq=after_seq,
        body=body,
        **{**usual, **more},
        **stamped(version, seconds),
    )


def audit(key: str, after_seq: int, kind: str = "taken", seconds: float = 0, **more: Any) -> ConversationEvent:
    usual: dict[str, Any] = {"actor_id": BO}
    return ConversationEvent(
        id=key, conversation_id=A, after_seq=after_seq, kind=kind, **{**usual, **more}, **stamped(1, seconds)
    )


def read_mark(seq: int, inbound: int, user_id: UserId = ANA, conversation_id: str = "a") -> ReadMark:
    return ReadMark(
        conversation_id=ConversationId(conversation_id),
        user_id=user_id,
        last_read_seq=seq,
        last_read_inbound=inbound,
        **stamped(1 + seq),
    )


def label(key: str = "vip", version: int = 1, **more: Any) -> Label:
    return Label(id=LabelId(key), name=more.pop("name", key), **more, **stamped(version))


def labelling(label_id: str = "vip", conversation_id: str = "a", version: int = 1, **more: Any) -> Labelling:
    return Labelling(
        id=f"{conversation_id}:{label_id}",
        conversation_id=ConversationId(conversation_id),
        contact_id=ROSA,
        label_id=LabelId(label_id),
        **more,
        **stamped(version),
    )


def template(shortcut: str, body: str = "", **more: Any) -> Template:
    return Template(id=TemplateId(shortcut), shortcut=shortcut, title=shortcut.title(), body=body, **more, **stamped())


def snapshot(*rows: Row) -> SnapshotTaken:
    """Of Acme, as Ana sees it; she has a colleague Bo, and a customer Rosa."""
    return SnapshotTaken(ANA, ORG, T0, (organization(), profile(), BO_ROW, contact(), *rows))


def page(lo: int, hi: int, *rows: Row, conversation_id: str = "a") -> PageLoaded:
    messages = tuple(message(seq, conversation_id=conversation_id) for seq in range(lo, hi + 1))
    return PageLoaded(ConversationId(conversation_id), lo, hi, (*messages, *rows))
