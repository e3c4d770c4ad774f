"""The file: one order for all processes, nothing half done, nothing that a broken disk can turn into a traceback."""

import asyncio
import random
import resource
import sqlite3
import stat
import tempfile
from collections.abc import Iterator
from contextlib import closing, contextmanager
from copy import deepcopy
from itertools import islice
from pathlib import Path

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from chattui.desk.keeping import MemoryDrawer, Unkept, parked
from chattui.desk.shelf import VERSION, Drafts, Shelf
from chattui.model.records import ConversationId
from tests.desk.keeping import child, mark_item, message_item, note_item
from tests.desk.scribbler import acts, do, imagine

ONE = ConversationId("one")
ROUNDS = 30


def drafts_of(shelf: Shelf) -> Drafts:
    news = shelf.news()
    assert news is not None
    return news[1]


@contextmanager
def no_file_over(size: int) -> Iterator[None]:
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)


def test_what_was_put_is_there_again_in_order_for_this_person_alone(tmp_path: Path) -> None:
    path = tmp_path / "words" / "ana.db"
    items = [message_item("b"), note_item("a"), mark_item("c"), message_item("d", body="half \ud83d a pair\x00\n")]
    with closing(Shelf(path)) as shelf:
        for item in items:
            shelf.put(item)
        shelf.keep_drafts({(ONE, "reply"): "half \ud83d", (ONE, "note"): "remember"})
        assert {stat.S_IMODE(one.stat().st_mode) for one in path.parent.glob("*.db*")} == {0o600}
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700
    with closing(Shelf(path)) as shelf:
        assert shelf.items() == items
        assert drafts_of(shelf) == {(ONE, "reply"): "half \ud83d", (ONE, "note"): "remember"}
        assert not shelf.loss


def test_a_message_takes_the_place_of_its_own_draft(tmp_path: Path) -> None:
    with closing(Shelf(tmp_path / "ana.db")) as shelf:
        shelf.keep_drafts({(ONE, "reply"): "hello", (ONE, "note"): "remember"})
        shelf.put(message_item("a"))
        assert drafts_of(shelf) == {(ONE, "note"): "remember"}


def test_a_refused_one_keeps_its_place_and_its_reason_and_one_that_is_gone_stays_gone(tmp_path: Path) -> None:
    refused = parked(message_item("a"), "Bo has it.")
    with closing(Shelf(tmp_path / "ana.db")) as shelf:
        shelf.put(message_item("a"))
        shelf.put(message_item("b"))
        shelf.change(refused)
        assert shelf.remove("b") == [refused]
        assert shelf.change(parked(message_item("b"), "too late")) == [refused]
    with closing(Shelf(tmp_path / "ana.db")) as shelf:
        assert shelf.items() == [refused]


def test_a_refused_one_becomes_a_draft_again_before_the_words_that_stand_there(tmp_path: Path) -> None:
    reply = (ONE, "reply")
    with closing(Shelf(tmp_path / "ana.db")) as shelf, closing(Shelf(tmp_path / "ana.db")) as other:
        shelf.put(message_item("a", body="half \ud83d"))
        assert shelf.take_back(message_item("a"), reply, None) is None, "it is on its way, not refused"
        refused = parked(message_item("a", body="half \ud83d"), "Bo has it.")
        shelf.change(refused)
        other.keep_drafts({reply: "and this", (ONE, "note"): "remember"})
        with no_file_over(0), pytest.raises(Unkept):
            shelf.take_back(refused, reply, None)
        assert (shelf.items(), drafts_of(shelf)[reply]) == ([refused], "and this")
        assert shelf.take_back(refused, reply, None) == ([], "half \ud83d\n\nand this")
        assert other.take_back(refused, reply, None) is None, "it is gone already"
        assert drafts_of(other) == {reply: "half \ud83d\n\nand this", (ONE, "note"): "remember"}


@settings(deadline=None, max_examples=40)
@given(st.lists(st.tuples(st.booleans(), st.integers(0, 10_000)), max_size=30))
def test_two_who_share_a_file_see_what_one_memory_would(turns: list[tuple[bool, int]]) -> None:
    memory = MemoryDrawer()
    with tempfile.TemporaryDirectory() as directory:
        path = Path(directory) / "ana.db"
        with closing(Shelf(path)) as mine, closing(Shelf(path)) as yours:
            for number, (first, seed) in enumerate(turns):
                act = next(islice(acts(seed * 100 + number, memory.load()), 3, None))
                if act[0] != "put" or all(act[1] != item for item in memory.load()):
                    do(mine if first else yours, act)
                    asyncio.run(imagine(memory, act))
                assert mine.items() == yours.items() == memory.load()
            assert drafts_of(mine) == drafts_of(yours) == memory._drafts


def test_a_process_killed_at_any_instant_leaves_all_that_was_acknowledged(tmp_path: Path) -> None:
    chance = random.Random(7)  # noqa: S311 - no secret
    path, memory = tmp_path / "ana.db", MemoryDrawer()
    for seed in range(ROUNDS):
        at_statement = chance.randrange(1, 150) if seed % 2 else 0
        with child("scribbler", str(path), str(seed), str(at_statement)) as scribbler:
            said = [scribbler.line() for _ in range(0 if at_statement else chance.randrange(1, 40))]
            said += scribbler.rest() if at_statement else scribbler.kill()
        assert said == [str(number) for number in range(len(said))]
        memory = asyncio.run(_left_by(path, memory, seed, len(said)))
    assert memory.load(), "a run that leaves nothing shows nothing"


async def _left_by(path: Path, memory: MemoryDrawer, seed: int, acknowledged: int) -> MemoryDrawer:
    """All that was acknowledged; of the next act everything or nothing."""
    doing = acts(seed, memory.load())
    for act in islice(doing, acknowledged):
        await imagine(memory, act)
    further = deepcopy(memory)
    await imagine(further, next(doing))
    with closing(Shelf(path)) as shelf:
        left = (shelf.items(), drafts_of(shelf))
        assert not shelf.loss
    assert left in [(one.load(), one._drafts) for one in (memory, further)], f"seed {seed}"
    return memory if left == (memory.load(), memory._drafts) else further


def test_a_full_disk_takes_nothing_says_so_and_harms_nothing_before(tmp_path: Path) -> None:
    big = message_item("big", body="x" * 300_000)
    with closing(Shelf(tmp_path / "ana.db")) as shelf:
        shelf.put(message_item("a"))
        with no_file_over(200_000):
            with pytest.raises(Unkept, match="Make room there"):
                shelf.put(big)
            assert shelf.items() == [message_item("a")]
        assert shelf.put(big) == [message_item("a"), big]


def test_a_place_that_can_not_be_written_is_one_sentence(tmp_path: Path) -> None:
    (tmp_path / "words").write_text("a file, where a directory should be")
    with pytest.raises(Unkept, match="cannot keep words in"):
        Shelf(tmp_path / "words" / "ana.db")


def test_what_a_newer_chattui_has_written_is_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "ana.db"
    Shelf(path).close()
    with closing(sqlite3.connect(path)) as newer:
        newer.execute("pragma user_version = 99")
    before = path.read_bytes()
    with pytest.raises(Unkept, match="newer chattui"):
        Shelf(path)
    assert path.read_bytes() == before


@settings(deadline=None, max_examples=60)
@example(b"\0", 0, True)  # noqa: FBT003 - given
@example(b"\7", 18, False)  # noqa: FBT003 - given
@example(b"\0\0\0\0", 60, False)  # noqa: FBT003 - given
@given(st.binary(max_size=3000), st.integers(0, 20_000), st.booleans())
def test_a_damaged_file_is_moved_aside_whole_and_never_a_traceback(junk: bytes, where: int, instead: bool) -> None:  # noqa: FBT001 - given
    with tempfile.TemporaryDirectory() as directory:
        path = Path(directory) / "ana.db"
        with closing(Shelf(path)) as shelf:
            for number in range(20):
                shelf.put(message_item(f"m{number}"))
        sound = path.read_bytes()
        where %= len(sound)
        path.write_bytes(junk if instead else sound[:where] + junk + sound[where + len(junk) :])
        damaged = path.read_bytes()
        if not instead and int.from_bytes(damaged[60:64], signed=True) > VERSION:
            return  # it says that a newer chattui wrote it
        with closing(Shelf(path)) as shelf:
            asides = list(path.parent.glob("*.damaged-*"))
            assert [one.read_bytes() for one in asides] == ([damaged] if shelf.loss else [])
            assert not shelf.loss or str(asides[0]) in shelf.loss
            assert len(shelf.put(message_item("next"))) == (1 if shelf.loss or not damaged else 21)


def test_only_one_sends_and_the_next_may_when_it_is_gone(tmp_path: Path) -> None:
    with closing(Shelf(tmp_path / "ana.db")) as mine, closing(Shelf(tmp_path / "ana.db")) as yours:
        assert mine.claim() == []
        yours.put(message_item("a"))
        assert yours.claim() is None
        assert mine.claim() == [message_item("a")]
        mine.release()
        assert yours.claim() == [message_item("a")]
