"""A desk that plays a recording: no network, no disk, nobody signed in."""

import asyncio
from collections import defaultdict
from collections.abc import AsyncIterator, Callable, Iterable
from datetime import UTC, datetime, timedelta
from typing import Never

from chattui.desk import Desk
from chattui.desk.keeping import Unkept
from chattui.gateway.errors import GatewayError
from chattui.gateway.protocol import Accepted, Cursor, Found, Refused, Reset, Snapshot, Synced
from chattui.model.events import GatewayEvent, PageLoaded
from chattui.model.intents import Intent, Signal
from chattui.model.records import ConversationId, Row, UserId
from chattui.recording.entries import Answered, AnyEntry, Applied, Drafted, Failed, Opened, Remarked, Step, events_of
from chattui.recording.recorded import TAKING, asking, searching, taking_back, writing
from chattui.store.store import Store


class ReplayedDesk(Desk):
    """Does what the recording says when it is told to, and nothing by itself.

    What the screen asks is answered as it was then: the answers to one question come in their order, at their time.
    """

    def __init__(self, clock: Callable[[], float]) -> None:
        """The recording begins now; `clock` is that of the loop."""
        super().__init__(Silence(), Store(), clock)
        self._loop_time, self._zero = clock, clock()
        self._told, self._at = datetime.now(UTC), 0.0
        self._answers: defaultdict[str, asyncio.Queue[Answered]] = defaultdict(asyncio.Queue)
        self._failed: asyncio.Future[GatewayError] = asyncio.get_running_loop().create_future()
        self._opened = asyncio.Event()
        self.taken = asyncio.Event()
        """The screen is there and listens."""

    def play(self, step: Step) -> None:
        """What stands in the recording happens; what is the screen's is ignored."""
        self._told, self._at = step.now, step.at
        self._do(step.entry)

    def _do(self, entry: AnyEntry) -> None:
        match entry:
            case Applied():
                self._mirror.apply(*events_of(entry))
            case Answered(to=to):
                self._answers[to].put_nowait(entry)
            case Drafted(conversation_id, kind, text):
                self.drafts.keep(conversation_id, kind, text)
            case Remarked(sentence):
                self.remarks.say(sentence)
            case Opened():
                self._opened.set()
            case Failed(sentence) if not self._failed.done():
                self._failed.set_result(GatewayError(sentence))
                self._opened.set()

    async def opened(self) -> None:
        """Until it had opened. Raises `GatewayError` where it could not."""
        await self._opened.wait()
        if self._failed.done():
            raise self._failed.result()

    def seconds(self) -> float:
        """How much of the recording has passed."""
        return self._loop_time() - self._zero

    def now(self) -> datetime:
        """What time it was at the server."""
        return self._told + timedelta(seconds=max(0.0, self.seconds() - self._at))

    async def run(self) -> None:
        """Until cancelled, or until the recorded one failed."""
        self.taken.set()
        raise await self._failed

    async def ask(self, intent: Intent) -> Refused | None:
        """As it was answered."""
        answer = await self._answers[asking(intent)].get()
        return Refused(answer.code, answer.sentence) if answer.sentence else None

    async def take_next(self) -> ConversationId | Refused:
        """As it was answered."""
        answer = await self._answers[TAKING].get()
        return Refused(answer.code, answer.sentence) if answer.taken is None else answer.taken

    async def send(self, conversation_id: ConversationId, body: str) -> None:  # noqa: ARG002 - the recording has them
        """As it went."""
        await self._kept(writing("reply", conversation_id))

    async def note(self, conversation_id: ConversationId, body: str) -> None:  # noqa: ARG002 - as above
        """As it went."""
        await self._kept(writing("note", conversation_id))

    async def take_back(self, item_id: str) -> str | None:
        """As it went."""
        return (await self._kept(taking_back(item_id))).draft

    async def search(self, text: str) -> list[Found]:
        """As it was answered."""
        answer = await self._answers[searching(text)].get()
        if answer.sentence:
            raise GatewayError(answer.sentence)
        return list(answer.found)

    async def _kept(self, to: str) -> Answered:
        answer = await self._answers[to].get()
        if answer.sentence:
            raise Unkept(answer.sentence)
        return answer


class Silence:
    """A gateway that never answers."""

    @property
    def me(self) -> UserId:
        """Nobody."""
        return UserId("")

    async def snapshot(self, after: str | None = None) -> Snapshot:  # noqa: ARG002 - it never looks
        """Never."""
        return await _never()

    async def sync(self, cursor: Cursor) -> Synced | Reset:  # noqa: ARG002 - it never looks
        """Never."""
        return await _never()

    async def page(self, conversation_id: ConversationId, before_seq: int | None = None) -> PageLoaded:  # noqa: ARG002
        """Never."""
        return await _never()

    async def search(self, query: str) -> list[Found]:  # noqa: ARG002
        """Never."""
        return await _never()

    async def people(self, user_ids: Iterable[UserId]) -> tuple[Row, ...]:  # noqa: ARG002
        """Never."""
        return await _never()

    async def wake_due(self) -> int:
        """Never."""
        return await _never()

    async def submit(self, intent: Intent) -> Accepted | Refused:  # noqa: ARG002
        """Never."""
        return await _never()

    async def say(self, signal: Signal) -> None:
        """Nobody hears it."""

    async def events(self) -> AsyncIterator[GatewayEvent]:
        """None."""
        yield await _never()

    def retry_now(self) -> None:
        """There is nothing to try."""

    async def close(self) -> None:
        """It never was open."""


async def _never() -> Never:
    await asyncio.Event().wait()
    raise AssertionError
