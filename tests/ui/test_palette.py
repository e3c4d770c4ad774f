"""The palette, and pickers: what Enter takes is what was typed before it, however fast."""

from collections.abc import Iterator

import pytest

from tests.e2e.terminal import Terminal
from tests.ui.test_terminal import play


@pytest.fixture
def terminal() -> Iterator[Terminal]:
    with play() as started:
        started.sees(r"Samuel Okafor")
        yield started


def test_what_was_mended_in_the_palette_counts(terminal: Terminal) -> None:
    terminal.type("\x10")
    terminal.sees(r"Take the oldest waiting one")
    terminal.type("jomas\x7f\x7f\x7fnas\r")
    terminal.sees(r"│ ok thx")


def test_the_palette_its_letters_and_enter_in_one_read_go_where_they_mean(terminal: Terminal) -> None:
    terminal.type("\x10jonas\r")
    terminal.sees(r"│ ok thx")


def test_words_for_the_palette_never_reach_the_customer(terminal: Terminal) -> None:
    terminal.type("\r")
    terminal.sees(r"reply to Samuel Okafor")
    terminal.type("wait\x10jonas\r")
    terminal.sees(r"│ ok thx")
    terminal.type("\x10samuel\r")
    terminal.sees(r"│ wait +│")
    assert "queued" not in terminal.text


def test_letters_and_steps_in_one_read_keep_their_order(terminal: Terminal) -> None:
    terminal.type("\x10")
    terminal.sees(r"Take the oldest waiting one")
    terminal.type("canned\x7f\x7f\x7f\x7f\x7f\x7frosa\x1b[B\r")
    terminal.sees(r"Canned replies")


def test_what_nothing_fits_does_nothing(terminal: Terminal) -> None:
    terminal.type("\x10")
    terminal.sees(r"Take the oldest waiting one")
    terminal.type("xyzzyq\r")
    terminal.sees(r"│ xyzzyq +│")


def test_a_search_takes_what_is_typed_with_its_key(terminal: Terminal) -> None:
    terminal.type("\r")
    terminal.sees(r"reply to Samuel Okafor")
    terminal.type("wait\x06parcel")
    terminal.sees(r"│ parcel +│")
    terminal.type("\x1b")
    terminal.sees(r"│ wait +│")
