"""The session of one person at one project, kept between runs.

It lives in the keyring of the operating system where there is one, else in a file that only its owner can read. A
session is text to this module. Whoever holds it is that person, so a file that others can read is refused.
"""

import hashlib
import os
import stat
from contextlib import suppress
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from chattui import paths
from chattui.explained import Explained

if TYPE_CHECKING:
    from filelock import BaseAsyncFileLock

    from chattui.keyrings import Ring


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
        self._name = f"{url} {who}".strip()
        digest = hashlib.sha256(self._name.encode()).hexdigest()[:16]
        self._file = paths.state_dir() / "sessions" / f"{digest}.json"
        self._in_ring = self._file.with_suffix(".keyring")
        """An empty file, there while the keyring has the session: only then does its silence matter."""
        self.trouble: Explained | None = None
        """Why the last session could not be kept: a gateway goes on without, a login should not."""
        self.remark = ""
        """A sentence where a keyring refused and the last session went into a file instead."""

    @cached_property
    def _ring(self) -> "Ring":
        from chattui.keyrings import Ring  # noqa: PLC0415 - slow to load

        return Ring(self._name)

    @property
    def expected(self) -> bool:
        """Whether `load` should find one, without asking a keyring."""
        return self._file.exists() or self._in_ring.exists()

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

    def refresh_lock(self) -> "BaseAsyncFileLock":
        """Held while a session is renewed: two programs with one refresh token would end each other's session."""
        from filelock import AsyncFileLock  # noqa: PLC0415 - slow to load

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


def _refuse_exposed(path: Path) -> None:
    mode = stat.S_IMODE(path.stat().st_mode)
    if os.name == "posix" and mode & (stat.S_IRWXG | stat.S_IRWXO):
        raise Exposed(f"Others can read {path} (mode {mode:o}). Run `chmod go= {path}`, then `chattui login` again.")
