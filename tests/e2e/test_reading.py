"""What is read, what is not, and who comes next; also with the same agent in two terminals."""

import re
from functools import partial

import pytest

from tests.e2e.conftest import Open, Plain, Says, id_of
from tests.e2e.hands import ALL, ENTER, ESCAPE, NEXT, WAITING, find, take_over
from tests.e2e.terminal import Terminal

pytestmark = pytest.mark.timeout(120)


def unread(picture: str, name: str) -> int:
    """What the list of a narrow pane says behind a name; -1 where it is not there."""
    found = re.search(rf"^.. .*{name}[^▏\n]*? (?:(\d+) +)?(?:now|\d+[mh]) *▏", picture, re.MULTILINE)
    return int(found[1] or 0) if found else -1


def has_unread(name: str, least: int, picture: str) -> bool:
    return unread(picture, name) >= least


def total(agent: Terminal) -> int:
    found = re.search(r"(\d+) unread", agent.text)
    assert found
    return int(found[1])


def test_reading_in_one_terminal_clears_the_other(desk: Open, says: Says) -> None:
    says("Rosa Quill", "I was charged twice")
    here, there, bo = desk("ana"), desk("ana", columns=80, rows=24), desk("bo")
    find(here, "Rosa Quill")
    here.press("t")
    here.sees("● active · you")
    for terminal in (there, bo):
        terminal.press(ALL)
        terminal.sees("Rosa Quill")
    find(here, "Samuel Okafor")  # looked at, not opened
    here.press(ESCAPE)  # all are in the list again
    here.sees("Mei Tanaka")

    before = total(there)
    for said in range(1, 3):
        says("Rosa Quill", f"word {said}")
        for terminal in (here, there, bo):
            terminal.wait(partial(has_unread, "Rosa Quill", said), f"{said} unread")
            terminal.sees(f"word {said}")
    there.sees(f"{before + 2} unread")
    here.sees(f"{before + 2} unread")
    find(here, "Rosa Quill")
    here.press(ENTER)
    there.wait(lambda picture: unread(picture, "Rosa Quill") == 0, "it is read in the other terminal", seconds=1)
    for terminal in (here, there):
        terminal.sees(f" {before} unread", seconds=0.2)  # the header is of the same frame as the row
    assert unread(bo.text, "Rosa Quill") >= 2, "a colleague has read marks of their own"


def test_the_oldest_waiting_comes_first_and_then_who_needs_me(desk: Open, says: Says) -> None:
    says("Zoe Brand", "Hello")
    bo = desk("bo")
    take_over(bo, "Zoe Brand")
    bo.press(ESCAPE, ESCAPE, WAITING)
    bo.sees("Anneliese")
    for name in ("Anneliese Grünwald-Hohenstein", "Liam O'Neil"):
        bo.press("n")
        bo.sees(f"{name}  ● active · you")
        bo.press(ESCAPE)
    says("Zoe Brand", "Are you still there")
    bo.press(ALL)
    bo.sees("Are you still there")
    bo.press(NEXT)
    bo.sees("Zoe Brand  ● active · you")
    bo.press(NEXT)
    bo.sees("Rosa Díaz  ◔ waiting")

    bo.press(ESCAPE, ALL, "g")
    top = cursor_line(bo.wait(lambda picture: picture.splitlines()[2].startswith("▌"), "the first row"))
    bo.press("]")
    first = cursor_line(bo.wait(lambda picture: cursor_line(picture) not in {"", top}, "the next unread"))
    bo.press("]")
    bo.wait(lambda picture: cursor_line(picture) not in {"", first}, "the one after it")
    bo.press("[")
    bo.wait(lambda picture: cursor_line(picture) == first, "and back")


def cursor_line(picture: str) -> str:
    return next((line for line in picture.splitlines() if line.startswith("▌")), "")[:26]


def test_nobody_waits(desk: Open, plain: Plain) -> None:
    while plain("cy", "take", "--next").returncode == 0:
        pass
    ana = desk("ana", columns=80, rows=24)
    ana.press("n")
    ana.sees("[Nn]obody|[Nn]o one|nothing")


def test_what_comes_to_match_a_filter_appears(desk: Open, says: Says, plain: Plain) -> None:
    ana, bo = desk("ana"), desk("bo")
    says("Kim Sand", "Hello")
    take_over(bo, "Kim Sand")
    ana.press(ESCAPE, "5", "/")
    ana.sees("name, label, words")
    ana.type("kim sand")
    ana.sees("Nothing here has “kim sand”")
    bo.press(ESCAPE, "c")
    bo.sees("Close Kim Sand")
    bo.press("c")
    ana.sees("✓ Kim Sand")

    ana.press(ESCAPE, ALL, "/")
    ana.type("vip")
    ana.sees("Rosa Díaz")
    ana.loses("^.. .*Priya")
    priya = id_of(plain, "Priya")
    assert plain("bo", "label", priya, "vip").returncode == 0
    ana.sees("^.. .*Priya", seconds=5)
    assert plain("bo", "label", priya, "vip", "--off").returncode == 0
    ana.loses("^.. .*Priya", seconds=5)
