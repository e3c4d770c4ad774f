"""A store that is told again, in another process and later, and then caught up, is as good as one that never ended."""

from datetime import timedelta

from hypothesis import example, given, settings
from hypothesis import strategies as st

from chattui.model.events import RowsStored
from chattui.model.records import Conversation, Status
from chattui.store import Queries, Store
from chattui.store.projections import View
from tests.store.rows import at, conversation, message, page, snapshot, tail
from tests.store.test_convergence import (
    HISTORIES,
    assert_rows_are_equal,
    assert_tails_are_equal,
    assert_threads_are_equal,
    assert_views_are_equal,
    live_through,
    repaired,
)


def again(store: Store, most: int = 1_000) -> Store:
    """What another process would know."""
    queries, other = Queries(store), Store()
    _, taken = queries.retold(at(0), most)
    assert taken is not None
    other.apply([taken, *queries.pages(store.state.windows)])
    return other


@settings(max_examples=200, deadline=None)
@given(HISTORIES, st.integers(0, 2**32), HISTORIES)
@example([("begin", 0), ("hide", 0)], 0, [("begin", 0), ("begin", 0)])  # a customer without a conversation in sight
def test_one_sync_makes_it_equal_the_database(
    before: list[tuple[str, int]], seed: int, meanwhile: list[tuple[str, int]]
) -> None:
    database, store = live_through(before, seed)
    since, kept = database.step, again(store)
    for action, which in meanwhile:
        database.happen(action, which)
    repaired(kept, database, kept.apply(database.sync(since)).holes)
    assert_rows_are_equal(database, kept)
    assert_views_are_equal(database, kept)
    assert_tails_are_equal(database, kept)
    assert_threads_are_equal(database, kept)


@settings(max_examples=100, deadline=None)
@given(HISTORIES, st.integers(0, 2**32))
def test_it_looks_the_same(history: list[tuple[str, int]], seed: int) -> None:
    database, store = live_through(history, seed)
    before, after = Queries(store), Queries(again(store))
    now = at(0) + timedelta(days=1)
    for one in database.of(Conversation):
        assert before.panel(one.id) == after.panel(one.id)
        assert before.head(one.id, now) == after.head(one.id, now)
        assert list(before.thread(one.id).entries)[-50:] == list(after.thread(one.id).entries)


def test_of_a_large_desk_what_stands_first_in_each_view_is_told() -> None:
    store = Store()
    many = [conversation(f"c{n:04}", list(Status)[n % 4]) for n in range(400)]
    store.apply([snapshot(*many)])
    whole, taken = Queries(store).retold(at(0), 100)
    assert not whole
    assert taken is not None
    some = again(store, 100)
    for view in (View.WAITING, View.AI, View.CLOSED):
        assert list(Queries(some).view(view))[:20] == list(Queries(store).view(view))[:20]
    assert len(some.state.conversations) <= 100


def test_a_thread_with_a_hole_is_not_told() -> None:
    store = Store()
    store.apply([snapshot(conversation(), tail("a", 2, 2)), page(1, 2)])
    assert [one.hi for one in Queries(store).pages(store.state.windows)] == [2]
    store.apply([RowsStored((message(4),))])
    assert list(Queries(store).pages(store.state.windows)) == []


def test_an_empty_store_has_nothing_to_tell() -> None:
    assert Queries(Store()).retold(at(0), 10) == (False, None)
