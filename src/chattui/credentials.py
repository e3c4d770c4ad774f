"""The session of one person at one project, kept between runs.

It lives in the keyring of the operating system where there is one, else in a file that only its owner can read. A
session is text to this module. Whoever holds it is that person, so a file that others can read is refused.
"""

import hashlib
import os
import stat
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import TypeVar

import keyring
from filelock import AsyncFileLock, BaseAsyncFileLock
from keyring.backend import KeyringBackend
from keyring.core import recommended
from keyring.errors import NoKeyringError, PasswordDeleteError

from chattui import paths
from chattui.explained import Explained

_SERVICE = "chattui"

T = TypeVar("T")


class Exposed(Explained):
    """Others can read the file of a session."""


class Unreadable(Explained):
    """The file of a session is there and cannot be read."""


class Locked(Explained):
    """The keyring has a session and does not give it, or does not let it go."""

    def __init__(self, failure: str) -> None:
        super().__init__(
            f"The keyring of this machine has your session and does not open ({failure}). Unlock it and try again, "
            "or run `chattui login`: what you wrote is kept."
        )


class Credentials:
    """One session, named by the project's URL and, where one person has several, by `who`."""

    def __init__(self, url: str, who: str = "") -> None:
        name = f"{url} {who}".strip()
        digest = hashlib.sha256(name.encode()).hexdigest()[:16]
        self._ring = _Ring(name)
        self._file = paths.state_dir() / "sessions" / f"{digest}.json"
        self._in_ring = self._file.with_suffix(".keyring")
        """An empty file: a keyring that does not answer is asked again only where it has something."""
        self.trouble: Explained | None = None
        """Why the last session could not be kept: a gateway goes on without, a login should not."""
        self.remark = ""
        """A sentence where a keyring refused and the last session went into a file instead."""

    def load(self) -> str | None:
        """The session, or None.

        Raises:
            Exposed: its file is readable by others.
            Unreadable: its file cannot be read.
            Locked: the keyring has it and does not answer.
        """
        session = self._read()  # where there is one it is newer: a keyring that was locked may have an old one
        session = self._ring.get() if session is None else session
        if session is None and self._ring.failure and self._in_ring.exists():
            raise Locked(self._ring.failure)
        return session

    def save(self, text: str) -> None:
        """Keep it instead of the one before.

        Raises:
            Exposed: others can enter the directory of its file.
            Unwritable: there is neither a keyring nor a place for a file.
        """
        self.trouble, self.remark = None, ""
        try:
            if self._ring.put(text):
                with suppress(paths.Unwritable):
                    paths.write_private(self._in_ring, "")
                self._forget_file()
            else:
                self._to_file(text)
        except (Exposed, paths.Unwritable) as error:
            self.trouble = error
            raise

    def clear(self) -> None:
        """Forget it.

        Raises:
            Locked: the keyring has it and does not answer.
            Unwritable: its file cannot be deleted.
        """
        self._ring.drop()
        self._forget_file()
        if self._ring.failure and self._in_ring.exists():
            raise Locked(self._ring.failure)
        self._in_ring.unlink(missing_ok=True)

    def refresh_lock(self) -> BaseAsyncFileLock:
        """Held while a session is renewed: two programs with one refresh token would end each other's session."""
        paths.private_dir(self._file.parent)
        return AsyncFileLock(self._file.with_suffix(".lock"), timeout=10)

    def _to_file(self, text: str) -> None:
        refused = self._ring.failure
        paths.private_dir(self._file.parent)
        _refuse_exposed(self._file.parent)
        paths.write_private(self._file, text)
        self._ring.drop()
        if not self._ring.failure:
            self._in_ring.unlink(missing_ok=True)
        if refused:
            self.remark = (
                f"The keyring of this machine refused ({refused}); the session is kept in a file that only you can "
                f"read, {self._file}."
            )

    def _read(self) -> str | None:
        try:
            _refuse_exposed(self._file.parent)
            _refuse_exposed(self._file)
            return self._file.read_text("utf-8", errors="replace")
        except FileNotFoundError:
            return None
        except OSError as error:
            raise Unreadable(
                f"chattui cannot read your session in {self._file} ({error.strerror}). Delete it, then run "
                "`chattui login`: what you wrote is kept."
            ) from error

    def _forget_file(self) -> None:
        try:
            self._file.unlink(missing_ok=True)
        except OSError as error:
            raise paths.Unwritable(self._file, error) from error


class _Ring:
    """One entry of the operating system's keyring. No error passes: `failure` names the last call's, "" for none."""

    def __init__(self, name: str) -> None:
        self._name = name
        self.failure = ""

    def get(self) -> str | None:
        return self._ask(lambda backend: backend.get_password(_SERVICE, self._name))

    def put(self, text: str) -> bool:
        """Whether it is there now: some keep only the beginning of a long one, and say nothing."""
        self._ask(lambda backend: backend.set_password(_SERVICE, self._name, text))
        failure = self.failure
        there = self.get() == text
        self.failure = self.failure or failure
        return there

    def drop(self) -> None:
        self._ask(lambda backend: backend.delete_password(_SERVICE, self._name))

    def _ask(self, question: Callable[[KeyringBackend], T]) -> T | None:
        """What is not recommended asks on the terminal for a password, or is a plain file: ours is as good."""
        self.failure = ""
        try:
            backend = keyring.get_keyring()
            return question(backend) if recommended(backend) else None
        except (NoKeyringError, PasswordDeleteError):
            return None
        except Exception as error:  # noqa: BLE001 - D-Bus, COM, a plug-in that is gone: a backend may raise anything
            self.failure = type(error).__name__
            return None


def _refuse_exposed(path: Path) -> None:
    mode = stat.S_IMODE(path.stat().st_mode)
    if os.name == "posix" and mode & (stat.S_IRWXG | stat.S_IRWXO):
        raise Exposed(f"Others can read {path} (mode {mode:o}). Run `chmod go= {path}`, then `chattui login` again.")
