"""Which function of the database an intent is. Fields of an intent are named like the function's parameters."""

from typing import Any

import msgspec
from msgspec import Struct

from chattui.model.intents import (
    AddNote,
    Close,
    HandBack,
    Intent,
    MarkRead,
    Reopen,
    RequestHuman,
    Requeue,
    SendMessage,
    SetLabel,
    SetMetadata,
    SetPriority,
    Snooze,
    TakeNext,
    TakeOver,
    Transfer,
    UpdateContact,
    UpdateProfile,
)
from chattui.model.records import Contact, Conversation, Labelling, Message, Metadata, Note, Profile, ReadMark, Row

_FUNCTIONS: dict[type[Intent], tuple[str, type[Row]]] = {
    TakeOver: ("take_over", Conversation),
    TakeNext: ("take_next", Conversation),
    HandBack: ("hand_back", Conversation),
    Requeue: ("requeue", Conversation),
    Transfer: ("transfer", Conversation),
    Close: ("close_conversation", Conversation),
    Reopen: ("reopen", Conversation),
    Snooze: ("snooze", Conversation),
    SetPriority: ("set_priority", Conversation),
    SendMessage: ("insert_message", Message),
    AddNote: ("add_note", Note),
    SetLabel: ("set_label", Labelling),
    UpdateContact: ("update_contact", Contact),
    MarkRead: ("mark_read", ReadMark),
    UpdateProfile: ("update_profile", Profile),
    RequestHuman: ("request_human", Conversation),
    SetMetadata: ("set_metadata", Metadata),
}


class Call(Struct, frozen=True):
    """A function, its parameters, and the table that its answer is a row of."""

    function: str
    params: dict[str, Any]
    table: str


def call_of(intent: Intent) -> Call:
    """How the database is asked for this."""
    function, record = _FUNCTIONS[type(intent)]
    return Call(function, msgspec.to_builtins(intent), record.TABLE)
