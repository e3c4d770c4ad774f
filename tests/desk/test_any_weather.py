"""Whatever is lost, late, doubled or cut off: after the next catching up the desk shows what the database holds."""

import asyncio
from contextlib import suppress
from dataclasses import dataclass, field

import msgspec
from hypothesis import given, settings
from hypothesis import strategies as st

from chattui.desk import Desk
from chattui.gateway.errors import Unreachable
from chattui.gateway.protocol import Reset
from chattui.model.events import LinkState, RowsStored, RowSuspected
from chattui.model.records import Conversation, ConversationId, Message, Row, Sender, Status, Tail
from chattui.store.projections import EntryKind
from chattui.store.store import Store
from tests.desk.conftest import VirtualLoop
from tests.scripted import ANA, ScriptedGateway, contact, conversation, message, tail

NAMES = ("one", "two")
names = st.sampled_from(NAMES)
fates = st.sampled_from(("told", "told", "told", "lost", "late", "twice"))
acts = st.one_of(
    st.tuples(st.just("says"), names, fates),
    st.tuples(st.just("moves"), names, fates),
    st.tuples(st.just("sends"), names, st.just("")),
    st.tuples(st.just("looks"), names, st.just("")),
    st.tuples(st.sampled_from(("cut", "join", "down", "up", "suspect", "reset", "wait")), names, st.just("")),
)


@dataclass
class Weather:
    """One run: a database that changes, a channel that does what it likes, and a desk."""

    gateway: ScriptedGateway
    desk: Desk
    late: list[Row] = field(default_factory=list)
    sent: list[str] = field(default_factory=list)

    async def act(self, act: str, name: str, fate: str) -> None:
        match act:
            case "says":
                self.happens(self.next_message(name), fate)
            case "moves":
                self.happens(self.next_status(name), fate)
            case "sends":
                self.sent.append(f"mine {len(self.sent)}")
                await self.desk.send(ConversationId(name), self.sent[-1])
            case "looks":
                self.desk.look(ConversationId(name))
            case "cut":
                self.gateway.cut()
            case "join":
                self.gateway.join()
            case "down" | "up":
                self.gateway.down = Unreachable("no network") if act == "down" else None
            case "suspect":
                self.gateway.tell(RowSuspected("messages", "too large"))
            case "reset":
                self.gateway.sync_once = Reset("too old")

    def happens(self, row: Row, fate: str) -> None:
        self.gateway.store(row, *([self.tail_after(row)] if isinstance(row, Message) else []))
        if fate == "late":
            self.late.append(row)
        elif fate != "lost":
            self.gateway.tell(*[RowsStored((row,))] * (2 if fate == "twice" else 1))
            self.gateway.tell(*(RowsStored((old,)) for old in self.late))
            self.late.clear()

    def next_message(self, name: str) -> Message:
        row = message(name, self.gateway.last_seq(ConversationId(name)) + 1)
        return msgspec.structs.replace(row, inbound_no=self.inbound(name) + 1)

    def next_status(self, name: str) -> Conversation:
        known = self.gateway.table["conversations", name]
        statuses = list(Status)
        assert isinstance(known, Conversation)
        return conversation(name, statuses[(statuses.index(known.status) + 1) % 4], known.version + 1)

    def tail_after(self, row: Message) -> Tail:
        return tail(row.conversation_id, row.seq, row.inbound_no)

    def inbound(self, name: str) -> int:
        return sum(m.sender_type is Sender.CUSTOMER for m in self.messages(name))

    def messages(self, name: str) -> list[Message]:
        said = [r for r in self.gateway.table.values() if isinstance(r, Message) and r.conversation_id == name]
        return sorted(said, key=lambda m: m.seq)

    async def clears_up(self) -> None:
        self.gateway.down = None
        self.gateway.join()
        self.desk.resync()
        await asyncio.sleep(60)

    def check(self) -> None:
        queries, now = self.desk.queries, self.desk.now()
        assert queries.header().link is LinkState.LIVE
        assert queries.header().queued == 0
        for name in map(ConversationId, NAMES):
            held = self.messages(name)
            known = self.gateway.table["conversations", name]
            assert isinstance(known, Conversation)
            assert queries.row(name, now).status is known.status
            assert queries.row(name, now).unread == self.inbound(name)
            assert queries.thread(name).last_seq == len(held)
            if queries.thread(name).loaded:
                shown = [e for e in queries.thread(name).entries if e.kind is EntryKind.MESSAGE]
                assert [e.key for e in shown] == [m.id for m in held]
        mine = [m.body for name in NAMES for m in self.messages(name) if m.sender_id == ANA]
        assert sorted(mine) == sorted(self.sent), "each exactly once"


async def weather(script: list[tuple[str, str, str]]) -> None:
    gateway = ScriptedGateway([contact(), *(conversation(name) for name in NAMES), *(tail(name, 0) for name in NAMES)])
    desk = Desk(gateway, Store(), asyncio.get_running_loop().time, reconcile=False)
    running = asyncio.create_task(desk.run())
    await asyncio.sleep(1)
    run = Weather(gateway, desk)
    for act, name, fate in script:
        await run.act(act, name, fate)
        await asyncio.sleep(1 if act == "wait" else 0)
    await run.clears_up()
    run.check()
    running.cancel()
    with suppress(asyncio.CancelledError):
        await running
    await desk.aclose()


@settings(deadline=None, max_examples=150)
@given(st.lists(acts, max_size=40))
def test_any_weather_clears_up(script: list[tuple[str, str, str]]) -> None:
    with asyncio.Runner(loop_factory=VirtualLoop) as runner:
        runner.run(weather(script))
