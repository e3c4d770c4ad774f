"""What a long command says while it works, and how it ends when it is stopped."""

import signal
import subprocess
import sys

import pytest

from chattui.cli import progress
from chattui.cli.progress import Progress

COUNTING = """
import asyncio, sys
from unittest.mock import Mock
from chattui.cli import gateways
from chattui.cli.failures import Failure
from contextlib import asynccontextmanager

@asynccontextmanager
async def connected(target):
    yield None

async def for_ever(gateway):
    print("asked", flush=True)
    await asyncio.Event().wait()

gateways.connected = connected
try:
    gateways.ask(Mock(), for_ever)
except Failure as failure:
    failure.show()
    sys.exit(failure.exit_code)
"""


class Screen:
    """A terminal, or none."""

    def __init__(self, *, terminal: bool) -> None:
        self.terminal, self.text = terminal, ""

    def isatty(self) -> bool:
        return self.terminal

    def write(self, text: str) -> int:
        self.text += text
        return len(text)

    def flush(self) -> None:
        pass


def counted(monkeypatch: pytest.MonkeyPatch, seconds: float, *, terminal: bool) -> str:
    clock = iter([0.0, *[seconds] * 10])
    monkeypatch.setattr(progress, "monotonic", lambda: next(clock))
    screen = Screen(terminal=terminal)
    monkeypatch.setattr(sys, "stderr", screen)
    with Progress("messages") as told:
        told.come(500, 1_201)
        told.come(1_000, 1_201)
    return screen.text


def test_who_waits_sees_how_far_it_is(monkeypatch: pytest.MonkeyPatch) -> None:
    shown = counted(monkeypatch, 1.5, terminal=True)
    assert "messages" in shown
    assert "1000/1201" in shown


@pytest.mark.parametrize(("seconds", "terminal"), [(0.5, True), (1.5, False)], ids=["it was quick", "a script"])
def test_nothing_is_shown_where_nobody_waits(
    monkeypatch: pytest.MonkeyPatch, seconds: float, *, terminal: bool
) -> None:
    assert counted(monkeypatch, seconds, terminal=terminal) == ""


def test_a_command_that_is_stopped_says_so_in_one_sentence_and_prints_nothing() -> None:
    with subprocess.Popen(
        [sys.executable, "-c", COUNTING], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as command:
        assert command.stdout is not None
        assert command.stdout.readline() == "asked\n"
        command.send_signal(signal.SIGINT)
        out, error = command.communicate(timeout=30)
    assert (command.returncode, out) == (1, "")
    stopped = "stopped before the answer came. Nothing was printed; a change that was asked for may have been made."
    assert error == f"chattui: {stopped}\n"
