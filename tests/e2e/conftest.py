"""An empty home, and programs that run in it."""

import os
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from tests.e2e.terminal import Terminal

Run = Callable[..., Terminal]


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """A home directory with nothing in it."""
    path = tmp_path / "home"
    path.mkdir(mode=0o700)
    return path


@pytest.fixture
def environment(home: Path) -> dict[str, str]:
    """What a login shell on a bare machine would give, and no more."""
    return {
        "HOME": str(home),
        "PATH": os.environ["PATH"],
        "TZ": "UTC",
        "PYTHON_KEYRING_BACKEND": "keyring.backends.null.Keyring",
    }


@pytest.fixture
def run(environment: dict[str, str]) -> Iterator[Run]:
    """Start `chattui …` in a terminal of its own: `run("demo", "--quiet", columns=80)`."""
    with ExitStack() as terminals:

        def start(*arguments: str, env: dict[str, str] | None = None, columns: int = 120, rows: int = 36) -> Terminal:
            command = [sys.executable, "-m", "chattui", *arguments]
            terminal = Terminal(command, env={**environment, **(env or {})}, columns=columns, rows=rows)
            return terminals.enter_context(terminal)

        yield start
