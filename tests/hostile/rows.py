"""Every field that others write, filled with given words: a desk of ten conversations, whatever is said in it."""

from collections.abc import Callable, Iterator, Sequence
from datetime import datetime, timedelta
from typing import Any

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
    Metadata,
    Note,
    NoteId,
    Organization,
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
from tests.scripted import ANA, BO, ORG

NOW = datetime.fromisoformat("2026-11-20T14:07:00+00:00")
SLOTS = 10
"""Conversations, labels, colleagues and canned replies: so many words each field takes at once."""
FIELDS = (
    *("organisation's name", "customer's name", "e-mail", "phone", "attribute's name", "attribute", "nested attribute"),
    *("subject", "channel", "hand-off reason", "preview", "message", "attachment's name", "attachment's address"),
    *("note", "event's kind", "event's reason", "event's data", "label", "label's colour", "colleague's name"),
    *("shortcut", "title of a reply", "body of a reply", "summary", "sentiment", "intent", "language"),
    *("metadata's name", "metadata", "refusal", "reason of a refused message", "reason of an outage", "failure"),
)
Say = Callable[[str, int], str]
"""The words of a field in a slot."""

STATUSES = (*(Status.WAITING,) * 4, *(Status.ACTIVE,) * 4, Status.AI, Status.CLOSED)
KINDS = ("requested", "closed", "taken", "transferred", "labelled", "snoozed", "reopened", "handed_back", "prioritised")
SPEAKERS = (Sender.CUSTOMER, Sender.AGENT, Sender.AI, Sender.SYSTEM)


Pages = Sequence[Sequence[str]]
"""Each page fills all fields with as many words as there are slots."""


def pages_of(words: Sequence[str]) -> Pages:
    """All of the words, a page after another; the last one is filled up with the first words."""
    return [(*words[first : first + SLOTS], *words)[:SLOTS] for first in range(0, len(words), SLOTS)]


def laid_out(page: Sequence[str]) -> Say:
    """The words of a page dealt out so that each field has all of them over its slots."""

    def say(field: str, slot: int) -> str:
        return page[(slot + FIELDS.index(field)) % len(page)]

    return say


def conversation_id(slot: int) -> ConversationId:
    return ConversationId(f"{slot}0000000-0000-4000-8000-000000000000")


def ago(days: float) -> datetime:
    return NOW - timedelta(days=days)


def rows(say: Say, version: int) -> list[Row]:
    """The whole desk; a page later is the same desk in a newer version, with other words."""
    return [row for part in (_team, _replies, _conversations) for row in part(say, version)]


def _stamp(version: int, days: float = 5) -> dict[str, Any]:
    return {"org_id": ORG, "version": version, "created_at": ago(days), "updated_at": ago(days)}


def colleague(slot: int) -> UserId:
    return BO if slot == 1 else UserId(f"colleague-{slot}")


def _team(say: Say, version: int) -> Iterator[Row]:
    yield Organization(id=ORG, name=say("organisation's name", 0), slug="o", **_stamp(version))
    yield Profile(id=ANA, display_name="Ana Torres", role=Role.ADMIN, **_stamp(version))
    for slot in range(1, SLOTS):
        name = say("colleague's name", slot)
        yield Profile(id=colleague(slot), display_name=name, availability=Availability.ONLINE, **_stamp(version))


def _replies(say: Say, version: int) -> Iterator[Row]:
    for slot in range(SLOTS):
        yield Label(
            id=LabelId(f"label-{slot}"), name=say("label", slot), colour=say("label's colour", slot), **_stamp(version)
        )
        yield Template(
            id=TemplateId(f"reply-{slot}"),
            shortcut=say("shortcut", slot),
            title=say("title of a reply", slot),
            body=say("body of a reply", slot),
            **_stamp(version),
        )


def _conversations(say: Say, version: int) -> Iterator[Row]:
    for slot in range(SLOTS):
        yield from _about(say, version, slot)
        yield from _said(say, version, slot)


def _about(say: Say, version: int, slot: int) -> Iterator[Row]:
    one, contact = conversation_id(slot), ContactId(f"contact-{slot}")
    yield Contact(
        id=contact,
        name=say("customer's name", slot),
        email=say("e-mail", slot),
        phone=say("phone", slot),
        attributes={
            say("attribute's name", slot): say("attribute", slot),
            "nested": {say("attribute's name", slot): [say("nested attribute", slot)]},
        },
        **_stamp(version),
    )
    status = STATUSES[slot]
    yield Conversation(
        id=one,
        contact_id=contact,
        status=status,
        assigned_to=None if status is not Status.ACTIVE else ANA if slot < 7 else BO,
        subject=say("subject", slot),
        channel=say("channel", slot),
        handoff_reason=say("hand-off reason", slot),
        waiting_since=ago(3) if status is Status.WAITING else None,
        **_stamp(version, 4 + slot),
    )
    yield Conversation(
        id=ConversationId(f"past-{slot}"),
        contact_id=contact,
        status=Status.CLOSED,
        subject=say("subject", slot + 1),
        **_stamp(version, 900 + slot),
    )
    yield Labelling(
        id=f"on-{slot}", conversation_id=one, contact_id=contact, label_id=LabelId(f"label-{slot}"), **_stamp(version)
    )
    yield Metadata(
        conversation_id=one,
        summary=say("summary", slot),
        sentiment=say("sentiment", slot),
        intent=say("intent", slot),
        language=say("language", slot),
        data={say("metadata's name", slot): say("metadata", slot), "deep": {"a": [say("metadata", slot + 1)]}},
        **_stamp(version),
    )


def _said(say: Say, version: int, slot: int) -> Iterator[Row]:
    one = conversation_id(slot)
    for place in range(SLOTS):
        yield _message(say, version, slot, place)
    yield Note(
        id=NoteId(f"note-{slot}"),
        conversation_id=one,
        after_seq=9,
        author_id=BO,
        body=say("note", slot),
        **_stamp(version),
    )
    for place, kind in enumerate((say("event's kind", slot), *KINDS)):
        yield ConversationEvent(
            id=f"event-{slot}-{place}",
            conversation_id=one,
            after_seq=place,
            kind=kind,
            actor_id=colleague(place),
            data={
                "reason": say("event's reason", slot + place),
                "assigned_to": colleague((place + 1) % SLOTS),
                "label_id": f"label-{place}",
                say("event's data", slot): say("event's data", place),
            },
            **_stamp(version),
        )
    yield Tail(
        conversation_id=one,
        last_seq=SLOTS,
        inbound_count=SLOTS,
        last_message_at=ago(4 + slot),
        last_message_preview=say("preview", slot),
        last_sender_type=SPEAKERS[slot % 4],
        **_stamp(version),
    )
    yield ReadMark(conversation_id=one, user_id=ANA, last_read_seq=SLOTS, last_read_inbound=SLOTS, **_stamp(version))


def _message(say: Say, version: int, slot: int, place: int) -> Message:
    sender = SPEAKERS[place % 4]
    attachment = {"name": say("attachment's name", place), "url": say("attachment's address", place)}
    return Message(
        id=MessageId(f"message-{slot}-{place}"),
        conversation_id=conversation_id(slot),
        seq=place + 1,
        inbound_no=place + 1,
        sender_type=sender,
        sender_id=colleague(place) if sender is Sender.AGENT else None,
        body=say("message", place),
        metadata={"attachments": [attachment]},
        edited_at=ago(4) if place == 5 else None,
        **_stamp(version, 4.5),
    )
