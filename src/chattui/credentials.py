"""The session of one person at one project, kept between runs.

It lives in the keyring of the operating system where there is one, else in a file that only its owner can read. A
session is text to this module. Whoever holds it is that person, so a file that others can read is refused.
"""

import hashlib
import os
import stat
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING

from chattui import paths
from chattui.explained import Explained

if TYPE_CHECKING:
    from collections.abc import Iterator

    from filelock import BaseAsyncFileLock
    from keyring.backend import KeyringBackend

_SERVICE = "chattui"


class Exposed(Explained):
    """Others can read the file of a session."""


class Credentials:
    """One session, named by the project's URL and, where one person has several, by `who`."""

    def __init__(self, url: str, who: str = "") -> None:
        self._name = f"{url} {who}".strip()
        digest = hashlib.sha256(self._name.encode()).hexdigest()[:16]
        self._file = paths.state_dir() / "sessions" / f"{digest}.json"
        self.trouble: paths.Unwritable | None = None
        """Why the last session could not be kept: a gateway goes on without, a login should not."""

    def load(self) -> str | None:
        """The session, or None.

        Raises:
            Exposed: its file is readable by others.
        """
        # At most one of them has it, and the keyring's library takes longer to load than the rest of the program.
        return self._read() or self._from_keyring()

    def save(self, text: str) -> None:
        """Keep it instead of the one before.

        Raises:
            Unwritable: there is neither a keyring nor a place for a file.
        """
        self.trouble = None
        if self._to_keyring(text):
            self._forget_file()
            return
        self._forget_in_keyring()
        try:
            paths.write_private(self._file, text)
        except paths.Unwritable as error:
            self.trouble = error
            raise

    def clear(self) -> None:
        """Forget it."""
        self._forget_in_keyring()
        self._forget_file()

    def refresh_lock(self) -> "BaseAsyncFileLock":
        """Held while a session is renewed: two programs with one refresh token would end each other's session."""
        from filelock import AsyncFileLock  # noqa: PLC0415 - slow to load

        paths.private_dir(self._file.parent)
        return AsyncFileLock(self._file.with_suffix(".lock"), timeout=10)

    def _from_keyring(self) -> str | None:
        with _keyring() as keyring:
            return keyring.get_password(_SERVICE, self._name)
        return None

    def _to_keyring(self, session: str) -> bool:
        with _keyring() as keyring:
            keyring.set_password(_SERVICE, self._name, session)
        return self._from_keyring() == session

    def _forget_in_keyring(self) -> None:
        with _keyring() as keyring:
            keyring.delete_password(_SERVICE, self._name)

    def _read(self) -> str | None:
        try:
            _refuse_exposed(self._file.parent)
            _refuse_exposed(self._file)
            return self._file.read_text("utf-8")
        except FileNotFoundError:
            return None

    def _forget_file(self) -> None:
        try:
            self._file.unlink(missing_ok=True)
        except OSError as error:
            raise paths.Unwritable(self._file, error) from error


@contextmanager
def _keyring() -> "Iterator[KeyringBackend]":
    """The keyring of this machine. Whatever is done with one that is missing, locked or without an answer is left."""
    import keyring  # noqa: PLC0415 - slow to load
    from keyring.errors import KeyringError  # noqa: PLC0415

    with suppress(KeyringError, OSError):
        yield keyring.get_keyring()


def _refuse_exposed(path: Path) -> None:
    mode = stat.S_IMODE(path.stat().st_mode)
    if os.name == "posix" and mode & (stat.S_IRWXG | stat.S_IRWXO):
        raise Exposed(f"Others can read {path} (mode {mode:o}). Run `chmod go= {path}`, then `chattui login` again.")
