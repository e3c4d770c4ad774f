"""One thread of any length on the real screen, and what working in it costs.

`python -m tests.bench.programs.thread MESSAGES TIMES FILE` writes into FILE, as JSON: milliseconds of processor time
for one more message, one page up, the way to the start, and another width, each until it is painted.
"""

import asyncio
import json
import sys
import time
from collections.abc import Callable
from itertools import count
from pathlib import Path
from statistics import median

from textual.events import Resize
from textual.geometry import Size

from chattui.desk import Desk
from chattui.model.events import PageLoaded, RowsStored
from chattui.model.records import ConversationId, Message, Row, Status
from chattui.store.store import Store
from chattui.ui.app import ChattuiApp, run
from chattui.ui.screens.inbox import InboxScreen
from chattui.ui.settings import Settings
from tests.scripted import ScriptedGateway, contact, conversation, message, tail

ONE = ConversationId("one")
BODY = "Thanks for waiting, I have looked at your order and it left our warehouse this morning. "
QUIET = 0.05
"""Seconds without work after which everything is painted: three frames."""


def said(seq: int) -> Message:
    """90 to 270 characters."""
    return message(ONE, seq, f"{seq} {BODY * (1 + seq % 3)}")


class Long(ScriptedGateway):
    """One conversation, all of it one page."""

    def __init__(self, messages: int) -> None:
        rows: tuple[Row, ...] = (contact(), conversation(ONE, Status.WAITING), tail(ONE, messages, messages))
        super().__init__(rows)
        self._messages = messages

    async def page(self, conversation_id: ConversationId, before_seq: int | None = None) -> PageLoaded:  # noqa: ARG002
        """From the first one to the last."""
        return PageLoaded(ONE, 1, self._messages, tuple(map(said, range(1, self._messages + 1))))


class Work:
    """Works in the thread by itself once it is there, and leaves."""

    def __init__(self, gateway: Long, messages: int, times: int, file: Path) -> None:
        self.app = ChattuiApp(self._opened, Settings(theme="dark"))
        self._gateway, self._messages, self._times, self._file = gateway, messages, times, file

    async def _opened(self) -> Desk:
        self._measuring = asyncio.create_task(self._measure())
        return Desk(self._gateway, Store(), reconcile=False)

    async def _measure(self) -> None:
        while not (isinstance(self.app.screen, InboxScreen) and self.app.screen.desk.queries.knows(ONE)):  # noqa: ASYNC110
            await asyncio.sleep(0.01)
        inbox = self.app.screen
        inbox.browsing.open(ONE)
        while not inbox.desk.queries.thread(ONE).loaded:  # noqa: ASYNC110
            await asyncio.sleep(0.01)
        await self._rest()
        seqs, thread = count(self._messages + 1), inbox.painting.thread
        told = {
            "append": await self._each(lambda: self._gateway.tell(RowsStored((said(next(seqs)),)))),
            "page": await self._each(lambda: thread.action_pages(-1)),
            "start": await self._once(thread.action_to_start, thread.to_end),
            "resize": await self._once(lambda: self._width(100), lambda: self._width(120)),
        }
        self._file.write_text(json.dumps(told))
        await self.app.action_quit()

    async def _each(self, work: Callable[[], None]) -> float:
        """Many in a row, each painted."""
        return median([await self._cost(work) for _ in range(self._times)])

    async def _once(self, work: Callable[[], None], back: Callable[[], None]) -> float:
        """There and back again; only there is counted."""
        costs = []
        for _ in range(3):
            costs.append(await self._cost(work))
            await self._cost(back)
        return median(costs)

    async def _cost(self, work: Callable[[], None]) -> float:
        before = time.process_time()
        work()
        await self._rest()
        return (time.process_time() - before) * 1000

    async def _rest(self) -> None:
        """Until a while has passed in which nothing was done."""
        while True:
            before = time.process_time()
            await asyncio.sleep(QUIET)
            if time.process_time() - before < QUIET / 25:
                return

    def _width(self, columns: int) -> None:
        size = Size(columns, self.app.size.height)
        self.app.post_message(Resize(size, size))


if __name__ == "__main__":
    many, times, path = int(sys.argv[1]), int(sys.argv[2]), Path(sys.argv[3])
    sys.exit(run(Work(Long(many), many, times, path).app))
