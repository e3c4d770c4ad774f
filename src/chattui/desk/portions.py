"""Many rows, in portions that a store takes within a frame: between two of them keys have their turn."""

from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence

from chattui.model.records import Contact, Conversation, Row, Tail, UserId

PORTION = 500
"""Rows: 8 ms of a store's time."""
SHARED = ""


def portions(rows: Sequence[Row], me: UserId, size: int = PORTION) -> Iterator[tuple[Row, ...]]:
    """What belongs to nobody's conversation first, then mine, then the others.

    What belongs to one conversation stays together as far as it fits, its tail last: nothing seems to be missing.
    """
    if len(rows) <= size:
        yield tuple(rows)
        return
    portion: list[Row] = []
    for group in _groups(rows, me):
        if portion and len(portion) + len(group) > size:
            yield tuple(portion)
            portion = []
        portion += group
        while len(portion) > size:
            yield tuple(portion[:size])
            portion = portion[size:]
    yield tuple(portion)


def _groups(rows: Sequence[Row], me: UserId) -> Iterator[list[Row]]:
    conversations = [row for row in rows if isinstance(row, Conversation)]
    conversations.sort(key=lambda row: row.assigned_to != me)
    groups = defaultdict[str, list[Row]](list)
    for known in (SHARED, *(row.id for row in conversations)):
        groups[known] = []
    home = _homes(conversations)
    for row in rows:
        groups[home(row)].append(row)
    for group in groups.values():
        yield sorted(group, key=lambda row: isinstance(row, Tail))


def _homes(conversations: Sequence[Conversation]) -> Callable[[Row], str]:
    """The id of the conversation that a row goes with; a customer goes with the first of theirs."""
    contacts = {row.contact_id: row.id for row in reversed(conversations)}

    def home(row: Row) -> str:
        match row:
            case Conversation():
                return row.id
            case Contact():
                return contacts.get(row.id, SHARED)
            case _:
                return getattr(row, "conversation_id", SHARED)

    return home
