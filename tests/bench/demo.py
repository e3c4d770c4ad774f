"""`chattui demo`, from nothing and again."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from statistics import median

from chattui.local import stack
from tests.bench.measuring import Row, Size
from tests.bench.project import CHATTUI
from tests.bench.starting import HELLO, QUIT, empty, until
from tests.bench.terminal import Terminal
from tests.stack import forget

DEMO = (*CHATTUI, "demo", "--quiet")


@contextmanager
def never_used() -> Iterator[dict[str, str]]:
    """A home in which there was no demo; nothing of it stays."""
    with empty() as env:
        data = Path(env["HOME"]) / ".local/share/chattui/demo"
        yield env
        forget(data)


def start(env: dict[str, str]) -> float:
    """Seconds to the live inbox; everything has ended after it."""
    with Terminal(DEMO, env=env) as terminal:
        took = terminal.painted("● live") - terminal.started
        terminal.rests()
        terminal.send(QUIT)
        terminal.ends()
    stack.end(Path(env["HOME"]) / ".local/share/chattui/demo")
    return took


def demo(size: Size) -> list[Row]:
    """The first start makes a database; the second one finds it."""
    hello: list[float] = []
    first: list[float] = []
    second: list[float] = []
    for _ in range(size.rounds):
        with never_used() as env:
            hello.append(until("Hello world", HELLO, env))
            first.append(start(env))
            second.append(start(env))
    floor = median(hello)
    return [
        Row("chattui demo, first start ever", "smallest Textual app", median(first), "s", 20, floor),
        Row("chattui demo, second start", "smallest Textual app", median(second), "s", 8, floor),
    ]
