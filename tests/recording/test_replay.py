"""The screens of a recording are those of the shift."""

from math import inf
from pathlib import Path

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from chattui.gateway.errors import SignedOut
from chattui.recording.pace import PacedLoop
from chattui.recording.player import whole
from chattui.recording.tape import read
from chattui.ui.replaying import run_replay
from tests.recording.shift import Watcher, recorded, replayed
from tests.ui.world import MEI, ROSA, SAM

KEYS = ("down", "up", "enter", "escape", "t", "c", "T", "u", "1", "2", "4", "r", "N", "h", "i", "tab", "question_mark")
CLICKS = ("5,1", "12,4", "12,4", "12,6", "70,10", "70,33", "3,35", "100,4")
DOINGS = st.lists(
    st.one_of(
        st.tuples(st.just("key"), st.sampled_from([*KEYS, "ctrl+g", "ctrl+n", "ctrl+r", "f2", "pageup", "slash"])),
        st.tuples(st.just("customer"), st.sampled_from([ROSA, SAM, MEI])),
        st.tuples(st.just("size"), st.sampled_from(["80x24", "120x36", "60x14", "30x8", "160x45"])),
        st.tuples(st.sampled_from(["cut", "join"]), st.just("")),
        st.tuples(st.just("click"), st.sampled_from(CLICKS)),
    ),
    max_size=14,
)


@settings(
    max_examples=8,
    deadline=None,
    phases=[Phase.explicit, Phase.generate],
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(DOINGS)
def test_every_screen_of_a_shift_is_shown_again(tmp_path: Path, doings: list[tuple[str, str]]) -> None:
    (tmp_path / "tape").unlink(missing_ok=True)
    marks = recorded(tmp_path / "tape", doings)
    assert replayed(read(tmp_path / "tape"), marks) == marks


def test_what_was_refused_and_what_the_disk_did_not_take_is_so_again(tmp_path: Path) -> None:
    doings = [("key", "1"), ("refuse", "Bo Larsen has it."), ("key", "t"), ("key", "2"), ("key", "enter")]
    doings += [("fill", "disk"), ("key", "h"), ("key", "o"), ("key", "enter"), ("key", "escape")]
    marks = recorded(tmp_path / "tape", doings)
    assert "Bo Larsen has it." in marks[2][1]
    assert "Your words are kept" in marks[8][1]
    assert replayed(read(tmp_path / "tape"), marks) == marks


def test_words_that_were_refused_are_taken_back_again(tmp_path: Path) -> None:
    doings = [("key", "enter"), ("park", "Bo has it."), ("key", "h"), ("key", "o"), ("key", "enter"), ("key", "escape")]
    doings += [("key", "i"), ("key", "alt+up"), ("key", "e")]
    marks = recorded(tmp_path / "tape", doings)
    assert "Bo has it." in marks[5][1]
    assert "Bo has it." not in marks[8][1]
    assert "│ ho " in marks[8][1]
    assert replayed(read(tmp_path / "tape"), marks) == marks


def test_a_draft_of_an_earlier_shift_is_there_again(tmp_path: Path) -> None:
    marks = recorded(tmp_path / "tape", [("key", "enter"), ("key", "escape")], drafts={SAM: "half a sent"})
    assert "half a sent" in marks[0][1]
    assert replayed(read(tmp_path / "tape"), marks) == marks


def test_an_inbox_that_could_not_open_says_why_again(tmp_path: Path) -> None:
    marks = recorded(tmp_path / "tape", [("key", "t")], trouble=SignedOut("Nobody is signed in here. Sign in again."))
    assert "Nobody is signed in here." in marks[0][1]
    assert replayed(read(tmp_path / "tape"), marks) == marks


def test_what_reached_beyond_the_screen_does_not_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    recorded(tmp_path / "tape", [("key", "enter"), ("key", "escape"), ("key", "i"), ("key", "y"), ("key", "ctrl+q")])
    tape = read(tmp_path / "tape")
    loop = PacedLoop(inf)
    replay = Watcher(tape, whole(tape), loop, ())
    copied: list[str] = []
    monkeypatch.setattr(replay, "_write", copied.append)
    run_replay(replay, loop, headless=True)
    assert copied == []
