"""Empty homes, programs that run in them, and a project for them to work on."""

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
from msgspec import Struct, convert

from chattui.local import stack as local_stack
from tests.e2e.terminal import Terminal

CHATTUI = (sys.executable, "-m", "chattui")
Run = Callable[..., Terminal]


class Account(Struct, frozen=True):
    email: str
    password: str
    name: str
    role: str


class Project(Struct, frozen=True):
    """What the first line of `chattui local start --json` says."""

    url: str
    anon_key: str
    service_role_key: str
    db_url: str
    accounts: tuple[Account, ...]

    def account(self, name: str) -> Account:
        return next(account for account in self.accounts if account.email.startswith(f"{name}@"))


def bare(home: Path) -> dict[str, str]:
    """What a login shell on a bare machine would give, and no more."""
    return {
        "HOME": str(home),
        "PATH": os.environ["PATH"],
        "TZ": "UTC",
        "PYTHON_KEYRING_BACKEND": "keyring.backends.null.Keyring",
    }


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """A home directory with nothing in it."""
    path = tmp_path / "home"
    path.mkdir(mode=0o700)
    return path


@pytest.fixture
def run(home: Path) -> Iterator[Run]:
    """Start `chattui …` in a terminal of its own: `run("demo", "--quiet", columns=80)`."""
    with ExitStack() as terminals:

        def start(*arguments: str, env: dict[str, str] | None = None, columns: int = 120, rows: int = 36) -> Terminal:
            terminal = Terminal([*CHATTUI, *arguments], env={**bare(home), **(env or {})}, columns=columns, rows=rows)
            return terminals.enter_context(terminal)

        yield start


@pytest.fixture(scope="module")
def project() -> Iterator[Project]:
    """A project of its own, kept by `chattui local start` in another process."""
    with tempfile.TemporaryDirectory(prefix="chattui-e2e-") as directory:
        root = Path(directory)
        (root / "home").mkdir()
        command = [*CHATTUI, "local", "start", "--json", "--dir", str(root / "data")]
        with subprocess.Popen(command, env=bare(root / "home"), stdout=subprocess.PIPE) as server:
            assert server.stdout is not None
            yield convert(json.loads(server.stdout.readline()), Project)
            server.terminate()
            assert server.wait(30) == 0
        local_stack.end(root / "data")


@pytest.fixture
def desk(project: Project, run: Run, tmp_path: Path) -> Callable[..., Terminal]:
    """Sign an agent in from a home of their own and open their inbox: `desk("ana")`."""

    def open_inbox(name: str, **how: int) -> Terminal:
        home = tmp_path / name
        home.mkdir(mode=0o700)
        env = {**bare(home), "CHATTUI_URL": project.url, "CHATTUI_KEY": project.anon_key}
        account = project.account(name)
        login = [*CHATTUI, "login", "--email", account.email, "--password-stdin"]
        subprocess.run(login, env=env, input=account.password, text=True, check=True, capture_output=True)
        terminal = run(env=env, **how)
        terminal.sees("● live")
        return terminal

    return open_inbox


@pytest.fixture
def customer(project: Project, run: Run, tmp_path: Path) -> Callable[[str], Terminal]:
    """Open a customer's window: `customer("Rosa Quill")`."""

    def open_window(name: str) -> Terminal:
        home = tmp_path / name.replace(" ", "-")
        home.mkdir(mode=0o700)
        env = {**bare(home), "CHATTUI_URL": project.url, "CHATTUI_KEY": project.anon_key}
        terminal = run("customer", "--name", name, env=env, columns=80, rows=24)
        terminal.sees("You are talking to our assistant")
        return terminal

    return open_window
