"""What the desk asks of a gateway, and what the customer's side asks of its own."""

from collections.abc import AsyncIterator, Iterable
from contextlib import AbstractAsyncContextManager
from datetime import datetime
from typing import Protocol

from msgspec import Struct

from chattui.model.events import ChannelLost, ConversationGone, GatewayEvent, PageLoaded, SnapshotTaken
from chattui.model.intents import Intent, Signal
from chattui.model.records import ConversationId, Message, MessageId, Row, UserId


class Cursor(Struct, frozen=True):
    """Where a sync goes on: a transaction id of one database's `epoch`."""

    epoch: str
    xid: str


class Snapshot(Struct, frozen=True):
    """A page of a first load, and the cursor that was taken before the first of them."""

    event: SnapshotTaken
    """Of a later page, its rows count alone."""
    cursor: Cursor
    database_id: str = ""
    """Stays when the database is restored or moved to another address; an emptied one gets another."""
    more: str | None = None
    """Asks for the next page; None: this is the last one."""
    open: int = 0
    """Open conversations on all pages together, as far as a first page that is not the last one tells."""


class Synced(Struct, frozen=True):
    """All that changed at or after a cursor, every page of it, and the next cursor."""

    rows: tuple[Row, ...]
    gone: tuple[ConversationGone, ...]
    cursor: Cursor
    now: datetime


class Reset(Struct, frozen=True):
    """The cursor is of no use any more (another epoch, or too much has changed): take a snapshot."""

    reason: str


class Accepted(Struct, frozen=True):
    """The intent holds; the rows as they now are."""

    rows: tuple[Row, ...]


class Refused(Struct, frozen=True):
    """The database said no. `sentence` is for the agent and names who has it; `code` is the SQLSTATE (`PT409`…)."""

    code: str
    sentence: str


class Found(Struct, frozen=True):
    """One message that a search found."""

    conversation_id: ConversationId
    message_id: MessageId
    seq: int
    snippet: str
    created_at: datetime


class SessionStorage(Protocol):
    """Where a session is kept between runs, as text. A gateway calls all but the lock in a thread; it may block."""

    def load(self) -> str | None:
        """The text that was saved last, by this process or another; None where nobody is signed in."""

    def save(self, text: str) -> None:
        """Replace it, whole or not at all."""

    def clear(self) -> None:
        """Nobody is signed in any more."""

    def refresh_lock(self) -> AbstractAsyncContextManager[object]:
        """Held while a refresh token is used, so that two processes never use one twice."""


class Identity(Struct, frozen=True):
    """Who a session belongs to. `name`, `role` and `organization` are None for somebody without a profile."""

    user_id: UserId
    email: str | None
    name: str | None = None
    role: str | None = None
    organization: str | None = None


class Gateway(Protocol):
    """One agent's way to the database.

    Every call but `say` and `close` raises `Unreachable`, `SignedOut` or `Misconfigured`. All are safe to repeat.
    """

    @property
    def me(self) -> UserId:
        """Who is signed in, as the session says: known without a link."""

    async def snapshot(self, after: str | None = None) -> Snapshot:
        """Open conversations, the newest 500 closed, and all that the views need; no messages.

        In pages: `after` is the `more` of the page before. What changes between two of them, a sync brings.
        """

    async def sync(self, cursor: Cursor) -> Synced | Reset:
        """What changed since; a row may come again, none is left out."""

    async def page(self, conversation_id: ConversationId, before_seq: int | None = None) -> PageLoaded:
        """The last (or those before `before_seq`) 50 messages of a thread, with notes and audit lines between."""

    async def search(self, query: str) -> list[Found]:
        """Messages with these words, newest first, 50 at most."""

    async def people(self, user_ids: Iterable[UserId]) -> tuple[Row, ...]:
        """The profiles of these people, as far as I may see them."""

    async def wake_due(self) -> int:
        """Wake the conversations whose snooze is over; how many there were. They come back as row events."""

    async def submit(self, intent: Intent) -> Accepted | Refused:
        """Ask for something. A raise leaves the outcome unknown; a repeat of the same intent is harmless."""

    async def say(self, signal: Signal) -> None:
        """Tell others what I am doing. Best effort: never raises, may be lost."""

    def events(self) -> AsyncIterator[GatewayEvent]:
        """Connects, and tells what happens until `close`; reconnects by itself, for ever. One consumer."""

    def retry_now(self) -> None:
        """Do not wait for the next back-off: an agent pressed a key."""

    async def close(self) -> None:
        """Leave. Returns within 1 s whatever the network does."""


class Standing(Struct, frozen=True):
    """All that a customer may know of their conversation, besides what is said in it."""

    conversation_id: ConversationId
    status: str
    agent: str | None


class AgentTyping(Struct, frozen=True):
    """Somebody on the other side is writing, or has stopped."""

    is_typing: bool


CustomerEvent = Message | AgentTyping | Standing | ChannelLost


class CustomerGateway(Protocol):
    """A customer's way to their own thread. Raises as `Gateway` does."""

    @property
    def me(self) -> UserId:
        """Who is signed in, as the session says: known without a link."""

    async def start(self, name: str | None = None) -> Standing:
        """My open conversation, or a new one. Whose account or session is gone is a new customer."""

    async def thread(self) -> Standing:
        """How it stands."""

    async def messages(self, after_seq: int = 0) -> list[Message]:
        """What was said after `after_seq`, in order."""

    async def send(self, message_id: MessageId, body: str) -> Message:
        """Say something. Opens a closed conversation again."""

    async def typing(self, *, is_typing: bool) -> None:
        """Best effort."""

    async def mark_read(self, last_read_seq: int) -> None:
        """I have seen everything up to here."""

    async def request_human(self, reason: str) -> None:
        """Ask for a person."""

    def events(self) -> AsyncIterator[CustomerEvent]:
        """Live, from now on; what was missed before it was (re)joined comes as well, and how it stands then.

        A `Standing` comes with each change of hands, and has been asked for since: never what a broadcast says. After
        a `ChannelLost` the next one says that all is well again. One consumer.
        """

    async def close(self) -> None:
        """Leave."""
