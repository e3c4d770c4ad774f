from datetime import UTC, timedelta, timezone
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace
from rich.style import Style

from chattui.model.events import Delivery
from chattui.model.records import Sender
from chattui.store.projections import Entry
from chattui.text.inert import Inert, inert
from chattui.ui.widgets.thread_drawing import Drawn, draw_line
from chattui.ui.widgets.thread_lines import MOST_LINKS, LineKind, Setting, lines_of
from tests.ui.widgets.samples import NOW, SHIFT, ago, entry, event, note

SETTING = Setting(40, UTC, NOW, None, 0)
KEYS = Inert("x send again · e edit")
FIRST = entry(1, "first", at=ago(minutes=20))


def kinds(one: Entry, before: Entry | None = FIRST, setting: Setting = SETTING) -> list[str]:
    return [line.kind.name for line in lines_of(one, before, setting)]


def drawn(one: Entry, before: Entry | None = FIRST, setting: Setting = SETTING, read: int = 0) -> list[str]:
    drawing = Drawn(setting.width, setting.zone, lambda _: Style(), read, cursor=False, keys=KEYS)
    return [draw_line(line, one, True, drawing).text.rstrip() for line in lines_of(one, before, setting)]  # noqa: FBT003


def test_one_persons_words_stand_under_one_name() -> None:
    assert kinds(entry(2, at=ago(minutes=16))) == ["BODY"]
    assert kinds(entry(2, at=ago(minutes=15))) == ["HEAD", "BODY"]
    assert kinds(entry(2, sender=Sender.AI, at=ago(minutes=19))) == ["HEAD", "BODY"]
    assert kinds(note(1, "look", at=ago(minutes=19)), note(1, "and", at=ago(minutes=20))) == ["HEAD", "BODY"]


def test_two_agents_are_two_names() -> None:
    ana, bo = entry(1, sender=Sender.AGENT, at=ago(minutes=5)), entry(2, sender=Sender.AGENT, at=ago(minutes=4))
    assert kinds(bo, ana) == ["BODY"]
    assert kinds(replace(bo, author=Inert("Bo")), ana) == ["HEAD", "BODY"]


def test_a_day_begins_where_the_reader_is() -> None:
    before, after = entry(1, at=ago(hours=15)), entry(2, at=ago(hours=14))
    assert drawn(after, before) == [
        "       ── Thursday 20 November ──",
        " Rosa Díaz                        00:06",
        " │ hello",
    ]
    assert kinds(after, before, SETTING._replace(zone=timezone(timedelta(hours=2)))) == ["HEAD", "BODY"]
    assert kinds(before, None) == ["DAY", "HEAD", "BODY"]


def test_what_is_new_is_marked_and_named_again() -> None:
    setting = SETTING._replace(new_at="m2", new_count=3)
    assert drawn(entry(2, at=ago(minutes=19)), setting=setting)[:2] == [
        "              ── 3 new ──",
        " Rosa Díaz                        13:47",
    ]


@pytest.mark.parametrize(("sender", "sign"), [(Sender.CUSTOMER, "│"), (Sender.AGENT, "┃"), (Sender.AI, "┊")], ids=str)
def test_each_side_has_a_gutter_of_its_own(sender: Sender, sign: str) -> None:
    assert drawn(entry(2, "hello", sender, at=ago(minutes=1)))[1].startswith(f" {sign} hello")


def test_a_note_says_that_it_is_one() -> None:
    assert drawn(note(1, "check first", at=ago(minutes=1))) == [
        " ▌ NOTE Bo Larsen                 14:05",
        " ▌ check first",
    ]


def test_an_audit_line_stands_in_the_middle_with_its_time() -> None:
    assert drawn(event(1, "Ana took it", at=ago(minutes=1))) == ["           ── Ana took it ──      14:05"]


def test_a_long_audit_line_keeps_clear_of_its_time() -> None:
    lines = drawn(event(1, "asked for a person: charged twice", at=ago(minutes=1)))
    assert lines == ["       ── asked for a person: ──  14:05", "          ── charged twice ──     14:05"]


def test_the_systems_words_belong_to_nobody() -> None:
    assert kinds(entry(2, "we are closed", Sender.SYSTEM, at=ago(minutes=1))) == ["EVENT"]


@pytest.mark.parametrize(
    ("fields", "read", "mark"),
    [
        ({"delivery": Delivery.QUEUED}, 0, "◌ queued"),
        ({"delivery": Delivery.SENT}, 0, "↑ sent"),
        ({}, 1, "✓ stored"),
        ({}, 2, "✓✓ read"),
        ({"edited": True}, 2, "edited ✓✓ read"),
    ],
)
def test_how_far_my_words_have_come(fields: dict[str, Any], read: int, mark: str) -> None:
    mine = entry(2, "hello", Sender.AGENT, mine=True, at=ago(minutes=1), **fields)
    head, body = drawn(mine, read=read)
    assert head.startswith(" Ana Torres · you ")
    assert body.startswith(" ┃ hello ")
    assert body.endswith(f" {mark}")


def test_what_was_refused_says_why_and_what_can_be_done() -> None:
    mine = entry(2, "hello", Sender.AGENT, delivery=Delivery.REFUSED, reason=Inert("Bo has it"), at=ago(minutes=1))
    assert drawn(mine)[1:] == [" ┃ hello", " ┃ ✗ refused: Bo has it", " ┃ x send again · e edit"]


def test_progress_moves_nothing() -> None:
    for size in range(1, 120):
        mine = entry(2, "a" * size, Sender.AGENT, at=ago(minutes=1))
        counts = {
            len(lines_of(replace(mine, delivery=state), FIRST, SETTING))
            for state in (None, Delivery.QUEUED, Delivery.SENT)
        }
        assert len(counts) == 1


def test_a_mark_without_room_gets_a_line_of_its_own() -> None:
    full = entry(2, "a" * 36, Sender.AGENT, at=ago(minutes=1))
    assert drawn(full)[1:] == [f" ┃ {'a' * 36}", " ┃                             ✓ stored"]


def test_what_was_deleted_is_gone() -> None:
    assert drawn(entry(2, "", deleted=True, at=ago(minutes=19))) == [" │ message deleted"]


@given(st.text(max_size=80).map(inert), st.integers(12, 60))
def test_the_words_of_a_line_are_where_it_says(body: Inert, width: int) -> None:
    one = entry(2, body, at=ago(minutes=19))
    for line in lines_of(one, FIRST, SETTING._replace(width=width)):
        if "…" not in line.text:  # what is wider than a line
            assert one.body[line.start : line.start + len(line.text)] == line.text


@given(st.text(max_size=80).map(inert), st.integers(12, 60), st.sampled_from(list(Sender)), st.booleans())
def test_every_line_is_exactly_as_wide_as_the_pane(body: Inert, width: int, sender: Sender, edited: bool) -> None:  # noqa: FBT001
    setting = SETTING._replace(width=width, new_at="m2", new_count=12)
    one = entry(2, body, sender, at=ago(minutes=1), edited=edited)
    drawing = Drawn(width, UTC, lambda _: Style(), 0, cursor=True)
    for line in lines_of(one, None, setting):
        strip = draw_line(line, one, line.kind is LineKind.EVENT, drawing)
        assert strip.cell_length == sum(segment.cell_length for segment in strip) == width


def test_a_whole_shift_at_any_width() -> None:
    for width in range(20, 100):
        drawing = Drawn(width, UTC, lambda _: Style(), 6, cursor=False)
        for before, one in zip((None, *SHIFT), SHIFT, strict=False):
            for line in lines_of(one, before, SETTING._replace(width=width)):
                assert draw_line(line, one, True, drawing).cell_length == width  # noqa: FBT003


def test_a_link_is_underlined_on_every_line_of_it_and_the_terminal_has_nothing_to_open() -> None:
    address = f"https://example.com/{'a' * 40}"
    one = entry(2, f"see {address}, please", at=ago(minutes=19))
    drawing = Drawn(40, UTC, lambda _: Style(), 0, cursor=False)
    strips = [draw_line(line, one, True, drawing) for line in lines_of(one, FIRST, SETTING)]  # noqa: FBT003
    linked = [segment for strip in strips for segment in strip if segment.style and segment.style.underline]
    assert "".join(segment.text for segment in linked) == address
    assert len(linked) > 1
    assert not any(segment.style.link for strip in strips for segment in strip if segment.style)


def test_a_host_that_looks_like_another_one_is_named() -> None:
    plain = entry(2, "see https://bank.example/x and mailto:rosa@bank.example", at=ago(minutes=19))
    assert kinds(plain) == ["BODY", "BODY"]
    body = "see https://b\u0430nk.example/, https://b\u0430nk.example/x or https://bank.example@evil.example/"
    disguised = entry(2, body, at=ago(minutes=19))
    assert drawn(disguised)[-2:] == [" │ ↗ leads to xn--bnk-6cd.example", " │ ↗ leads to evil.example"]
    assert "LINK" not in kinds(replace(disguised, deleted=True))
    many = entry(2, " ".join(f"https://b\u0430nk{number}.example" for number in range(9)), at=ago(minutes=19))
    assert kinds(many).count("LINK") == MOST_LINKS
