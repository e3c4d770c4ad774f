"""Which threads are loaded, and their pages."""

import logging
from collections.abc import Callable, Iterable

from chattui.desk.errands import Errands
from chattui.gateway.errors import GatewayError, Unreachable
from chattui.gateway.protocol import Gateway
from chattui.model.events import PageLoaded, ThreadDropped
from chattui.model.records import ConversationId
from chattui.store.projections import EntryKind
from chattui.store.queries import Queries

_log = logging.getLogger(__name__)

KEPT = 30
"""Threads that stay loaded; the one that was looked at longest ago leaves first."""
RETRY = 2.0
"""Seconds until a page that did not come is asked for again, behind a sync."""


class Windows:
    """Loads pages: one request at a time for each thread, none that is not needed."""

    def __init__(
        self,
        gateway: Gateway,
        queries: Queries,
        errands: Errands,
        apply: Callable[[PageLoaded | ThreadDropped], object],
        want: Callable[[str], None],
    ) -> None:
        self._gateway = gateway
        self._queries = queries
        self._errands = errands
        self._apply = apply
        self._want = want
        self._kept: dict[ConversationId, None] = {}
        self._running: set[ConversationId] = set()
        self._again: set[ConversationId] = set()
        self._owed: set[ConversationId] = set()

    def look(self, conversation_id: ConversationId) -> None:
        """The thread is wanted."""
        self._kept.pop(conversation_id, None)
        self._kept[conversation_id] = None
        if not self.loaded(conversation_id):
            self.fetch(conversation_id)
        while len(self._kept) > KEPT:
            self._drop(next(iter(self._kept)))

    def older(self, conversation_id: ConversationId) -> None:
        """The page above what is loaded."""
        if not self.loaded(conversation_id) or conversation_id in self._running:
            return
        thread = self._queries.thread(conversation_id)
        first = next((entry.seq for entry in thread.entries if entry.kind is EntryKind.MESSAGE), None)
        if first is not None and not thread.complete:
            self._start(conversation_id, first)

    def fetch(self, conversation_id: ConversationId) -> None:
        """Its newest page, now; once more if that is asked for meanwhile."""
        if conversation_id in self._running:
            self._again.add(conversation_id)
        else:
            self._start(conversation_id, None)

    def restore(self) -> None:
        """After a first load, which forgets threads: the one that is looked at, again."""
        last = next(reversed(self._kept), None)
        self._kept.clear()
        if last is not None:
            self.look(last)

    def adopt(self, conversation_ids: Iterable[ConversationId]) -> None:
        """These are loaded already; the last one was looked at last."""
        self._kept |= dict.fromkeys(conversation_ids)

    def recent(self, most: int) -> list[ConversationId]:
        """Those looked at last, the last one last."""
        return list(self._kept)[-most:]

    def settle_debts(self) -> None:
        """The server answers again: ask for what it did not answer."""
        owed, self._owed = self._owed, set()
        for conversation_id in owed:
            self.fetch(conversation_id)

    def loaded(self, conversation_id: ConversationId) -> bool:
        """Whether the thread has a window."""
        return self._queries.knows(conversation_id) and self._queries.thread(conversation_id).loaded

    def _start(self, conversation_id: ConversationId, before_seq: int | None) -> None:
        self._running.add(conversation_id)
        self._errands.run(self._load(conversation_id, before_seq))

    async def _load(self, conversation_id: ConversationId, before_seq: int | None) -> None:
        try:
            page = await self._gateway.page(conversation_id, before_seq)
        except GatewayError as error:
            _log.info("a page did not come: %s", error)
            self._owed.add(conversation_id)
            if isinstance(error, Unreachable):
                self._errands.later("pages owed", RETRY, lambda: self._want("a page that did not come"))
        else:
            self._apply(page)
        finally:
            self._running.discard(conversation_id)
        if conversation_id in self._again:
            self._again.discard(conversation_id)
            self._start(conversation_id, None)

    def _drop(self, conversation_id: ConversationId) -> None:
        del self._kept[conversation_id]
        self._apply(ThreadDropped(conversation_id))
