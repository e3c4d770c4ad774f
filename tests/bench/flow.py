"""From the database to the screen: a row at a time, and many at once."""

import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from statistics import median

from tests.bench.listening import Listener, listening
from tests.bench.measuring import Bound, Row, Size, percentile
from tests.bench.project import CHATTUI, Desk, running
from tests.bench.terminal import Terminal

FRAME = 1000 / 60
"""Milliseconds: Textual paints sixty times a second."""
APART = 0.15
"""Seconds between two rows that are meant to come alone; no multiple of a frame."""
WORDS = 640
"""Characters of a message in a burst."""


@contextmanager
def both(desk: Desk, env: Mapping[str, str]) -> Iterator[tuple[Listener, Terminal]]:
    """The bare callback, and chattui with the thread of customer 1 open, on the same desk and both live."""
    with listening(desk, env) as listener, Terminal(CHATTUI, env=env) as terminal:
        listener.heard("live")
        terminal.painted("● live")
        terminal.rests()
        terminal.send("\r")
        terminal.painted("of customer 1")
        terminal.rests()
        yield listener, terminal


def latency(size: Size) -> list[Row]:
    """The same events to both: from the commit to the callback, and to the characters in the terminal."""
    late: list[float] = []
    shown: list[float] = []
    with running(size) as stack:
        desk = Desk(stack)
        desk.fill(1, 3)
        with desk.home() as env, both(desk, env) as (listener, terminal):
            for number in range(size.of(200, 10)):
                time.sleep(APART + (number % 7) / 500)
                word, since = f"n{number:04}", terminal.mark()
                desk.say(1, f"{word} is what it says")
                committed = time.perf_counter()
                late.append((listener.heard(word) - committed) * 1000)
                shown.append((terminal.painted(word, since) - committed) * 1000)
    return [
        _beyond("p50", median(shown) - median(late), 1.5, median(late)),
        _beyond("p99", percentile(shown, 99) - percentile(late, 99), 4, percentile(late, 99)),
    ]


def _beyond(which: str, milliseconds: float, frames: float, floor: float) -> Row:
    note = f"the callback has it {floor:.1f} ms after the commit"
    what = f"commit → characters in the terminal, {which}"
    return Row(what, "bare realtime-py callback", milliseconds / FRAME, "frames more", frames, note=note)


def burst(size: Size) -> Row:
    """Many rows in one transaction, until the last one is heard, and painted."""
    many = size.of(2_000, 50)
    heard: list[float] = []
    shown: list[float] = []
    with running(size) as stack:
        desk = Desk(stack)
        desk.fill(1, 3)
        with desk.home() as env, both(desk, env) as (listener, terminal):
            for number in range(size.rounds + 1):
                since, last = terminal.mark(), f"r{number:02}n{many:05}"
                bodies = [f"r{number:02}n{one:05} ".ljust(WORDS, "x") for one in range(1, many + 1)]
                began = _committed(desk, bodies)
                at, painted = listener.heard(last), terminal.painted(last, since)
                terminal.rests()
                if number:  # the first one warms up
                    heard.append(many / (at - began))
                    shown.append(many / (painted - began))
    what = f"burst of {many:,} INSERTs of {WORDS} bytes, until the last is painted"
    floor = "bare realtime-py callback"
    return Row(what, floor, median(shown), "rows/s", 0.5, median(heard), bound=Bound.AT_LEAST)


def _committed(desk: Desk, bodies: list[str]) -> float:
    desk.say(1, *bodies)
    return time.perf_counter()
