"""Wakes what slept long enough: time passes without a row event."""

import logging
import random
from collections.abc import Iterable
from datetime import datetime

from msgspec import Struct

from chattui.desk.clock import ServerClock
from chattui.desk.errands import Errands
from chattui.gateway.errors import GatewayError
from chattui.gateway.protocol import Gateway
from chattui.model.events import ConversationGone, Event, PageLoaded, RowsLoaded, RowsStored, SnapshotTaken
from chattui.model.records import Conversation, ConversationId

_log = logging.getLogger(__name__)

SPREAD = 1.0
"""Seconds within which everybody's clients ask: one of them is enough."""
AGAIN = 60.0
"""Seconds until a wake that failed, or that came to nothing, is asked for again."""
FAR = 86_400.0
"""Seconds that a timer runs at most; then it is set again."""


class Snooze(Struct, frozen=True):
    """What a conversation of this version says; None: it is awake."""

    version: int
    until: datetime | None


class Snoozes:
    """One timer, for the earliest."""

    def __init__(self, gateway: Gateway, clock: ServerClock, errands: Errands) -> None:
        self._gateway = gateway
        self._clock = clock
        self._errands = errands
        self._known: dict[ConversationId, Snooze] = {}
        self._asleep: dict[ConversationId, datetime] = {}

    def heed(self, events: Iterable[Event]) -> None:
        """Learn who sleeps, and until when."""
        changed = False
        for event in events:
            match event:
                case RowsStored(rows=rows) | RowsLoaded(rows=rows) | PageLoaded(rows=rows) | SnapshotTaken(rows=rows):
                    for row in rows:
                        changed |= isinstance(row, Conversation) and self._learn(row)
                case ConversationGone(conversation_id=conversation_id):
                    self._known.pop(conversation_id, None)
                    self._asleep.pop(conversation_id, None)
        if changed:
            self._set()

    def _learn(self, row: Conversation) -> bool:
        known = self._known.get(row.id, Snooze(0, None))
        if known.version > row.version:
            return False
        self._known[row.id] = Snooze(row.version, row.snoozed_until)
        if row.snoozed_until is None:
            self._asleep.pop(row.id, None)
        else:
            self._asleep[row.id] = row.snoozed_until
        return known.until != row.snoozed_until

    def _set(self, at_least: float = 0.0) -> None:
        earliest = self._earliest()
        if earliest is None:
            self._errands.cancel("wake")
            return
        wait = max(at_least, (earliest - self._clock.now()).total_seconds())
        self._errands.later("wake", min(FAR, wait + random.uniform(0, SPREAD)), self._due)  # noqa: S311 - no secret

    def _due(self) -> None:
        earliest = self._earliest()
        if earliest is not None and earliest <= self._clock.now():
            self._errands.run(self._wake())
        else:
            self._set()

    def _earliest(self) -> datetime | None:
        return min(self._asleep.values(), default=None)

    async def _wake(self) -> None:
        try:
            woken = await self._gateway.wake_due()
        except GatewayError as error:
            _log.info("nobody was woken: %s", error)
        else:
            _log.debug("%d were woken", woken)
        self._set(at_least=AGAIN)
