"""Where a stack keeps what: one data directory, closed to everybody else.

As root the database files live apart, under `/var/lib/chattui`: PostgreSQL refuses to run as root, its own user can not
pass through a private directory, and opening that one for everybody is not ours to do.
"""

import hashlib
import os
import sys
from dataclasses import dataclass
from pathlib import Path

from filelock import FileLock

from chattui.local.errors import ELSEWHERE, StackFailed

START_PATIENCE = 90.0
"""Seconds that one start waits for another one of the same directory."""


def shared_root() -> Path:
    """The directory that root's stacks use for binaries and clusters."""
    return Path("/var/lib/chattui" if sys.platform == "linux" else "/usr/local/var/chattui")


@dataclass(frozen=True, slots=True)
class DataDirectory:
    """The files of one stack. Make it with `DataDirectory.at`."""

    root: Path

    @classmethod
    def at(cls, path: Path) -> "DataDirectory":
        """Resolve `path`; where it is not there, create it for this user alone (0700).

        Raises:
            StackFailed: it can not be made or written, or everybody may write to it.
        """
        root = path.expanduser().absolute()
        try:
            root.mkdir(mode=0o700, parents=True, exist_ok=True)
            root = root.resolve()
            open_to_all = root.stat().st_mode & 0o002
        except OSError as error:
            raise StackFailed(
                f"The data directory {root} can not be used ({error.strerror}); use {ELSEWHERE}."
            ) from None
        if not os.access(root, os.R_OK | os.W_OK | os.X_OK):
            raise StackFailed(f"The data directory {root} can not be written; use {ELSEWHERE}.")
        if open_to_all:
            raise StackFailed(f"Everybody may write to {root}; close it (chmod o-w), or use {ELSEWHERE}.")
        return cls(root)

    @property
    def state(self) -> Path:
        """Who serves this directory now, and where."""
        return self.root / "stack.json"

    @property
    def secrets(self) -> Path:
        """Passwords and keys; they outlive `--fresh`."""
        return self.root / "secrets.json"

    @property
    def log(self) -> Path:
        """What the server process had to say."""
        return self.root / "server.log"

    @property
    def apart(self) -> bool:
        """Whether PostgreSQL's files can not lie in this directory."""
        return os.geteuid() == 0

    @property
    def cluster(self) -> Path:
        """What PostgreSQL owns."""
        if not self.apart:
            return self.root / "postgres"
        return shared_root() / "clusters" / hashlib.sha256(os.fsencode(self.root)).hexdigest()[:20]

    def lock(self) -> FileLock:
        """Held by whoever starts, joins or wipes this directory."""
        return FileLock(self.root / "lock", timeout=START_PATIENCE, mode=0o600)


def opened_private(path: str | Path, flags: int) -> int:
    """An `opener` for `open`: this user alone can read the file, whoever can read its directory."""
    descriptor = os.open(path, flags, 0o600)
    os.fchmod(descriptor, 0o600)  # made by an earlier run, or a version that cared less
    return descriptor
