"""A desk whose every step is recorded."""

import asyncio
import time
from collections.abc import Awaitable, Callable, Iterable
from contextlib import suppress

from chattui.desk import Desk
from chattui.desk.clock import Monotonic
from chattui.desk.keeping import DRAFT_OF, DraftKey, Drawer, Unkept
from chattui.desk.remembering import Memory
from chattui.gateway.errors import GatewayError
from chattui.gateway.protocol import Found, Gateway, Refused
from chattui.model.events import Event
from chattui.model.intents import Intent
from chattui.model.records import ConversationId
from chattui.recording.entries import Answered, Drafted, Failed, Opened, Remarked
from chattui.recording.recorder import Recorder
from chattui.store.changes import Changes
from chattui.store.store import Store


def _soon(loop: asyncio.AbstractEventLoop, call: Callable[[str], None], sentence: str) -> None:
    with suppress(RuntimeError):  # the loop has ended, and nobody reads any more
        loop.call_soon_threadsafe(call, sentence)


class RecordedStore(Store):
    """Notes every batch before it is applied."""

    def __init__(self, recorder: Recorder) -> None:
        super().__init__()
        self._recorder = recorder

    def apply(self, events: Iterable[Event]) -> Changes:
        """As the store does."""
        batch = tuple(events)
        if batch:
            self._recorder.applied(batch)
        return super().apply(batch)


class RecordedDesk(Desk):
    """Notes what reaches its store, what it answers to the screen and what it says, with the server's time."""

    def __init__(  # noqa: PLR0913 - a desk's, and the recorder
        self,
        recorder: Recorder,
        gateway: Gateway,
        clock: Monotonic = time.monotonic,
        *,
        drawer: Drawer | None = None,
        memory: Memory | None = None,
        reconcile: bool = True,
    ) -> None:
        """To be made in the event loop that it runs in."""
        self._recorder = recorder
        super().__init__(gateway, RecordedStore(recorder), clock, drawer=drawer, memory=memory, reconcile=reconcile)
        loop = asyncio.get_running_loop()
        recorder.now = self.now
        recorder.tell = lambda sentence: _soon(loop, self.remarks.say, sentence)
        self._opened = False
        self._drafted: dict[DraftKey, str] = {}
        self._recall.shown = self._find
        self.remarks.hear(lambda sentence: recorder.note(Remarked(sentence)))

    async def recall(self) -> None:
        """As a desk does. What comes of it is there before the screen is."""
        await super().recall()
        self._open()

    def _open(self) -> None:
        if not self._opened:
            self._opened = True
            self._recorder.note(Opened(self._gateway.me))

    async def run(self) -> None:
        """As a desk does."""
        self._open()
        try:
            await super().run()
        except* GatewayError as errors:
            self._recorder.note(Failed(str(errors.exceptions[0])))
            raise

    async def ask(self, intent: Intent) -> Refused | None:
        """As a desk does."""
        refused = await super().ask(intent)
        self._answered(asking(intent), refused)
        return refused

    async def take_next(self) -> ConversationId | Refused:
        """As a desk does."""
        answer = await super().take_next()
        self._answered(TAKING, answer)
        return answer

    async def send(self, conversation_id: ConversationId, body: str) -> None:
        """As a desk does."""
        await self._kept(writing("reply", conversation_id), super().send(conversation_id, body))

    async def note(self, conversation_id: ConversationId, body: str) -> None:
        """As a desk does."""
        await self._kept(writing("note", conversation_id), super().note(conversation_id, body))

    async def take_back(self, item_id: str) -> str | None:
        """As a desk does."""
        try:
            draft = await super().take_back(item_id)
        except Unkept as error:
            self._recorder.note(Answered(taking_back(item_id), str(error)))
            raise
        self._find()
        self._recorder.note(Answered(taking_back(item_id), draft=draft))
        return draft

    async def search(self, text: str) -> list[Found]:
        """As a desk does."""
        try:
            found = await super().search(text)
        except GatewayError as error:
            self._recorder.note(Answered(searching(text), str(error)))
            raise
        self._recorder.note(Answered(searching(text), found=tuple(found)))
        return found

    async def _kept(self, to: str, work: Awaitable[None]) -> None:
        try:
            await work
        except Unkept as error:
            self._recorder.note(Answered(to, str(error)))
            raise
        self._recorder.note(Answered(to))

    def _answered(self, to: str, answer: ConversationId | Refused | None) -> None:
        match answer:
            case Refused(code, sentence):
                self._recorder.note(Answered(to, sentence, code))
            case taken:
                self._recorder.note(Answered(to, taken=taken))

    def _find(self) -> None:
        """Note the drafts that no recorded key has written: found at the start, or changed in another window."""
        found = {(one, kind): self.drafts.of(one, kind) for one in self._drawer.drafted() for kind in DRAFT_OF.values()}
        for (conversation_id, kind), text in found.items():
            if text != self._drafted.get((conversation_id, kind), ""):
                self._recorder.note(Drafted(conversation_id, kind, text))
        self._drafted = found


TAKING = "take next"


def asking(intent: Intent) -> str:
    """What stands in a recording for this question."""
    return f"{type(intent).__name__} {getattr(intent, 'conversation_id', '')}"


def writing(kind: str, conversation_id: ConversationId) -> str:
    """As `asking`, for words."""
    return f"{kind} {conversation_id}"


def taking_back(item_id: str) -> str:
    """As `asking`, for words that were refused."""
    return f"take back {item_id}"


def searching(text: str) -> str:
    """As `asking`, for a search."""
    return f"search {text}"
