"""`chattui replay`, without a terminal."""

import json
from pathlib import Path

import pytest

from tests.cli.conftest import Home
from tests.recording.shift import recorded


@pytest.fixture
def tape(tmp_path: Path) -> Path:
    """Down to Mei, and a reply to her."""
    path = tmp_path / "tape"
    recorded(path, [("key", "down"), ("key", "enter"), ("key", "h"), ("key", "o"), ("key", "enter")])
    return path


def test_screens_are_printed_where_they_differ(home: Home, tape: Path) -> None:
    shown = home.ok("replay", str(tape), "--screens")
    heads = [line for line in shown.splitlines() if line.startswith("── step")]
    assert [head.split(" · ")[2] for head in heads if "key" in head][:2] == ["key down", "key enter"]
    assert "reply to Mei Tanaka" in shown
    last = home.ok("replay", str(tape), "--last")
    assert shown.endswith(last)
    assert "you: ho" in last


def test_a_beginning_is_shown_by_steps_or_by_seconds(home: Home, tape: Path) -> None:
    steps = [json.loads(line) for line in home.ok("replay", str(tape), "--json").splitlines()]
    down = next(step for step in steps if step["what"] == "key down")
    assert any("Samuel" in line and line.startswith("▌") for line in steps[down["step"] - 2]["screen"])
    early = home.ok("replay", str(tape), "--last", "--to", str(down["step"]))
    assert early.splitlines() == down["screen"]
    following = steps[down["step"]]
    assert home.ok("replay", str(tape), "--last", "--to", f"0:{following['at'] - 0.001:.3f}") == early
    assert "you: ho" not in early


def test_what_cannot_be_replayed_is_told_in_a_sentence(home: Home, tape: Path) -> None:
    (home.path / "none").write_text("hello\n")
    (home.path / "newer").write_text('{"recording": 99}\n')
    (home.path / "damaged").write_bytes(tape.read_bytes().replace(b'"what":"key"', b'"what":"kex"', 1))
    (home.path / "settings").write_text('{"recording": 1, "settings": {"guard": "x"}}\n')
    for name, sentence in {
        "missing": "cannot be read: No such file or directory.",
        "none": "is not a recording of chattui.",
        "newer": "was recorded by a newer chattui, and this one cannot show it. Update it.",
        "damaged": "is damaged in line ",
        "settings": "is damaged in line 1, so it cannot be shown.",
    }.items():
        done = home.run("replay", str(home.path / name), "--last")
        assert (done.returncode, done.stdout) == (1, "")
        assert done.stderr.startswith(f"chattui: {home.path / name} {sentence}")
        assert len(done.stderr.splitlines()) == 1


def test_what_makes_no_sense_is_told(home: Home, tape: Path) -> None:
    for arguments, sentence in {
        ("replay", str(tape)): "this needs a terminal, on stdin and stderr both. `--screens` prints what it shows.",
        ("replay", str(tape), "--last", "--to", "noon"): "--to takes a number of steps, or a time such as 0:12.5",
        ("--record", "x", "list"): "there is nothing to record in `list`: --record goes with the inbox.",
    }.items():
        done = home.run(*arguments)
        assert done.returncode == 2
        assert sentence in done.stderr


def test_times_of_day_are_those_of_where_it_was_recorded(home: Home, tape: Path) -> None:
    here = home.ok("replay", str(tape), "--last")
    (home.path / "east").write_text(tape.read_text().replace('"zone":"UTC0"', '"zone":"<+0530>-5:30"', 1))
    east = home.ok("replay", str(home.path / "east"), "--last")
    assert "13:15" in here
    assert "18:45" in east
