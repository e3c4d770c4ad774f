"""The row that a patch continues."""

from chattui.model.events import RowPatched
from chattui.model.records import (
    Contact,
    Conversation,
    ConversationEvent,
    ConversationId,
    Label,
    LabelId,
    Labelling,
    Message,
    Metadata,
    Note,
    Organization,
    Profile,
    ReadMark,
    Row,
    Template,
    UserId,
)
from chattui.store.state import State


def known_row(state: State, patch: RowPatched) -> Row | None:  # noqa: PLR0911 - one line for each table
    """As it is known now; None where it is not."""
    match patch.table:
        case Conversation.TABLE:
            return state.conversations.get(patch.key)
        case Contact.TABLE:
            return state.contacts.get(patch.key)
        case Profile.TABLE:
            return state.people.profiles.get(patch.key)
        case Label.TABLE:
            return state.labels.get(patch.key)
        case Metadata.TABLE:
            return state.metadata.get(patch.key)
        case Template.TABLE:
            return state.templates.get(patch.key)
        case Organization.TABLE:
            return state.organization
        case _:
            return _in_conversation(state, patch)


def _in_conversation(state: State, patch: RowPatched) -> Row | None:
    """Rows that are kept by conversation. Columns as short as these are in every patch."""
    conversation_id = ConversationId(str(patch.fields.get("conversation_id") or patch.key.partition("/")[0]))
    window = state.windows.get(conversation_id)
    match patch.table:
        case Message.TABLE:
            seq = patch.fields.get("seq")
            return window.at(seq) if window and isinstance(seq, int) else None
        case Note.TABLE | ConversationEvent.TABLE:
            return window.side(patch.key) if window else None
        case Labelling.TABLE:
            return state.labellings.get(conversation_id, {}).get(LabelId(str(patch.fields.get("label_id"))))
        case ReadMark.TABLE:
            return state.marks.get(conversation_id, {}).get(UserId(patch.key.partition("/")[2]))
        case _:
            return None
