"""Recordings as files: what goes in comes out, and what is no recording is told from one."""

import os
import resource
import stat
from contextlib import suppress
from pathlib import Path
from random import Random
from threading import Event

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from chattui.model import events
from chattui.model.events import LinkChanged, LinkState, PresenceSeen, RowsStored, TypingSeen
from chattui.model.records import Availability, ConversationId
from chattui.recording import Header, RecordedStore, Recorder, replayed
from chattui.recording.entries import Applied, Focus, Key, events_of
from chattui.recording.recorder import MOST, Unrecordable
from chattui.recording.tape import Unreadable, read
from chattui.store import Queries, Store
from chattui.store.projections import View
from tests.store.database import ACTIONS, Database
from tests.store.rows import ANA, at, message

HISTORIES = st.lists(st.tuples(st.sampled_from(ACTIONS), st.integers(0, 3)), max_size=40)


def batches(history: list[tuple[str, int]], seed: int) -> list[list[events.Event]]:
    """A snapshot, then what happens, in pieces."""
    random = Random(seed)  # noqa: S311 - it plays
    database = Database(seed)
    told: list[list[events.Event]] = [[database.snapshot()]]
    for action, which in history:
        database.events.clear()
        database.happen(action, which)
        told.append([*database.events])
    told.append([LinkChanged(LinkState.LIVE, at(1)), PresenceSeen({ANA: Availability.ONLINE})])
    told.append([TypingSeen(ConversationId("one"), ANA, is_typing=True, at=at(2))])
    return random.sample(told, len(told)) if random.random() < 0.2 else told


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(HISTORIES, st.integers(0, 2**32))
def test_a_store_that_is_recorded_is_made_again(tmp_path: Path, history: list[tuple[str, int]], seed: int) -> None:
    path = tmp_path / "tape"
    path.unlink(missing_ok=True)
    recorder = Recorder(path, Header())
    store = RecordedStore(recorder)
    told = batches(history, seed)
    for batch in told:
        store.apply(batch)
    recorder.close()
    tape = read(path)
    assert [list(events_of(step.entry)) for step in tape.steps if isinstance(step.entry, Applied)] == [
        batch for batch in told if batch
    ]
    assert said(replayed(tape)) == said(store)


def said(store: Store) -> list[object]:
    """All that a screen could ask it."""
    queries, now = Queries(store), at(9_999)
    known = [one.id for one in store.state.conversations]
    views = [list(queries.view(view)) for view in View]
    about = [(queries.row(one, now), queries.head(one, now), queries.panel(one)) for one in known]
    return [queries.header(), views, about, [list(queries.thread(one).entries) for one in known]]


def test_half_a_surrogate_pair_is_kept(tmp_path: Path) -> None:
    recorder = Recorder(tmp_path / "tape", Header())
    RecordedStore(recorder).apply([RowsStored((message(1, "half \ud83d of it"),))])
    recorder.close()
    (batch, _) = read(tmp_path / "tape").steps
    assert isinstance(batch.entry, Applied)
    assert events_of(batch.entry) == (RowsStored((message(1, "half \ud83d of it"),)),)


def test_only_its_owner_may_read_it_and_it_is_never_written_over(tmp_path: Path) -> None:
    Recorder(tmp_path / "tape", Header()).close()
    assert stat.S_IMODE((tmp_path / "tape").stat().st_mode) == 0o600
    before = (tmp_path / "tape").read_bytes()
    with pytest.raises(Unrecordable, match="is there already"):
        Recorder(tmp_path / "tape", Header())
    assert (tmp_path / "tape").read_bytes() == before


def test_a_place_that_cannot_be_written_is_told_before_anything_begins(tmp_path: Path) -> None:
    with pytest.raises(Unrecordable, match=r"cannot be written \(No such file or directory\)"):
        Recorder(tmp_path / "nowhere" / "tape", Header())


def test_nothing_is_left_of_a_file_that_a_full_disk_does_not_take(tmp_path: Path) -> None:
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, limits[1]))
    try:
        with pytest.raises(Unrecordable, match=r"cannot be written \(File too large\)"):
            Recorder(tmp_path / "tape", Header())
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)
    assert not (tmp_path / "tape").exists()


def test_a_full_disk_ends_the_recording_with_one_sentence_and_nothing_else(tmp_path: Path) -> None:
    recorder = Recorder(tmp_path / "tape", Header())
    told: list[str] = []
    recorder.tell = told.append
    store = RecordedStore(recorder)
    store.apply([RowsStored((message(1),))])
    recorder._writer.submit(lambda: os.dup2(os.open("/dev/full", os.O_WRONLY), recorder._file.fileno())).result()
    for seq in range(2, 5):
        store.apply([RowsStored((message(seq),))])
    recorder.close()
    assert told == [
        f"The recording in {tmp_path / 'tape'} ends here (No space left on device). Nothing else is affected."
    ]
    assert len(read(tmp_path / "tape").steps) == 1
    assert store.state.tail(ConversationId("a")).last_seq == 4


def test_a_disk_that_hangs_holds_nobody_up(tmp_path: Path) -> None:
    recorder = Recorder(tmp_path / "tape", Header())
    told: list[str] = []
    recorder.tell = told.append
    moves = Event()
    recorder._writer.submit(moves.wait)
    for _ in range(MOST + 10):
        recorder.note(Focus(gained=True))
    assert told == [f"The recording in {tmp_path / 'tape'} ends here (the disk is too slow). Nothing else is affected."]
    moves.set()
    recorder.close()
    assert read(tmp_path / "tape").steps == ()


def tape_of(path: Path) -> Path:
    recorder = Recorder(path, Header(columns=80, rows=24))
    RecordedStore(recorder).apply([RowsStored((message(1),))])
    recorder.note(Key("t", "t"))
    recorder.close()
    return path


def test_what_was_not_written_to_its_end_does_not_count(tmp_path: Path) -> None:
    path = tape_of(tmp_path / "tape")
    path.write_bytes(path.read_bytes()[:-5])
    assert [type(step.entry) for step in read(path).steps] == [Applied, Key]


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"", "is not a recording of chattui."),
        (b"\x00\xff\n", "is not a recording of chattui."),
        (b'{"a": 1}\n', "is not a recording of chattui."),
        (b'{"recording": "x"}\n', "is not a recording of chattui."),
        (b"[]\n", "is not a recording of chattui."),
        (b'{"recording": 2, "new": []}\n', "was recorded by a newer chattui, and this one cannot show it. Update it."),
        (b'{"recording": 1}\n{"at"\n', "is damaged in line 2, so it cannot be shown."),
        (b'{"recording": 1}\n\n', "is damaged in line 2, so it cannot be shown."),
    ],
)
def test_what_is_no_recording_is_told_in_a_sentence(tmp_path: Path, content: bytes, sentence: str) -> None:
    path = tmp_path / "tape"
    path.write_bytes(content)
    with pytest.raises(Unreadable) as caught:
        read(path)
    assert str(caught.value) == f"{path} {sentence}"


def test_a_file_that_is_not_there_is_told(tmp_path: Path) -> None:
    with pytest.raises(Unreadable, match="cannot be read: No such file or directory"):
        read(tmp_path / "none")


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.data())
def test_whatever_became_of_a_file_is_a_recording_or_a_sentence(tmp_path: Path, data: st.DataObject) -> None:
    path = tmp_path / "tape"
    if not path.exists():
        tape_of(path)
        (tmp_path / "whole").write_bytes(path.read_bytes())
    content = bytearray((tmp_path / "whole").read_bytes())
    for _ in range(data.draw(st.integers(1, 4))):
        content[data.draw(st.integers(0, len(content) - 1))] = data.draw(st.integers(0, 255))
    path.write_bytes(content)
    with suppress(Unreadable):
        read(path)
