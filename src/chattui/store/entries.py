"""The entries of a thread as a sequence that never changes, cheap to make anew after each message.

States of one thread share the list of its messages: a new message is appended to the list, and only states that were
made after it count it in. Whatever changes an older entry makes a new list.
"""

from bisect import bisect_left
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import overload

from chattui.model.records import Message
from chattui.store.projections import Entry


class Lines:
    """The messages `lo`, `lo + 1`, … of a thread, each drawn when it is first looked at."""

    def __init__(self, lo: int, messages: list[Message], draw: Callable[[Message], Entry]) -> None:
        self.lo = lo
        self.messages = messages
        self._draw = draw
        self._entries: list[Entry | None] = [None] * len(messages)

    def append(self, message: Message) -> None:
        """One more at the end; nobody who holds an earlier state sees it."""
        self.messages.append(message)
        self._entries.append(None)

    def replaced(self, index: int, message: Message) -> "Lines":
        """The same with one message changed; what was drawn stays drawn."""
        messages = [*self.messages]
        messages[index] = message
        lines = Lines(self.lo, messages, self._draw)
        lines._entries = [*self._entries]
        lines._entries[index] = None
        return lines

    def preceded(self, lo: int, messages: list[Message]) -> "Lines":
        """The same with older messages before it."""
        lines = Lines(lo, messages + self.messages, self._draw)
        lines._entries[len(messages) :] = self._entries
        return lines

    def redrawn(self) -> "Lines":
        """The same messages, to be drawn again: a name has changed."""
        return Lines(self.lo, self.messages[:], self._draw)

    def __getitem__(self, index: int) -> Entry:
        entry = self._entries[index]
        if entry is None:
            entry = self._entries[index] = self._draw(self.messages[index])
        return entry

    def __len__(self) -> int:
        return len(self.messages)


class Entries(Sequence[Entry]):
    """Messages in the order of `seq`, each note and audit line after its message, what is queued at the end.

    Indexing is O(log) of the notes and audit lines; making one is O(1).
    """

    __slots__ = ("lines", "queued", "said", "sides")

    def __init__(self, lines: Lines, sides: tuple[Entry, ...] = (), queued: tuple[Entry, ...] = ()) -> None:
        self.lines = lines
        self.said = len(lines)
        self.sides = sides
        self.queued = queued

    def place(self, side: int) -> int:
        """The index of the n-th note or audit line."""
        return side + min(max(self.sides[side].seq - self.lines.lo + 1, 0), self.said)

    def _at(self, index: int) -> Entry:
        sides = len(self.sides)
        if index >= self.said + sides:
            return self.queued[index - self.said - sides]
        side = bisect_left(range(sides), index, key=self.place)
        if side < sides and self.place(side) == index:
            return self.sides[side]
        return self.lines[index - side]

    @overload
    def __getitem__(self, index: int) -> Entry: ...
    @overload
    def __getitem__(self, index: slice) -> tuple[Entry, ...]: ...
    def __getitem__(self, index: int | slice) -> Entry | tuple[Entry, ...]:
        indices = range(len(self))
        if isinstance(index, slice):
            return tuple(self._at(place) for place in indices[index])
        return self._at(indices[index])

    def __len__(self) -> int:
        return self.said + len(self.sides) + len(self.queued)

    def __iter__(self) -> Iterator[Entry]:
        done = 0
        for side, entry in enumerate(self.sides):
            until = self.place(side) - side
            yield from (self.lines[index] for index in range(done, until))
            done = until
            yield entry
        yield from (self.lines[index] for index in range(done, self.said))
        yield from self.queued

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Entries | tuple | list):
            return NotImplemented
        return len(self) == len(other) and kept(self, other) == len(self)

    __hash__ = None  # type: ignore[assignment]  # as long as a thread: nobody's key

    def shared_with(self, other: "Entries") -> int:
        """How many leading entries are the same because both are states of one list; 0 tells nothing."""
        if self.lines is not other.lines:
            return 0
        same = _leading(self.sides, other.sides)
        ends = [min(self.said, other.said) + same]
        ends += [entries.place(same) for entries in (self, other) if same < len(entries.sides)]
        return min(ends)


def kept(before: Sequence[Entry], after: Sequence[Entry]) -> int:
    """How many leading entries two states of a thread share: only what follows has to be laid out anew.

    After an append it costs O(notes); otherwise as much as comparing the entries.
    """
    shared = before.shared_with(after) if isinstance(before, Entries) and isinstance(after, Entries) else 0
    return shared + _leading(_since(before, shared), _since(after, shared))


def _since(entries: Sequence[Entry], first: int) -> Iterator[Entry]:
    return (entries[index] for index in range(first, len(entries))) if first else iter(entries)


def _leading(before: Iterable[Entry], after: Iterable[Entry]) -> int:
    count = 0
    for one, other in zip(before, after, strict=False):
        if one is not other and one != other:
            break
        count += 1
    return count
