"""A shift as an agent works it: what comes next follows from the seed and from what the store shows."""

import asyncio
from collections.abc import Awaitable, Callable, Iterable
from contextlib import suppress
from datetime import timedelta
from random import Random

from msgspec import Struct

from chattui.desk import Desk
from chattui.desk.drawer import DiskDrawer
from chattui.desk.keeping import Unkept
from chattui.gateway.errors import GatewayError
from chattui.gateway.protocol import Refused
from chattui.model.events import Delivery
from chattui.model.intents import (
    Close,
    HandBack,
    Intent,
    Reopen,
    Requeue,
    SetPriority,
    Snooze,
    TakeOver,
    Transfer,
    UpdateContact,
    UpdateProfile,
)
from chattui.model.records import Availability, ConversationId, LabelId, UserId
from chattui.store.outbox import Queued
from chattui.store.projections import View
from tests.chaos.journal import Journal

SETTLED = 0.6
"""Seconds after which what was typed, read or labelled is with the writer thread: 0.2 s, and some for the loop."""
WORDS = ("yes", "one moment please", "I look into it", "done ✓", "¿algo más?", "🙏", "zwei Zeilen\nund mehr")


class Desktop(Struct, frozen=True):
    """What a shift is worked with."""

    desk: Desk
    drawer: DiskDrawer
    journal: Journal
    label: LabelId
    """Set by this agent alone, so that its last word is known."""
    shared: LabelId
    name: str


class Shift:
    """Does one thing after another, until told to rest."""

    def __init__(self, desktop: Desktop, random: Random, *, twin: bool = False, drafts: bool = True) -> None:
        self._on = desktop
        self._desk, self._journal = desktop.desk, desktop.journal
        self._random = random
        self._count = 0
        self._asides: set[asyncio.Task[None]] = set()
        self._acts: dict[Callable[[], Awaitable[None]], float] = {
            self._reply: 60.0,
            self._note: 10.0,
            self._label: 4.0,
            self._look: 8.0,
            self._read: 8.0,
            self._draft: 8.0,
            self._type: 5.0,
            self._take: 5.0,
            self._hand_on: 5.0,
            self._ask_small: 2.0,
            self._unpark: 3.0,
            self._search: 0.5,
        }
        for act in (self._label, self._read, self._unpark) if twin else ():
            del self._acts[act]
        if twin or not drafts:
            del self._acts[self._draft]

    async def work(self, pace: float) -> None:
        """Until cancelled; `pace` is the mean of seconds between two things."""
        while True:
            await asyncio.sleep(self._random.expovariate(1 / pace))
            act = self._random.choices(list(self._acts), list(self._acts.values()))[0]
            await act()

    async def rest(self) -> None:
        """Wait until the journal says of everything that was set that it is kept."""
        await asyncio.gather(*self._asides, return_exceptions=True)

    # What an agent does

    async def _reply(self) -> None:
        mine = list(self._desk.queries.view(View.MINE))
        everywhere = list(self._desk.queries.view(View.ALL))
        if not mine:
            await self._take()
        elif (one := self._one_of(everywhere if self._random.random() < 0.01 else mine)) is not None:
            for _ in range(self._random.choice((1, 1, 2, 4))):
                await self._send("reply", one)

    async def _note(self) -> None:
        if (one := self._one_of(self._desk.queries.view(View.ALL))) is not None:
            await self._send("note", one)

    async def _send(self, kind: str, one: ConversationId) -> None:
        """Noted before and after: a kill between leaves it open whether it was accepted."""
        self._count += 1
        words = f"{self._on.name} {self._count} {self._random.choice(WORDS)}"
        self._journal.write("send", name=words, conversation_id=one, kind=kind)
        try:
            await (self._desk.send if kind == "reply" else self._desk.note)(one, words)
        except Unkept as error:
            self._journal.write("unsent", name=words, value=str(error))
        else:
            self._journal.write("sent", name=words)

    async def _label(self) -> None:
        if (one := self._one_of(self._desk.queries.view(View.ALL))) is not None:
            present = self._random.random() < 0.5
            self._set(f"label/{self._on.label}/{one}", "on" if present else "")
            self._desk.label(one, self._on.label, present=present)
            self._desk.label(one, self._on.shared, present=not present)

    async def _look(self) -> None:
        if (one := self._one_of(self._everything())) is not None:
            self._desk.look(one)
            self._desk.view(one)
            if self._random.random() < 0.3:
                self._desk.older(one)

    async def _read(self) -> None:
        if (one := self._one_of(self._desk.queries.view(View.ALL))) is not None:
            thread = self._desk.queries.thread(one)
            if thread.last_seq > thread.my_read_seq:
                self._set(f"read/{one}", str(thread.last_seq))
                self._desk.read(one, thread.last_seq)

    async def _draft(self) -> None:
        if (one := self._one_of(self._desk.queries.view(View.ALL))) is not None:
            kind, length = self._random.choice(("reply", "note")), self._random.randrange(40)
            text = ("half a sentence 🙂 " * 3)[:length]
            self._set(f"draft/{kind}/{one}", text)
            self._desk.drafts.keep(one, kind, text)

    async def _type(self) -> None:
        if (one := self._one_of(self._desk.queries.view(View.MINE))) is not None:
            self._desk.typing.key(one)
            if self._random.random() < 0.3:
                self._desk.typing.stop(one)

    async def _take(self) -> None:
        """Every agent takes the first of the same list, so that most of these are races."""
        queries, chance = self._desk.queries, self._random.random()
        free = [*queries.view(View.WAITING)[:1], *queries.view(View.AI)[:1]]
        if chance < 0.3:
            self._told("take next", await self._desk.take_next())
        elif (one := self._one_of(free or (queries.view(View.ALL) if chance > 0.85 else ()))) is not None:
            await self._ask(TakeOver(one))

    async def _hand_on(self) -> None:
        mine, closed = self._desk.queries.view(View.MINE), self._desk.queries.view(View.CLOSED)
        if len(closed) and self._random.random() < 0.1:
            await self._ask(Reopen(closed[0]))
        elif (one := self._one_of(mine)) is not None:
            colleagues = [colleague.id for colleague in self._desk.queries.colleagues()]
            await self._ask(self._parting(one, colleagues))

    def _parting(self, one: ConversationId, colleagues: list[UserId]) -> Intent:
        choices: list[Intent] = [HandBack(one), Requeue(one), Close(one), Close(one)]
        choices += [Transfer(one, colleague) for colleague in colleagues]
        return self._random.choice(choices)

    async def _ask_small(self) -> None:
        if (one := self._one_of(self._desk.queries.view(View.ALL))) is not None:
            soon = self._desk.now() + timedelta(seconds=self._random.uniform(1, 5))
            contact = self._desk.queries.panel(one).contact_id
            number = self._random.randrange(1_000)
            small: list[Intent] = [
                SetPriority(one, self._random.randrange(4)),
                Snooze(one, self._random.choice((None, soon))),
                UpdateContact(contact, phone=f"+49 {number}"),
                UpdateProfile(self._random.choice((Availability.ONLINE, Availability.AWAY))),
            ]
            await self._ask(self._random.choice(small))

    async def _unpark(self) -> None:
        parked = [queued for queued in self._waiting() if queued.delivery is Delivery.REFUSED]
        if parked:
            one = self._random.choice(parked)
            again = self._random.random() < 0.7
            self._journal.write("retry" if again else "discard", name=one.body)
            (self._desk.retry if again else self._desk.discard)(one.id)

    async def _search(self) -> None:
        with suppress(GatewayError):
            await self._desk.search(self._random.choice(("moment", "zeilen", "nothing of the sort")))

    # How it is done

    def _set(self, name: str, value: str) -> None:
        number = self._journal.write("set", name=name, value=value)
        aside = asyncio.create_task(self._keep(name, number))
        self._asides.add(aside)
        aside.add_done_callback(self._asides.discard)

    async def _keep(self, name: str, number: int) -> None:
        """Note that it is on the disk: by then the writer thread has it, and the thread works in order."""
        await asyncio.sleep(SETTLED)
        await asyncio.wrap_future(self._on.drawer._writer.submit(lambda: None))
        self._journal.write("kept", name=name, value=str(number))

    async def _ask(self, intent: Intent) -> None:
        self._told(type(intent).__name__, await self._desk.ask(intent))

    def _told(self, what: str, answer: object) -> None:
        self._journal.write("answer", name=what, value=answer.code if isinstance(answer, Refused) else "")

    def _everything(self) -> list[ConversationId]:
        return [*self._desk.queries.view(View.ALL), *self._desk.queries.view(View.CLOSED)[:3]]

    def _waiting(self) -> list[Queued]:
        state = self._desk.store.state
        return [queued for conversation in state.conversations for queued in state.outbox.of(conversation.id)]

    def _one_of(self, ids: Iterable[ConversationId]) -> ConversationId | None:
        return self._random.choice(found) if (found := list(ids)) else None
