"""What one person has left on this machine for one project: counted, and wiped when they ask for it.

The files themselves stay, empty: another chattui that has one open would go on writing into a file without a name.
"""

import sqlite3
from contextlib import closing
from pathlib import Path

from msgspec import Struct

from chattui import paths
from chattui.desk.keeping import Unkept
from chattui.model.records import UserId

BUSY = 5.0
"""Seconds that another process may take for a transaction of its own."""


class Left(Struct, frozen=True):
    """What nobody else has."""

    unsent: int = 0
    """Messages and notes that are not stored yet, or were refused."""
    drafts: int = 0

    def __bool__(self) -> bool:
        return self != Left()

    def __str__(self) -> str:
        named = (("unsent message", self.unsent), ("draft", self.drafts))
        return " and ".join(f"{count} {what}{'s' * (count > 1)}" for what, count in named if count)


def left(directory: Path, address: str, user_id: UserId) -> Left:
    """What a sign-out leaves behind. Raises `Unkept` where that cannot be read."""
    path = _file(directory, address, user_id)
    if path is None:
        return Left()
    try:
        with closing(sqlite3.connect(path, timeout=BUSY)) as database:
            unsent = "select count(*) from outbox where kind in ('SendMessage', 'AddNote')"
            return Left(*(database.execute(count).fetchone()[0] for count in (unsent, "select count(*) from drafts")))
    except sqlite3.Error as error:
        raise _unreadable(path, error) from error


def wipe(directory: Path, address: str, user_id: UserId) -> None:
    """Nothing of it can be read on the disk any more, files that were damaged included. Raises `Unkept`."""
    path = _file(directory, address, user_id)
    try:
        if path is not None:
            _empty(path)
            for aside in directory.glob(f"{path.name}.damaged-*"):
                aside.unlink()
        _memo(directory, address, user_id).unlink(missing_ok=True)
    except (sqlite3.Error, OSError) as error:
        raise _unreadable(path or directory, error) from error


def _memo(directory: Path, address: str, user_id: UserId) -> Path:
    return directory / f"{paths.name_for(address, user_id)}.last"


def _file(directory: Path, address: str, user_id: UserId) -> Path | None:
    memo = _memo(directory, address, user_id)
    path = directory / f"{paths.name_for(memo.read_text('utf-8'), user_id)}.db" if memo.exists() else None
    return path if path and path.exists() else None


def _empty(path: Path) -> None:
    with closing(sqlite3.connect(path, timeout=BUSY, isolation_level=None)) as database:
        database.executescript("begin immediate; delete from outbox; delete from drafts; commit; vacuum;")
        database.execute("pragma wal_checkpoint(truncate)")


def _unreadable(path: Path, error: Exception) -> Unkept:
    return Unkept(f"What chattui keeps in {path} cannot be read or changed ({error}). To be rid of it, delete it.")
