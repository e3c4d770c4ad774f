"""The views: sorted key lists, kept in O(log n) for each conversation that moves, never rebuilt."""

from collections.abc import Iterator, Mapping, Sequence
from typing import overload

from msgspec import Struct
from sortedcontainers import SortedList

from chattui.model.records import ConversationId
from chattui.store.projections import View

Key = tuple[float, float, ConversationId]
"""Sorts within a view; the id makes the order stable and names the conversation."""


class Placement(Struct, frozen=True):
    """Where one conversation stands."""

    keys: Mapping[View, Key]
    unread: int
    need: Key | None
    """Its place among those that need me."""


NOWHERE = Placement({}, 0, None)


class ViewList(Sequence[ConversationId]):
    """One view, live: it changes with the store. Indexing, `index` and `in` are O(log n)."""

    def __init__(self, keys: "SortedList[Key]", placements: Mapping[ConversationId, Placement], view: View) -> None:
        self._keys = keys
        self._placements = placements
        self._view = view

    @overload
    def __getitem__(self, index: int) -> ConversationId: ...
    @overload
    def __getitem__(self, index: slice) -> list[ConversationId]: ...
    def __getitem__(self, index: int | slice) -> ConversationId | list[ConversationId]:
        if isinstance(index, slice):
            return [key[-1] for key in self._keys[index]]
        return self._keys[index][-1]

    def __len__(self) -> int:
        return len(self._keys)

    def __iter__(self) -> Iterator[ConversationId]:
        return (key[-1] for key in self._keys)

    def pieces(self, size: int) -> Iterator[list[ConversationId]]:
        """All of it as it stands now, so many at a time."""
        keys = self._keys[:]
        return ([key[-1] for key in keys[first : first + size]] for first in range(0, len(keys), size))

    def _key(self, conversation_id: object) -> Key | None:
        placement = self._placements.get(conversation_id)  # type: ignore[call-overload]  # `in` may ask for anything
        return placement.keys.get(self._view) if placement else None

    def __contains__(self, conversation_id: object) -> bool:
        return self._key(conversation_id) is not None

    def index(self, value: object, start: int = 0, stop: int | None = None) -> int:
        """Where a conversation stands; ValueError where it does not."""
        key = self._key(value)
        if key is None:
            raise ValueError(f"{value} is not in this view")
        return self._keys.index(key, start, stop)


class Views:
    """All views, their unread conversations, the unread total, and who needs me next."""

    def __init__(self) -> None:
        self._keys: dict[View, SortedList[Key]] = {view: SortedList() for view in View}
        self._unread: dict[View, SortedList[Key]] = {view: SortedList() for view in View}
        self._placements: dict[ConversationId, Placement] = {}
        self.needing: SortedList[Key] = SortedList()
        self.unread = 0
        """Unread messages of Mine and Waiting together."""

    def view(self, view: View) -> ViewList:
        """One view, live."""
        return ViewList(self._keys[view], self._placements, view)

    def counts(self) -> dict[View, int]:
        """How many conversations each view has."""
        return {view: len(keys) for view, keys in self._keys.items()}

    def placement(self, conversation_id: ConversationId | None) -> Placement:
        """Where a conversation stands."""
        return NOWHERE if conversation_id is None else self._placements.get(conversation_id, NOWHERE)

    def put(self, conversation_id: ConversationId, after: Placement) -> bool:
        """Move a conversation; True where the order or the membership of a view changed."""
        before = self.placement(conversation_id)
        if after == before:
            return False
        self._take_out(before)
        self._put_in(after)
        if after is NOWHERE:
            del self._placements[conversation_id]
        else:
            self._placements[conversation_id] = after
        return after.keys != before.keys

    def fill(self, placements: Mapping[ConversationId, Placement]) -> None:
        """Place many at once, where none stands yet: one sort instead of many insertions."""
        self._placements.update(placements)
        for view in View:
            inside = [
                (placement.keys[view], placement.unread) for placement in placements.values() if view in placement.keys
            ]
            self._keys[view].update(key for key, _ in inside)
            self._unread[view].update(key for key, unread in inside if unread)
        self.needing.update(placement.need for placement in placements.values() if placement.need)
        self.unread += sum(map(_mine_or_waiting, placements.values()))

    def _take_out(self, placement: Placement) -> None:
        for view, key in placement.keys.items():
            self._keys[view].remove(key)
            if placement.unread:
                self._unread[view].remove(key)
        if placement.need:
            self.needing.remove(placement.need)
        self.unread -= _mine_or_waiting(placement)

    def _put_in(self, placement: Placement) -> None:
        for view, key in placement.keys.items():
            self._keys[view].add(key)
            if placement.unread:
                self._unread[view].add(key)
        if placement.need:
            self.needing.add(placement.need)
        self.unread += _mine_or_waiting(placement)

    def next_unread(self, view: View, after: ConversationId | None, step: int) -> ConversationId | None:
        """The nearest unread one below (`step` +1) or above (-1) `after`, around the end; None where no other is."""
        unread = self._unread[view]
        key = self.placement(after).keys.get(view)
        if key is None:
            index = 0 if step > 0 else -1
        else:
            index = unread.bisect_right(key) if step > 0 else unread.bisect_left(key) - 1
        found = unread[index % len(unread)][-1] if unread else None
        return None if found == after else found


def _mine_or_waiting(placement: Placement) -> int:
    return placement.unread if View.MINE in placement.keys or View.WAITING in placement.keys else 0
