"""The demo's life: joined, left, killed in every part, and begun anew."""

import contextlib
import json
import os
import re
import signal
from collections.abc import Iterable
from pathlib import Path

import psutil
import pytest

from tests.e2e.conftest import Run, demo_of
from tests.e2e.hands import AI, ALL, ENTER, ESCAPE, QUIT
from tests.e2e.terminal import Impatience, Terminal

pytestmark = pytest.mark.timeout(180)
STARTING = 90.0
"""Seconds; a first start makes a cluster."""
LIVE = r"● live"


def started_from(home: Path) -> set[psutil.Process]:
    """Every process of this home, and what those have started."""
    own = {process for process in psutil.process_iter() if home_of(process) == str(home)}
    return own | {child for process in own for child in children(process)}


def home_of(process: psutil.Process) -> str:
    with contextlib.suppress(psutil.Error):
        return process.environ().get("HOME", "")
    return ""


def children(process: psutil.Process) -> Iterable[psutil.Process]:
    with contextlib.suppress(psutil.Error):
        return process.children(recursive=True)
    return ()


def server(home: Path) -> psutil.Process:
    state = json.loads((demo_of(home) / "stack.json").read_bytes())
    return psutil.Process(state["server"]["pid"])


def postgres(home: Path) -> psutil.Process:
    return next(child for child in server(home).children() if child.name() == "postgres")


def works(process: psutil.Process) -> bool:
    """It runs, and is no zombie that nobody has reaped yet."""
    with contextlib.suppress(psutil.Error):
        return process.is_running() and process.status() != psutil.STATUS_ZOMBIE
    return False


def ends(processes: Iterable[psutil.Process]) -> None:
    _, alive = psutil.wait_procs(processes, timeout=30)
    assert not alive


def quits(terminal: Terminal) -> None:
    terminal.press(QUIT)
    assert terminal.ends() == 0


def test_others_join_and_the_last_one_leaves_nothing_running(run: Run, home: Path) -> None:
    ana = run("demo", "--agent", "ana", "--quiet")
    ana.sees("Ana Torres.*online|Ana .*online", seconds=STARTING)
    ana.sees(LIVE)
    for step in (b"Making a PostgreSQL cluster", b"Starting PostgreSQL", b"migration", b"signing in as Ana Torres"):
        assert step in ana.raw, "progress is told in lines"
    stack = server(home)

    bo = run("demo", "--agent", "bo", "--quiet", columns=80, rows=24)
    bo.sees("Bo (Larsen )?◉ online")
    assert server(home) == stack, "joined, not started again"

    rosa = run("customer", "--name", "Rosa Quill", columns=80, rows=24)
    rosa.sees("You are talking to our assistant")
    rosa.type("Is anybody there\r")
    for agent in (ana, bo):
        agent.press(AI)
        agent.sees("Rosa Quill")
        agent.sees("Is anybody there")

    fresh = run("demo", "--fresh")
    assert fresh.ends() not in {0, None}
    refusal = " ".join(fresh.text.split())
    assert refusal == "chattui: Others are using this stack, so it can not be made anew; quit them first."

    everything = started_from(home)
    assert {postgres(home), stack} < everything
    quits(bo)
    quits(rosa)
    bo_again = run("demo", "--agent", "bo", "--quiet", columns=80, rows=24)
    bo_again.sees("Bo (Larsen )?◉ online")
    assert server(home) == stack, "somebody was still there"
    quits(ana)
    quits(bo_again)
    ends(everything)

    anew = run("demo", "--fresh", "--quiet")
    anew.sees(LIVE, seconds=STARTING)
    anew.press(AI)
    anew.sees("Jonas Weiss")
    assert "Rosa Quill" not in anew.text


def says_until_heard(customer: Terminal, agent: Terminal, words: str) -> None:
    """What is said while the stream of changes comes back is lost without a sign, until the next words tell."""
    for number in range(50):
        customer.type(f"{words} {number}")
        customer.press(ENTER)
        with contextlib.suppress(Impatience):
            agent.sees(words, seconds=0.5)
            return


def test_whatever_was_killed_the_next_start_works(run: Run, home: Path) -> None:
    def start() -> Terminal:
        terminal = run("demo", "--quiet")
        terminal.sees(LIVE, seconds=STARTING)
        return terminal

    first = start()
    everything = started_from(home)
    os.kill(first.pid, signal.SIGKILL)
    ends(everything)

    second = start()
    everything = started_from(home)
    server(home).kill()
    second.sees("○ offline|◌ connecting")
    assert second.status is None, "what is there stays readable"
    third = start()
    assert {process.pid for process in everything if works(process)} <= {second.pid}
    second.sees(LIVE, seconds=30)
    quits(second)

    rosa = run("customer", "--name", "Rosa Quill", columns=80, rows=24)
    rosa.sees("You are talking to our assistant")
    killed = postgres(home)
    killed.kill()
    ends([killed])
    third.press(ALL)
    says_until_heard(rosa, third, "Is anybody there")
    third.sees("Is anybody there")

    for process in (postgres(home), server(home)):
        process.kill()
    os.kill(third.pid, signal.SIGKILL)
    fourth = start()
    fourth.press(ALL)
    fourth.sees("Rosa Díaz")
    quits(fourth)


def test_the_demo_is_alive(run: Run, home: Path) -> None:
    ana = run("demo", "--rate", "30", "--seed", "3")
    ana.sees(LIVE, seconds=STARTING)
    ana.press(ESCAPE, ALL)
    before = ana.sees(r"All [1-9]")
    ana.wait(lambda picture: counts(picture) != counts(before), "nobody came")
    everything = started_from(home)
    quits(ana)
    ends(everything)


def counts(picture: str) -> list[str]:
    return re.findall(r"(?:Waiting|AI|All) (\d+)", picture)
