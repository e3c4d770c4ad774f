"""The database as this process sees it: every event goes into the store here, and what is missing then is asked for."""

import logging
from collections.abc import Callable

import msgspec

from chattui.desk.clock import ServerClock
from chattui.desk.errands import Errands
from chattui.desk.snoozes import Snoozes
from chattui.desk.windows import Windows
from chattui.gateway.errors import GatewayError
from chattui.gateway.protocol import Gateway
from chattui.model.events import Event, RowsStored, TypingSeen
from chattui.model.records import ConversationId, UserId
from chattui.store.changes import Changes
from chattui.store.queries import Queries
from chattui.store.store import Store

_log = logging.getLogger(__name__)


class Mirror:
    """`want` asks for a sync, and says why."""

    def __init__(
        self, gateway: Gateway, store: Store, clock: ServerClock, errands: Errands, want: Callable[[str], None]
    ) -> None:
        self._gateway, self._store, self._clock = gateway, store, clock
        self._errands, self._want = errands, want
        self._listeners: list[Callable[[Changes], None]] = []
        self._strangers: frozenset[UserId] = frozenset()
        self._snoozes = Snoozes(gateway, clock, errands)
        self.windows = Windows(gateway, Queries(store), errands, self.apply, want)

    def subscribe(self, listener: Callable[[Changes], None]) -> None:
        """Call it with every change, at once."""
        self._listeners.append(listener)

    def apply(self, *events: Event) -> Changes:
        """Into the store, and to everybody who listens; whoever is unknown is asked for."""
        changes = self._store.apply(events)
        self._snoozes.heed(events)
        self._strangers |= changes.unknown
        if changes.unknown:
            self._errands.run(self._introduce())
        if changes:
            for listener in self._listeners:
                listener(changes)
        return changes

    def said(self, *events: Event) -> None:
        """What a channel or an answer said: a hole in it is filled at once."""
        changes = self.apply(*events)
        if changes.stale:
            self._want("a row that could not be merged")
        for conversation_id in changes.holes:
            if not self._fetched(conversation_id):
                self._want("a hole")

    def live(self, event: Event) -> None:
        """As `said`. A sign of typing fades from this moment on."""
        self.said(msgspec.structs.replace(event, at=self._clock.now()) if isinstance(event, TypingSeen) else event)

    def synced(self, events: tuple[Event, ...]) -> None:
        """What a sync brought: what is still missing then is a page's to bring."""
        for conversation_id in self.apply(*events).holes:
            self._fetched(conversation_id)
        self.windows.settle_debts()
        if self._strangers:
            self._errands.run(self._introduce())

    def _fetched(self, conversation_id: ConversationId) -> bool:
        """Whether the thread is loaded, and so a page of it was asked for."""
        loaded = self.windows.loaded(conversation_id)
        if loaded:
            self.windows.fetch(conversation_id)
        return loaded

    async def _introduce(self) -> None:
        """Ask who they are, once; again after a later sync, where nobody answered."""
        strangers, self._strangers = self._strangers, frozenset()
        try:
            self.apply(RowsStored(await self._gateway.people(strangers)))
        except GatewayError as error:
            _log.info("some people stay unknown: %s", error)
            self._strangers |= strangers
