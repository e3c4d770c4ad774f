"""The real screen over a gateway that plays a desk of any size.

`python -m tests.bench.programs.inbox CONVERSATIONS RATE`: so many wait, and so many events a second arrive.
"""

import asyncio
import sys
from collections.abc import Iterator
from itertools import count, islice

from chattui.desk import Desk
from chattui.model.events import PageLoaded, RowsStored
from chattui.model.records import ContactId, ConversationId, Row, Status
from chattui.store.store import Store
from chattui.ui.app import ChattuiApp, run
from chattui.ui.settings import Settings
from tests.scripted import ScriptedGateway, contact, conversation, message, tail

TICK = 0.01
"""Seconds between two portions of events."""
SPREAD = 1_000
"""Conversations that events are about: those in sight among them."""


def name(number: int) -> str:
    """The id of one; `c0000000` is painted first."""
    return f"c{number:07}"


class Play(ScriptedGateway):
    """So many that wait, the oldest first, each with one message; no row of them is built twice."""

    def __init__(self, conversations: int, rate: int) -> None:
        super().__init__(_rows(conversations))
        self._rate, self._conversations = rate, conversations

    async def page(self, conversation_id: ConversationId, before_seq: int | None = None) -> PageLoaded:  # noqa: ARG002
        """One message, without looking at all of them."""
        return PageLoaded(conversation_id, 1, 1, (message(conversation_id, 1),))

    async def play(self) -> None:
        """Events, evenly, on conversations in sight and out of it."""
        if not self._rate:
            return
        loop, events = asyncio.get_running_loop(), _said(min(self._conversations, SPREAD))
        started, told = loop.time(), 0
        while True:
            due = int((loop.time() - started) * self._rate)
            self.tell(*islice(events, due - told))
            told = due
            await asyncio.sleep(TICK)


def _rows(conversations: int) -> Iterator[Row]:
    for number in range(conversations):
        customer = contact(ContactId(f"k{number:07}"), f"Customer {number}")
        yield customer
        yield conversation(name(number), Status.WAITING, 1 + number, contact_id=customer.id)
        yield tail(name(number), 1, 1)


def _said(conversations: int) -> Iterator[RowsStored]:
    """A message for each of them, again and again."""
    for seq in count(2):
        for number in range(conversations):
            yield RowsStored((message(name(number), seq),))


def main(conversations: int, rate: int) -> int:
    """Until it is left."""
    gateway = Play(conversations, rate)

    async def opened() -> Desk:
        desk = Desk(gateway, Store(), reconcile=False)
        desk.playing = asyncio.create_task(gateway.play())  # type: ignore[attr-defined]  # kept as long as the desk
        return desk

    return run(ChattuiApp(opened, Settings(theme="dark")))


if __name__ == "__main__":
    sys.exit(main(*map(int, sys.argv[1:])))
