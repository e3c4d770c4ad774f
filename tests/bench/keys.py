"""From the key to what it paints."""

import time
from collections.abc import Callable, Mapping
from functools import partial

from tests.bench.measuring import Row, Size, interleaved, percentile
from tests.bench.project import PYTHON
from tests.bench.starting import empty
from tests.bench.terminal import Terminal

BAR = "▌"
"""Stands at the row under the cursor, and nowhere else."""
SOME = 1_000
"""Conversations on a large desk."""
APART = 0.12
"""Seconds between two keys: longer than chattui waits for others that belong to one."""


def presses(terminal: Terminal, keys: str, painted: Callable[[int], str]) -> list[float]:
    """Milliseconds from each key until what it paints is there."""
    times = []
    for number, key in enumerate(keys):
        time.sleep(APART)
        since, pressed = terminal.mark(), terminal.send(key)
        times.append((terminal.painted(painted(number), since) - pressed) * 1000)
    return times


def inbox(conversations: int, rate: int, env: Mapping[str, str]) -> Terminal:
    """The program, not yet started."""
    return Terminal([*PYTHON, "-m", "tests.bench.programs.inbox", str(conversations), str(rate)], env=env)


def moves(conversations: int, rate: int, times: int) -> list[float]:
    """Down and up through the list."""
    with empty() as env, inbox(conversations, rate, env) as terminal:
        terminal.painted("● live")
        time.sleep(1)  # the first load is cleared away
        presses(terminal, "jk", lambda _: BAR)
        return presses(terminal, "jjjkjjkkjj" * (times // 10), lambda _: BAR)


def words(rate: int, times: int) -> list[float]:
    """Letters in the composer."""
    text = "".join(chr(ord("a") + number % 26) for number in range(min(times, 60)))
    with empty() as env, inbox(SOME, rate, env) as terminal:
        terminal.painted("● live")
        terminal.send("\r")
        terminal.painted("reply")
        time.sleep(1)
        return presses(terminal, text, lambda number: text[max(0, number - 5) : number + 1])


def p95(rounds: int, contestants: Mapping[str, Callable[[], list[float]]]) -> dict[str, float]:
    """Of all samples of all rounds together."""
    samples = interleaved(rounds, contestants)
    return {name: percentile([one for some in samples[name] for one in some], 95) for name in samples}


def in_a_long_list(size: Size) -> Row:
    """A move of the cursor among many conversations and among few, while events come."""
    many, times = size.of(100_000, 1_000), size.of(40, 10)
    middle = p95(size.rounds, {"floor": partial(moves, 100, 50, times), "value": partial(moves, many, 50, times)})
    what = f"key → painted p95, {many:,} conversations, 50 events/s"
    return Row(what, "the same with 100", middle["value"], "ms", 1.2, middle["floor"])


def while_events_come(size: Size) -> Row:
    """Typing in the composer while much happens."""
    times, rate = size.of(50, 10), size.of(1_000, 100)
    middle = p95(size.rounds, {"floor": partial(words, 0, times), "value": partial(words, rate, times)})
    return Row(f"typing p95, {rate:,} events/s", "the same when idle", middle["value"], "ms", 2, middle["floor"])
