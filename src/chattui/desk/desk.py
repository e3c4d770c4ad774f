"""The desk: what the screen asks for, and what keeps its store true."""

import asyncio
import logging
import time
from collections.abc import Awaitable, Callable
from datetime import datetime
from uuid import uuid4

import msgspec

from chattui.desk.clock import Monotonic, ServerClock
from chattui.desk.errands import Errands
from chattui.desk.following import Follower, Heeds
from chattui.desk.handoffs import HandOffs
from chattui.desk.keeping import Drawer, MemoryDrawer, Unkept
from chattui.desk.outbox import Outbox
from chattui.desk.signals import TypingSign, ViewingSign, Voice
from chattui.desk.snoozes import Snoozes
from chattui.desk.waking import notice_sleep
from chattui.desk.windows import Windows
from chattui.gateway.errors import GatewayError
from chattui.gateway.protocol import Accepted, Found, Gateway, Refused, Snapshot
from chattui.model.events import (
    DraftChanged,
    Event,
    LinkChanged,
    LinkState,
    PageLoaded,
    PresenceSeen,
    RowsStored,
    ThreadDropped,
    TypingSeen,
)
from chattui.model.intents import Intent, TakeNext, UpdateProfile
from chattui.model.records import Availability, Conversation, ConversationId, LabelId, UserId
from chattui.store.changes import Changes
from chattui.store.queries import Queries
from chattui.store.store import Store

_log = logging.getLogger(__name__)

READ_DEBOUNCE = 0.2
"""Seconds that read marks are collected: scrolling passes many."""


class Desk:
    """One agent at work. What is not awaited returns at once and raises nothing."""

    def __init__(
        self,
        gateway: Gateway,
        store: Store,
        clock: Monotonic = time.monotonic,
        *,
        drawer: Drawer | None = None,
        reconcile: bool = True,
    ) -> None:
        """Nothing is asked or said until `run`. Without a drawer, words that were not sent end with the process.

        Without `reconcile` no timer asks for content.
        """
        self.store = store
        self.queries = Queries(store)
        self._gateway = gateway
        self._clock = ServerClock(clock)
        self._drawer = drawer or MemoryDrawer()
        self._drawer.tell = self._remark
        self._drafted: set[ConversationId] = set()
        self._hearer: Callable[[str], None] | None = None
        self._remarks: list[str] = []
        self._reconcile = reconcile
        self._listeners: list[Callable[[Changes], None]] = []
        self._strangers: frozenset[UserId] = frozenset()
        self._read: dict[ConversationId, int] = {}
        self._errands = Errands()
        heeds = Heeds(live=self._live, synced=self._synced, loaded=self._loaded, link=self._linked, joined=self._joined)
        self._follower = Follower(gateway, self._clock, clock, heeds)
        self._outbox = Outbox(gateway, self._drawer, self._clock, self._errands, self._said)
        self._handoffs = HandOffs(
            gateway, self._said, lambda: self._follower.state is LinkState.OFFLINE, self._follower.want
        )
        self._windows = Windows(gateway, self.queries, self._errands, self._paged)
        self._snoozes = Snoozes(gateway, self._clock, self._errands)
        self._voice = Voice(gateway)
        self._typing = TypingSign(self._voice, clock, self._errands)
        self._viewing = ViewingSign(self._voice, self._errands)

    def subscribe(self, listener: Callable[[Changes], None]) -> None:
        """Call it with every change, at once, in the event loop, often."""
        self._listeners.append(listener)

    def hear(self, listener: Callable[[str], None]) -> None:
        """Call it with every sentence that the agent should read, those from before this call at once."""
        self._hearer = listener
        for sentence in self._remarks:
            listener(sentence)

    async def run(self) -> None:
        """Until cancelled: link, sync, outbox, reconciliation."""
        await self._or_remark(self._recall())
        async with asyncio.TaskGroup() as group:
            group.create_task(self._follower.follow())
            group.create_task(self._follower.catch_up())
            group.create_task(self._voice.run())
            group.create_task(self._watch_drawer())
            group.create_task(notice_sleep(self.resync))
            if self._reconcile:
                group.create_task(self._follower.reconcile())

    def now(self) -> datetime:
        """Server time."""
        return self._clock.now()

    async def ask(self, intent: Intent) -> Refused | None:
        """A hand-off, or another intent whose outcome matters now. None: it holds. Never raises what a network does."""
        answer = await self._handoffs.ask(intent)
        return answer if isinstance(answer, Refused) else None

    async def take_next(self) -> ConversationId | Refused:
        """Take the oldest waiting one; answers which it was."""
        answer = await self._handoffs.ask(TakeNext(str(uuid4())))
        return answer if isinstance(answer, Refused) else _conversation_of(answer)

    async def send(self, conversation_id: ConversationId, body: str) -> None:
        """From the draft to the outbox, then to the screen. Raises `Unkept` where no disk takes it: nothing is sent."""
        await self._outbox.message(conversation_id, body)
        self._show_drafts()

    async def note(self, conversation_id: ConversationId, body: str) -> None:
        """As `send`."""
        await self._outbox.note(conversation_id, body)
        self._show_drafts()

    def label(self, conversation_id: ConversationId, label_id: LabelId, *, present: bool) -> None:
        """Put a label on, or take it off."""
        self._errands.run(self._outbox.label(conversation_id, label_id, present=present))

    def look(self, conversation_id: ConversationId) -> None:
        """The thread is wanted: load it, if it is not."""
        self._windows.look(conversation_id)

    def older(self, conversation_id: ConversationId) -> None:
        """The page above what is loaded."""
        self._windows.older(conversation_id)

    def read(self, conversation_id: ConversationId, seq: int) -> None:
        """I have seen everything up to here. Lower than before is ignored."""
        known = self.queries.thread(conversation_id).my_read_seq if self.queries.knows(conversation_id) else 0
        if seq > max(known, self._read.get(conversation_id, 0)):
            self._read[conversation_id] = seq
            self._errands.later(f"read {conversation_id}", READ_DEBOUNCE, lambda: self._mark(conversation_id))

    def view(self, conversation_id: ConversationId | None) -> None:
        """Tell colleagues what I am looking at."""
        self._viewing.look(conversation_id)

    def typed(self, conversation_id: ConversationId) -> None:
        """A key in the composer of a reply."""
        self._typing.key(conversation_id)

    def stopped_typing(self, conversation_id: ConversationId) -> None:
        """Sent, emptied, or left."""
        self._typing.stop(conversation_id)

    def draft(self, conversation_id: ConversationId, kind: str) -> str:
        """The words that were not sent; `kind` tells reply and note apart."""
        return self._drawer.draft(conversation_id, kind)

    def keep_draft(self, conversation_id: ConversationId, kind: str, text: str) -> None:
        """Keep them, within 200 ms; "" forgets."""
        if text != self._drawer.draft(conversation_id, kind):
            self._drawer.keep_draft(conversation_id, kind, text)
            self._show_drafts()

    def keep_drafts_now(self) -> None:
        """The agent looks away: do not wait for more keys."""
        self._drawer.keep_drafts_now()

    def retry(self, item_id: str) -> None:
        """Send what was refused once more."""
        self._errands.run(self._or_remark(self._outbox.retry(item_id)))

    def discard(self, item_id: str) -> None:
        """Give up what was refused."""
        self._errands.run(self._or_remark(self._outbox.discard(item_id)))

    async def search(self, text: str) -> list[Found]:
        """Messages with these words, newest first. Raises `GatewayError`."""
        return await self._gateway.search(text)

    def resync(self) -> None:
        """Retry the link at once, sync, and send what waits."""
        self._gateway.retry_now()
        self._follower.hurry()
        self._outbox.hurry()

    async def aclose(self) -> None:
        """Leave; drafts, and what waits in the outbox, stay in the drawer."""
        await self._errands.end()
        await self._drawer.aclose()
        await self._gateway.close()

    # What the parts tell

    def _apply(self, *events: Event) -> Changes:
        changes = self.store.apply(events)
        self._snoozes.heed(events)
        self._strangers |= changes.unknown
        if changes.unknown:
            self._errands.run(self._introduce())
        if changes:
            for listener in self._listeners:
                listener(changes)
        return changes

    def _live(self, event: Event) -> None:
        if isinstance(event, TypingSeen):
            event = msgspec.structs.replace(event, at=self.now())
        self._said(event)
        if isinstance(event, PresenceSeen):
            self._viewing.present(event.agents)

    def _said(self, *events: Event) -> None:
        """What a channel or an answer said: a hole in it is filled at once."""
        changes = self._apply(*events)
        if changes.stale:
            self._follower.want("a row that could not be merged")
        self._fill(changes)

    def _synced(self, events: tuple[Event, ...]) -> None:
        """What a sync brought: what is still missing then is a page's to bring."""
        changes = self._apply(*events)
        for conversation_id in changes.holes:
            if self._windows.loaded(conversation_id):
                self._windows.fetch(conversation_id)
        self._windows.settle_debts()
        if self._strangers:
            self._errands.run(self._introduce())

    def _loaded(self, snapshot: Snapshot) -> None:
        self._apply(snapshot.event)
        self._windows.restore()
        self._drawer.open(snapshot.database_id, snapshot.event.me)
        self._errands.run(self._begin())

    def _paged(self, event: PageLoaded | ThreadDropped) -> None:
        self._apply(event)

    def _fill(self, changes: Changes) -> None:
        for conversation_id in changes.holes:
            if self._windows.loaded(conversation_id):
                self._windows.fetch(conversation_id)
            else:
                self._follower.want("a hole")

    def _linked(self, link: LinkChanged) -> None:
        self._apply(link)
        if link.state is LinkState.LIVE:
            self._outbox.hurry()
            self._errands.run(self._appear())

    def _joined(self) -> None:
        self._viewing.again()

    def _mark(self, conversation_id: ConversationId) -> None:
        self._errands.run(self._outbox.mark(conversation_id, self._read[conversation_id]))

    async def _appear(self) -> None:
        """Whoever opens an inbox is online; who said away stays so."""
        if self.queries.header().availability is Availability.OFFLINE:
            await self.ask(UpdateProfile(availability=Availability.ONLINE))

    async def _introduce(self) -> None:
        """Ask who they are, once; again after a later sync, where nobody answered."""
        strangers, self._strangers = self._strangers, frozenset()
        try:
            self._apply(RowsStored(await self._gateway.people(strangers)))
        except GatewayError as error:
            _log.info("some people stay unknown: %s", error)
            self._strangers |= strangers

    # What is kept

    async def _recall(self) -> None:
        self._outbox.renew(await self._drawer.recall(self._gateway.me))
        self._show_drafts()

    async def _begin(self) -> None:
        """Only now is it certain that what waits was written for this database."""
        await self._or_remark(self._look_into_drawer())
        self._outbox.begin()

    async def _look_into_drawer(self) -> None:
        self._outbox.renew(await self._drawer.items())
        self._show_drafts()

    async def _watch_drawer(self) -> None:
        async for items in self._drawer.changes():
            self._outbox.renew(items)
            self._show_drafts()

    def _show_drafts(self) -> None:
        before, self._drafted = self._drafted, self._drawer.drafted()
        if before != self._drafted:
            self._apply(*(DraftChanged(one, present=one in self._drafted) for one in before ^ self._drafted))

    async def _or_remark(self, work: Awaitable[None]) -> None:
        try:
            await work
        except Unkept as error:
            self._remark(str(error))

    def _remark(self, sentence: str) -> None:
        """Each is said once."""
        if sentence not in self._remarks:
            self._remarks.append(sentence)
            if self._hearer is not None:
                self._hearer(sentence)


def _conversation_of(answer: Accepted) -> ConversationId:
    return next(row.id for row in answer.rows if isinstance(row, Conversation))
