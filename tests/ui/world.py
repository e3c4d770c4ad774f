"""A small support desk that every test of the screen looks at: fixed names, ids and times, no network."""

from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager
from datetime import datetime, timedelta
from time import monotonic
from typing import Any

from msgspec import structs
from textual.pilot import Pilot

from chattui.desk import Desk
from chattui.gateway.protocol import Accepted, Refused
from chattui.model.events import PageLoaded
from chattui.model.intents import (
    Close,
    HandBack,
    Intent,
    MarkRead,
    Reopen,
    Requeue,
    SendMessage,
    SetPriority,
    Snooze,
    TakeNext,
    TakeOver,
    Transfer,
    UpdateProfile,
)
from chattui.model.records import (
    Availability,
    Contact,
    ContactId,
    Conversation,
    ConversationEvent,
    ConversationId,
    Label,
    LabelId,
    Labelling,
    Message,
    MessageId,
    Metadata,
    Note,
    NoteId,
    Profile,
    ReadMark,
    Row,
    Sender,
    Status,
    Tail,
    Template,
    TemplateId,
    UserId,
)
from chattui.store.store import Store
from chattui.ui.app import ChattuiApp
from chattui.ui.composing import lines_of
from chattui.ui.screens.inbox import InboxScreen
from chattui.ui.settings import Settings
from tests.scripted import ANA, BO, ORG, ScriptedGateway

NOW = datetime.fromisoformat("2026-11-20T14:07:00+00:00")
CY = UserId("cy")

ROSA, LIAM, ANNE = ConversationId("1-rosa"), ConversationId("2-liam"), ConversationId("3-anneliese")
MEI, SAM, NOOR = ConversationId("4-mei"), ConversationId("5-samuel"), ConversationId("6-noor")
JONAS, PRIYA, LATE = ConversationId("7-jonas"), ConversationId("8-priya"), ConversationId("9-rosa-late")

C, AI = "c", "ai"
TALK: dict[ConversationId, list[tuple[float, str, str]]] = {
    ROSA: [
        (21, C, "Hi, I was charged twice for order #8812."),
        (20.7, AI, "Hello Rosa! I can see two charges of 49.90 €. Did you press “pay” twice, or see an error?"),
        (18, C, "There was an error page, so I tried again."),
        (17.6, AI, "That explains it. A colleague has to confirm the refund. Shall I ask one?"),
        (3.2, C, "yes please"),
        (2, C, "the refund still isn't there…"),
    ],
    LIAM: [(8, C, "It is 74. Can I talk to somebody?"), (6, AI, "Of course, let me get a person for you.")],
    ANNE: [(11, C, "Then please forward this to them.")],
    MEI: [
        (92, C, "I am between S and M, which would you take?"),
        (52, ANA, "Hi Mei, Ana here. With a sweater under it I would take M."),
        (50, C, "M it is. Thank you 🙏"),
        (49, ANA, "Sent to your basket. Have a nice day!"),
    ],
    SAM: [
        (47, C, "My parcel arrived today and the lamp is broken."),
        (44.6, AI, "I will ask a colleague to arrange a replacement."),
        (17, ANA, "Hi Samuel, Ana here. Is the address in Leeds still right?"),
        (4, C, "Yes, same address."),
        (3.5, C, "How long will it take?"),
    ],
    NOOR: [(71, C, "12 Rainbow Street, Amman. Thank you!"), (70, BO, "Changed. You will get a confirmation.")],
    JONAS: [(9, C, "where is my parcel"), (8.9, AI, "Hi Jonas! Order #9034 is due on Friday."), (8, C, "ok thx")],
    PRIYA: [(25, C, "When are you open?"), (24.9, AI, "Monday to Saturday, 10 to 19 h.")],
    LATE: [(11_600, C, "My parcel is five days late."), (11_480, BO, "It comes tomorrow before noon.")],
}
STANDING: dict[ConversationId, tuple[str, Status, UserId | None]] = {
    ROSA: ("Rosa Díaz", Status.WAITING, None),
    LIAM: ("Liam O'Neil", Status.WAITING, None),
    ANNE: ("Anneliese Grünwald-Hohenstein", Status.WAITING, None),
    MEI: ("Mei Tanaka 田中", Status.ACTIVE, ANA),
    SAM: ("Samuel Okafor", Status.ACTIVE, ANA),
    NOOR: ("Noor", Status.ACTIVE, BO),
    JONAS: ("Jonas Weiss", Status.AI, None),
    PRIYA: ("Priya", Status.AI, None),
    LATE: ("Rosa Díaz", Status.CLOSED, None),
}


def ago(minutes: float) -> datetime:
    return NOW - timedelta(minutes=minutes)


def stamp(minutes: float, version: int = 1) -> dict[str, Any]:
    return {"org_id": ORG, "version": version, "created_at": ago(minutes), "updated_at": ago(minutes)}


def contact_of(conversation_id: ConversationId) -> ContactId:
    return ContactId(STANDING[conversation_id][0].lower())


def conversation(
    conversation_id: ConversationId, status: Status, owner: UserId | None = None, version: int = 1
) -> Conversation:
    said = TALK[conversation_id]
    return Conversation(
        id=conversation_id,
        contact_id=contact_of(conversation_id),
        status=status,
        assigned_to=owner,
        waiting_since=ago(said[-1][0]) if status is Status.WAITING else None,
        handoff_reason="double charge" if conversation_id == ROSA else None,
        subject="Late parcel" if conversation_id == LATE else None,
        **stamp(said[0][0], version),
    )


def message(conversation_id: ConversationId, seq: int, minutes: float, speaker: str, body: str) -> Message:
    sender = {C: Sender.CUSTOMER, AI: Sender.AI}.get(speaker, Sender.AGENT)
    before = TALK.get(conversation_id, [])[: seq - 1]
    return Message(
        id=MessageId(f"{conversation_id}-{seq}"),
        conversation_id=conversation_id,
        seq=seq,
        inbound_no=sum(who == C for _, who, _ in before) + (speaker == C),
        sender_type=sender,
        sender_id=UserId(speaker) if sender is Sender.AGENT else None,
        body=body,
        **stamp(minutes),
    )


def people() -> Iterator[Row]:
    for user, name in ((ANA, "Ana Torres"), (BO, "Bo Larsen"), (CY, "Cy Adeyemi")):
        yield Profile(id=user, display_name=name, availability=Availability.ONLINE, **stamp(9_000, 2))
    for number, name in enumerate(("billing", "shipping", "vip"), 1):
        yield Label(id=LabelId(f"label-{number}"), name=name, **stamp(9_000))
    replies = (("hi", "Greeting", "Hi {{contact.name}}, this is {{agent.name}}."), ("bye", "Goodbye", "Take care!"))
    for number, (shortcut, title, body) in enumerate(replies, 1):
        yield Template(id=TemplateId(f"reply-{number}"), shortcut=shortcut, title=title, body=body, **stamp(9_000))


def talk(conversation_id: ConversationId) -> Iterator[Row]:
    name, status, owner = STANDING[conversation_id]
    said = TALK[conversation_id]
    inbound = sum(speaker == C for _, speaker, _ in said)
    mail = f"{name.split()[0].lower()}@example.com"
    yield Contact(
        id=contact_of(conversation_id),
        name=name,
        email=mail,
        user_id=UserId(f"user {name}"),
        attributes={"city": "Madrid"},
        **stamp(9_000),
    )
    yield conversation(conversation_id, status, owner)
    for seq, (minutes, speaker, body) in enumerate(said, 1):
        yield message(conversation_id, seq, minutes, speaker, body)
    minutes, speaker, body = said[-1]
    yield Tail(
        conversation_id=conversation_id,
        last_seq=len(said),
        inbound_count=inbound,
        last_message_at=ago(minutes),
        last_message_preview=body,
        last_sender_type={C: Sender.CUSTOMER, AI: Sender.AI}.get(speaker, Sender.AGENT),
        **stamp(minutes),
    )
    unread = {ROSA: 2, LIAM: 1, ANNE: 1, SAM: 2}.get(conversation_id, 0)
    yield read_mark(conversation_id, ANA, len(said) - unread, inbound - unread)


def read_mark(conversation_id: ConversationId, user: UserId, seq: int, inbound: int, version: int = 1) -> ReadMark:
    return ReadMark(
        conversation_id=conversation_id,
        user_id=user,
        last_read_seq=seq,
        last_read_inbound=inbound,
        **stamp(1, version),
    )


def about_rosa() -> Iterator[Row]:
    yield Labelling(
        id="labelling-1", conversation_id=ROSA, contact_id=contact_of(ROSA), label_id=LabelId("label-1"), **stamp(10)
    )
    yield Metadata(
        conversation_id=ROSA, summary="Charged twice, wants a refund.", sentiment="annoyed", language="es", **stamp(10)
    )
    yield ConversationEvent(
        id="event-1", conversation_id=ROSA, after_seq=4, kind="requested", data={"reason": "double charge"}, **stamp(17)
    )
    yield Note(
        id=NoteId("note-1"), conversation_id=ROSA, after_seq=4, author_id=BO, body="check Stripe first", **stamp(12)
    )


def rows() -> list[Row]:
    return [*people(), *(row for one in STANDING for row in talk(one)), *about_rosa()]


class DeskGateway(ScriptedGateway):
    """Answers pages whole, and lets hand-offs and read marks change the rows that they are about."""

    async def page(self, conversation_id: ConversationId, before_seq: int | None = None) -> PageLoaded:
        page = await super().page(conversation_id, before_seq)
        beside = (row for row in self.table.values() if getattr(row, "conversation_id", None) == conversation_id)
        others = (row for row in beside if not isinstance(row, Message))
        return PageLoaded(page.conversation_id, page.lo, page.hi, (*page.rows, *others))

    async def submit(self, intent: Intent) -> Accepted | Refused:
        answer = await super().submit(intent)
        row = self._changed(intent) if isinstance(answer, Accepted) else None
        if row is None:
            return answer
        self.store(row)
        return Accepted((row,))

    def _write(self, intent: SendMessage) -> Row:
        known = self.table.get(("messages", intent.id))
        if known is not None:
            return known
        one = intent.conversation_id
        row = structs.replace(message(one, self.last_seq(one) + 1, 0, ANA, intent.body), id=intent.id)
        before = self.table["conversation_tail", one]
        assert isinstance(before, Tail)
        self.store(row, self._tail(before, row))
        return row

    def _tail(self, before: Tail, row: Message) -> Tail:
        return structs.replace(
            before,
            version=before.version + 1,
            last_seq=row.seq,
            last_message_at=row.created_at,
            last_message_preview=row.body,
            last_sender_type=row.sender_type,
        )

    def _changed(self, intent: Intent) -> Row | None:  # noqa: PLR0911 - one line an intent
        match intent:
            case TakeOver(conversation_id=one) | Reopen(conversation_id=one):
                return self._now(one, Status.ACTIVE, ANA)
            case Transfer(conversation_id=one, assigned_to=colleague):
                return self._now(one, Status.ACTIVE, colleague)
            case TakeNext():
                return self._now(ANNE, Status.ACTIVE, ANA)
            case HandBack(conversation_id=one):
                return self._now(one, Status.AI)
            case Requeue(conversation_id=one):
                return self._now(one, Status.WAITING)
            case Close(conversation_id=one):
                return self._now(one, Status.CLOSED)
            case Snooze() | SetPriority():
                asked = structs.asdict(intent)
                return self.changed_row(asked.pop("conversation_id"), **asked)
            case MarkRead(conversation_id=one, last_read_seq=seq):
                inbound = sum(speaker == C for _, speaker, _ in TALK[one][:seq])
                return read_mark(one, ANA, seq, inbound, 3)
            case UpdateProfile():
                return self._profile(intent)
            case _:
                return None

    def _now(self, one: ConversationId, status: Status, owner: UserId | None = None) -> Conversation:
        known = self.table["conversations", one]
        return conversation(one, status, owner, known.version + 1)

    def changed_row(self, one: ConversationId, **changed: Any) -> Row:
        known = self.table["conversations", one]
        return structs.replace(known, version=known.version + 1, **changed)

    def _profile(self, intent: UpdateProfile) -> Profile:
        known = self.table["profiles", ANA]
        assert isinstance(known, Profile)
        asked = {name: value for name, value in structs.asdict(intent).items() if value is not None}
        return structs.replace(known, version=known.version + 1, **asked)


class World:
    """One agent, Ana, in front of one inbox."""

    def __init__(self, settings: Settings | None = None, *, still: bool = False, headless: bool = True) -> None:
        self.gateway = DeskGateway(rows())
        self.gateway.clock = lambda: NOW
        clock = (lambda: 1000.0) if still else monotonic
        self.desk = Desk(self.gateway, Store(), clock, reconcile=False)
        self.settings = settings or Settings(theme="dark", guard=0)
        self.told: list[str] = []
        """What went to the terminal beside the picture."""
        terminal = self.told.append if headless else None
        environment = {"TERM_PROGRAM": "iTerm.app"}
        self.app = ChattuiApp(self.open, self.settings, environment=environment, terminal=terminal)

    async def open(self) -> Desk:
        return self.desk

    @asynccontextmanager
    async def run(self, size: tuple[int, int]) -> AsyncIterator[Pilot[None]]:
        """The program, on a screen of this size; nothing of it runs on behind the test."""
        try:
            async with self.app.run_test(size=size, notifications=True) as pilot:
                yield pilot
        finally:
            await self.desk.aclose()

    @property
    def inbox(self) -> InboxScreen:
        screen = next(screen for screen in self.app.screen_stack if isinstance(screen, InboxScreen))
        assert isinstance(screen, InboxScreen)
        return screen


def picture(app: ChattuiApp) -> str:
    """What stands on the screen, as text."""
    return "\n".join(lines_of(app))


WIDE, SMALL, NARROW = (120, 36), (80, 24), (60, 20)
PATIENCE = 600
"""Turns of the loop, each of which waits for the screen to be idle."""


async def until(pilot: Pilot[None], true: Callable[[], object]) -> None:
    """Let the program work until this holds."""
    for _ in range(PATIENCE):
        if true():
            return
        await pilot.pause(0.02)
    where = f"{pilot.app.screen_stack}, focus on {pilot.app.focused}"
    raise AssertionError(f"it never came true; the screen was:\n{picture_of(pilot)}\n{where}")


def picture_of(pilot: Pilot[None]) -> str:
    assert isinstance(pilot.app, ChattuiApp)
    return picture(pilot.app)


async def sees(pilot: Pilot[None], words: str) -> None:
    """Until these words stand on the screen."""
    await until(pilot, lambda: words in picture_of(pilot))


async def press(pilot: Pilot[None], *keys: str) -> None:
    """One key after the other, as a person does."""
    for key in keys:
        await pilot.press(key)
        await pilot.pause()


async def ready(pilot: Pilot[None], *, view: str = "1") -> None:
    await until(pilot, lambda: "live" in picture_of(pilot))
    await press(pilot, view)


def asked(world: World, kind: type) -> list[Any]:
    return [intent for intent in world.gateway.submitted if isinstance(intent, kind)]
