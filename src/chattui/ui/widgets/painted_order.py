"""Which conversation stands on which row of the list, as the person sees it.

The live order moves under the reader's hands. What is painted must not while keys come: this window holds the rows in
sight and a page around them, and grows along the live order without repeating or losing one that it holds.
"""

from bisect import bisect_left
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from itertools import islice

from chattui.model.records import ConversationId


def longest_rising(places: Sequence[int]) -> list[int]:
    """The longest rising part of `places`: those that kept their order among each other."""
    ends: list[int] = []
    tails: list[int] = []
    before: list[int | None] = []
    for index, place in enumerate(places):
        at = bisect_left(ends, place)
        before.append(tails[at - 1] if at else None)
        ends[at:], tails[at:] = (
            ([place], [index]) if at == len(ends) else ([place, *ends[at + 1 :]], [index, *tails[at + 1 :]])
        )
    rising: list[int] = []
    index_: int | None = tails[-1] if tails else None
    while index_ is not None:
        rising.append(places[index_])
        index_ = before[index_]
    return rising[::-1]


def place_of(conversation_id: ConversationId, live: Sequence[ConversationId]) -> int | None:
    """Where it stands in the live order; None where it left."""
    try:
        return live.index(conversation_id)
    except ValueError:
        return None


class PaintedOrder:
    """A window of rows `top … bottom` onto the live view; `take` follows it, `cover` only grows."""

    def __init__(self, live: Callable[[], Sequence[ConversationId]]) -> None:
        self._live = live
        self._held: list[ConversationId] = []
        self._rows: dict[ConversationId, int] = {}
        self.top = 0

    @property
    def bottom(self) -> int:
        """One past the last row held."""
        return self.top + len(self._held)

    def at(self, row: int) -> ConversationId | None:
        """Who stands there; None outside the window."""
        return self._held[row - self.top] if self.top <= row < self.bottom else None

    def row_of(self, conversation_id: ConversationId) -> int | None:
        """Where it stands; None outside the window."""
        return self._rows.get(conversation_id)

    def take(self, rows: range) -> None:
        """These rows of the live order, whatever was held before."""
        self._set(rows.start, [*self._live()[rows.start : rows.stop]])

    def holds(self, rows: range) -> bool:
        """Whether all of these are in the window."""
        return self.top <= rows.start and rows.stop <= self.bottom

    def cover(self, rows: range) -> bool:
        """Hold these and let go what is further off; False where the live order can not say what is there."""
        first, last = rows.start, rows.stop
        if not self._held or first >= self.bottom or last <= self.top:
            return False
        below = islice(self._below(), last - self.bottom) if last > self.bottom else ()
        above = [*islice(self._above(), self.top - first)] if first < self.top else []
        top, held = self.top - len(above), [*reversed(above), *self._held, *below]
        if top > first or top + len(held) < last:
            return False
        self._set(first, held[first - top : last - top])
        return True

    def moved(self, rows: range) -> int:
        """How many of these would be others if the order were taken now: gone, come or elsewhere."""
        live = self._live()
        held = self._held[max(rows.start - self.top, 0) : max(rows.stop - self.top, 0)]
        found = (place_of(conversation_id, live) for conversation_id in held)
        places = [place for place in found if place is not None]
        steady = longest_rising(places)
        left = len(held) - len(steady)
        if not steady:
            return left
        start = 0 if rows.start == 0 else steady[0]
        return left + steady[-1] + 1 - start - sum(start <= place <= steady[-1] for place in places)

    def _set(self, top: int, held: list[ConversationId]) -> None:
        self.top, self._held = top, held
        self._rows = {conversation_id: row for row, conversation_id in enumerate(held, top)}

    def _below(self) -> Iterator[ConversationId]:
        live, last = self._live(), self._place(range(self.bottom - 1, self.top - 1, -1))
        return (one for place in range(last + 1, len(live)) if (one := live[place]) not in self._rows)

    def _above(self) -> Iterator[ConversationId]:
        live, first = self._live(), self._place(range(self.top, self.bottom))
        return (one for place in range(first - 1, -1, -1) if (one := live[place]) not in self._rows)

    def _place(self, rows: range) -> int:
        """The live place of the first of `rows` that went no other way than most of the nearer half did."""
        live = self._live()
        near = ((row, place_of(self._held[row - self.top], live)) for row in rows[: -(-len(rows) // 2)])
        places = {row: place for row, place in near if place is not None}
        ways = Counter(place - row for row, place in places.items())
        usual = ways.most_common(1)[0][0] if ways else 0
        return next((place for row, place in places.items() if place - row == usual), rows[0])
