"""What an event costs must not grow with what is known: counted, not timed."""

import sys
from collections import Counter
from collections.abc import Callable
from functools import partial
from types import FrameType
from typing import Any

import pytest

from chattui.model.events import RowsStored
from chattui.model.records import ConversationId, Status
from chattui.store import Queries, Store
from chattui.store.projections import View
from tests.store.rows import A, at, audit, conversation, message, page, snapshot, tail


def steps(run: Callable[[], Any]) -> int:
    """Lines of this package that ran."""
    lines: Counter[str] = Counter()

    def trace(frame: FrameType, event: str, _: Any) -> Any:
        if "chattui" not in frame.f_code.co_filename:
            return None
        lines[event] += 1
        return trace

    before = sys.gettrace()
    sys.settrace(trace)
    try:
        run()
    finally:
        sys.settrace(before)
    return lines["line"]


def desk_of(conversations: int) -> Store:
    store = Store()
    many = [conversation(f"c{n:05}", list(Status)[n % 4], version=1 + n) for n in range(conversations)]
    store.apply([snapshot(*many, *(tail(one.id, 3, n % 2) for n, one in enumerate(many)))])
    return store


EVENTS: dict[str, Callable[[Store], Any]] = {
    "a message": lambda store: store.apply([RowsStored((message(4, conversation_id="c00010"),))]),
    "a hand-off": lambda store: store.apply(
        [RowsStored((conversation("c00010", Status.WAITING, version=90_000, waiting_since=at(5)),))]
    ),
    "a row": lambda store: Queries(store).row(ConversationId("c00010"), at(0)),
    "the header": lambda store: Queries(store).header(),
    "the counts": lambda store: Queries(store).counts(),
    "who needs me": lambda store: Queries(store).next_needing_me(None, at(0)),
    "the next unread": lambda store: Queries(store).next_unread(View.ALL, ConversationId("c00010"), 1),
    "a place in a view": lambda store: Queries(store).view(View.AI)[5],
    "where one stands": lambda store: Queries(store).view(View.ALL).index("c00012"),
}


@pytest.mark.parametrize("event", EVENTS)
def test_it_costs_the_same_among_many_conversations(event: str) -> None:
    few, many = (steps(partial(EVENTS[event], desk_of(size))) for size in (40, 4_000))
    assert many == few


THREADS: dict[str, Callable[[Store, int], Any]] = {
    "an append": lambda store, size: store.apply([RowsStored((message(size + 1),))]),
    "the thread": lambda store, _: Queries(store).thread(A),
    "its length": lambda store, _: len(Queries(store).thread(A).entries),
    "its end": lambda store, _: Queries(store).thread(A).entries[-1],
}


@pytest.mark.parametrize("event", THREADS)
def test_it_costs_the_same_in_a_long_thread(event: str) -> None:
    costs = []
    for size in (10, 5_000):
        store = Store()
        store.apply([snapshot(conversation(), tail("a", size, size)), page(1, size, audit("e", 5))])
        Queries(store).thread(A)
        costs.append(steps(partial(THREADS[event], store, size)))
    assert costs[0] == pytest.approx(costs[1], abs=20)  # indexing halves what stands between messages


def test_only_what_is_touched_is_placed_again() -> None:
    store = desk_of(4_000)
    changes = store.apply([RowsStored(tuple(message(4, conversation_id=f"c{n:05}") for n in range(5)))])
    assert len(changes.conversations) == 5
