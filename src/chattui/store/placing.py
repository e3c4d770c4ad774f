"""Where a conversation stands in the views."""

from chattui.model.records import Conversation, Status
from chattui.store.projections import View
from chattui.store.state import State
from chattui.store.views import Key, Placement


def placement(state: State, conversation: Conversation) -> Placement:
    """Its key in each view it belongs to.

    Waiting: those asleep last, else by who waits longest. The others: by the newest message.
    """
    tail = state.tail(conversation.id)
    newest = (tail.last_at or conversation.created_at).timestamp()
    unread = state.unread(conversation.id)
    key: Key = (0.0, -newest, conversation.id)
    match conversation.status:
        case Status.CLOSED:
            return Placement({View.CLOSED: key}, unread, None)
        case Status.AI:
            return Placement({View.AI: key, View.ALL: key}, unread, None)
        case Status.WAITING:
            waiting = _waiting(conversation)
            return Placement({View.WAITING: waiting, View.ALL: key}, unread, (1.0 + waiting[0], *waiting[1:]))
        case Status.ACTIVE if state.mine(conversation):
            need = (0.0, newest, conversation.id) if unread else None
            return Placement({View.MINE: key, View.ALL: key}, unread, need)
        case Status.ACTIVE:
            return Placement({View.ALL: key}, unread, None)


def _waiting(conversation: Conversation) -> Key:
    asleep = conversation.snoozed_until is not None
    return float(asleep), (conversation.waiting_since or conversation.created_at).timestamp(), conversation.id


def searchable(state: State, conversation: Conversation) -> str:
    """What a filter looks through: who, what about, the last words, the labels."""
    contact = state.contacts.get(conversation.contact_id)
    words = (
        *((contact.name, contact.email, contact.phone) if contact else ()),
        conversation.subject,
        state.tail(conversation.id).preview,
        *(label.name for label in state.labels_of(conversation.id)),
    )
    return "\n".join(word.casefold() for word in words if word)
