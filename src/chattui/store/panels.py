"""What is known of a customer, for the panel beside the thread."""

import json
from collections.abc import Iterable, Mapping
from datetime import datetime
from itertools import islice
from typing import Any

from chattui.model.records import Conversation, ConversationId, Note
from chattui.store.projections import CustomerPanel, LabelChip, PastConversation
from chattui.store.state import State
from chattui.text.inert import Inert, inert, inert_line

PAST = 10
"""Earlier conversations that a panel shows."""
LONGEST = 2_000
MOST = 100


def panel(state: State, conversation: Conversation, labels: tuple[LabelChip, ...]) -> CustomerPanel:
    """The customer of a conversation, what the AI makes of it, and what was before."""
    contact = state.contacts.get(conversation.contact_id)
    metadata = state.metadata.get(conversation.id)
    return CustomerPanel(
        contact_id=conversation.contact_id,
        name=state.customer_name(conversation.id),
        email=_line(contact.email if contact else None),
        phone=_line(contact.phone if contact else None),
        blocked=contact is not None and contact.blocked_at is not None,
        attributes=pairs(contact.attributes if contact else {}),
        labels=labels,
        summary=_line(metadata.summary if metadata else None),
        sentiment=_line(metadata.sentiment if metadata else None),
        intent=_line(metadata.intent if metadata else None),
        language=_line(metadata.language if metadata else None),
        metadata=pairs(metadata.data if metadata else {}),
        past=tuple(_past(state, conversation)),
        notes=tuple(_notes(state, conversation.id)),
    )


def _line(text: str | None) -> Inert | None:
    return (inert_line(text) or None) if text else None


def pairs(values: Mapping[str, Any]) -> tuple[tuple[Inert, Inert], ...]:
    """Names and values as they can be drawn, in the order of the row; what is no text is shown as JSON.

    Of each no more than `LONGEST` characters, and no more than `MOST` of them: a panel is drawn again and again.
    """
    return tuple(
        (inert_line(name[:LONGEST]), inert_line(_told(value)[:LONGEST])) for name, value in islice(values.items(), MOST)
    )


def _told(value: Any) -> str:
    """What somebody may have put there: half a character, or lists in lists without end."""
    if isinstance(value, str):
        return value
    try:
        return json.dumps(value, ensure_ascii=False, separators=(",", ":"))
    except (RecursionError, ValueError):
        return "…"


def _past(state: State, conversation: Conversation) -> Iterable[PastConversation]:
    others = state.of_contact[conversation.contact_id] - {conversation.id}
    known = [found for one in others if (found := state.conversations.get(one))]
    newest = sorted(known, key=lambda one: (_last(state, one), one.id), reverse=True)
    return (_one(state, one) for one in newest[:PAST])


def _last(state: State, conversation: Conversation) -> datetime:
    return state.tail(conversation.id).last_at or conversation.created_at


def _one(state: State, past: Conversation) -> PastConversation:
    subject = inert_line(past.subject or state.tail(past.id).preview)
    return PastConversation(past.id, _last(state, past), past.status, subject)


def _notes(state: State, conversation_id: ConversationId) -> Iterable[tuple[Inert, Inert]]:
    window = state.windows.get(conversation_id)
    notes = [side for side in window.sides() if isinstance(side, Note) and not side.deleted_at] if window else []
    for note in sorted(notes, key=lambda one: (one.created_at, one.id)):
        yield state.drawing.colleague(note.author_id), inert(note.body)
