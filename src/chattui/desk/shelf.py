"""One SQLite file: what one person has written for one database and not yet seen stored there.

Everything here blocks; a thread of its own calls it. Processes may share a file. Each call is one transaction: on
return it is on the disk.
"""

import json
import os
import sqlite3
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import msgspec
from filelock import FileLock, Timeout

from chattui import paths
from chattui.desk.keeping import DraftKey, Item, Outgoing, Unkept, joined
from chattui.model.intents import AddNote, MarkRead, SendMessage, SetLabel
from chattui.model.records import ConversationId

VERSION = 1
"""Of the tables, kept as the file's `user_version`."""
TABLES = """
create table outbox (
  place integer primary key autoincrement,
  id text not null unique,
  conversation_id text not null,
  kind text not null,
  intent text not null,
  at text not null,
  slot text not null,
  refused text not null
) strict;
create table drafts (
  conversation_id text not null,
  kind text not null,
  words blob not null,
  primary key (conversation_id, kind)
) strict, without rowid;
"""
BUSY = 5.0
"""Seconds that another process may take for a transaction of its own."""
KINDS: Mapping[str, type[Outgoing]] = {one.__name__: one for one in (SendMessage, AddNote, SetLabel, MarkRead)}
CORRUPT = {sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB, sqlite3.SQLITE_ERROR, sqlite3.SQLITE_READONLY}
"""What opening a file of ours, which the system lets us write, meets in a damaged one only."""
MAGIC = b"SQLite format 3\0"
"""How every file begins, but an empty one; SQLite would write over some that do not."""

Drafts = dict[DraftKey, str]


class _Damaged(Exception):
    """What stands in the file is not what was written."""


class Shelf:
    """An open file. `Unkept` is raised by every call whose change the disk did not take; then nothing has changed."""

    def __init__(self, path: Path) -> None:
        """Open it; make it where there is none.

        Raises:
            Unkept: it cannot be written, or a newer chattui has made it.
        """
        self._path = path
        self.loss = ""
        """A sentence for the agent where the file that was here could not be read; it was moved aside."""
        self._items: dict[str, Item] = {}
        self._seen = self._told = -1
        self._turn = FileLock(path.with_suffix(".sending"), thread_local=False)
        with _kept(path):
            os.chmod(paths.private_dir(path.parent), 0o700)  # noqa: PTH101 - what mkdir leaves alone where it exists
            with FileLock(path.with_suffix(".opening"), timeout=BUSY):
                self._connection = self._opened()

    def put(self, item: Item) -> list[Item]:
        """Add it, in one stroke with the end of its draft and of what it replaces."""
        with self._change() as change:
            for old in self.items() if item.slot else ():
                if item.replaces(old):
                    change.execute("delete from outbox where id = ?", (old.id,))
            change.execute("insert into outbox values (null, ?, ?, ?, ?, ?, ?, ?)", _row_of(item))
            if item.draft:
                change.execute("delete from drafts where conversation_id = ? and kind = ?", item.draft)
        self._items = {old.id: old for old in self._items.values() if not item.replaces(old)} | {item.id: item}
        return self.items()

    def change(self, item: Item) -> list[Item]:
        """It was refused, or waits again; it keeps its place."""
        with self._change() as change:
            change.execute("update outbox set refused = ? where id = ?", (item.refused, item.id))
        if item.id in self._items:
            self._items[item.id] = item
        return self.items()

    def remove(self, item_id: str) -> list[Item]:
        """It is done, or given up."""
        with self._change() as change:
            change.execute("delete from outbox where id = ?", (item_id,))
        self._items.pop(item_id, None)
        return self.items()

    def take_back(self, item: Item, draft: DraftKey, standing: str | None) -> tuple[list[Item], str] | None:
        """It becomes a draft again, before what stands there (None: as the file has it); None: it is not refused."""
        with self._change() as change:
            if not change.execute("delete from outbox where id = ? and refused <> ''", (item.id,)).rowcount:
                return None
            words = joined(item.words, _draft_in(change, draft) if standing is None else standing)
            change.execute("replace into drafts values (?, ?, ?)", (*draft, _blob(words)))
        self._items.pop(item.id, None)
        return self.items(), words

    def keep_drafts(self, drafts: Mapping[DraftKey, str]) -> None:
        """Replace these; "" forgets."""
        with self._change() as change:
            for (conversation_id, kind), text in drafts.items():
                if text:
                    change.execute("replace into drafts values (?, ?, ?)", (conversation_id, kind, _blob(text)))
                else:
                    change.execute("delete from drafts where conversation_id = ? and kind = ?", (conversation_id, kind))

    def items(self) -> list[Item]:
        """All of them, in the order in which they were put; from the disk only where another process has written."""
        with _kept(self._path):
            version = self._version()
            if version != self._seen:
                found = self._connection.execute("select * from outbox order by place").fetchall()
                self._items = {item.id: item for item in map(_item_of, found)}
                self._seen = version
        return list(self._items.values())

    def news(self) -> tuple[list[Item], Drafts] | None:
        """Items and drafts, where another process has written since they were last told; the first time in any case."""
        with _kept(self._path):
            version = self._version()
            if version == self._told:
                return None
            drafts = {
                (ConversationId(conversation_id), kind): _text(words)
                for conversation_id, kind, words in self._connection.execute("select * from drafts")
            }
        self._told = version
        return self.items(), drafts

    def claim(self) -> list[Item] | None:
        """Sending is this process's alone from now on, until `release` or its death; None: another one has it."""
        with _kept(self._path):
            try:
                self._turn.acquire(blocking=False)
            except Timeout:
                return None
        return self.items()

    def release(self) -> None:
        """Others may send."""
        self._turn.release(force=True)

    def close(self) -> None:
        """Leave the file."""
        self._turn.release(force=True)
        self._connection.close()

    # Inside

    def _version(self) -> int:
        """Another number after each change by another process."""
        return int(self._connection.execute("pragma data_version").fetchone()[0])

    @contextmanager
    def _change(self) -> Iterator[sqlite3.Connection]:
        with _kept(self._path):
            self._connection.execute("begin immediate")
            try:
                yield self._connection
                self._connection.execute("commit")
            except BaseException:
                if self._connection.in_transaction:
                    self._connection.execute("rollback")
                raise

    def _opened(self) -> sqlite3.Connection:
        try:
            return self._connected()
        except _Damaged:
            aside = _moved_aside(self._path)
            self.loss = f"What chattui had kept on this machine could not be read. It is in {aside}; a new file begins."
            return self._connected()

    def _connected(self) -> sqlite3.Connection:
        with os.fdopen(os.open(self._path, os.O_RDWR | os.O_CREAT, 0o600), "rb") as file:
            if file.read(len(MAGIC)) not in {b"", MAGIC}:
                raise _Damaged
        self._path.chmod(0o600)
        connection = sqlite3.connect(self._path, timeout=BUSY, isolation_level=None, check_same_thread=False)
        try:
            _prepare(connection)
            for row in connection.execute("select * from outbox"):
                _item_of(row)
        except (sqlite3.DatabaseError, ValueError, KeyError, TypeError) as error:
            connection.close()
            code = getattr(error, "sqlite_errorcode", sqlite3.SQLITE_CORRUPT)
            raise (_Damaged if code & 0xFF in CORRUPT else _unkept(self._path, error)) from error
        except BaseException:
            connection.close()
            raise
        return connection


def _prepare(connection: sqlite3.Connection) -> None:
    """What a connection needs; the tables, where the file is new."""
    connection.execute("pragma journal_mode = wal")
    connection.execute("pragma synchronous = full")
    (version,) = connection.execute("pragma user_version").fetchone()
    if version > VERSION:
        raise Unkept("A newer chattui has written on this machine; this one cannot keep words beside it. Update it.")
    if version == 0:
        connection.executescript(f"begin; {TABLES} pragma user_version = {VERSION}; commit;")
    elif connection.execute("pragma quick_check(1)").fetchone() != ("ok",):
        raise ValueError("quick_check")
    connection.executescript(f"begin; pragma user_version = {VERSION}; rollback;")  # some damage stops writers only


def _moved_aside(path: Path) -> Path:
    aside = path.with_name(f"{path.name}.damaged-{datetime.now(UTC):%Y%m%dT%H%M%S%f}")
    for suffix in ("", "-wal", "-shm"):
        beside = Path(f"{path}{suffix}")
        if beside.exists():
            beside.rename(f"{aside}{suffix}")
    return aside


@contextmanager
def _kept(path: Path) -> Iterator[None]:
    try:
        yield
    except (sqlite3.Error, OSError) as error:
        raise _unkept(path, error) from error


def _unkept(path: Path, error: Exception) -> Unkept:
    reason = getattr(error, "strerror", None) or error
    return Unkept(f"chattui cannot keep words in {path.parent} ({reason}). Make room there, or make it writable.")


def _draft_in(connection: sqlite3.Connection, draft: DraftKey) -> str:
    select = "select words from drafts where conversation_id = ? and kind = ?"
    found = connection.execute(select, draft).fetchone()
    return _text(found[0]) if found else ""


def _blob(words: str) -> bytes:
    """Half a surrogate pair is kept, too."""
    return words.encode("utf-8", "surrogatepass")


def _text(blob: bytes) -> str:
    return blob.decode("utf-8", "surrogatepass")


def _row_of(item: Item) -> tuple[str, ...]:
    """JSON as ASCII keeps even half a surrogate pair."""
    intent = json.dumps(msgspec.to_builtins(item.intent))
    kind = type(item.intent).__name__
    return (item.id, item.conversation_id, kind, intent, item.at.isoformat(), item.slot, item.refused)


def _item_of(row: tuple[Any, ...]) -> Item:
    _, item_id, conversation_id, kind, intent, at, slot, refused = row
    read = msgspec.convert(json.loads(intent), KINDS[kind])
    return Item(item_id, ConversationId(conversation_id), read, datetime.fromisoformat(at), slot, refused)
