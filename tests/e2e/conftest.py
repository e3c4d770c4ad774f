"""Empty homes, programs that run in them, and a project for them to work on."""

import json
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import msgspec
import pytest

from chattui.local.state import Endpoint
from tests.e2e.terminal import Terminal
from tests.program import bare
from tests.stack import forget

CHATTUI = (sys.executable, "-m", "chattui")
Run = Callable[..., Terminal]


def demo_of(home: Path) -> Path:
    """Where `chattui demo` keeps its data."""
    return home / ".local" / "share" / "chattui" / "demo"


@pytest.fixture
def home(tmp_path: Path) -> Iterator[Path]:
    """A home directory with nothing in it."""
    path = tmp_path / "home"
    path.mkdir(mode=0o700)
    yield path
    if (demo := demo_of(path)).exists():
        forget(demo)


@pytest.fixture
def run(home: Path) -> Iterator[Run]:
    """Start `chattui …` in a terminal of its own: `run("demo", "--quiet", columns=80)`."""
    with ExitStack() as terminals:

        def start(*arguments: str, env: dict[str, str] | None = None, columns: int = 120, rows: int = 36) -> Terminal:
            terminal = Terminal([*CHATTUI, *arguments], env={**bare(home), **(env or {})}, columns=columns, rows=rows)
            return terminals.enter_context(terminal)

        yield start


class LocalStack:
    """`chattui local start` in a process of its own, with a directory and a home of its own."""

    def __init__(self, root: Path) -> None:
        self._root = root
        self.data = root / "data"
        self.server: subprocess.Popen[bytes] | None = None

    def start(self) -> Endpoint:
        """Until it answers; the second time at the same address and with the same keys."""
        command = [*CHATTUI, "local", "start", "--json", "--dir", str(self.data)]
        self.server = subprocess.Popen(command, env=bare(self._root / "home"), stdout=subprocess.PIPE)
        assert self.server.stdout is not None
        return msgspec.json.decode(self.server.stdout.readline(), type=Endpoint)

    def kill(self) -> None:
        """As a crash would: nothing is tidied up."""
        assert self.server is not None
        self.server.kill()
        self._reap()

    def stop(self) -> int:
        """As Ctrl+C does; the exit code."""
        assert self.server is not None
        self.server.terminate()
        return self._reap()

    def _reap(self) -> int:
        assert self.server is not None
        assert self.server.stdout is not None
        self.server.stdout.close()
        return self.server.wait(30)


@pytest.fixture(scope="module")
def local_start() -> Iterator[LocalStack]:
    """Not yet started."""
    with tempfile.TemporaryDirectory(prefix="chattui-e2e-") as directory:
        root = Path(directory)
        (root / "home").mkdir()
        stack = LocalStack(root)
        yield stack
        if stack.server is not None and stack.server.poll() is None:
            assert stack.stop() == 0
        forget(stack.data)


@pytest.fixture(scope="module")
def project(local_start: LocalStack) -> Endpoint:
    """A project of its own, kept by `chattui local start` in another process."""
    return local_start.start()


SignedIn = Callable[[str], dict[str, str]]
Says = Callable[[str, str], None]
Open = Callable[..., Terminal]
Plain = Callable[..., "subprocess.CompletedProcess[str]"]


def id_of(plain: Plain, name: str) -> str:
    """The id of the customer's conversation, as `chattui list` has it."""
    rows = json.loads(plain("ana", "list", "--json").stdout)
    return next(str(row["id"]) for row in rows if row["name"].startswith(name))


@pytest.fixture
def signed_in(project: Endpoint, tmp_path: Path) -> SignedIn:
    """Sign an agent in, once, from a home of their own; the environment of their shell: `signed_in("ana")`."""

    def sign_in(name: str) -> dict[str, str]:
        home = tmp_path / name
        if home.exists():
            return _at(project, home)
        env = _at(project, home)
        account = next(one for one in project.accounts if one.email.startswith(f"{name}@"))
        login = [*CHATTUI, "login", "--email", account.email, "--password-stdin"]
        subprocess.run(login, env=env, input=account.password, text=True, check=True, capture_output=True)
        return env

    return sign_in


@pytest.fixture
def plain(signed_in: SignedIn) -> Plain:
    """A command without a screen: `plain("ana", "list", "--json")`."""

    def command(name: str, *arguments: str, words: str = "") -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [*CHATTUI, *arguments], env=signed_in(name), input=words, text=True, check=False, capture_output=True
        )

    return command


@pytest.fixture
def desk(signed_in: SignedIn, run: Run) -> Open:
    """Open an agent's inbox: `desk("ana", columns=80)`; twice, it is the same agent in two terminals."""

    def open_inbox(name: str, *, env: dict[str, str] | None = None, **how: int) -> Terminal:
        terminal = run(env={**signed_in(name), **(env or {})}, **how)
        terminal.sees("● live")
        return terminal

    return open_inbox


@pytest.fixture
def customer(project: Endpoint, run: Run, tmp_path: Path) -> Open:
    """Open a customer's window: `customer("Rosa Quill")`."""

    def open_window(name: str) -> Terminal:
        terminal = run("customer", "--name", name, env=_at(project, tmp_path / name), columns=80, rows=24)
        terminal.sees("You are talking to our assistant")
        return terminal

    return open_window


@pytest.fixture
def says(project: Endpoint, tmp_path: Path) -> Says:
    """A customer writes one message and leaves: `says("Rosa Quill", "I was charged twice")`."""

    def say(name: str, words: str) -> None:
        command = [*CHATTUI, "customer", "--name", name, "--say", words]
        subprocess.run(command, env=_at(project, tmp_path / name), check=True, capture_output=True)

    return say


def _at(project: Endpoint, home: Path) -> dict[str, str]:
    home.mkdir(mode=0o700, exist_ok=True)
    return {**bare(home), "CHATTUI_URL": project.url, "CHATTUI_KEY": project.anon_key}
