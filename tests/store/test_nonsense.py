"""Whatever a row or a patch says, a store takes it or leaves it; it never raises, and its views stay whole."""

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from chattui.model.events import Event, PageLoaded, RowPatched, RowsStored
from chattui.model.records import RECORDS, ContactId, ConversationId, Row, UserId
from chattui.store import Queries, Store
from chattui.store.projections import View
from tests.store.rows import ANA, A, at, conversation, message, note, page, snapshot, tail

IDS = st.sampled_from(["a", "b", "ana", "rosa", ""])
JSON = st.recursive(
    st.one_of(
        st.none(), st.booleans(), st.integers(-(10**30), 10**30), st.floats(allow_nan=False), st.text(max_size=4), IDS
    ),
    lambda inner: st.one_of(st.lists(inner, max_size=2), st.dictionaries(st.text(max_size=3), inner, max_size=2)),
    max_leaves=3,
)
COLUMNS = sorted({field for record in RECORDS.values() for field in record.__struct_fields__})
PATCHES = st.builds(
    RowPatched,
    table=st.sampled_from([*RECORDS, "nonsense"]),
    key=st.one_of(IDS, st.sampled_from(["a1", "a/ana", "n"])),
    version=st.integers(1, 3),
    fields=st.dictionaries(st.sampled_from(COLUMNS), JSON, max_size=5),
)


@given(st.lists(PATCHES, max_size=8))
def test_patches_of_nonsense(patches: list[RowPatched]) -> None:
    store = Store()
    store.apply([snapshot(conversation(), tail("a", 3, 3)), page(1, 3, note("n", 2))])
    store.apply(patches)
    look_at(store)


def whole(store: Store) -> bool:
    views = store.state.views
    placed = {one for view in View for one in views.view(view)}
    return placed == set(store.state.conversations.keys())


def look_at(store: Store) -> None:
    queries = Queries(store)
    assert whole(store)
    for conversation_id in map(ConversationId, store.state.conversations.keys()):
        queries.row(conversation_id, at(0))
        queries.head(conversation_id, at(0))
        queries.panel(conversation_id)
        list(queries.thread(conversation_id).entries)
    queries.header()
    queries.next_needing_me(None, at(0))


NUMBERS = st.one_of(st.integers(-3, 6), st.integers(-(2**30), 2**30))


@st.composite
def odd_rows(draw: st.DrawFn) -> Row:
    """Rows that are well formed and make no sense."""
    known: list[Any] = [
        conversation(draw(IDS), version=draw(NUMBERS), assigned_to=UserId(draw(IDS)), contact_id=ContactId(draw(IDS))),
        message(draw(NUMBERS), draw(st.text(max_size=5)), draw(IDS), draw(NUMBERS), inbound_no=draw(NUMBERS)),
        tail(draw(IDS), draw(st.integers(-3, 9)), draw(NUMBERS), draw(NUMBERS)),
        note(draw(IDS), draw(NUMBERS), version=draw(NUMBERS), mentions=[ANA]),
    ]
    return draw(st.sampled_from(known))  # type: ignore[no-any-return]


PAGES = st.builds(
    PageLoaded,
    conversation_id=st.just(A),
    lo=st.integers(-2, 9),
    hi=st.integers(-2, 9),
    rows=st.lists(odd_rows(), max_size=6).map(tuple),
)


@given(
    st.lists(st.one_of(st.lists(odd_rows(), max_size=3).map(lambda rows: RowsStored(tuple(rows))), PAGES), max_size=8)
)
def test_rows_that_make_no_sense(events: list[Event]) -> None:
    store = Store()
    store.apply([snapshot(conversation(), tail("a", 3, 3)), page(2, 3)])
    for event in events:
        store.apply([event])
        look_at(store)
