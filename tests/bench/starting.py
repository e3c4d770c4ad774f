"""From the start of the program to the first text, the last known state, a live inbox."""

import subprocess
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from tests.bench.listening import listening
from tests.bench.measuring import Row, Size, medians
from tests.bench.project import CHATTUI, PYTHON, Desk, at_work, bare, running
from tests.bench.terminal import Terminal

QUIT = "\x11"
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
    with running(size) as stack, Desk(stack).home() as env:
        middle = medians(
            size.rounds,
            {
                "floor": lambda: until("Hello world", HELLO, env),
                "value": lambda: until("Opening the inbox", CHATTUI, env),
            },
        )
    return Row("first text painted", "smallest Textual app", middle["value"], "s", 1.3, middle["floor"])


def last_state(size: Size) -> Row:
    """The inbox as it was left, before anything is heard from the server."""
    with at_work(size) as (_, env):
        left(env)
        middle = medians(
            size.rounds,
            {
                "floor": lambda: until("Hello world", HELLO, env),
                "value": lambda: until(f"Customer {size.of(1_000, 20)}", CHATTUI, env),
            },
        )
    what = "inbox painted with the last known state"
    return Row(what, "smallest Textual app", middle["value"], "s", 1.7, middle["floor"])


def left(env: dict[str, str]) -> None:
    """Opened once and left again: what was known is kept."""
    with Terminal(CHATTUI, env=env) as terminal:
        terminal.painted("● live")
        terminal.rests()
        terminal.send(QUIT)
        terminal.ends()


def until_live(desk: Desk, env: dict[str, str]) -> float:
    """Until the smallest script has the server's promise of row events."""
    with listening(desk, env) as script:
        return script.heard("live") - script.started


def live(size: Size) -> Row:
    """The inbox is live, against a stack that runs."""
    with at_work(size) as (desk, env):
        left(env)
        middle = medians(
            size.rounds,
            {
                "hello": lambda: until("Hello world", HELLO, env),
                "script": lambda: until_live(desk, env),
                "value": lambda: until("● live", CHATTUI, env),
            },
        )
    floor = middle["hello"] + middle["script"]
    return Row("inbox live", "smallest Textual app + smallest realtime script", middle["value"], "s", 1.2, floor)


def memory(size: Size) -> Row:
    """Resident, live."""
    with at_work(size) as (_, env):
        middle = medians(
            size.rounds,
            {
                "floor": lambda: resident("Hello world", (*PYTHON, "-m", "tests.bench.floors.libraries"), env),
                "value": lambda: resident("● live", CHATTUI, env),
            },
        )
    what, floor = f"memory, live, {size.of(1_000, 20)} conversations", "smallest Textual app with supabase imported"
    return Row(what, floor, middle["value"], "MiB", 1.25, middle["floor"])


def resident(words: str, command: Sequence[str], env: dict[str, str]) -> float:
    """MiB, once it has painted these and come to rest."""
    with Terminal(command, env=env) as terminal:
        terminal.painted(words)
        terminal.rests()
        return terminal.memory()
