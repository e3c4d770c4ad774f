"""Desks in processes of their own: killed, started again, and several of one agent at the same time."""

import random
from contextlib import ExitStack, closing
from itertools import groupby, product
from pathlib import Path

from chattui import paths
from chattui.desk.shelf import Shelf
from tests.desk.desk_on_disk import LEDGER
from tests.desk.keeping import DATABASE, Child, child, message_item
from tests.scripted import ANA

NAMES = ("one", "two", "three")


def shelf_at(directory: Path) -> Shelf:
    return Shelf(directory / f"{paths.name_for(DATABASE, ANA)}.db")


def open_desk(ends: ExitStack, directory: Path, how: str = "up") -> Child:
    one = ends.enter_context(child("desk_on_disk", "scripted", str(directory), how))
    if how == "up":
        one.hears("live")
        one.until("live")
    return one


def submitted(lines: list[str]) -> list[str]:
    return [line.removeprefix("submit ") for line in lines if line.startswith("submit ")]


def test_what_was_queued_without_a_link_goes_out_after_a_kill_once_and_in_order(tmp_path: Path) -> None:
    with ExitStack() as ends:
        first = open_desk(ends, tmp_path)
        first.hears("down")
        first.until("down")
        for number in range(12):
            first.hears(f"send {NAMES[number % 3]} {number}")
            first.until(f"sent {number}")
        first.kill()
        second = open_desk(ends, tmp_path)
        second.hears("drained")
        said = submitted(second.until("drained"))
        assert sorted(map(int, said)) == list(range(12))
        for lane in range(3):
            assert [n for n in map(int, said) if n % 3 == lane] == list(range(lane, 12, 3))
        second.hears("leave")
        assert submitted(second.until("left")) == []
        third = open_desk(ends, tmp_path)
        third.hears("queue")
        assert third.until("0 0") == []


def test_refused_ones_and_drafts_are_there_again_even_before_there_is_a_link(tmp_path: Path) -> None:
    with ExitStack() as ends:
        first = open_desk(ends, tmp_path)
        first.hears("send one bad")
        first.hears("drained")
        first.until("drained")
        first.hears("down")
        first.hears("draft two half a sentence")
        first.hears("send two later")
        first.until("sent later")
        first.kill()
        second = open_desk(ends, tmp_path, "down")
        second.hears("waiting 1")
        second.until("waiting")
        second.hears("queue")
        second.until("1 1")
        second.hears("up")
        second.hears("drained")
        assert submitted(second.until("drained")) == ["later"]


def test_a_draft_is_on_the_disk_soon_and_at_the_end_in_any_case(tmp_path: Path) -> None:
    with ExitStack() as ends:
        first = open_desk(ends, tmp_path)
        first.hears("draft one half a sent")
        first.hears("leave")
        first.until("left")
        second = open_desk(ends, tmp_path)
        second.hears("drafts one")
        assert second.line() == "half a sent"


def test_of_two_with_one_drawer_each_message_goes_out_once_and_in_order(tmp_path: Path) -> None:
    with closing(shelf_at(tmp_path)) as shelf:
        for number in range(60):
            shelf.put(message_item(f"left {number}", NAMES[number % 3], f"left {number}"))
    chance = random.Random(3)  # noqa: S311 - no secret
    with ExitStack() as ends:
        pair = [open_desk(ends, tmp_path) for _ in range(2)]
        for number in range(40):
            speaker = chance.randrange(2)
            pair[speaker].hears(f"send one {'ab'[speaker]} {number}")
        for one in pair:
            one.hears("drained")
            one.hears("leave")
        for one in pair:
            one.until("left")
    sent = (tmp_path / LEDGER).read_text().splitlines()
    assert len(sent) == len(set(sent)) == 100, "each once"
    for who, lane in product(("left", "a", "b"), range(3)):
        numbers = [int(words.split()[1]) for words in sent if words.startswith(who)]
        in_lane = [number for number in numbers if who != "left" or number % 3 == lane]
        assert in_lane == sorted(in_lane)
    with closing(shelf_at(tmp_path)) as shelf:
        assert shelf.items() == []


def test_both_show_the_queue_and_the_second_sends_it_when_the_first_is_gone(tmp_path: Path) -> None:
    with ExitStack() as ends:
        first, second = open_desk(ends, tmp_path), open_desk(ends, tmp_path)
        for one in (first, second):
            one.hears("down")
            one.until("down")
        first.hears("send one a")
        first.until("sent a")
        second.hears("send one b")
        second.until("sent b")
        for one in (first, second):
            one.hears("waiting 2")
            one.until("waiting")
        second.hears("up")
        second.hears("queue")
        assert submitted(second.until("2 0")) == [], "it is the first one's turn"
        first.kill()
        second.hears("drained")
        assert submitted(second.until("drained")) == ["a", "b"]


def test_killed_while_it_sends_the_other_takes_over_and_repeats_what_was_on_its_way_at_most(tmp_path: Path) -> None:
    with closing(shelf_at(tmp_path)) as shelf:
        for number in range(90):
            shelf.put(message_item(f"{number}", NAMES[number % 3], f"{number}"))
    with ExitStack() as ends:
        first = open_desk(ends, tmp_path)
        second = open_desk(ends, tmp_path)
        seen = [first.line() for _ in range(20)]
        seen += first.kill()
        second.hears("drained")
        after = submitted(second.until("drained"))
        stored = [words for words, _ in groupby(sorted(submitted(seen) + after, key=int))]
        assert stored == [str(number) for number in range(90)]
        assert len(set(submitted(seen)) & set(after)) <= len(NAMES), "only what had no answer yet"
