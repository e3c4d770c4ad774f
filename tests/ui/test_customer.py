"""The customer's window on a real project: words both ways, who they are talking to, who is writing."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from uuid import uuid4

import httpx
import pytest
from textual.pilot import Pilot
from textual.widgets import Static

from chattui.gateway.errors import Declined, Unreachable
from chattui.gateway.protocol import CustomerGateway, Gateway, Standing
from chattui.gateway.sessions import MemorySession
from chattui.gateway.supabase import open_agent, open_customer, sign_in_with_password
from chattui.gateway.supabase.customer import SupabaseCustomerGateway
from chattui.model.events import ChannelLost, CustomerRead, RowsStored, TypingSeen
from chattui.model.intents import Close, HandBack, Reopen, SendMessage, TakeOver, Typing
from chattui.model.records import ConversationId, Message, MessageId, OrgId, Sender
from chattui.ui import customer
from chattui.ui.customer import CustomerApp, Said, told
from chattui.ui.widgets.composer import Composer
from chattui.ui.widgets.foreign import Lines
from tests.stack import Stack

PATIENCE = 20.0
ACME = OrgId("a0000000-0000-4000-8000-000000000000")
"""The seed's; other tests bring organisations of their own."""

EVERYTHING = 4
"""Requests of a window that opens: it begins, reads what was said, and joined it asks for both again."""
QUIET = 3.2
"""Seconds; long enough for whoever would look every few seconds to be seen."""


@asynccontextmanager
async def ana(stack: Stack) -> AsyncIterator[Gateway]:
    session = MemorySession()
    account = next(one for one in stack.accounts if one.role == "agent")
    await sign_in_with_password(stack.url, stack.anon_key, session, account.email, account.password)
    gateway = await open_agent(stack.url, stack.anon_key, session)
    try:
        yield gateway
    finally:
        await gateway.close()


def window(stack: Stack) -> CustomerApp:
    async def opened() -> CustomerGateway:
        return await open_customer(stack.url, stack.anon_key, MemorySession(), ACME)

    return CustomerApp(opened, "Pat \x1b[31mDoe")


async def until(pilot: Pilot[None], condition: Callable[[], bool]) -> None:
    async with asyncio.timeout(PATIENCE):
        while not condition():
            await pilot.pause(0.05)


def shown(app: CustomerApp) -> list[str]:
    return ["\n".join(drawn(said)[1:]) for said in app.query(Said)]


def drawn(words: Static) -> list[str]:
    visual = words.render()
    return [line.plain for line in visual.shown(200)] if isinstance(visual, Lines) else [str(visual)]


def line(app: CustomerApp, which: str) -> str:
    return drawn(app.query_one(which, Static))[0]


@pytest.mark.parametrize(
    ("status", "agent", "words"),
    [
        ("ai", None, "our assistant"),
        ("waiting", None, "An agent will be with you"),
        ("active", "Ana\x1b[2J Torres", "You are talking to Ana␛[2J Torres."),
        ("closed", None, "closed"),
    ],
)
def test_who_the_customer_is_talking_to(status: str, agent: str | None, words: str) -> None:
    assert words in told(Standing(ConversationId("c"), status, agent))


async def test_words_both_ways_typing_and_reading(stack: Stack) -> None:
    app = window(stack)
    async with ana(stack) as agent, app.run_test(size=(80, 24)) as pilot:
        heard: list[object] = []
        joined = asyncio.Event()

        async def listen() -> None:
            async for event in agent.events():
                heard.append(event)
                joined.set()

        listening = asyncio.create_task(listen())
        await asyncio.wait_for(joined.wait(), PATIENCE)
        await until(pilot, lambda: "assistant" in line(app, "#standing"))
        await pilot.press(*"hello", "ctrl+j", *"there")
        await pilot.press("enter")
        await until(pilot, lambda: shown(app) == ["hello\nthere"])
        assert app.query_one(Composer).text == ""
        await until(pilot, lambda: any(isinstance(event, TypingSeen) for event in heard))
        conversation = next(
            row.conversation_id
            for event in heard
            if isinstance(event, RowsStored)
            for row in event.rows
            if isinstance(row, Message) and row.body == "hello\nthere"
        )
        await agent.submit(TakeOver(conversation))
        await agent.say(Typing(conversation, is_typing=True))
        await until(pilot, lambda: line(app, "#typing") == "writing…")
        await agent.submit(SendMessage(MessageId(str(uuid4())), conversation, "Hi, this is \x1b[31mAna"))
        await until(pilot, lambda: shown(app) == ["hello\nthere", "Hi, this is ␛[31mAna"])
        assert line(app, "#typing") == ""
        await until(pilot, lambda: any(isinstance(event, CustomerRead) and event.last_read_seq == 2 for event in heard))
        await until(pilot, lambda: "You are talking to Ana Torres." in line(app, "#standing"))
        for intent, words in (
            (Close(conversation), "closed"),
            (Reopen(conversation), "Ana"),
            (HandBack(conversation), "assistant"),
        ):
            await agent.submit(intent)
            await until(pilot, lambda words=words: words in line(app, "#standing"))  # type: ignore[misc]
        listening.cancel()
        await pilot.press("ctrl+q")
    assert app.return_code == 0


def said_by_the_ai(seq: int) -> Message:
    now = datetime.now(UTC)
    return Message(
        id=MessageId(str(uuid4())),
        org_id=OrgId("org"),
        conversation_id=ConversationId("one"),
        seq=seq,
        inbound_no=0,
        sender_type=Sender.AI,
        body="Hello!",
        version=1,
        created_at=now,
        updated_at=now,
    )


class Mute:
    """A gateway that opens, and then cannot send."""

    def __init__(self, gateway: CustomerGateway) -> None:
        self._gateway = gateway
        self.mute = True

    def __getattr__(self, name: str) -> object:
        return getattr(self._gateway, name)

    async def send(self, message_id: MessageId, body: str) -> Message:
        if self.mute:
            raise Unreachable("The server can not be reached.")
        return await self._gateway.send(message_id, body)


async def test_words_that_could_not_be_sent_stay(stack: Stack) -> None:
    gateway: list[Mute] = []

    async def opened() -> CustomerGateway:
        gateway.append(Mute(await open_customer(stack.url, stack.anon_key, MemorySession(), ACME)))
        return gateway[0]  # type: ignore[return-value]  # what it has not, the real one has

    app = CustomerApp(opened, "Pat")
    async with app.run_test(size=(80, 24)) as pilot:
        await until(pilot, lambda: "assistant" in line(app, "#standing"))
        await pilot.press(*"lost?", "enter")
        await until(pilot, lambda: "can not be reached" in line(app, "#standing"))
        assert app.query_one(Composer).text == "lost?"
        await app._hear(Standing(ConversationId("one"), "waiting", None))
        assert "can not be reached" in line(app, "#standing"), "who has it does not hide what went wrong"
        gateway[0].mute = False
        await pilot.press("enter")
        await until(pilot, lambda: shown(app) == ["lost?"])
        assert "An agent will be" in line(app, "#standing"), "nor does what went wrong hide who has it, once it went"
        await pilot.press("ctrl+q")


class Busy(Mute):
    """It can send, but refuses the first read mark."""

    def __init__(self, gateway: CustomerGateway) -> None:
        super().__init__(gateway)
        self.marked: list[int] = []
        self.known = asyncio.Event()

    async def mark_read(self, last_read_seq: int) -> None:
        self.marked.append(last_read_seq)
        if len(self.marked) == 1:
            raise Declined("Your read mark is being moved elsewhere; it is busy, try again.")
        self.known.set()


async def test_a_read_mark_that_was_refused_is_given_again(stack: Stack, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(customer, "AGAIN", 0.05)
    busy: list[Busy] = []

    async def opened() -> CustomerGateway:
        busy.append(Busy(await open_customer(stack.url, stack.anon_key, MemorySession(), ACME)))
        return busy[0]  # type: ignore[return-value]  # as above

    app = CustomerApp(opened, "Pat")
    async with app.run_test(size=(80, 24)) as pilot:
        await until(pilot, lambda: "assistant" in line(app, "#standing"))
        await app._show(said_by_the_ai(7))
        await asyncio.wait_for(busy[0].known.wait(), PATIENCE)
        await until(pilot, lambda: not any(worker.group == "read" for worker in app.workers))
        assert busy[0].marked == [7, 7], "and then no more"
        await pilot.press("ctrl+q")


async def test_a_project_that_does_not_answer_is_told_in_a_sentence(stack: Stack) -> None:
    async def opened() -> CustomerGateway:
        return await open_customer("http://127.0.0.1:9", stack.anon_key, MemorySession())

    app = CustomerApp(opened, "Pat")
    async with app.run_test(size=(80, 24)) as pilot:
        await until(pilot, lambda: bool(app.failure))
    assert "reached" in app.failure
    assert app.return_code == 1


async def test_nothing_is_asked_while_nothing_happens(stack: Stack) -> None:
    asked: list[str] = []

    async def note(request: httpx.Request) -> None:
        asked.append(request.url.path)

    async def opened() -> CustomerGateway:
        gateway = await open_customer(stack.url, stack.anon_key, MemorySession(), ACME)
        assert isinstance(gateway, SupabaseCustomerGateway)
        gateway._connection.http.event_hooks["request"].append(note)
        return gateway

    app = CustomerApp(opened, "Pat")
    async with app.run_test(size=(80, 24)) as pilot:
        # Once it is joined it asks how it stands and what it has missed, and then no more.
        await until(pilot, lambda: sum("my_conversation" in path for path in asked) == 1 and len(asked) == EVERYTHING)
        await pilot.pause(QUIET)
        assert len(asked) == EVERYTHING
        await pilot.press("ctrl+q")


async def test_a_lost_connection_is_told_until_it_is_back(stack: Stack) -> None:
    app = window(stack)
    async with app.run_test(size=(80, 24)) as pilot:
        await until(pilot, lambda: "assistant" in line(app, "#standing"))
        await app._hear(ChannelLost("The server can not be reached."))
        assert "can not be reached" in line(app, "#standing")
        await app._hear(Standing(ConversationId("one"), "active", "Ana Torres"))
        assert "Ana Torres" in line(app, "#standing")
        await pilot.press("ctrl+q")
