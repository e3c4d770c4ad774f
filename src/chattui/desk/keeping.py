"""What must outlive a moment: words on their way, and words not yet sent. Here they are kept in memory."""

import asyncio
from collections.abc import AsyncIterator, Callable, Mapping
from datetime import datetime
from typing import Protocol

import msgspec
from msgspec import Struct

from chattui.explained import Explained
from chattui.model.intents import AddNote, MarkRead, SendMessage, SetLabel
from chattui.model.records import ConversationId, UserId

Outgoing = SendMessage | AddNote | SetLabel | MarkRead
"""What is queued while there is no link."""

DRAFT_OF: Mapping[type[Outgoing], str] = {SendMessage: "reply", AddNote: "note"}
"""The kind of draft that became such an intent."""

DraftKey = tuple[ConversationId, str]
"""A conversation has one draft of each kind."""


class Unkept(Explained):
    """The disk did not take it, and it was not taken. The text says why and what to do."""


class Item(Struct, frozen=True):
    """Something on its way. Of those waiting with the same `slot` only the newest is wanted ("" = every one is)."""

    id: str
    conversation_id: ConversationId
    intent: Outgoing
    at: datetime
    slot: str = ""
    refused: str = ""
    """Why it was parked; empty while it waits."""

    @property
    def draft(self) -> DraftKey | None:
        """The draft that it was."""
        kind = DRAFT_OF.get(type(self.intent))
        return (self.conversation_id, kind) if kind else None

    @property
    def words(self) -> str:
        """What somebody wrote; "" for a mark or a label."""
        return self.intent.body if isinstance(self.intent, SendMessage | AddNote) else ""

    def replaces(self, older: "Item") -> bool:
        """Whether the older one is of no interest any more."""
        return bool(self.slot) and (self.conversation_id, self.slot) == (older.conversation_id, older.slot)


class Drawer(Protocol):
    """Where one agent's words stay, in whichever process they were written.

    Calls that answer with items answer with all of them, in the order in which they were put. They raise `Unkept`.
    """

    tell: Callable[[str], None]
    """Called with a sentence that the agent should read."""

    async def recall(self, user_id: UserId) -> list[Item]:
        """What this person's last session here left, before anybody knows which database answers now."""

    def open(self, database_id: str, user_id: UserId) -> None:
        """From now on it is that of this person at this database, instead of any other. Returns at once."""

    async def items(self) -> list[Item]:
        """All of them; the drafts are known afterwards, too."""

    async def put(self, item: Item) -> list[Item]:
        """Add one, in one stroke with the end of its draft. On return it survives a crash, where a drawer can."""

    async def change(self, item: Item) -> list[Item]:
        """It was refused, or waits again. One that is gone stays gone."""

    async def remove(self, item_id: str) -> list[Item]:
        """It is done, or given up. Unknown ids are no error."""

    async def take_back(self, item: Item) -> tuple[list[Item], str] | None:
        """What was refused becomes a draft again, in one stroke, before the words that stand there; the draft that is.

        None where it does not wait there refused any more: nothing has changed.
        """

    async def claim(self) -> list[Item] | None:
        """From now on this process alone sends; None while another one does."""

    def release(self) -> None:
        """Another may send now."""

    def changes(self) -> AsyncIterator[list[Item]]:
        """All items, whenever another process may have changed one, or a draft. Does not end."""

    def draft(self, conversation_id: ConversationId, kind: str) -> str:
        """The words that were not sent, or ""."""

    def keep_draft(self, conversation_id: ConversationId, kind: str, text: str) -> None:
        """Keep these, within 200 ms; "" forgets."""

    def keep_drafts_now(self) -> None:
        """Without waiting for more keys."""

    def drafted(self) -> set[ConversationId]:
        """Those with words of any kind that were not sent."""

    async def aclose(self) -> None:
        """Keep what is not kept yet, and leave."""


class MemoryDrawer:
    """A drawer that ends with the process."""

    def __init__(self) -> None:
        self.tell: Callable[[str], None] = lambda _: None
        self._items: dict[str, Item] = {}
        self._drafts: dict[DraftKey, str] = {}

    def load(self) -> list[Item]:
        """All of them, in order."""
        return list(self._items.values())

    async def recall(self, user_id: UserId) -> list[Item]:  # noqa: ARG002 - it knows one person
        """All of them."""
        return self.load()

    def open(self, database_id: str, user_id: UserId) -> None:
        """It knows one person."""

    async def items(self) -> list[Item]:
        """All of them."""
        return self.load()

    async def put(self, item: Item) -> list[Item]:
        """Add it."""
        self._items = {old.id: old for old in self.load() if not item.replaces(old)} | {item.id: item}
        if item.draft:
            self._drafts.pop(item.draft, None)
        return self.load()

    async def change(self, item: Item) -> list[Item]:
        """Replace it."""
        if item.id in self._items:
            self._items[item.id] = item
        return self.load()

    async def remove(self, item_id: str) -> list[Item]:
        """Forget it."""
        self._items.pop(item_id, None)
        return self.load()

    async def take_back(self, item: Item) -> tuple[list[Item], str] | None:
        """It is a draft again."""
        known = self._items.get(item.id)
        if known is None or not known.refused or known.draft is None:
            return None
        del self._items[item.id]
        self._drafts[known.draft] = joined(known.words, self.draft(*known.draft))
        return self.load(), self.draft(*known.draft)

    async def claim(self) -> list[Item] | None:
        """Nobody else can."""
        return self.load()

    def release(self) -> None:
        """Nobody else waits for it."""

    async def changes(self) -> AsyncIterator[list[Item]]:
        """Never."""
        await asyncio.Event().wait()
        yield []

    def draft(self, conversation_id: ConversationId, kind: str) -> str:
        """The words, or ""."""
        return self._drafts.get((conversation_id, kind), "")

    def keep_draft(self, conversation_id: ConversationId, kind: str, text: str) -> None:
        """Keep these; "" forgets."""
        self._drafts[conversation_id, kind] = text
        if not text:
            del self._drafts[conversation_id, kind]

    def keep_drafts_now(self) -> None:
        """They are."""

    def drafted(self) -> set[ConversationId]:
        """Those that have words of any kind."""
        return {conversation_id for conversation_id, _ in self._drafts}

    async def aclose(self) -> None:
        """Nothing is left to do."""


def parked(item: Item, reason: str) -> Item:
    """The item, refused for this reason; with "" it waits again."""
    return msgspec.structs.replace(item, refused=reason)


def joined(words: str, standing: str) -> str:
    """Words that come back, before those that stand there; nothing of either is lost."""
    return f"{words}\n\n{standing}" if standing.strip() else words
