"""Where a session is kept, how it is renewed and how it ends: the real program on the real stack."""

import asyncio
import json
import subprocess
import sys
from contextlib import AbstractAsyncContextManager, AsyncExitStack
from pathlib import Path
from typing import Any

import httpx
import psycopg
import pytest

from chattui import paths
from chattui.gateway import supabase
from chattui.gateway.errors import SignedOut, Unreachable
from chattui.gateway.sessions import MemorySession
from chattui.gateway.supabase import session
from chattui.model.events import ChannelJoined, LinkState
from tests.cli.conftest import Home
from tests.conftest import MakeOrganisation
from tests.e2e.terminal import Terminal
from tests.gateway.conftest import Team, kept_session, until
from tests.stack import PASSWORD, Organisation, Person, Stack

ROOT = Path(__file__).parents[2]


@pytest.fixture
def acme(make_organisation: MakeOrganisation) -> Organisation:
    return make_organisation()


def email_of(organisation: Organisation) -> str:
    return organisation.agents[0].email or ""


def home_with(path: Path, backend: str, module: str = "tests.security.rings") -> Home:
    """A person's machine with such a keyring."""
    name = f"{module}.{backend}"
    return Home(path, {"PYTHON_KEYRING_BACKEND": name, "RING": str(path / "ring.json"), "PYTHONPATH": str(ROOT)})


def login(home: Home, stack: Stack, person: Person) -> subprocess.CompletedProcess[str]:
    project = ("--url", stack.url, "--key", stack.anon_key, "--email", person.email or "")
    done = home.run("login", *project, "--password-stdin", stdin=f"{PASSWORD}\n")
    assert "Traceback" not in done.stderr
    return done


def sessions(home: Home) -> list[Path]:
    return list((home.path / ".local/state/chattui/sessions").glob("*.json"))


def entries(home: Home) -> dict[str, str]:
    path = home.path / "ring.json"
    found: dict[str, str] = json.loads(path.read_text()) if path.exists() else {}
    return found


def test_a_keyring_has_the_session_and_no_file_does(stack: Stack, acme: Organisation, tmp_path: Path) -> None:
    home = home_with(tmp_path, "Kept")
    assert login(home, stack, acme.agents[0]).returncode == 0
    assert (len(entries(home)), sessions(home)) == (1, [])
    token = json.loads(next(iter(entries(home).values())))["refresh_token"]
    others = [path for path in tmp_path.rglob("*") if path.is_file() and path.name != "ring.json"]
    assert others
    assert not [path for path in others if token.encode() in path.read_bytes()]
    assert email_of(acme) in home.ok("whoami")
    home.ok("logout")
    assert entries(home) == {}


@pytest.mark.parametrize(
    ("backend", "sentence"),
    [
        ("Broken", "refused (ZeroDivisionError); the session is kept in a file that only you can read"),
        ("NoSuchThing", "refused (AttributeError); the session"),
    ],
)
def test_a_keyring_that_fails_leaves_a_private_file_and_a_sentence(
    stack: Stack, acme: Organisation, tmp_path: Path, backend: str, sentence: str
) -> None:
    home = home_with(tmp_path, backend)
    done = login(home, stack, acme.agents[0])
    assert (done.returncode, sentence in done.stderr) == (0, True), done.stderr
    [file] = sessions(home)
    assert (file.stat().st_mode & 0o777, file.parent.stat().st_mode & 0o777) == (0o600, 0o700)
    assert email_of(acme) in home.ok("whoami")
    home.ok("logout")
    assert not sessions(home)


def test_whoever_signs_in_at_the_inbox_is_told_of_that_file_too(
    stack: Stack, acme: Organisation, tmp_path: Path
) -> None:
    project = {"CHATTUI_URL": stack.url, "CHATTUI_KEY": stack.anon_key}
    env = home_with(tmp_path, "Broken").environment() | project
    with Terminal([sys.executable, "-m", "chattui"], env=env) as terminal:
        terminal.sees("E-mail")
        terminal.type(f"{email_of(acme)}\r")
        terminal.sees("Password")
        terminal.type(f"{PASSWORD}\r")
        terminal.sees("● live")
        assert b"the session is kept in a file that only you can read" in terminal.raw


def test_a_keyring_that_is_locked_later_is_a_sentence(stack: Stack, acme: Organisation, tmp_path: Path) -> None:
    login(home_with(tmp_path, "Kept"), stack, acme.agents[0])
    locked = home_with(tmp_path, "Locked")
    for command in ("whoami", "logout", "list"):
        done = locked.run(command)
        assert done.returncode == 1
        assert "does not open (KeyringLocked). Unlock it and try again" in done.stderr
        assert "Traceback" not in done.stderr
    assert login(locked, stack, acme.agents[0]).returncode == 0
    assert email_of(acme) in locked.ok("whoami")


@pytest.mark.parametrize(("what", "mode"), [("file", 0o640), ("directory", 0o755)])
def test_a_session_that_others_could_read_is_refused_until_that_is_mended(
    stack: Stack, acme: Organisation, tmp_path: Path, what: str, mode: int
) -> None:
    home = Home(tmp_path)
    login(home, stack, acme.agents[0])
    [file] = sessions(home)
    place = file if what == "file" else file.parent
    place.chmod(mode)
    done = home.run("whoami")
    assert done.returncode == 1
    assert f"Others can read {place} (mode {mode:o}). Run `chmod go= {place}`" in done.stderr
    assert "Traceback" not in done.stderr
    if what == "directory":
        refused = login(home, stack, acme.agents[0])
        assert (refused.returncode, "Others can read" in refused.stderr) == (1, True)
    subprocess.run(["chmod", "go=", str(place)], check=True)  # noqa: S607 - as the sentence says
    assert email_of(acme) in home.ok("whoami")


def code_of(log: Path, email: str) -> str:
    """The last code that the embedded server has printed for this address."""
    return log.read_text().rpartition(f"sign-in code of {email} is ")[2][:6]


def test_a_code_signs_in(stack: Stack, acme: Organisation, tmp_path: Path, stack_directory: Path) -> None:
    home, email = Home(tmp_path), email_of(acme)
    done = _by_code(home, stack, email, stack_directory, wrong=True)
    assert done.returncode == 1
    assert "code is wrong or too old" in done.stderr
    assert not sessions(home)
    done = _by_code(home, stack, email, stack_directory)
    assert (done.returncode, done.stdout) == (0, "")
    assert "Signed in as Agent1, agent of Acme" in done.stderr
    assert email in home.ok("whoami")
    stranger = _by_code(home, stack, "nobody@example.com", stack_directory)
    assert (stranger.returncode, "Ask an admin to invite you" in stranger.stderr) == (1, True)


def _by_code(
    home: Home, stack: Stack, email: str, directory: Path, *, wrong: bool = False
) -> subprocess.CompletedProcess[str]:
    """Types the code once the program has said that it is on its way."""
    arguments = ("login", "--code", "--url", stack.url, "--key", stack.anon_key, "--email", email)
    command = [sys.executable, "-m", "chattui", *arguments]
    pipe = subprocess.PIPE
    with subprocess.Popen(command, stdin=pipe, stdout=pipe, stderr=pipe, text=True, env=home.environment()) as program:
        assert program.stderr is not None
        said = program.stderr.readline()
        typed = ""
        if "A code is on its way" in said:
            code = code_of(directory / "server.log", email)
            typed = f"{(int(code) + 1) % 10**6:06}" if wrong else code
        out, err = program.communicate(f"{typed}\n", timeout=30)
    return subprocess.CompletedProcess(command, program.returncode, out, said + err)


def test_two_processes_never_use_a_refresh_token_twice(stack: Stack, acme: Organisation, tmp_path: Path) -> None:
    home, times = Home(tmp_path), 15
    login(home, stack, acme.agents[0])
    command = [sys.executable, "-m", "tests.security.renewing", stack.url, stack.anon_key, str(times)]
    with _started(command, home) as first, _started(command, home) as second:
        for program in (first, second):
            program.go()
        told = [program.communicate(timeout=30)[0].split() for program in (first, second)]
        assert [first.returncode, second.returncode] == [0, 0]
    used = [token for tokens in told for token in tokens if token != "ready"]
    assert min(len(tokens) for tokens in told) > 1, "both have exchanged"
    assert len(set(used)) == len(used) >= times
    assert email_of(acme) in home.ok("whoami"), "the server has seen no reuse: the session lives"
    [kept] = (json.loads(path.read_text())["refresh_token"] for path in sessions(home))
    assert _tokens(stack, kept) == {"alive": 1, "all": len(used) + 1}


class _started(subprocess.Popen[str]):  # noqa: N801 - a Popen that is ready
    def __init__(self, command: list[str], home: Home) -> None:
        pipe = subprocess.PIPE
        super().__init__(command, stdin=pipe, stdout=pipe, text=True, env=home.environment(), cwd=ROOT)
        assert self.stdout is not None
        assert self.stdout.readline() == "ready\n"

    def go(self) -> None:
        assert self.stdin is not None
        self.stdin.write("go\n")
        self.stdin.flush()


def _tokens(stack: Stack, kept: str) -> dict[str, Any]:
    """The refresh tokens of a session: one that is good, and each of the others exchanged once."""
    with psycopg.connect(stack.db_url) as database:
        row = database.execute(
            "select count(*) filter (where not revoked), count(*), count(distinct parent) from auth.refresh_tokens"
            " where session_id = (select session_id from auth.refresh_tokens where token = %s)",
            (kept,),
        ).fetchone()
    assert row is not None
    assert row[2] == row[1] - 1
    return {"alive": row[0], "all": row[1]}


@pytest.fixture
def two_devices(stack: Stack, acme: Organisation, tmp_path: Path) -> tuple[Home, Home]:
    homes = (Home(tmp_path / "here"), Home(tmp_path / "there"))
    for home in homes:
        home.path.mkdir()
        login(home, stack, acme.agents[0])
    return homes


def test_signing_out_ends_this_session_alone(stack: Stack, acme: Organisation, two_devices: tuple[Home, Home]) -> None:
    here, there = two_devices
    [file] = sessions(here)
    token = json.loads(file.read_text())["refresh_token"]
    here.ok("logout")
    assert not sessions(here)
    body = {"refresh_token": token}
    again = httpx.post(f"{stack.url}/auth/v1/token?grant_type=refresh_token", json=body, headers=stack.headers())
    assert again.status_code == 400
    assert here.run("whoami").returncode == 1
    assert email_of(acme) in there.ok("whoami")


class Watched(MemorySession):
    """A storage that tells when it is looked at."""

    def __init__(self, person: Person) -> None:
        super().__init__(kept_session(person).load())
        self._loop = asyncio.get_running_loop()
        self._looked = asyncio.Event()

    def load(self) -> str | None:
        self._loop.call_soon_threadsafe(self._looked.set)
        return super().load()

    async def looked_at(self, times: int = 3) -> None:
        """So often, and what the last but one saw has been acted on."""
        for _ in range(times):
            self._looked.clear()
            await self._looked.wait()


async def test_a_window_that_is_open_leaves_when_its_session_is_ended_elsewhere(
    stack: Stack, make_organisation: MakeOrganisation, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The channel is left and nothing is asked any more; a new sign-in of the same person brings it back."""
    monkeypatch.setattr(session, "LOOK", 0.05)
    acme = make_organisation(agents=2)
    storage = Watched(acme.agents[0])
    async with AsyncExitStack() as ends:
        desk = await Team(stack, ends).agent(acme.agents[0], storage=storage)
        await storage.looked_at()
        storage.clear()
        await until(desk, lambda: "signed out" in desk.queries.header().link_reason)
        with pytest.raises(SignedOut):
            await desk.search("anything")
        storage.save(kept_session(acme.agents[1]).load() or "")
        with pytest.raises(SignedOut, match="Somebody else has signed in"):
            await desk.search("anything")
        storage.save(kept_session(acme.agents[0], refresh_token="the next").load() or "")
        desk.resync()
        await until(desk, lambda: desk.queries.header().link is LinkState.LIVE)


async def test_a_session_that_could_not_be_kept_lives_on(
    stack: Stack, acme: Organisation, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(session, "LOOK", 0.02)
    storage = Watched(acme.agents[0])
    async with AsyncExitStack() as ends:
        gateway = await supabase.open_agent(stack.url, stack.anon_key, storage)
        ends.push_async_callback(gateway.close)
        storage.clear()
        async for event in gateway.events():
            if isinstance(event, ChannelJoined):
                break
        await storage.looked_at()
        assert (await gateway.snapshot()).event.me == str(acme.agents[0].id)


@pytest.mark.parametrize(
    ("error", "sentence"),
    [
        (TimeoutError(), "Another chattui is renewing the session"),
        (
            paths.Unwritable(Path("/full"), OSError(28, "No space left on device")),
            "renewed.*write /full: No space left",
        ),
    ],
)
async def test_a_lock_that_can_not_be_had_is_a_sentence(
    stack: Stack, acme: Organisation, error: OSError, sentence: str
) -> None:
    class Blocked(MemorySession):
        def refresh_lock(self) -> AbstractAsyncContextManager[object]:
            raise error

    storage = Blocked(kept_session(acme.agents[0], expires_at=1_700_000_000).load())
    async with AsyncExitStack() as ends:
        gateway = await supabase.open_agent(stack.url, stack.anon_key, storage)
        ends.push_async_callback(gateway.close)
        with pytest.raises(Unreachable, match=sentence):
            await gateway.snapshot()
