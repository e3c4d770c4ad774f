"""What must outlive a moment: words on their way, and words not yet sent. Kept in memory here."""

from collections.abc import Iterable
from datetime import datetime
from typing import Protocol

import msgspec
from msgspec import Struct

from chattui.model.intents import AddNote, MarkRead, SendMessage, SetLabel
from chattui.model.records import ConversationId

Outgoing = SendMessage | AddNote | SetLabel | MarkRead
"""What is queued while there is no link."""


class Item(Struct, frozen=True):
    """Something on its way. Of those waiting with the same `slot` only the newest is wanted ("" = every one is)."""

    id: str
    conversation_id: ConversationId
    intent: Outgoing
    at: datetime
    slot: str = ""
    refused: str = ""
    """Why it was parked; empty while it waits."""


class OutboxStore(Protocol):
    """Where items stay until they are stored in the database. Calls are made in the event loop: they must be quick."""

    def load(self) -> list[Item]:
        """All of them, in the order in which they were put."""

    def put(self, item: Item) -> None:
        """Add one, or replace the one of the same id. On return it survives a crash, where a store can."""

    def remove(self, item_id: str) -> None:
        """It is done, or given up. Unknown ids are no error."""


class DraftStore(Protocol):
    """Where words that were not sent stay. Calls are made in the event loop: they must be quick."""

    def get(self, conversation_id: ConversationId, kind: str) -> str:
        """The words, or ""."""

    def put(self, conversation_id: ConversationId, kind: str, text: str) -> None:
        """Keep these; "" forgets."""

    def conversations(self) -> Iterable[ConversationId]:
        """Those that have words of any kind."""


class MemoryOutbox:
    """An `OutboxStore` that ends with the process."""

    def __init__(self) -> None:
        self._items: dict[str, Item] = {}

    def load(self) -> list[Item]:
        """All of them, in order."""
        return list(self._items.values())

    def put(self, item: Item) -> None:
        """Add or replace."""
        self._items[item.id] = item

    def remove(self, item_id: str) -> None:
        """Forget it."""
        self._items.pop(item_id, None)


class MemoryDrafts:
    """A `DraftStore` that ends with the process."""

    def __init__(self) -> None:
        self._texts: dict[tuple[ConversationId, str], str] = {}

    def get(self, conversation_id: ConversationId, kind: str) -> str:
        """The words, or ""."""
        return self._texts.get((conversation_id, kind), "")

    def put(self, conversation_id: ConversationId, kind: str, text: str) -> None:
        """Keep these; "" forgets."""
        self._texts[conversation_id, kind] = text
        if not text:
            del self._texts[conversation_id, kind]

    def conversations(self) -> Iterable[ConversationId]:
        """Those that have words of any kind."""
        return {conversation_id for conversation_id, _ in self._texts}


def parked(item: Item, reason: str) -> Item:
    """The item, refused for this reason; with "" it waits again."""
    return msgspec.structs.replace(item, refused=reason)
