"""A drawer on the disk: files are written in a thread, drafts are remembered here and written in bundles."""

import asyncio
import logging
from collections.abc import AsyncIterator, Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from chattui import paths
from chattui.desk.keeping import DraftKey, Item, Unkept
from chattui.model.records import ConversationId, UserId

if TYPE_CHECKING:
    from chattui.desk.shelf import Drafts, Shelf

_log = logging.getLogger(__name__)

SOON = 0.1
"""Seconds for which keys are collected before a draft is written."""
GLANCE = 1.0
"""Seconds between two looks at whether another process has written."""
NOT_YET = "chattui has not reached the project yet and does not know where to keep words."

T = TypeVar("T")


class DiskDrawer:
    """Implements `chattui.desk.keeping.Drawer`. One writer thread does everything, in the order of the calls."""

    def __init__(self, directory: Path, address: str) -> None:
        """`address` names the project: which database was last met there is remembered, for a start without a link."""
        self.tell: Callable[[str], None] = lambda _: None
        self._directory, self._address = directory, address
        self._writer = ThreadPoolExecutor(1, thread_name_prefix="writer")
        self._path: Path | None = None
        self._shelf: Shelf | None = None
        self._drafts: Drafts = {}
        self._unwritten: Drafts = {}
        self._returning: set[DraftKey] = set()
        """Words are on their way back to these: what is typed meanwhile is not written in their place."""
        self._timer: asyncio.TimerHandle | None = None
        self._closed = False

    async def recall(self, user_id: UserId) -> list[Item]:
        """What the last session left; nothing where there was none."""
        memo = self._memo(user_id)
        database_id = await self._in_thread(lambda: memo.read_text("utf-8") if memo.exists() else "")
        if not database_id:
            return []
        self.open(database_id, user_id)
        return await self.items()

    def open(self, database_id: str, user_id: UserId) -> None:
        """The file of this person at this database; what was typed before there was one belongs there as well."""
        path = self._directory / f"{paths.name_for(database_id, user_id)}.db"
        if path == self._path:
            return
        self.keep_drafts_now()
        if self._path is not None:
            self._drafts, self._unwritten = {}, {}
        self._path = path
        self._writer.submit(self._turn_to, self._memo(user_id), database_id)

    async def items(self) -> list[Item]:
        """All of them; the drafts as well, where another process may have changed them."""
        news = await self._do(lambda shelf: shelf.news())
        return self._learn(*news) if news is not None else await self._do(lambda shelf: shelf.items())

    async def put(self, item: Item) -> list[Item]:
        """It is on the disk, and its draft is not, when this returns."""
        draft = self._unwritten.pop(item.draft, None) if item.draft else None
        try:
            items = await self._do(lambda shelf: shelf.put(item))
        except Unkept:
            if item.draft and draft is not None:
                self._unwritten.setdefault(item.draft, draft)
            raise
        if item.draft and item.draft not in self._unwritten:
            self._drafts.pop(item.draft, None)
        return items

    async def change(self, item: Item) -> list[Item]:
        """It was refused, or waits again."""
        return await self._do(lambda shelf: shelf.change(item))

    async def remove(self, item_id: str) -> list[Item]:
        """It is done, or given up."""
        return await self._do(lambda shelf: shelf.remove(item_id))

    async def take_back(self, item: Item) -> tuple[list[Item], str] | None:
        """It is a draft again on the disk, and not in the outbox, when this returns.

        What was typed into that draft meanwhile is its writer's to join and to keep.
        """
        draft = item.draft
        if draft is None or draft in self._returning:
            return None
        self._returning.add(draft)
        try:
            standing = self._unwritten.get(draft)
            taken = await self._do(lambda shelf: shelf.take_back(item, draft, standing))
            if taken is not None:
                self._unwritten.pop(draft, None)
                self._drafts[draft] = taken[1]
        except asyncio.CancelledError:
            self._unwritten.pop(draft, None)  # the words may be back already
            raise
        finally:
            self._returning.discard(draft)
            self.keep_drafts_now()
        return taken

    async def claim(self) -> list[Item] | None:
        """Sending is this process's alone, until `release` or its death."""
        return await self._do(lambda shelf: shelf.claim())

    def release(self) -> None:
        """Another may send, after what was asked before."""
        if not self._closed:
            self._writer.submit(self._released)

    async def changes(self) -> AsyncIterator[list[Item]]:
        """A look at the file now and then."""
        while True:
            await asyncio.sleep(GLANCE)
            if self._shelf is None:
                continue
            try:
                news = await self._do(lambda shelf: shelf.news())
            except Unkept as error:
                _log.info("%s", error)
            else:
                if news is not None:
                    yield self._learn(*news)

    # Drafts

    def draft(self, conversation_id: ConversationId, kind: str) -> str:
        """The words, as last typed."""
        return self._drafts.get((conversation_id, kind), "")

    def keep_draft(self, conversation_id: ConversationId, kind: str, text: str) -> None:
        """Written within `SOON` and what the disk takes; "" forgets."""
        self._drafts[conversation_id, kind] = self._unwritten[conversation_id, kind] = text
        if not text:
            del self._drafts[conversation_id, kind]
        if self._timer is None and not self._closed:
            self._timer = asyncio.get_running_loop().call_later(SOON, self.keep_drafts_now)

    def keep_drafts_now(self) -> None:
        """Without waiting for more keys."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        drafts = {key: text for key, text in self._unwritten.items() if key not in self._returning}
        if self._path is not None and drafts and not self._closed:
            writing = self._writer.submit(self._work, self._path, lambda shelf: shelf.keep_drafts(drafts))
            asyncio.wrap_future(writing).add_done_callback(lambda done: self._written(drafts, done))

    def drafted(self) -> set[ConversationId]:
        """Those with words of any kind."""
        return {conversation_id for conversation_id, _ in self._drafts}

    async def aclose(self) -> None:
        """Everything is written, and the file closed, when this returns."""
        self.keep_drafts_now()
        self._closed = True
        await self._in_thread(self._close)
        self._writer.shutdown(wait=False)

    # Inside

    def _memo(self, user_id: UserId) -> Path:
        return self._directory / f"{paths.name_for(self._address, user_id)}.last"

    def _learn(self, items: list[Item], drafts: "Drafts") -> list[Item]:
        """What was typed here and is not written yet is newer than any file."""
        newest = {**drafts, **self._unwritten}
        self._drafts = {key: text for key, text in newest.items() if text}
        return items

    def _written(self, drafts: "Drafts", done: "asyncio.Future[None]") -> None:
        if done.cancelled():
            return
        if isinstance(error := done.exception(), Unkept):
            self.tell(f"Drafts are not safe: {error}")
        elif error is not None:
            _log.error("drafts could not be written", exc_info=error)
        else:
            self._unwritten = {key: text for key, text in self._unwritten.items() if drafts.get(key) != text}

    async def _do(self, work: "Callable[[Shelf], T]") -> T:
        path, before = self._path, self._shelf
        if path is None or self._closed:
            raise Unkept(NOT_YET)
        done = await self._in_thread(lambda: self._work(path, work))
        if self._shelf is not before and self._shelf is not None and self._shelf.loss:
            self.tell(self._shelf.loss)
        return done

    async def _in_thread(self, work: Callable[[], T]) -> T:
        """Done in any case, even where whoever asked does not wait for it."""
        try:
            return await asyncio.shield(asyncio.get_running_loop().run_in_executor(self._writer, work))
        except OSError as error:
            raise Unkept(str(error)) from error

    # In the thread

    def _work(self, path: Path, work: "Callable[[Shelf], T]") -> T:
        from chattui.desk.shelf import Shelf  # noqa: PLC0415 - SQLite and its lock load while the screen is drawn

        if self._shelf is None:
            self._shelf = Shelf(path)
        return work(self._shelf)

    def _turn_to(self, memo: Path, database_id: str) -> None:
        self._close()
        with suppress(OSError):  # what cannot be written here is told by the first words
            if not memo.exists() or memo.read_text("utf-8") != database_id:
                paths.write_private(memo, database_id)

    def _released(self) -> None:
        if self._shelf is not None:
            self._shelf.release()

    def _close(self) -> None:
        if self._shelf is not None:
            self._shelf.close()
        self._shelf = None
