"""Windows of every size, also while they change, and terminals without colour."""

import re
from functools import partial

import pytest

from tests.e2e.conftest import CHATTUI, Open, Says, SignedIn
from tests.e2e.hands import ALL, ENTER, ESCAPE, find, take_over, under_cursor, write
from tests.e2e.terminal import Terminal

pytestmark = pytest.mark.timeout(120)
DRAFT = "half a sentence that is not sent"
RULE = "▏"


def panes(picture: str) -> int:
    """How many stand side by side on the rows of the list."""
    return picture.splitlines()[3].count(RULE) + 1


def stands(count: int, picture: str) -> bool:
    """Draft and thread are there, with so many panes."""
    return DRAFT in picture and "I was charged twice" in picture and panes(picture) == count


def test_a_window_that_changes_its_size_keeps_draft_and_place(desk: Open, says: Says) -> None:
    says("Rosa Quill", "I was charged twice")
    ana = desk("ana", columns=120, rows=36)
    take_over(ana, "Rosa Quill")
    ana.press("r")
    ana.sees("Enter send")
    ana.type(DRAFT)
    ana.sees(DRAFT)
    assert panes(ana.sees("I was charged twice")) == 3

    for columns, rows, count in ((80, 24, 2), (60, 20, 1), (80, 24, 2), (120, 36, 3)):
        ana.resize(columns, rows)
        ana.wait(partial(stands, count), f"{columns}×{rows}")
    ana.resize(30, 8)
    ana.sees("This window is too small")
    ana.sees("40 × 10")
    ana.resize(60, 20)
    ana.sees(DRAFT)
    ana.type(", and more")
    ana.sees("and more")
    ana.press(ESCAPE)
    ana.wait(lambda picture: under_cursor(picture, "Rosa Quill"), "the list is the other page")
    ana.sees("✎")  # in the list, a draft stands in place of the last message
    ana.press(ENTER)
    ana.sees("and more")
    ana.sees("Enter send")


def test_two_pages_have_the_same_keys(desk: Open, says: Says) -> None:
    says("Liam Reed", "Where is my parcel")
    ana = desk("ana", columns=60, rows=20)
    find(ana, "Liam Reed")
    ana.press("t")
    ana.sees("● Liam Reed +active · you")
    write(ana, "It comes on Friday")
    ana.sees("✓ stored|✓✓ read")
    ana.press(ESCAPE, ALL)
    ana.wait(lambda picture: under_cursor(picture, "Liam Reed"), "the list is the other page")
    ana.press("c")
    ana.sees("Close Liam Reed\\?")
    ana.press("c")
    ana.loses("Liam Reed.*\n.*mine")


def test_without_colour_every_state_has_a_sign_and_a_word(desk: Open) -> None:
    ana = desk("ana", env={"NO_COLOR": "1"}, columns=160, rows=40)
    ana.press(ALL)
    for state in (
        "◔ !! Rosa Díaz +waiting",
        "● ! Samuel Okafor +active · you",
        "● Noor.* active · Bo",
        "◌ Jonas Weiss +ai",
    ):
        ana.sees(state)
    ana.press("5")
    ana.sees("✓ Chloé Martin +closed")
    ana.press(ALL)
    find(ana, "Samuel Okafor")
    ana.press(ENTER)
    ana.sees("reply to Samuel Okafor")
    ana.press(ESCAPE, "N")
    ana.sees("note · only colleagues see it")
    shades = re.findall(rb"[34]8;2;(\d+);(\d+);(\d+)(?=[;m])", bytes(ana.raw))
    assert [shade for shade in shades if len(set(shade)) > 1] == [], "greys alone were written"


def test_a_screen_needs_stderr_too(signed_in: SignedIn) -> None:
    command = ["sh", "-c", 'exec "$@" 2>/dev/null', "sh", *CHATTUI]
    with Terminal(command, env=signed_in("ana"), columns=80, rows=24) as ana:
        assert ana.ends() == 2
        assert "\x1b" not in ana.raw.decode()
