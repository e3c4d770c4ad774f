"""The program on a real terminal: what it leaves behind, and what it makes of bytes."""

import os
import pty
import select
import signal
import sys
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest

from tests.e2e.terminal import PATIENCE, Impatience, Terminal

ROOT = Path(__file__).parents[2]
ALTERNATE, ORDINARY = b"\x1b[?1049h", b"\x1b[?1049l"


def play(*arguments: str, columns: int = 120, rows: int = 36) -> Terminal:
    command = [sys.executable, "-m", "tests.ui.play", *arguments]
    # A picture drawn by a snapshot test leaves its size in the environment, where it would outweigh the terminal's.
    env = {name: value for name, value in os.environ.items() if name not in {"COLUMNS", "LINES"}}
    return Terminal(command, env=env, columns=columns, rows=rows, cwd=str(ROOT))


@pytest.fixture
def terminal() -> Iterator[Terminal]:
    with play() as started:
        started.sees(r"● live")
        yield started


def left_clean(terminal: Terminal) -> bool:
    after = bytes(terminal.raw).rpartition(ORDINARY)
    return ALTERNATE in after[0] and b"\x1b[23;0t" in bytes(terminal.raw) and b"Traceback" not in bytes(terminal.raw)


def test_it_leaves_the_terminal_as_it_found_it(terminal: Terminal) -> None:
    terminal.type("\x11")
    assert terminal.ends() == 0
    assert left_clean(terminal)


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP])
def test_a_polite_end_is_as_clean_as_quitting(terminal: Terminal, number: signal.Signals) -> None:
    os.kill(terminal.pid, number)
    assert terminal.ends() == 128 + number
    assert left_clean(terminal)


def test_a_window_that_is_closed_ends_it() -> None:
    pid, window = pty.fork()
    if pid == 0:
        os.chdir(ROOT)
        os.execv(sys.executable, [sys.executable, "-m", "tests.ui.play"])  # noqa: S606 - no shell is wanted
    shown = b""
    while b"Samuel Okafor" not in shown:
        shown += os.read(window, 1 << 16)
    ended = os.pidfd_open(pid)
    os.close(window)
    if not select.select([ended], [], [], PATIENCE)[0]:  # it waits for a terminal that is gone
        os.kill(pid, signal.SIGKILL)
    os.close(ended)
    assert os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]) == 128 + signal.SIGHUP


def test_a_fault_is_one_sentence_and_a_failure() -> None:
    with play("fault") as terminal:
        terminal.sees(r"● live")
        terminal.type("1")
        terminal.sees(r"│ Then please forward this")
        terminal.type("t")
        assert terminal.ends() == 1
        assert left_clean(terminal)
        assert b"What happened is in chattui.log." in bytes(terminal.raw)


def test_a_word_and_its_enter_in_one_read_close_nothing(terminal: Terminal) -> None:
    terminal.sees(r"Samuel Okafor")
    terminal.type("cc")
    terminal.sees(r"c came together with other keys")
    terminal.paste("close it\r")
    terminal.sees(r"A paste does nothing here")


def test_a_bracketed_paste_into_the_composer_is_not_sent(terminal: Terminal) -> None:
    terminal.sees(r"Samuel Okafor")
    terminal.type("\r")
    terminal.sees(r"reply to Samuel Okafor")
    terminal.paste("first\rsecond\r")
    terminal.sees(r"second")
    assert "↑" not in terminal.text
    assert "queued" not in terminal.text


def test_letters_and_what_mends_them_in_one_read_keep_their_order(terminal: Terminal) -> None:
    terminal.sees(r"Samuel Okafor")
    terminal.type("\r")
    terminal.sees(r"reply to Samuel Okafor")
    terminal.type("helo\x7flo wrld\x7f\x7f\x7forld\x1b[H> ")
    terminal.sees(r"│ > hello world +│")


def test_what_narrows_is_mended_in_order_too(terminal: Terminal) -> None:
    terminal.sees(r"Samuel Okafor")
    terminal.type("4/")
    terminal.sees(r"name, label, words")
    terminal.type("rose\x7fa")
    terminal.sees(r"^rosa ")
    terminal.type("\x06")
    terminal.sees(r"Search what was said")
    terminal.type("\x15parzel\x7f\x7f\x7fcel")
    terminal.sees(r"│ parcel ")


def test_the_leader_and_its_key_in_one_read_are_one_command(terminal: Terminal) -> None:
    terminal.sees(r"Samuel Okafor")
    terminal.type("\r")
    terminal.sees(r"reply to Samuel Okafor")
    terminal.type("wait\x07c")
    terminal.sees(r"Close Samuel Okafor\?")
    terminal.sees(r"│ wait +│")


def test_words_behind_a_jump_go_where_it_leads(terminal: Terminal) -> None:
    terminal.sees(r"Samuel Okafor")
    terminal.type("\r")
    terminal.sees(r"reply to Samuel Okafor")
    terminal.type("for Samuel\x0efor the next")
    terminal.sees(r"reply to Anneliese")
    terminal.sees(r"│ for the next +│")


def test_a_terminal_that_lost_the_focus_marks_nothing_read(terminal: Terminal) -> None:
    terminal.sees(r"6 unread")
    terminal.type("\r")
    terminal.sees(r"4 unread")
    assert b"\x1b[?1004h" in bytes(terminal.raw)


def test_the_size_may_change_at_any_time(terminal: Terminal) -> None:
    for columns, rows, word in ((60, 20, "Waiting"), (38, 9, "too small"), (80, 24, "Cl"), (160, 40, "Closed")):
        terminal.resize(columns, rows)
        terminal.sees(word)


def test_quiet_while_nothing_happens() -> None:
    with play("still") as terminal:
        terminal.sees(r"Samuel Okafor")
        assert any(not grows(terminal, 2) for _ in range(10)), f"it writes on and on: {bytes(terminal.raw[-3000:])!r}"


def grows(terminal: Terminal, seconds: float) -> bool:
    """Whether the program writes anything within so many seconds."""
    before = len(terminal.raw)
    with suppress(Impatience):
        terminal.wait(lambda _: len(terminal.raw) > before, "a byte", seconds)
    return len(terminal.raw) > before
