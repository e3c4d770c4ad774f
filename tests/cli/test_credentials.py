import asyncio
from collections.abc import Iterator
from pathlib import Path

import keyring
import pytest
from keyring.backend import KeyringBackend
from keyring.errors import KeyringLocked, PasswordDeleteError

from chattui import paths
from chattui.credentials import Credentials, Exposed, Locked, Unreadable

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
def _home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path))
    before = keyring.get_keyring()
    yield
    keyring.set_keyring(before)


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


def test_a_locked_keyring_is_named_where_it_has_the_session(ring: Ring, monkeypatch: pytest.MonkeyPatch) -> None:
    Credentials(URL).save("session")
    for name in ("get_password", "delete_password"):
        monkeypatch.setattr(ring, name, refuse)
    with pytest.raises(Locked, match=r"does not open \(KeyringLocked\).*chattui login"):
        Credentials(URL).load()
    with pytest.raises(Locked):
        Credentials(URL).clear()
    assert Credentials("https://other.supabase.co").load() is None, "nobody has signed in there"


def refuse(*_: str) -> None:
    raise KeyringLocked("no password was typed")


def test_a_keyring_that_was_locked_for_a_while_does_not_bring_an_old_session_back(
    ring: Ring, monkeypatch: pytest.MonkeyPatch
) -> None:
    credentials = Credentials(URL)
    credentials.save("old")
    with monkeypatch.context() as locked:
        for name in ("get_password", "set_password", "delete_password"):
            locked.setattr(ring, name, refuse)
        credentials.save("new")
        assert "KeyringLocked" in credentials.remark
        assert str(files()[0]) in credentials.remark
        assert credentials.load() == "new"
    assert credentials.load() == "new", "an old refresh token, used twice, would end the session"
    credentials.save("newer")
    assert (credentials.load(), files(), credentials.remark) == ("newer", [], "")


class Odd(Ring):
    def get_password(self, *_: str) -> str | None:
        raise RuntimeError("the bus is gone")

    def set_password(self, *_: str) -> None:
        raise RuntimeError("the bus is gone")

    def delete_password(self, *_: str) -> None:
        raise RuntimeError("the bus is gone")


def test_a_keyring_may_raise_anything() -> None:
    keyring.set_keyring(Odd())
    credentials = Credentials(URL)
    assert credentials.load() is None
    credentials.save("session")
    assert "RuntimeError" in credentials.remark
    assert credentials.load() == "session"
    credentials.clear()
    assert credentials.load() is None


def test_what_calls_itself_not_recommended_gets_nothing(ring: Ring, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Ring, "priority", 0.5)
    Credentials(URL).save("session")
    assert not ring.kept
    assert len(files()) == 1


@pytest.mark.usefixtures("no_ring")
def test_nothing_is_written_where_others_can_enter() -> None:
    Credentials(URL).save("session")
    files()[0].parent.chmod(0o750)
    credentials = Credentials("https://other.supabase.co")
    with pytest.raises(Exposed, match="chmod"):
        credentials.save("session")
    assert isinstance(credentials.trouble, Exposed)
    assert len(files()) == 1


@pytest.mark.usefixtures("no_ring")
@pytest.mark.parametrize("junk", [b"", b"\xff\xfe\x00", b"{" * 10_000])
def test_a_damaged_file_is_text_that_makes_no_sense(junk: bytes) -> None:
    Credentials(URL).save("session")
    files()[0].write_bytes(junk)
    assert Credentials(URL).load() == junk.decode("utf-8", "replace")


@pytest.mark.usefixtures("no_ring")
def test_a_file_that_is_none_is_one_sentence() -> None:
    Credentials(URL).save("session")
    [file] = files()
    file.unlink()
    file.mkdir(0o700)
    with pytest.raises(Unreadable, match="Delete it"):
        Credentials(URL).load()
