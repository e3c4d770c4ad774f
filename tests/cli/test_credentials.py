import asyncio
from pathlib import Path

import keyring
import pytest
from keyring.backend import KeyringBackend
from keyring.errors import KeyringLocked, PasswordDeleteError

from chattui import paths
from chattui.credentials import Credentials, Exposed

URL = "https://work.supabase.co"


class Ring(KeyringBackend):
    """A keyring in memory; `limit` is what some real ones have."""

    priority = 1

    def __init__(self, limit: int = 10_000) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self.kept: dict[tuple[str, str], str] = {}
        self.limit = limit

    def get_password(self, service: str, username: str) -> str | None:
        return self.kept.get((service, username))

    def set_password(self, service: str, username: str, password: str) -> None:
        if len(password) > self.limit:
            raise KeyringLocked("too long")
        self.kept[service, username] = password

    def delete_password(self, service: str, username: str) -> None:
        if (service, username) not in self.kept:
            raise PasswordDeleteError("none")
        del self.kept[service, username]


@pytest.fixture(autouse=True)
def _home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path))


@pytest.fixture
def ring() -> Ring:
    ring = Ring()
    keyring.set_keyring(ring)
    return ring


@pytest.fixture
def no_ring() -> None:
    from keyring.backends import fail  # noqa: PLC0415

    keyring.set_keyring(fail.Keyring())  # type: ignore[no-untyped-call]


def files() -> list[Path]:
    return sorted((paths.state_dir() / "sessions").glob("*.json"))


def test_a_keyring_keeps_it_and_no_file_is_left(ring: Ring) -> None:
    credentials = Credentials(URL)
    assert credentials.load() is None
    credentials.save("session")
    assert Credentials(URL).load() == "session"
    assert not files()
    credentials.clear()
    assert Credentials(URL).load() is None
    assert not ring.kept


@pytest.mark.usefixtures("no_ring")
def test_without_a_keyring_a_private_file_keeps_it() -> None:
    Credentials(URL).save("session")
    [file] = files()
    assert file.stat().st_mode & 0o777 == 0o600
    assert file.parent.stat().st_mode & 0o777 == 0o700
    assert Credentials(URL).load() == "session"
    Credentials(URL).clear()
    assert Credentials(URL).load() is None
    assert not files()


@pytest.mark.usefixtures("no_ring")
def test_two_projects_and_two_people_do_not_meet() -> None:
    Credentials(URL).save("ana")
    Credentials(URL, "customer Rosa").save("rosa")
    Credentials("https://other.supabase.co").save("other")
    assert [Credentials(URL).load(), Credentials(URL, "customer Rosa").load()] == ["ana", "rosa"]


@pytest.mark.usefixtures("no_ring")
@pytest.mark.parametrize("mode", [0o640, 0o604, 0o666])
def test_a_file_that_others_can_read_is_refused(mode: int) -> None:
    Credentials(URL).save("session")
    files()[0].chmod(mode)
    with pytest.raises(Exposed, match="chmod"):
        Credentials(URL).load()


@pytest.mark.usefixtures("no_ring")
def test_a_directory_that_others_can_enter_is_refused() -> None:
    Credentials(URL).save("session")
    files()[0].parent.chmod(0o755)
    with pytest.raises(Exposed):
        Credentials(URL).load()


def test_a_session_too_long_for_the_keyring_goes_to_the_file(ring: Ring) -> None:
    ring.limit = 10
    Credentials(URL).save("short")
    Credentials(URL).save("a session that is much longer")
    assert Credentials(URL).load() == "a session that is much longer"
    assert not ring.kept


@pytest.mark.usefixtures("no_ring")
async def test_one_refresh_at_a_time() -> None:
    order: list[str] = []

    async def refresh(name: str, entered: asyncio.Event, leave: asyncio.Event) -> None:
        async with Credentials(URL).refresh_lock():
            order.append(f"{name} in")
            entered.set()
            await leave.wait()
            order.append(f"{name} out")

    entered, leave = asyncio.Event(), asyncio.Event()
    first = asyncio.create_task(refresh("first", entered, leave))
    await entered.wait()
    second = asyncio.create_task(refresh("second", asyncio.Event(), leave))
    done, _ = await asyncio.wait([second], timeout=0.2)
    assert not done
    assert order == ["first in"]
    leave.set()
    await asyncio.gather(first, second)
    assert order == ["first in", "first out", "second in", "second out"]
