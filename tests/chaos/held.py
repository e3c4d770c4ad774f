"""What a client holds, as plain data that travels between processes: rows, and what a screen would show of them."""

from collections.abc import Iterable
from typing import Any

import msgspec
from msgspec import Struct

from chattui.desk import Desk
from chattui.model.records import ConversationId, Row, key_of
from chattui.store.projections import View
from chattui.store.state import State
from chattui.store.window import Window

Rows = dict[str, dict[str, Any]]
"""Table/key → the row's fields."""


class HeldThread(Struct, frozen=True):
    """A loaded window."""

    lo: int
    hi: int
    messages: list[dict[str, Any]]
    sides: list[dict[str, Any]]
    entries: list[str]
    """Keys of what is shown and stored, in order."""
    ahead: list[int]
    """Messages that wait for their turn."""


class HeldRow(Struct, frozen=True):
    """What the list shows of a conversation."""

    last_seq: int
    inbound_count: int
    preview: str
    unread: int
    labels: list[str]
    customer_read: int
    my_read: int
    pending: bool


class Waiting(Struct, frozen=True):
    """What I wrote and has no row: with a reason, where it was refused."""

    body: str
    conversation_id: str
    delivery: str
    reason: str


class Held(Struct, frozen=True):
    """A client at one moment."""

    me: str
    link: str
    unread: int
    queued: int
    refused: int
    rows: Rows
    conversations: dict[str, HeldRow]
    threads: dict[str, HeldThread]
    views: dict[str, list[str]]
    outbox: list[Waiting]
    drafts: dict[str, str]
    """kind/conversation → the words that were not sent."""


def held(desk: Desk) -> Held:
    """All that this desk's store holds now."""
    state, header = desk.store.state, desk.queries.header()
    return Held(
        me=state.people.me or "",
        link=header.link.value,
        unread=header.unread,
        queued=header.queued,
        refused=header.refused,
        rows=rows(state),
        conversations={one.id: _row(desk, one.id) for one in state.conversations},
        threads={one: _thread(desk, one, window) for one, window in state.windows.items()},
        views={view.value: list(desk.queries.view(view)) for view in View},
        outbox=[
            Waiting(queued.body, queued.conversation_id, queued.delivery.value, queued.reason)
            for queued in state.outbox._queued.values()
        ],
        drafts={f"{kind}/{one}": text for (one, kind), text in desk._drawer._drafts.items()},  # type: ignore[attr-defined]
    )


def rows(state: State) -> Rows:
    """All that is kept outside of threads."""
    return {f"{row.TABLE}/{key_of(row)}": _fields(row) for row in _rows(state)}


def _rows(state: State) -> Iterable[Row]:
    if state.organization is not None:
        yield state.organization
    for table in (state.people.profiles, state.contacts, state.conversations, state.labels):
        yield from table
    for marks in state.marks.values():
        yield from marks.values()
    for labellings in state.labellings.values():
        yield from labellings.values()


def _fields(row: Row) -> dict[str, Any]:
    fields: dict[str, Any] = msgspec.to_builtins(row)
    return fields


def _row(desk: Desk, conversation_id: ConversationId) -> HeldRow:
    state, row = desk.store.state, desk.queries.row(conversation_id, desk.now())
    tail = state.tail(conversation_id)
    mark = state.my_mark(conversation_id)
    return HeldRow(
        last_seq=tail.last_seq,
        inbound_count=tail.inbound_count,
        preview=tail.preview,
        unread=row.unread,
        labels=sorted(chip.id for chip in row.labels),
        customer_read=state.customer_read(conversation_id),
        my_read=mark.last_read_seq if mark else 0,
        pending=row.pending,
    )


def _thread(desk: Desk, conversation_id: ConversationId, window: Window) -> HeldThread:
    entries = desk.queries.thread(conversation_id).entries
    return HeldThread(
        lo=window.lo,
        hi=window.hi,
        messages=[_fields(message) for seq in range(window.lo, window.hi + 1) if (message := window.at(seq))],
        sides=[_fields(side) for side in window.sides()],
        entries=[f"{entry.kind.value}/{entry.key}" for entry in entries if entry.delivery is None],
        ahead=sorted(window._ahead),
    )
