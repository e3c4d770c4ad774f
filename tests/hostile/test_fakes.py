"""Words that look like chattui's own lines and signs: they never stand where those do, in the way that those do."""

import re
from datetime import UTC, timedelta

import pytest
from rich.style import Style
from textual.strip import Strip

from chattui.model.records import Sender
from chattui.store.projections import Entry, EntryKind
from chattui.text.inert import inert, inert_line
from chattui.ui.escapes import notice
from chattui.ui.widgets.thread_drawing import Drawn, draw_line
from chattui.ui.widgets.thread_lines import LineKind, Setting, lines_of
from tests.hostile.corpus import FAKES, SAMPLE
from tests.hostile.tokens import harmful, tokens
from tests.ui.widgets.samples import NOW, entry

WIDTH = 60
PARTS: dict[str, Style] = {}


def look(part: str) -> Style:
    """A colour of its own for each part."""
    return PARTS.setdefault(part, Style(color=f"color({len(PARTS) + 1})"))


def drawn(one: Entry, before: Entry | None = None) -> list[tuple[LineKind, Strip]]:
    lines = lines_of(one, before, Setting(WIDTH, UTC, NOW, None, 0))
    how = Drawn(WIDTH, UTC, look, 0, False)  # noqa: FBT003 - a tuple
    return [(line.kind, draw_line(line, one, number == 0, how)) for number, line in enumerate(lines)]


def test_words_stand_behind_their_gutter() -> None:
    for fake in FAKES:
        for kind, strip in drawn(entry(1, inert(fake))):
            if kind is LineKind.BODY:
                assert strip.text[:3] == " │ ", strip.text


def test_a_name_is_drawn_as_a_name() -> None:
    for fake in FAKES:
        lines = drawn(entry(1, author=inert_line(fake)))
        head = next(strip for kind, strip in lines if kind is LineKind.HEAD)
        styles = {style for text, style, _ in head if text.strip() and not text.strip().endswith("…")}
        assert styles <= {look("customer-name"), look("time")}


def test_what_is_said_of_a_message_is_no_part_of_its_words() -> None:
    """`✓✓ read` is written in another style than words, and only a message of ours has a place for it."""
    for fake in FAKES:
        for _, strip in drawn(entry(1, inert(fake))):
            assert look("read") not in {style for _, style, _ in strip}


def test_lines_of_ours_have_no_gutter() -> None:
    one = entry(2, "Ana Torres took over", Sender.SYSTEM, kind=EntryKind.EVENT, at=NOW)
    before = entry(1, at=NOW - timedelta(minutes=1))
    assert all("│" not in strip.text for kind, strip in drawn(one, before) if kind is LineKind.EVENT)


@pytest.mark.parametrize(
    ("how", "kinds"),
    [
        ("osc9", ["osc", "control"]),
        ("osc99", ["osc", "osc", "control"]),
        ("osc777", ["osc", "control"]),
        ("bell", ["control"]),
        ("off", []),
    ],
)
def test_a_notice_is_one_sequence_whatever_is_in_it(how: str, kinds: list[str]) -> None:
    for raw in SAMPLE:
        words = inert_line(raw), inert_line(f"wrote: {raw}")
        said = notice(how, *words, {})
        assert [token.kind for token in tokens(said.encode())] == kinds, raw[:80]
        assert harmful(said.encode()) == []
        assert passed_on_by_tmux(notice(how, *words, {"TMUX": "x"})) == said, raw[:80]


def passed_on_by_tmux(said: str) -> str:
    """What the terminal gets of it: the inside of one DCS, in which each ESC is doubled."""
    wrapped = re.fullmatch(r"\x1bPtmux;((?:[^\x1b]|\x1b\x1b)*)\x1b\\(\x07)", said)
    return wrapped[1].replace("\x1b\x1b", "\x1b") + wrapped[2] if wrapped else said
