"""What a store knows, told again: the events that bring an empty store to the same state."""

from collections.abc import Iterable, Iterator
from datetime import datetime
from itertools import chain, islice

from chattui.model.events import PageLoaded, SnapshotTaken
from chattui.model.records import Contact, Conversation, ConversationId, Row, Tail
from chattui.store.projections import View
from chattui.store.state import State

PAGE = 50
"""Messages of a thread that are told again: the newest."""


def retold(state: State, now: datetime, most: int) -> tuple[bool, SnapshotTaken | None]:
    """All but threads and what only this program knows, and whether it is all: None before a first load.

    Of more than `most` conversations, those that stand first in each view.
    """
    if state.people.me is None or state.organization is None:
        return False, None
    whole = len(state.conversations) <= most
    conversations = list(state.conversations) if whole else _first(state, most)
    contacts = state.contacts if whole else _contacts(state, conversations)
    rows = chain(_shared(state), contacts, *(_about(state, one) for one in conversations))
    return whole, SnapshotTaken(state.people.me, state.organization.id, now, tuple(rows))


def pages(state: State, conversation_ids: Iterable[ConversationId]) -> Iterator[PageLoaded]:
    """The newest page of each of these threads that is loaded to its end."""
    for conversation_id in conversation_ids:
        window = state.windows.get(conversation_id)
        if window is not None and window.hi == state.tail(conversation_id).last_seq:
            yield window.newest(conversation_id, PAGE)


def _first(state: State, most: int) -> list[Conversation]:
    each = most // len(View)
    seen = dict.fromkeys(chain.from_iterable(islice(state.views.view(view), each) for view in View))
    return [one for conversation_id in seen if (one := state.conversations.get(conversation_id)) is not None]


def _shared(state: State) -> Iterator[Row]:
    if state.organization is not None:
        yield state.organization
    yield from state.people.profiles
    yield from state.labels
    yield from state.templates


def _contacts(state: State, conversations: Iterable[Conversation]) -> Iterator[Contact]:
    for contact_id in dict.fromkeys(one.contact_id for one in conversations):
        if (contact := state.contacts.get(contact_id)) is not None:
            yield contact


def _about(state: State, conversation: Conversation) -> Iterator[Row]:
    conversation_id = conversation.id
    yield conversation
    yield _tail(state, conversation)
    if (metadata := state.metadata.get(conversation_id)) is not None:
        yield metadata
    yield from state.marks.get(conversation_id, {}).values()
    yield from state.labellings.get(conversation_id, {}).values()


def _tail(state: State, conversation: Conversation) -> Tail:
    progress = state.tail(conversation.id)
    return Tail(
        conversation_id=conversation.id,
        org_id=conversation.org_id,
        version=progress.tail_version,
        created_at=conversation.created_at,
        updated_at=conversation.updated_at,
        last_seq=progress.last_seq,
        inbound_count=progress.inbound_count,
        last_message_at=progress.last_at,
        last_message_preview=progress.preview or None,
        last_sender_type=progress.sender_type,
    )
