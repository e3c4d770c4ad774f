"""What colleagues and customers are told of what I am doing: throttled, never kept, never repeated for its own sake."""

import asyncio
import random
from collections.abc import Collection

from chattui.desk.clock import Monotonic
from chattui.desk.errands import Errands
from chattui.gateway.protocol import Gateway
from chattui.model.intents import Signal, Typing, Viewing
from chattui.model.records import ConversationId, UserId

REPEAT = 2.0
"""Seconds between two signs of typing, at least."""
IDLE = 4.0
"""Seconds without a key after which I have stopped; what others see fades after 5."""
DEBOUNCE = 0.3
"""Seconds for which a conversation must stay on the screen before colleagues hear of it."""
JITTER = 3.0
"""Seconds within which a newcomer is told where everybody is."""
MOST = 32
"""Signals that wait; older ones are of no interest by then."""


class Voice:
    """Says one signal after another, in order; the oldest are forgotten when the network is slow."""

    def __init__(self, gateway: Gateway) -> None:
        self._gateway = gateway
        self._signals: asyncio.Queue[Signal] = asyncio.Queue(MOST)

    def say(self, signal: Signal) -> None:
        """Soon."""
        if self._signals.full():
            self._signals.get_nowait()
        self._signals.put_nowait(signal)

    async def run(self) -> None:
        """Until cancelled."""
        while True:
            await self._gateway.say(await self._signals.get())


class TypingSign:
    """Turns keys into signs of typing."""

    def __init__(self, voice: Voice, monotonic: Monotonic, errands: Errands) -> None:
        self._voice = voice
        self._monotonic = monotonic
        self._errands = errands
        self._writing: ConversationId | None = None
        self._said_at: dict[ConversationId, float] = {}

    def key(self, conversation_id: ConversationId) -> None:
        """A key in the composer of a reply."""
        if self._writing not in {None, conversation_id}:
            self.stop(self._writing)
        now = self._monotonic()
        if now - self._said_at.get(conversation_id, now - REPEAT) >= REPEAT:
            self._said_at = {conversation_id: now}
            self._writing = conversation_id
            self._voice.say(Typing(conversation_id, is_typing=True))
        self._errands.later("typing", IDLE, lambda: self.stop(conversation_id))

    def stop(self, conversation_id: ConversationId | None) -> None:
        """Sent, emptied, or left."""
        if conversation_id is not None and self._writing == conversation_id:
            self._writing = None
            self._errands.cancel("typing")
            self._voice.say(Typing(conversation_id, is_typing=False))


class ViewingSign:
    """Tells which conversation I am looking at."""

    def __init__(self, voice: Voice, errands: Errands) -> None:
        self._voice = voice
        self._errands = errands
        self._said: ConversationId | None = None
        self._here: frozenset[UserId] = frozenset()

    def look(self, conversation_id: ConversationId | None) -> None:
        """It is on the screen now; None: none is."""
        self._errands.later("viewing", DEBOUNCE, lambda: self._say(conversation_id))

    def present(self, agents: Collection[UserId]) -> None:
        """Who is here; those who came are told where I am."""
        came = frozenset(agents) - self._here
        self._here = frozenset(agents)
        if came:
            self.again()

    def again(self) -> None:
        """Within some seconds, as others do the same at this moment."""
        if self._said is not None:
            self._errands.later("viewing again", random.uniform(0, JITTER), self._repeat)  # noqa: S311 - no secret

    def _say(self, conversation_id: ConversationId | None) -> None:
        if conversation_id != self._said:
            self._said = conversation_id
            self._voice.say(Viewing(conversation_id))

    def _repeat(self) -> None:
        if self._said is not None:
            self._voice.say(Viewing(self._said))
