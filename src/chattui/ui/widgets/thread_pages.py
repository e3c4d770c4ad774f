"""The entries of a thread as lines on a page of some width: which line is which, and what a new state changes."""

from collections.abc import Callable, Sequence
from datetime import datetime, tzinfo
from typing import NamedTuple

from chattui.model.records import Sender
from chattui.store.entries import kept
from chattui.store.projections import Entry, EntryKind, Thread
from chattui.ui.widgets.heights import Heights
from chattui.ui.widgets.thread_lines import Line, Setting, lines_of

CODES = 1 << 14
"""Line codes per entry: a body of 10,000 characters has no more lines than that."""
ORIGIN = 1 << 24
"""Serial number of the first entry of a thread; older ones count down from it."""


class Change(NamedTuple):
    """What a new state of a thread means for its place."""

    other: bool
    """Another conversation, or the first page of this one."""
    prepended: int
    """So many older entries came before the first."""
    mine: bool
    """I wrote something."""


class ThreadPages:
    """Lays out entries when they are asked for, and remembers those lines until something changes them."""

    def __init__(self, now: Callable[[], datetime], zone: tzinfo | None) -> None:
        self._now, self._zone = now, zone
        self.thread: Thread | None = None
        self.entries: Sequence[Entry] = ()
        self._heights = Heights(lambda index: len(self._lay_out(index)))
        self._laid: dict[int, list[Line]] = {}
        self._origin = ORIGIN
        self._setting = Setting(80, zone, now(), None, 0)

    # State

    def show(self, thread: Thread | None) -> Change:
        """Take a new state."""
        before, shown = self.entries, self.thread
        self.thread, self.entries = thread, thread.entries if thread else ()
        self._laid.clear()
        same = shown and thread and shown.conversation_id == thread.conversation_id and shown.loaded
        if not same or not before or not self.entries:
            self._open(thread)
            return Change(other=True, prepended=0, mine=False)
        self._count(thread)
        prepended = self._prepended(before)
        if prepended:
            self._heights.prepend(prepended)
            self._origin -= prepended
            return Change(other=False, prepended=prepended, mine=False)
        self._heights.replace(kept(before, self.entries), len(self.entries))
        return Change(other=False, prepended=0, mine=self._wrote(before))

    def resize(self, width: int) -> None:
        """Another width: every line may be another."""
        if width != self._setting.width:
            self._setting = self._setting._replace(width=width)
            self._laid.clear()
            self._heights.forget()

    def _open(self, thread: Thread | None) -> None:
        self._heights.clear()
        self._heights.replace(0, len(self.entries))
        self._origin = ORIGIN
        new_at, new_count = _first_new(thread)
        self._setting = self._setting._replace(now=self._now(), new_at=new_at, new_count=new_count)

    def _count(self, thread: Thread | None) -> None:
        """As long as they are not read, what was new becomes more."""
        new_at, new_count = _first_new(thread)
        if new_at is not None and new_at == self._setting.new_at:
            self._setting = self._setting._replace(new_count=new_count)

    def _prepended(self, before: Sequence[Entry]) -> int:
        """How many entries came before the first one; 0 where more than that has changed."""
        count = len(self.entries) - len(before)
        if count <= 0 or self.entries[0].key == before[0].key or self.entries[count].key != before[0].key:
            return 0
        return count if self.entries[-1] == before[-1] else 0

    def _wrote(self, before: Sequence[Entry]) -> bool:
        last = self.entries[-1]
        return last.mine and last.delivery is not None and last.key != before[-1].key

    # Lines

    @property
    def total(self) -> int:
        """Lines of all entries."""
        return self._heights.total

    @property
    def last_seq(self) -> int:
        """The newest stored message that is loaded."""
        return next((entry.seq for entry in reversed(self.entries) if _stored(entry)), 0)

    def lines(self, index: int) -> list[Line]:
        """The lines of an entry."""
        lines = self._laid.get(index)
        if lines is None:
            lines = self._laid[index] = self._lay_out(index)
        return lines

    def at(self, line: int) -> tuple[int, int]:
        """The entry on a line, and which of its lines that is."""
        return self._heights.at(line)

    def top(self, index: int) -> int:
        """The first line of an entry."""
        return self._heights.top(index)

    def line(self, index: int, number: int) -> int:
        """Where line `number` of an entry is, or its last one where it has fewer now."""
        if not self.entries:
            return 0
        index = min(index, len(self.entries) - 1)
        return self._heights.top(index) + min(number, len(self.lines(index)) - 1)

    @property
    def corrections(self) -> int:
        """Counts up whenever lines have moved because entries were measured."""
        return self._heights.corrections

    def settle(self, first: int, last: int) -> None:
        """Measure the entries on the lines `first … last`."""
        if self.entries:
            self._heights.settle(self.at(max(first, 0))[0], self.at(last)[0])

    def seq_above(self, line: int) -> int:
        """The newest stored message that ends above a line."""
        if not self.entries:
            return 0
        index, number = self.at(line)
        whole = index if line >= self.total or number == len(self.lines(index)) else index - 1
        return next((self.entries[at].seq for at in range(whole, -1, -1) if _stored(self.entries[at])), 0)

    def index_of(self, key: str | None) -> int | None:
        """Where an entry stands; None where it is not loaded."""
        if key is None:
            return None
        return next((at for at in range(len(self.entries) - 1, -1, -1) if self.entries[at].key == key), None)

    def index_near(self, key: str | None, index: int) -> int:
        """Where an entry stands that should be at `index`; `index` itself where it is gone."""
        if index < len(self.entries) and self.entries[index].key == key:
            return index
        found = self.index_of(key)
        return index if found is None else found

    # Codes: line numbers that stay with their line whatever comes before it

    def code(self, index: int, number: int) -> int:
        """The code of a line."""
        return (index + self._origin) * CODES + number

    def decode(self, code: int) -> tuple[int, int]:
        """The entry and the number of the line behind a code."""
        serial, number = divmod(code, CODES)
        return min(max(serial - self._origin, 0), len(self.entries) - 1), number

    def _lay_out(self, index: int) -> list[Line]:
        return lines_of(self.entries[index], self.entries[index - 1] if index else None, self._setting)


def _stored(entry: Entry) -> bool:
    return entry.kind is EntryKind.MESSAGE and entry.delivery is None


def _first_new(thread: Thread | None) -> tuple[str | None, int]:
    """The customer's first message after my mark, and how many there are."""
    new_at, count = None, 0
    if thread is None or not thread.loaded:
        return new_at, count
    for entry in reversed(thread.entries):
        if entry.seq <= thread.my_read_seq:
            break
        if entry.kind is EntryKind.MESSAGE and entry.sender is Sender.CUSTOMER:
            new_at, count = entry.key, count + 1
    return new_at, count
