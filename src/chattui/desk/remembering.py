"""The last known state, kept between runs: an inbox that is there at once, and without a link."""

import asyncio
import logging
from collections import defaultdict
from collections.abc import Callable, Iterable
from contextlib import suppress
from datetime import datetime
from itertools import chain
from pathlib import Path
from typing import Any, Protocol

import msgspec
from msgspec import Struct

from chattui import paths
from chattui.desk.clock import ServerClock
from chattui.desk.windows import Windows
from chattui.gateway.protocol import Cursor, Snapshot
from chattui.model.events import PageLoaded, SnapshotTaken
from chattui.model.records import RECORDS, ConversationId, OrgId, Row, UserId
from chattui.store.changes import Changes
from chattui.store.queries import Queries

EVERY = 10.0
"""Seconds for which changes are collected."""
MOST = 5_000
"""Conversations that are kept whole: 5 MB, and some 50 ms to read. Of more, those that stand first in each view."""
THREADS = 20
"""Those looked at last, a page of each."""
NOWHERE = Cursor("", "0")
"""A cursor that no database knows."""

_log = logging.getLogger(__name__)

FORM = 1
"""Of the file. One of another form is not read."""


class Remembered(Struct, frozen=True):
    """A first load, as of some earlier time, and the pages of threads that were looked at.

    Of a desk that is too large to be kept whole, the beginning: its cursor leads nowhere, so that a first load follows.
    """

    snapshot: Snapshot
    pages: tuple[PageLoaded, ...]


class Memory(Protocol):
    """Where one person's last known state of one project stays. Calls never raise: what cannot be kept is not kept."""

    async def recall(self) -> Remembered | None:
        """What was kept last, if it can be read."""

    async def keep(self, state: Remembered) -> None:
        """Instead of what was kept before."""


class Forgetful:
    """A memory that keeps nothing."""

    async def recall(self) -> Remembered | None:
        """Nothing."""
        return None

    async def keep(self, state: Remembered) -> None:
        """Not at all."""


class Remembering:
    """Keeps a desk's last known state, `EVERY` seconds after a change and at the end. A quiet desk writes nothing."""

    def __init__(
        self,
        memory: Memory,
        queries: Queries,
        windows: Windows,
        clock: ServerClock,
        cursor: Callable[[], Cursor | None],
    ) -> None:
        self._memory, self._queries, self._windows = memory, queries, windows
        self._clock, self._cursor = clock, cursor
        self._changed = asyncio.Event()
        self.database_id = ""
        """The database that the state is of; "" until that is known."""

    async def recall(self, me: UserId) -> Remembered | None:
        """What this person's last session left."""
        remembered = await self._memory.recall()
        if remembered is None or remembered.snapshot.event.me != me:
            return None
        self.database_id = remembered.snapshot.database_id
        return remembered

    def heed(self, changes: Changes) -> None:
        """The store has changed."""
        if changes.conversations or changes.threads or changes.everything:
            self._changed.set()

    async def run(self) -> None:
        """Until cancelled."""
        while True:
            await self._changed.wait()  # until `keep` has cleared it
            await asyncio.sleep(EVERY)
            await self.keep()

    async def keep(self) -> None:
        """What is known now, if anything has changed."""
        cursor = self._cursor()
        if not self._changed.is_set() or cursor is None:
            return
        self._changed.clear()
        whole, taken = self._queries.retold(self._clock.now(), MOST)
        if taken is not None:
            snapshot = Snapshot(taken, cursor if whole else NOWHERE, self.database_id)
            await self._memory.keep(Remembered(snapshot, self._queries.pages(self._windows.recent(THREADS))))


class DiskMemory:
    """One file (0600 in a 0700 directory) for each address and person."""

    def __init__(self, directory: Path, address: str, user_id: UserId) -> None:
        self._path = memory_file(directory, address, user_id)

    async def recall(self) -> Remembered | None:
        """What was kept last; nothing where a file is damaged, or of another version of chattui."""
        return await asyncio.to_thread(self._read)

    async def keep(self, state: Remembered) -> None:
        """Instead of what was kept before, whole or not at all."""
        await asyncio.to_thread(self._write, state)

    def _read(self) -> Remembered | None:
        try:
            file = msgspec.msgpack.decode(self._path.read_bytes(), type=_File)
        except FileNotFoundError:
            return None
        except (OSError, ValueError) as error:
            _log.info("the last known state cannot be read: %s", error)
            return None
        return _told(file) if file.form == FORM else None

    def _write(self, state: Remembered) -> None:
        try:
            paths.write_private(self._path, msgspec.msgpack.encode(_file(state)))
        except paths.Unwritable as error:
            _log.info("the last known state is not kept: %s", error)


def memory_file(directory: Path, address: str, user_id: UserId) -> Path:
    """Where it is kept, or would be."""
    return directory / f"{paths.name_for(address, user_id)}.state"


def forget(directory: Path, address: str, user_id: UserId) -> None:
    """Nothing of it stays."""
    with suppress(OSError):
        memory_file(directory, address, user_id).unlink(missing_ok=True)


def _list_of(record: type[Row]) -> Any:
    return list[record]  # type: ignore[valid-type]


_Rows: Any = msgspec.defstruct(
    "_Rows",
    [(table, _list_of(record), msgspec.field(default_factory=list)) for table, record in RECORDS.items()],
    omit_defaults=True,
)
"""A list for each table: the decoder makes records of them at once."""


class _Page(Struct, array_like=True):
    conversation_id: ConversationId
    lo: int
    hi: int
    rows: _Rows


class _File(Struct, array_like=True):
    form: int
    me: UserId
    org_id: OrgId
    database_id: str
    cursor: Cursor
    now: datetime
    rows: _Rows
    pages: list[_Page]


def _file(state: Remembered) -> _File:
    taken, pages = state.snapshot.event, state.pages
    return _File(
        FORM,
        taken.me,
        taken.org_id,
        state.snapshot.database_id,
        state.snapshot.cursor,
        taken.now,
        _by_table(taken.rows),
        [_Page(page.conversation_id, page.lo, page.hi, _by_table(page.rows)) for page in pages],
    )


def _told(file: _File) -> Remembered:
    taken = SnapshotTaken(file.me, file.org_id, file.now, _rows(file.rows))
    pages = (PageLoaded(page.conversation_id, page.lo, page.hi, _rows(page.rows)) for page in file.pages)
    return Remembered(Snapshot(taken, file.cursor, file.database_id), tuple(pages))


def _by_table(rows: Iterable[Row]) -> Any:
    tables = defaultdict[str, list[Row]](list)
    for row in rows:
        tables[row.TABLE].append(row)
    return _Rows(**tables)


def _rows(tables: Any) -> tuple[Row, ...]:
    return tuple(chain.from_iterable(getattr(tables, table) for table in RECORDS))
