"""How many lines each entry of a thread takes, without looking at those that nobody sees.

Entries stand in blocks. A block is measured when it comes near the screen and guessed until then, so a new message,
a new width or an older page costs the same whether a thread holds a thousand messages or a hundred thousand.
"""

from bisect import bisect_right
from collections.abc import Callable
from itertools import accumulate

BLOCK = 64
"""Entries measured together."""
GUESS = 3
"""Lines of an entry that was never measured."""


class Heights:
    """Line numbers of entries. `measure` answers with the lines of the entry at an index, at the present width."""

    def __init__(self, measure: Callable[[int], int]) -> None:
        self._measure = measure
        self._pad = 0  # places of the first block that no entry has yet
        self._rows: list[list[int]] = []  # of each block, as far as it is measured
        self._sums: list[int] = []
        self._tops: list[int] | None = None
        self.count = 0
        self.corrections = 0
        """Counts up whenever a guess was wrong: lines have moved since."""

    @property
    def total(self) -> int:
        """Lines of all entries together, guessed where nobody looked."""
        return sum(self._sums)

    def clear(self) -> None:
        """No entries."""
        self._pad, self._rows, self._sums, self._tops, self.count = 0, [], [], None, 0

    def replace(self, kept: int, count: int) -> None:
        """The first `kept` entries are as they were, all others are new; there are `count` now."""
        self.count = count
        first = (kept + self._pad) // BLOCK
        known = self._rows[first][: kept - self._span(first).start] if first < len(self._rows) else []
        blocks = -(-(count + self._pad) // BLOCK)
        self._rows[first:] = [known, *([] for _ in range(first + 1, blocks))] if blocks > first else []
        self._sums[first:] = [self._guess(block) for block in range(first, blocks)]
        self._tops = None

    def prepend(self, count: int) -> None:
        """So many entries came before the first one, which has a neighbour above it now."""
        blocks = max(-(-(count - self._pad) // BLOCK), 0)
        self._pad += blocks * BLOCK - count
        self.count += count
        self._rows[:1] = [[] for _ in range(blocks + 1)]
        self._sums[:1] = [self._guess(block) for block in range(blocks + 1)]
        self._tops = None

    def forget(self) -> None:
        """Another width: what was measured is a guess from here on."""
        self._rows = [[] for _ in self._rows]

    def top(self, index: int) -> int:
        """The first line of an entry."""
        block = (index + self._pad) // BLOCK
        self.settle(index, index)
        return self._top(block) + sum(self._rows[block][: index - self._span(block).start])

    def at(self, line: int) -> tuple[int, int]:
        """The entry on a line, and which of its lines that is; the last one beyond the end."""
        block = max(bisect_right(self._all_tops(), line) - 1, 0)
        span = self._span(block)
        self.settle(span.start, span.start)
        rest = line - self._top(block)
        for index, rows in zip(span, self._rows[block], strict=True):
            if rest < rows:
                return index, max(rest, 0)
            rest -= rows
        return span.stop - 1, self._rows[block][-1] - 1

    def settle(self, first: int, last: int) -> None:
        """Measure the blocks of the entries `first … last`."""
        for block in range((first + self._pad) // BLOCK, (last + self._pad) // BLOCK + 1):
            self._settle_block(block)

    def _settle_block(self, block: int) -> None:
        span, rows = self._span(block), self._rows[block]
        if len(rows) == len(span):
            return
        rows += [self._measure(index) for index in span[len(rows) :]]
        before, self._sums[block] = self._sums[block], sum(rows)
        if before != self._sums[block]:
            self._tops = None
            self.corrections += 1

    def _span(self, block: int) -> range:
        return range(max(block * BLOCK - self._pad, 0), min((block + 1) * BLOCK - self._pad, self.count))

    def _guess(self, block: int) -> int:
        rows = self._rows[block]
        return sum(rows) + GUESS * (len(self._span(block)) - len(rows))

    def _all_tops(self) -> list[int]:
        if self._tops is None:
            self._tops = [0, *accumulate(self._sums[:-1])]
        return self._tops

    def _top(self, block: int) -> int:
        return self._all_tops()[block]
