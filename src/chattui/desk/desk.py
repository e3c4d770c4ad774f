"""The desk: what the screen asks for, and what keeps its store true."""

import asyncio
import time
from collections.abc import Callable
from datetime import datetime
from uuid import uuid4

from chattui.desk.arrival import Arrival
from chattui.desk.clock import Monotonic, ServerClock
from chattui.desk.drafts import Drafts, Recall
from chattui.desk.errands import Errands
from chattui.desk.following import Follower, Heeds
from chattui.desk.handoffs import HandOffs
from chattui.desk.keeping import Drawer, MemoryDrawer
from chattui.desk.mirror import Mirror
from chattui.desk.outbox import Outbox
from chattui.desk.read_marks import ReadMarks
from chattui.desk.remarks import Remarks
from chattui.desk.remembering import Forgetful, Memory, Remembering
from chattui.desk.signals import TypingSign, ViewingSign, Voice
from chattui.desk.waking import notice_sleep
from chattui.gateway.protocol import Accepted, Found, Gateway, Refused
from chattui.model.events import Event, LinkChanged, LinkState, PresenceSeen
from chattui.model.intents import Intent, TakeNext, UpdateProfile
from chattui.model.records import Availability, Conversation, ConversationId, LabelId
from chattui.store.changes import Changes
from chattui.store.queries import Queries
from chattui.store.store import Store


class Desk:
    """One agent at work. What is not awaited returns at once and raises nothing."""

    def __init__(  # noqa: PLR0913 - all that a desk stands on
        self,
        gateway: Gateway,
        store: Store,
        clock: Monotonic = time.monotonic,
        *,
        drawer: Drawer | None = None,
        memory: Memory | None = None,
        reconcile: bool = True,
    ) -> None:
        """Nothing is asked or said until `run`. Without a drawer, words that were not sent end with the process.

        Without a memory, nothing is known before a first load.
        Without `reconcile` no timer asks for content.
        """
        self.store = store
        self.queries = Queries(store)
        self.remarks = Remarks()
        self._gateway = gateway
        self._reconcile = reconcile
        self._clock = ServerClock(clock)
        self._errands = Errands()
        self._voice = Voice(gateway)
        self.typing = TypingSign(self._voice, clock, self._errands)
        self._viewing = ViewingSign(self._voice, self._errands)
        self._mirror = Mirror(gateway, store, self._clock, self._errands, self._want)
        self._drawer = drawer or MemoryDrawer()
        self._drawer.tell = self.remarks.say
        self._outbox = Outbox(gateway, self._drawer, self._clock, self._errands, self._mirror.said)
        self.drafts = Drafts(self._drawer, self._mirror.apply)
        self._recall = Recall(self._drawer, self._outbox, self.drafts)
        self._read_marks = ReadMarks(self.queries, self._outbox, self._errands)
        self._remembering = Remembering(
            memory or Forgetful(), self.queries, self._mirror.windows, self._clock, lambda: self._follower.cursor
        )
        self.subscribe(self._remembering.heed)
        self._handoffs = HandOffs(
            gateway, self._mirror.said, lambda: self._follower.state is LinkState.OFFLINE, self._want
        )
        arrival = Arrival(
            gateway, self._mirror, self._remembering, self._drawer, lambda: self._errands.run(self._begin())
        )
        heeds = Heeds(self._live, arrival.synced, arrival.loaded, self._linked, self._viewing.again)
        self._follower = Follower(gateway, self._clock, clock, heeds)

    def subscribe(self, listener: Callable[[Changes], None]) -> None:
        """Call it with every change, at once, in the event loop, often."""
        self._mirror.subscribe(listener)

    async def recall(self) -> None:
        """Show what was known last time, until the link is there. For once, before `run`."""
        remembered = await self._remembering.recall(self._gateway.me)
        if remembered is not None:
            self._mirror.apply(remembered.snapshot.event, *remembered.pages)
            self._mirror.windows.adopt(page.conversation_id for page in remembered.pages)
            self._follower.go_on_at(remembered.snapshot.cursor)

    async def run(self) -> None:
        """Until cancelled: link, sync, outbox, reconciliation."""
        await self.remarks.unkept(self._recall.last_session(self._gateway.me))
        async with asyncio.TaskGroup() as group:
            group.create_task(self._follower.follow())
            group.create_task(self._follower.catch_up())
            group.create_task(self._voice.run())
            group.create_task(self._recall.watch())
            group.create_task(self._remembering.run())
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
        self.drafts.show()

    async def note(self, conversation_id: ConversationId, body: str) -> None:
        """As `send`."""
        await self._outbox.note(conversation_id, body)
        self.drafts.show()

    def label(self, conversation_id: ConversationId, label_id: LabelId, *, present: bool) -> None:
        """Put a label on, or take it off."""
        self._errands.run(self._outbox.label(conversation_id, label_id, present=present))

    def look(self, conversation_id: ConversationId) -> None:
        """The thread is wanted: load it, if it is not."""
        self._mirror.windows.look(conversation_id)

    def older(self, conversation_id: ConversationId) -> None:
        """The page above what is loaded."""
        self._mirror.windows.older(conversation_id)

    def read(self, conversation_id: ConversationId, seq: int) -> None:
        """I have seen everything up to here. Lower than before is ignored."""
        self._read_marks.seen(conversation_id, seq)

    def view(self, conversation_id: ConversationId | None) -> None:
        """Tell colleagues what I am looking at."""
        self._viewing.look(conversation_id)

    def retry(self, item_id: str) -> None:
        """Send what was refused once more."""
        self._errands.run(self.remarks.unkept(self._outbox.retry(item_id)))

    def discard(self, item_id: str) -> None:
        """Give up what was refused."""
        self._errands.run(self.remarks.unkept(self._outbox.discard(item_id)))

    async def take_back(self, item_id: str) -> str | None:
        """What was refused is a draft again, before the words that stood there: all of it, or None where it is gone.

        Raises `Unkept` where the disk does not take it: it stays refused.
        """
        draft = await self._outbox.take_back(item_id)
        self.drafts.show()
        return draft

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
        await self._remembering.keep()
        await self._drawer.aclose()
        await self._gateway.close()

    # What the parts tell

    def _want(self, why: str) -> None:
        self._follower.want(why)

    def _live(self, event: Event) -> None:
        self._mirror.live(event)
        if isinstance(event, PresenceSeen):
            self._viewing.present(event.agents)

    async def _begin(self) -> None:
        await self.remarks.unkept(self._recall.all())
        self._outbox.begin()

    def _linked(self, link: LinkChanged) -> None:
        self._mirror.apply(link)
        if link.state is LinkState.LIVE:
            self._outbox.go_on()
            self._errands.run(self._appear())

    async def _appear(self) -> None:
        """Whoever opens an inbox is online; who said away stays so."""
        if self.queries.header().availability is Availability.OFFLINE:
            await self._handoffs.ask(UpdateProfile(availability=Availability.ONLINE))


def _conversation_of(answer: Accepted) -> ConversationId:
    return next(row.id for row in answer.rows if isinstance(row, Conversation))
