"""From the start of the program to the first text, the last known state, a live inbox."""

import subprocess
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from tests.bench.measuring import Row, Size, medians
from tests.bench.project import CHATTUI, PYTHON, Desk, bare, running
from tests.bench.terminal import Terminal

HELLO = (*PYTHON, "-m", "tests.bench.floors.hello")
LOADED = """
import sys
from chattui.cli import main
sys.argv = ["chattui", "--help"]
try:
    main()
finally:
    print([name for name in ("textual", "supabase", "realtime", "httpx", "keyring") if name in sys.modules])
"""


def seconds(command: Sequence[str], env: dict[str, str]) -> float:
    """Until it has ended."""
    began = time.perf_counter()
    subprocess.run(command, env=env, check=True, capture_output=True)
    return time.perf_counter() - began


def until(words: str, command: Sequence[str], env: dict[str, str]) -> float:
    """Until it has painted these."""
    with Terminal(command, env=env) as terminal:
        return terminal.painted(words) - terminal.started


@contextmanager
def empty() -> Iterator[dict[str, str]]:
    """The environment of an empty home."""
    with tempfile.TemporaryDirectory(prefix="chattui-bench-") as path:
        yield bare(Path(path))


def help_(size: Size) -> Row:
    """`chattui --help`."""
    with empty() as env:
        loaded = subprocess.run([*PYTHON, "-c", LOADED], env=env, capture_output=True, text=True, check=True)
        middle = medians(
            size.rounds,
            {"floor": lambda: seconds((*PYTHON, "-c", ""), env), "value": lambda: seconds((*CHATTUI, "--help"), env)},
        )
    note = f"loads {loaded.stdout.splitlines()[-1]}"
    return Row("chattui --help", "bare interpreter", middle["value"], "s", 5, middle["floor"], note=note)


def first_text(size: Size) -> Row:
    """Something stands on the screen."""
    with running() as stack, Desk(stack).home() as env:
        middle = medians(
            size.rounds,
            {
                "floor": lambda: until("Hello world", HELLO, env),
                "value": lambda: until("Opening the inbox", CHATTUI, env),
            },
        )
    return Row("first text painted", "smallest Textual app", middle["value"], "s", 1.3, middle["floor"])
