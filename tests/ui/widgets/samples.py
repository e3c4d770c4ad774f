"""People, conversations and threads to draw."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from msgspec.structs import replace

from chattui.model.events import Delivery
from chattui.model.records import ContactId, ConversationId, LabelId, Sender, Status, UserId
from chattui.store.projections import CustomerPanel, Entry, EntryKind, LabelChip, ListRow, PastConversation, Thread
from chattui.text.inert import Inert

NOW = datetime(2025, 11, 20, 14, 6, 30, tzinfo=UTC)


def ago(**parts: float) -> datetime:
    return NOW - timedelta(**parts)


def chips(*names: str) -> tuple[LabelChip, ...]:
    return tuple(LabelChip(LabelId(name), Inert(name), None) for name in names)


PLAIN = ListRow(
    id=ConversationId("plain"),
    name=Inert("Rosa Díaz"),
    status=Status.WAITING,
    assignee=None,
    mine=False,
    reason=None,
    waiting_since=ago(minutes=2),
    last_at=ago(minutes=1),
    preview=Inert("the refund still isn't there…"),
    preview_sender=Sender.CUSTOMER,
    preview_mine=False,
    delivery=None,
    read_by_customer=False,
    unread=0,
    typing=(),
    viewers=(),
    labels=(),
    priority=0,
    snoozed_until=None,
    pending=False,
    draft=False,
)


def conversation(number: int | str, **fields: Any) -> ListRow:
    return replace(PLAIN, id=ConversationId(str(number)), **fields)


ROWS = (
    conversation("rosa", unread=2, labels=chips("vip", "billing"), viewers=(Inert("Bo Larsen"),)),
    conversation(
        "liam",
        name=Inert("Liam O'Neil"),
        unread=1,
        waiting_since=ago(minutes=6),
        priority=2,
        preview=Inert("let me get a person for you"),
        preview_sender=Sender.AI,
    ),
    conversation(
        "mei",
        name=Inert("Mei Tanaka"),
        status=Status.ACTIVE,
        mine=True,
        assignee=Inert("Ana Torres"),
        waiting_since=None,
        last_at=ago(hours=1),
        preview=Inert("sent, have a nice day"),
        preview_sender=Sender.AGENT,
        preview_mine=True,
        read_by_customer=True,
        draft=True,
    ),
    conversation(
        "jo",
        name=Inert("Jörg 田中さくら 👩‍👩‍👧 Straße-Lang"),
        status=Status.ACTIVE,
        assignee=Inert("Bo Larsen"),
        unread=120,
        waiting_since=None,
        last_at=ago(hours=2),
        preview=Inert("家族 👨‍👩‍👧‍👦 と一緒に"),
        typing=(Inert("Jörg"),),
    ),
    conversation(
        "sam",
        name=Inert("Sam Weiss"),
        status=Status.AI,
        waiting_since=None,
        last_at=ago(hours=3),
        preview=Inert("your parcel is on its way"),
        preview_sender=Sender.AI,
        pending=True,
    ),
    conversation(
        "ada",
        name=Inert("Ada"),
        status=Status.CLOSED,
        waiting_since=None,
        last_at=ago(days=3),
        preview=Inert("thank you!"),
        preview_sender=Sender.CUSTOMER,
    ),
)


def entry(number: int, body: str = "hello", sender: Sender = Sender.CUSTOMER, **fields: Any) -> Entry:
    plain = Entry(
        key=f"m{number}",
        kind=EntryKind.MESSAGE,
        seq=number,
        at=ago(hours=3) + timedelta(minutes=number),
        sender=sender,
        author=AUTHORS[sender],
        author_id=UserId(sender),
        mine=False,
        body=Inert(body),
        delivery=None,
        reason=None,
        edited=False,
        deleted=False,
    )
    return replace(plain, **fields)


def thread(entries: Sequence[Entry], **fields: Any) -> Thread:
    last = max((one.seq for one in entries), default=0)
    plain = Thread(
        conversation_id=ConversationId("rosa"),
        entries=entries,
        loaded=True,
        complete=True,
        last_seq=last,
        my_read_seq=last,
        customer_read_seq=0,
    )
    return replace(plain, **fields)


def event(number: int, body: str, **fields: Any) -> Entry:
    return entry(number, body, sender=Sender.SYSTEM, key=f"e{number}", kind=EntryKind.EVENT, author=Inert(""), **fields)


def note(number: int, body: str, **fields: Any) -> Entry:
    values = {"key": f"n{number}", "kind": EntryKind.NOTE, "author": Inert("Bo Larsen"), **fields}
    return entry(number, body, sender=Sender.AGENT, **values)


AUTHORS = {
    Sender.CUSTOMER: Inert("Rosa Díaz"),
    Sender.AGENT: Inert("Ana Torres"),
    Sender.AI: Inert("AI"),
    Sender.SYSTEM: Inert(""),
}
SHIFT = (
    entry(1, "Hi, are you there?", at=ago(days=1, hours=2)),
    entry(2, "Hello! I am the assistant of Acme. What can I do for you?", Sender.AI, at=ago(days=1, hours=2)),
    entry(3, "Hi, I was charged twice for order 8812.", at=ago(minutes=10)),
    entry(
        4,
        "Both on the same card, on the same day. Could you look into that please? I need the money for the rent.",
        at=ago(minutes=9.8),
    ),
    entry(5, "I can see two charges. Shall I ask a colleague?", Sender.AI, at=ago(minutes=9.5)),
    event(5, "asked for a person: double charge", at=ago(minutes=9)),
    event(5, "Ana Torres took it", at=ago(minutes=8)),
    note(5, "check Stripe first, the second one may be pending only", at=ago(minutes=7.5)),
    entry(6, "Hello Rosa, I am looking at it now.", Sender.AGENT, mine=True, at=ago(minutes=7)),
    entry(
        7,
        "One of them was only reserved: it goes back by itself within two days. I have sent a note to your bank.",
        Sender.AGENT,
        mine=True,
        at=ago(minutes=6),
    ),
    entry(
        8, "家族のために 👨‍👩‍👧‍👦 ありがとうございます、本当に助かりました。とても心配していました。", at=ago(minutes=4)
    ),
    entry(9, "the refund still isn't there…", at=ago(minutes=1)),
    entry(10, "It takes until tomorrow evening.", Sender.AGENT, mine=True, at=ago(seconds=40)),
    entry(11, "Anything else?", Sender.AGENT, mine=True, delivery=Delivery.SENT, at=ago(seconds=20)),
    entry(12, "https://example.com/refunds", Sender.AGENT, mine=True, delivery=Delivery.QUEUED, at=ago(seconds=10)),
    entry(
        13,
        "too long a message",
        Sender.AGENT,
        mine=True,
        delivery=Delivery.REFUSED,
        reason=Inert("Bo Larsen has it"),
        at=ago(seconds=5),
    ),
)
PANEL = CustomerPanel(
    contact_id=ContactId("rosa"),
    name=Inert("Rosa Díaz"),
    email=Inert("rosa@example.com"),
    phone=Inert("+34 600 000 000"),
    blocked=False,
    attributes=((Inert("city"), Inert("Madrid")), (Inert("customer since"), Inert("2021"))),
    labels=chips("billing", "vip"),
    summary=Inert("charged twice for order 8812, one of them pending only"),
    sentiment=Inert("annoyed"),
    intent=Inert("refund"),
    language=Inert("es"),
    metadata=(),
    past=(
        PastConversation(ConversationId("old"), ago(days=8), Status.CLOSED, Inert("late parcel")),
        PastConversation(ConversationId("older"), ago(days=500), Status.CLOSED, Inert("")),
    ),
    notes=((Inert("Bo"), Inert("check Stripe first, it may be pending only")),),
)
