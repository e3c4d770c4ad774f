"""Whatever is lost or doubled: one sync makes a store equal the database over what it holds; nothing late undoes it."""

from random import Random

from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from chattui.model.events import Event, RowsLoaded
from chattui.model.records import (
    Conversation,
    ConversationEvent,
    ConversationId,
    Label,
    Labelling,
    Message,
    Note,
    ReadMark,
    Row,
    Status,
    key_of,
)
from chattui.store import Queries, Store
from chattui.store.projections import EntryKind, View
from tests.store.database import ACTIONS, Database
from tests.store.rows import ANA

HISTORIES = st.lists(st.tuples(st.sampled_from(ACTIONS), st.integers(0, 3)), max_size=40)


def delivered(events: list[Event], random: Random) -> list[Event]:
    """Some twice, some never, all a little or very late."""
    late = random.choice([0, 3, 1000])
    told = [
        (place + random.uniform(0, late), event)
        for place, event in enumerate(events)
        for _ in range(random.choice([0, 1, 1, 2]))
    ]
    return [event for _, event in sorted(told, key=lambda one: one[0])]


def live_through(history: list[tuple[str, int]], seed: int) -> tuple[Database, Store]:
    random = Random(seed)  # noqa: S311 - it plays
    database, store = Database(seed), Store()
    begun = random.randint(0, len(history))
    for action, which in history[:begun]:
        database.happen(action, which)
    since, pages = database.step, looked_at(database, random)
    database.events.clear()
    done = begun + load_in_pages(store, database, random, history[begun:])
    for action, which in history[done:]:
        database.happen(action, which)
        pages += looked_at(database, random)
    apply_in_pieces(store, delivered([*database.events, *pages], random), random)
    repaired(store, database, store.apply(database.sync(since)).holes)
    repaired(store, database, apply_in_pieces(store, delivered([*database.events, *pages], random), random))
    return database, store


def load_in_pages(store: Store, database: Database, random: Random, history: list[tuple[str, int]]) -> int:
    """A first load in pages by key, each of its own moment; what happens between them is told at once, or later."""
    pages, happened, told = random.randint(1, 4), 0, len(database.events)
    keys = sorted(database.rows)
    bounds = sorted(random.choice(keys) for _ in range(pages - 1))
    for first, last in zip([None, *bounds], [*bounds, None], strict=True):
        taken = database.snapshot()
        rows = tuple(
            row for row in taken.rows if (first is None or place(row) > first) and (last is None or place(row) <= last)
        )
        store.apply([replace(taken, rows=rows) if first is None else RowsLoaded(rows)])
        for action, which in history[happened : happened + random.randint(0, 4) if last else happened]:
            database.happen(action, which)
            happened += 1
        if random.random() < 0.5:
            apply_in_pieces(store, delivered(database.events[told:], random), random)
            told = len(database.events)
    return happened


def place(row: Row) -> tuple[str, str]:
    return row.TABLE, key_of(row)


def looked_at(database: Database, random: Random) -> list[Event]:
    known = [row.id for row in database.of(Conversation)]
    return [database.page(random.choice(known))] if known and random.random() < 0.15 else []


def apply_in_pieces(store: Store, events: list[Event], random: Random) -> frozenset[ConversationId]:
    holes: frozenset[ConversationId] = frozenset()
    while events:
        size = random.randint(1, 5)
        holes |= store.apply(events[:size]).holes
        events = events[size:]
    return holes


def repaired(store: Store, database: Database, holes: frozenset[ConversationId]) -> None:
    """What a desk does about holes, as long as there are any."""
    for _ in range(3):
        holes = frozenset(one for hole in holes for one in store.apply([database.page(hole)]).holes)
    assert not holes


@settings(max_examples=200, deadline=None)
@given(HISTORIES, st.integers(0, 2**32))
def test_a_store_equals_the_database_after_one_sync(history: list[tuple[str, int]], seed: int) -> None:
    database, store = live_through(history, seed)
    assert_rows_are_equal(database, store)
    assert_views_are_equal(database, store)
    assert_tails_are_equal(database, store)
    assert_threads_are_equal(database, store)


def assert_rows_are_equal(database: Database, store: Store) -> None:
    state = store.state
    assert {one.id: one for one in state.conversations} == {one.id: one for one in database.of(Conversation)}
    marks = [mark for marks in state.marks.values() for mark in marks.values()]
    assert sorted(marks, key=str) == sorted(database.of(ReadMark), key=str)
    named = {one.id: one.name for one in database.of(Label)}
    for conversation in database.of(Conversation):
        on = [one.label_id for one in database.of(Labelling, conversation.id) if not one.removed_at]
        assert [one.name for one in state.labels_of(conversation.id)] == sorted(named[one] for one in on)
        assert state.contact(conversation.id) == database.contact_of(conversation.id)


def unread(database: Database, conversation_id: ConversationId) -> int:
    mark = next((one for one in database.of(ReadMark, conversation_id) if one.user_id == ANA), None)
    return max(0, database.tail(conversation_id).inbound_count - (mark.last_read_inbound if mark else 0))


def naive(database: Database, view: View) -> list[ConversationId]:
    """The view sorted from nothing."""

    def belongs(one: Conversation) -> bool:
        return {
            View.WAITING: one.status is Status.WAITING,
            View.MINE: one.assigned_to == ANA,
            View.AI: one.status is Status.AI,
            View.ALL: one.status is not Status.CLOSED,
            View.CLOSED: one.status is Status.CLOSED,
        }[view]

    def newest(one: Conversation) -> float:
        return (database.tail(one.id).last_message_at or one.created_at).timestamp()

    rows = [one for one in database.of(Conversation) if belongs(one)]
    if view is View.WAITING:
        rows.sort(key=lambda one: (one.snoozed_until is not None, one.waiting_since, one.id))
    else:
        rows.sort(key=lambda one: (-newest(one), one.id))
    return [one.id for one in rows]


def assert_views_are_equal(database: Database, store: Store) -> None:
    queries = Queries(store)
    for view in View:
        expected = naive(database, view)
        assert list(queries.view(view)) == expected
        assert [queries.view(view).index(one) for one in expected] == list(range(len(expected)))
        assert queries.counts()[view] == len(expected)
        assert [one for piece in queries.filtering(view, "") for one in piece] == expected
    needs = {*naive(database, View.MINE), *naive(database, View.WAITING)}
    assert queries.header().unread == sum(unread(database, one) for one in needs)
    assert queries.header().active == len(naive(database, View.MINE))


def assert_tails_are_equal(database: Database, store: Store) -> None:
    for conversation in database.of(Conversation):
        tail, known = database.tail(conversation.id), store.state.tail(conversation.id)
        assert (known.last_seq, known.inbound_count) == (tail.last_seq, tail.inbound_count)
        assert (known.last_at, known.sender_type) == (tail.last_message_at, tail.last_sender_type)
        assert known.preview == (tail.last_message_preview or "")
        assert store.state.unread(conversation.id) == unread(database, conversation.id)


def assert_threads_are_equal(database: Database, store: Store) -> None:
    for conversation_id, window in store.state.windows.items():
        thread = Queries(store).thread(conversation_id)
        assert window.hi == database.tail(conversation_id).last_seq
        assert thread.complete == (window.lo == 1)
        assert [(one.key, one.body) for one in thread.entries if one.kind is EntryKind.MESSAGE] == [
            (one.id, one.body) for one in database.of(Message, conversation_id) if one.seq >= window.lo
        ]
        sides = [one for kind in (Note, ConversationEvent) for one in database.of(kind, conversation_id)]
        near = [side for side in sides if side.after_seq >= window.lo - 1 and not getattr(side, "deleted_at", None)]
        expected = sorted(near, key=lambda side: (side.after_seq, side.created_at, side.id))
        assert [one.key for one in thread.entries if one.kind is not EntryKind.MESSAGE] == [one.id for one in expected]
        places = [(entry.seq, entry.kind is not EntryKind.MESSAGE) for entry in thread.entries]
        assert places == sorted(places)
        assert [thread.entries[place] for place in range(len(thread.entries))] == list(thread.entries)


@settings(max_examples=100, deadline=None)
@given(HISTORIES, st.integers(0, 2**32))
def test_what_came_before_changes_nothing(history: list[tuple[str, int]], seed: int) -> None:
    database, store = live_through(history, seed)
    pages = [database.page(one) for one in store.state.windows]
    changes = store.apply([*database.events, *pages])
    assert not changes.threads
    assert not changes.views
    assert not changes.holes
    assert not changes.causes
