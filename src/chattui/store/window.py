"""The loaded part of one thread: messages without a hole, and what stands between them."""

from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import Any

from msgspec import Struct
from msgspec.structs import replace
from sortedcontainers import SortedDict

from chattui.model.events import PageLoaded
from chattui.model.records import ConversationEvent, ConversationId, Message, Note, Row
from chattui.store.drawing import Drawing
from chattui.store.entries import Entries, Lines
from chattui.store.projections import Entry
from chattui.store.tables import newer

Side = Note | ConversationEvent
"""What stands between messages."""
Place = tuple[int, datetime, str]
"""Sorts what stands between messages: after which, when, and the id."""


class Loaded(Struct, frozen=True):
    """What a page brought into a window."""

    changed: bool
    messages: tuple[Message, ...]


class Window:
    """The messages `lo..hi` of a thread, its notes and audit lines, and messages that came before their turn."""

    def __init__(self, drawing: Drawing, lo: int = 1) -> None:
        self._drawing = drawing
        self._lines = Lines(lo, [], drawing.message)
        self._ahead: dict[int, Message] = {}
        self._sides: dict[str, Side] = {}
        self._shared: dict[Any, Any] = {}
        self._standing: SortedDict[Place, Entry] = SortedDict()
        self._shown: tuple[Entry, ...] | None = ()

    @property
    def lo(self) -> int:
        """The `seq` of the first message."""
        return self._lines.lo

    @property
    def hi(self) -> int:
        """The `seq` of the last message; `lo - 1` where there is none."""
        return self._lines.lo + len(self._lines) - 1

    def at(self, seq: int) -> Message | None:
        """The message, where it is in the window or waits for its turn."""
        return self._lines.messages[seq - self.lo] if self.lo <= seq <= self.hi else self._ahead.get(seq)

    def holds(self, message: Message) -> bool:
        """Whether it stands in its place."""
        return self.lo <= message.seq <= self.hi

    def side(self, key: str) -> Side | None:
        """A note or an audit line."""
        return self._sides.get(key)

    def sides(self) -> Iterable[Side]:
        """Notes and audit lines, in no order."""
        return self._sides.values()

    def put(self, message: Message) -> tuple[Message, ...]:
        """Take a message that was stored or changed; answers those that stand in their place by it.

        One above `hi + 1` waits until the hole is filled.
        """
        if message.seq < self.lo or not newer(message, self.at(message.seq)):
            return ()
        message = self._lean(message)
        if message.seq <= self.hi:
            self._lines = self._lines.replaced(message.seq - self.lo, message)
            return (message,)
        self._ahead[message.seq] = message
        return tuple(self._catch_up())

    def _lean(self, message: Message) -> Message:
        """The same, sharing what every message of a thread repeats: two fifths of its memory."""
        stored = message.created_at
        return replace(
            message,
            org_id=self._shared.setdefault(message.org_id, message.org_id),
            conversation_id=self._shared.setdefault(message.conversation_id, message.conversation_id),
            sender_id=message.sender_id and self._shared.setdefault(message.sender_id, message.sender_id),
            updated_at=stored if message.updated_at == stored else message.updated_at,
        )

    def _catch_up(self) -> Iterator[Message]:
        while message := self._ahead.pop(self.hi + 1, None):
            self._lines.append(message)
            yield message

    def put_side(self, row: Side) -> bool:
        """Take a note or an audit line, if its place is loaded."""
        if row.after_seq < self.lo - 1 or not newer(row, self._sides.get(row.id)):
            return False
        known = self._sides.get(row.id)
        if known is not None:
            self._standing.pop(_place(known), None)
        self._sides[row.id] = row
        self._stand(row)
        return True

    def _stand(self, row: Side) -> None:
        self._shown = None
        if isinstance(row, ConversationEvent) or row.deleted_at is None:
            self._standing[_place(row)] = self._drawing.side(row)

    def load(self, page: PageLoaded) -> Loaded:
        """Take a page that meets the window, or is newer than it; what is older and does not meet it is left out."""
        messages = _unbroken(page)
        lo = page.hi - len(messages) + 1
        if page.hi < self.lo - 1:
            return Loaded(changed=False, messages=())
        if lo > self.hi + 1:
            self._leap(lo)
        older = [self._lean(message) for message in messages if message.seq < self.lo]
        placed = [*self._catch_up(), *self._precede(older)]
        placed += [one for message in messages for one in self.put(message)]
        sides = [self.put_side(row) for row in page.rows if isinstance(row, Side)]
        return Loaded(changed=bool(placed) or any(sides), messages=tuple(placed))

    def _leap(self, lo: int) -> None:
        """Let go what is loaded, and go on at `lo`: a thread is best known at its end."""
        self._lines = Lines(lo, [], self._drawing.message)
        self._ahead = {seq: message for seq, message in self._ahead.items() if seq >= lo}
        self._sides = {key: side for key, side in self._sides.items() if side.after_seq >= lo - 1}
        self._redraw_sides()

    def _precede(self, older: list[Message]) -> list[Message]:
        if older:
            self._lines = self._lines.preceded(older[0].seq, older)
        return older

    def newest(self, conversation_id: ConversationId, most: int) -> PageLoaded:
        """The page at its end, as it would be loaded."""
        lo = max(self.lo, self.hi - most + 1)
        messages = self._lines.messages[lo - self.lo :]
        sides = (side for side in self._sides.values() if side.after_seq >= lo - 1)
        return PageLoaded(conversation_id, lo, self.hi, (*messages, *sides))

    def redraw(self) -> None:
        """A name has changed: what was drawn is drawn again."""
        self._lines = self._lines.redrawn()
        self._redraw_sides()

    def _redraw_sides(self) -> None:
        self._standing.clear()
        self._shown = ()
        for side in self._sides.values():
            self._stand(side)

    def entries(self, queued: tuple[Entry, ...]) -> Entries:
        """The thread as it is now, with what is queued at its end."""
        if self._shown is None:
            self._shown = tuple(self._standing.values())
        return Entries(self._lines, self._shown, queued)


def _place(side: Side) -> Place:
    return side.after_seq, side.created_at, side.id


def _unbroken(page: PageLoaded) -> list[Message]:
    """The messages that reach up to `hi` without a hole, oldest first: a broken page counts as shorter."""
    by_seq: dict[int, Message] = {row.seq: row for row in page.rows if isinstance(row, Message)}
    lo = page.hi
    while lo >= page.lo and lo in by_seq:
        lo -= 1
    return [by_seq[seq] for seq in range(lo + 1, page.hi + 1)]


def messages_of(rows: Iterable[Row]) -> list[Message]:
    """The messages among rows, in the order of `seq`."""
    return sorted((row for row in rows if isinstance(row, Message)), key=lambda message: message.seq)
