from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from chattui.model.events import (
    Delivery,
    DeliveryChanged,
    Event,
    MessageQueued,
    NoteQueued,
    OutboxDiscarded,
    PageLoaded,
    RowPatched,
    RowsStored,
)
from chattui.model.records import Message, MessageId, NoteId, Row, Sender, UserId
from chattui.store import Queries, Store
from chattui.store.drawing import Drawing
from chattui.store.entries import Entries, Lines, kept
from chattui.store.people import People
from chattui.store.projections import Entry, EntryKind, Thread
from chattui.text.inert import inert_line
from tests.store.rows import (
    ANA,
    BO,
    A,
    at,
    audit,
    contact,
    conversation,
    label,
    message,
    mine,
    note,
    page,
    profile,
    read_mark,
    snapshot,
    tail,
)


def after(*events: Event) -> Thread:
    store = Store()
    store.apply([snapshot(conversation(), tail("a", 3, 3))])
    for event in events:
        store.apply([event])
    return Queries(store).thread(A)


def stored(*rows: Any) -> RowsStored:
    return RowsStored(rows)


def keys(thread: Thread) -> list[str]:
    return [entry.key for entry in thread.entries]


def queued(key: str = "m", body: str = "words") -> MessageQueued:
    return MessageQueued(MessageId(key), A, body, at(9))


def test_a_thread_that_is_not_loaded_is_empty() -> None:
    thread = after()
    assert (thread.loaded, thread.complete, len(thread.entries), thread.last_seq) == (False, False, 0, 3)


def test_an_empty_thread_is_complete() -> None:
    thread = after(page(1, 0))
    assert (thread.loaded, thread.complete, keys(thread)) == (True, True, [])


def test_older_pages_come_before() -> None:
    thread = after(page(3, 3))
    assert (thread.complete, keys(thread)) == (False, ["a3"])
    thread = after(page(3, 3), page(1, 2))
    assert (thread.complete, keys(thread)) == (True, ["a1", "a2", "a3"])


def test_messages_that_came_before_their_turn_wait_for_the_hole_to_be_filled() -> None:
    assert keys(after(page(1, 3), stored(message(6)), stored(message(5)))) == ["a1", "a2", "a3"]
    filled = after(page(1, 3), stored(message(6)), stored(message(5)), stored(message(4)))
    assert keys(filled) == ["a1", "a2", "a3", "a4", "a5", "a6"]


def test_a_page_far_above_replaces_the_window() -> None:
    thread = after(page(1, 3, note("n", 2)), stored(message(12)), page(10, 11, note("o", 10)))
    assert (thread.complete, keys(thread)) == (False, ["a10", "o", "a11", "a12"])


def test_a_page_far_above_keeps_what_waited_for_it() -> None:
    assert keys(after(page(1, 3), stored(message(10)), stored(message(12)), page(10, 11))) == ["a10", "a11", "a12"]


def test_a_page_far_below_is_left_out() -> None:
    assert keys(after(page(9, 9), page(1, 3))) == ["a9"]


def test_a_page_with_a_hole_counts_from_after_the_hole() -> None:
    broken = PageLoaded(A, 1, 5, tuple(message(seq) for seq in (1, 2, 4, 5)))
    thread = after(broken)
    assert (thread.complete, keys(thread)) == (False, ["a4", "a5"])


def test_notes_and_audit_lines_stand_after_their_message_by_time() -> None:
    rows: list[Row] = [
        note("n2", 2, seconds=9),
        audit("e2", 2, seconds=5),
        audit("e0", 0),
        note("n3", 3),
        note("late", 7),
    ]
    thread = after(page(1, 3, *rows))
    assert keys(thread) == ["e0", "a1", "a2", "e2", "n2", "a3", "n3", "late"]
    assert [entry.kind for entry in thread.entries][:2] == [EntryKind.EVENT, EntryKind.MESSAGE]
    assert keys(after(page(1, 3, *rows), stored(*map(message, range(4, 9)))))[-4:] == ["a6", "a7", "late", "a8"]


def test_a_deleted_note_goes_and_a_deleted_message_loses_its_words() -> None:
    gone: dict[str, Any] = {"version": 2, "deleted_at": at(9)}
    thread = after(page(1, 3, note("n", 2)), stored(note("n", 2, **gone), message(2, **gone)))
    assert keys(thread) == ["a1", "a2", "a3"]
    assert (thread.entries[1].deleted, thread.entries[1].body) == (True, "")


def test_a_page_that_was_overtaken_by_events_loses_nothing() -> None:
    """The page was read first, and what came after it reached the store before it."""
    thread = after(stored(note("n", 3), message(2, "better", version=2, edited_at=at(7))), page(1, 3))
    assert keys(thread) == ["a1", "a2", "a3", "n"]
    assert (thread.entries[1].body, thread.entries[1].edited) == ("better", True)


def test_a_page_that_was_overtaken_by_a_patch_loses_nothing() -> None:
    fields = {"conversation_id": "a", "seq": 2, "body": "better"}
    patch = RowPatched("messages", "a2", 2, fields)
    assert [one.body for one in after(patch, page(1, 3)).entries] == ["line 1", "better", "line 3"]


def test_what_i_wrote_stands_at_the_end_until_its_row_comes() -> None:
    events: list[Event] = [page(1, 3), queued(), NoteQueued(NoteId("n"), A, "aside", at(9))]
    entries = after(*events).entries
    assert [(one.key, one.seq, one.delivery, one.mine) for one in entries[-2:]] == [
        ("m", 4, Delivery.QUEUED, True),
        ("n", 5, Delivery.QUEUED, True),
    ]
    assert keys(after(*events, stored(message(4)))) == ["a1", "a2", "a3", "a4", "m", "n"]
    assert keys(after(*events, stored(message(4)), stored(mine(5)))) == ["a1", "a2", "a3", "a4", "m", "n"]
    landed = after(*events, stored(mine(4)), stored(note("n", 3, author_id=ANA))).entries
    assert [(one.key, one.delivery) for one in landed[3:]] == [("n", None), ("m", None)]


@pytest.mark.parametrize("first", ["row", "queued"])
def test_it_never_stands_twice(first: str) -> None:
    events: list[Event] = [queued(), stored(mine(4))]
    assert keys(after(page(1, 3), *(reversed(events) if first == "row" else events))) == ["a1", "a2", "a3", "m"]


def test_a_row_that_came_before_its_turn_leaves_what_is_queued_in_sight() -> None:
    assert keys(after(page(1, 3), queued(), stored(mine(5)))) == ["a1", "a2", "a3", "m"]
    filled = after(page(1, 3), queued(), stored(mine(5)), stored(message(4)))
    assert [(one.key, one.delivery) for one in filled.entries[3:]] == [("a4", None), ("m", None)]


def test_a_page_brings_the_rows_of_what_is_queued() -> None:
    events: list[Event] = [queued(), NoteQueued(NoteId("n"), A, "aside", at(9))]
    loaded = PageLoaded(A, 1, 4, (*map(message, (1, 2, 3)), mine(4), note("n", 4, author_id=ANA)))
    assert [(one.key, one.delivery) for one in after(*events, loaded).entries[3:]] == [("m", None), ("n", None)]


def test_refused_words_say_why_until_they_are_given_up() -> None:
    refused = DeliveryChanged(MessageId("m"), Delivery.REFUSED, "Bo has it.")
    entry = after(page(1, 3), queued(), refused).entries[-1]
    assert (entry.delivery, entry.reason) == (Delivery.REFUSED, "Bo has it.")
    again = after(page(1, 3), queued(), refused, DeliveryChanged(MessageId("m"), Delivery.QUEUED)).entries[-1]
    assert (again.delivery, again.reason) == (Delivery.QUEUED, None)
    assert keys(after(page(1, 3), queued(), refused, OutboxDiscarded(MessageId("m")))) == ["a1", "a2", "a3"]


def test_words_queued_before_the_thread_is_loaded_are_shown() -> None:
    assert keys(after(queued())) == ["m"]


def test_authors_are_looked_up_and_told_again_when_they_change() -> None:
    zoe = UserId("zoe")
    said = message(4, sender_type=Sender.AGENT, sender_id=zoe)
    loaded = page(1, 3, note("n", 3))
    assert [one.author for one in after(loaded, stored(said)).entries] == [*["Rosa Díaz"] * 3, "Bo Lind", "Agent"]
    known = after(
        loaded, stored(said), stored(profile(zoe, "Zoe")), stored(contact("R.", 2)), stored(profile(BO, "B", 2))
    )
    assert [one.author for one in known.entries] == ["R.", "R.", "R.", "B", "Zoe"]


def test_what_others_wrote_is_inert() -> None:
    hostile = "\x1b[2J\u202eboo\x07"
    rows = (
        contact(hostile, 2),
        message(4, hostile),
        note("n", 3, hostile),
        audit("e", 3, hostile),
        label(name=hostile),
    )
    thread = after(page(1, 3), stored(*rows))
    shown = "".join(one.author + one.body for one in thread.entries)
    assert "\x1b" not in shown
    assert "\u202e" not in shown
    assert "␛[2Jboo␇" in shown


def test_read_marks_of_both_sides() -> None:
    thread = after(page(1, 3), stored(read_mark(2, 2), read_mark(1, 1, UserId("rosa's sign-in"))))
    assert (thread.my_read_seq, thread.customer_read_seq) == (2, 1)


def test_a_state_that_was_handed_out_never_changes() -> None:
    store = Store()
    store.apply([snapshot(conversation()), page(4, 5, note("n", 5), audit("e", 4))])
    queries = Queries(store)
    states = [(thread := queries.thread(A), list(thread.entries))]
    for event in (
        stored(message(6)),
        queued(),
        stored(note("o", 5)),
        page(1, 3, audit("f", 1)),
        stored(message(5, "better", version=2)),
        stored(contact("R.", 2)),
        stored(mine(7)),
        page(20, 21),
    ):
        store.apply([event])
        states.append((thread := queries.thread(A), list(thread.entries)))
    for thread, entries in states:
        assert list(thread.entries) == entries
        assert [thread.entries[place] for place in range(len(entries))] == entries
        assert [thread.entries[place - len(entries)] for place in range(len(entries))] == entries
        assert thread.entries[1:-1] == tuple(entries[1:-1])
        assert thread.entries == entries
        with pytest.raises(IndexError):
            thread.entries[len(entries)]


def test_entries_that_did_not_change_are_the_same_objects() -> None:
    store = Store()
    store.apply([snapshot(conversation()), page(1, 3, note("n", 2))])
    before = list(Queries(store).thread(A).entries)
    store.apply([stored(message(4)), page(1, 3), stored(note("o", 3))])
    later = Queries(store).thread(A).entries
    assert all(one is other for one, other in zip(before, later, strict=False))


NEXT = st.sampled_from(["message", "note", "early note", "queued", "edit", "rename"])


@given(st.lists(NEXT, max_size=12), st.integers(0, 12))
def test_kept_tells_how_many_leading_entries_are_the_same(changes: list[str], since: int) -> None:
    store = Store()
    store.apply([snapshot(conversation()), page(1, 4, note("n", 2), note("end", 4))])
    before = Queries(store).thread(A).entries
    for step, change in enumerate(changes):
        store.apply([happening(change, step, store.state.tail(A).last_seq)])
        if step == since:
            before = Queries(store).thread(A).entries
    entries = Queries(store).thread(A).entries
    naive = next((n for n, (one, other) in enumerate(zip(before, entries, strict=False)) if one != other), None)
    assert kept(before, entries) == (min(len(before), len(entries)) if naive is None else naive)
    assert (before == entries) == (list(before) == list(entries))


def happening(change: str, step: int, last: int) -> Event:
    match change:
        case "message":
            return stored(message(last + 1))
        case "note":
            return stored(note(f"n{step}", last, seconds=step))
        case "early note":
            return stored(note(f"n{step}", 1, seconds=step))
        case "queued":
            return queued(f"q{step}")
        case "edit":
            return stored(message(2, f"better {step}", version=2 + step))
        case _:
            return stored(contact(f"R{step}", 2 + step))


def drawn(counted: list[int]) -> Lines:
    drawing = Drawing(People(), lambda _: inert_line("Rosa"), lambda _: inert_line("vip"))

    def draw(one: Message) -> Entry:
        counted.append(one.seq)
        return drawing.message(one)

    return Lines(1, list(map(message, range(1, 10_001))), draw)


def test_only_what_is_looked_at_is_drawn_and_once() -> None:
    counted: list[int] = []
    lines = drawn(counted)
    entries = Entries(lines)
    assert [entries[-1].seq, entries[5_000].seq, entries[5_000].seq] == [10_000, 5_001, 5_001]
    lines.append(message(10_001))
    longer = Entries(lines)
    assert kept(entries, longer) == 10_000
    assert longer[-1].seq == 10_001
    assert counted == [10_000, 5_001, 10_001]


def test_messages_share_what_they_repeat() -> None:
    """One organisation, conversation and sender for a hundred thousand messages."""
    store = Store()
    apart = tuple(msgspec.json.decode(msgspec.json.encode(message(seq)), type=Message) for seq in (1, 2))
    assert apart[0].org_id is not apart[1].org_id
    store.apply([snapshot(conversation()), PageLoaded(A, 1, 2, apart)])
    one, other = (store.state.windows[A].at(seq) for seq in (1, 2))
    assert one is not None
    assert other is not None
    assert one.org_id is other.org_id
    assert one.conversation_id is other.conversation_id


def test_the_words_of_an_entry_as_they_were_written() -> None:
    raw = "\x1b[31mred\u202e\x07"
    store = Store()
    store.apply([snapshot(conversation(), tail("a", 2, 2))])
    store.apply([page(1, 2, message(1, raw), message(2, "gone", deleted_at=at(3)), note("n", 1, raw), audit("e", 1))])
    store.apply([MessageQueued(MessageId("q"), A, raw, at(4)), NoteQueued(NoteId("w"), A, raw, at(5))])
    queries = Queries(store)
    originals = {entry.key: queries.original(A, entry) for entry in queries.thread(A).entries}
    assert originals == {"a1": raw, "n": raw, "e": "", "a2": "", "q": raw, "w": raw}
