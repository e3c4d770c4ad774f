"""(what is known, what happens) → what a repaint has to look at."""

import pytest

from chattui.model.events import (
    ConversationGone,
    CustomerRead,
    Delivery,
    DeliveryChanged,
    DraftChanged,
    Event,
    HandOffAnswered,
    HandOffAsked,
    LinkChanged,
    LinkState,
    MessageQueued,
    NoteQueued,
    OutboxDiscarded,
    PresenceSeen,
    RowPatched,
    RowsStored,
    ThreadDropped,
    TypingSeen,
    ViewingSeen,
)
from chattui.model.records import Availability, ConversationId, MessageId, NoteId, Role, Sender, Status, UserId
from chattui.store import Changes, Store
from chattui.store.changes import Cause
from chattui.store.projections import NoticeKind
from tests.store.rows import (
    ANA,
    BO,
    CUSTOMER,
    ORG,
    A,
    B,
    at,
    audit,
    contact,
    conversation,
    label,
    labelling,
    message,
    mine,
    note,
    organization,
    page,
    profile,
    read_mark,
    snapshot,
    tail,
    template,
)

ONE = frozenset({A})
WAITING, ACTIVE = conversation(status=Status.WAITING), conversation(status=Status.ACTIVE)
UNLOADED: list[Event] = [snapshot(conversation(), tail("a", 3, 3))]
MINE: list[Event] = [snapshot(ACTIVE, tail("a", 3, 3))]
LOADED: list[Event] = [*UNLOADED, page(1, 3)]
QUEUED = MessageQueued(MessageId("m"), A, "words", at(9))


def stored(*rows: object) -> RowsStored:
    return RowsStored(rows)  # type: ignore[arg-type]  # rows of every kind


def patched(table: str, key: str, version: int, **fields: object) -> RowPatched:
    return RowPatched(table, key, version, fields)


TABLE: dict[str, tuple[list[Event], Event, Changes]] = {
    "a snapshot": (
        [],
        snapshot(conversation()),
        Changes(conversations=ONE, views=True, header=True, everything=True, threads=ONE),
    ),
    "the next message, thread not loaded": (
        UNLOADED,
        stored(message(4)),
        Changes(conversations=ONE, views=True),
    ),
    "the last message, known by its tail alone": (UNLOADED, stored(message(3)), Changes(conversations=ONE)),
    "a message again": ([*UNLOADED, stored(message(4))], stored(message(4)), Changes()),
    "an older message": (UNLOADED, stored(message(2)), Changes()),
    "a message of mine to see": (
        MINE,
        stored(message(4)),
        Changes(conversations=ONE, views=True, header=True, causes=(Cause(NoticeKind.MESSAGE, A, "line 4"),)),
    ),
    "a skipped message, thread not loaded": (
        UNLOADED,
        stored(message(5)),
        Changes(conversations=ONE, views=True, holes=ONE),
    ),
    "several messages at once, out of order": (
        UNLOADED,
        stored(message(6), message(4), message(5)),
        Changes(conversations=ONE, views=True),
    ),
    "messages that a tail in the same rows explains": (
        UNLOADED,
        stored(tail("a", 9, 9), message(9)),
        Changes(conversations=ONE, views=True),
    ),
    "the next message, thread loaded": (
        LOADED,
        stored(message(4)),
        Changes(conversations=ONE, threads=ONE, views=True),
    ),
    "a skipped message, thread loaded": (
        LOADED,
        stored(message(5)),
        Changes(conversations=ONE, threads=ONE, views=True, holes=ONE),
    ),
    "an edited message": (
        LOADED,
        stored(message(2, "better", version=2, edited_at=at(5))),
        Changes(conversations=ONE, threads=ONE),
    ),
    "an older version of a message": (
        [*LOADED, stored(message(2, "better", version=2))],
        stored(message(2)),
        Changes(),
    ),
    "the first message of a conversation whose own row was lost": (
        UNLOADED,
        stored(message(1, conversation_id="b")),
        Changes(conversations=frozenset({B}), holes=frozenset({B})),
    ),
    "a message of a conversation that nobody knows": (
        UNLOADED,
        stored(message(5, conversation_id="b")),
        Changes(conversations=frozenset({B}), holes=frozenset({B})),
    ),
    "a tail that is newer than all messages": (
        LOADED,
        stored(tail("a", 5, 5)),
        Changes(conversations=ONE, threads=ONE, views=True, holes=ONE),
    ),
    "an older tail": (UNLOADED, stored(tail("a", 2, 2)), Changes()),
    "a page that fills the hole": (
        [*LOADED, stored(message(6))],
        page(4, 5),
        Changes(conversations=ONE, threads=ONE),
    ),
    "a page with nothing new": ([*LOADED], page(1, 3), Changes()),
    "a page that was read before the newest message": (
        [*UNLOADED, stored(tail("a", 4, 4))],
        page(1, 3),
        Changes(conversations=ONE, threads=ONE, holes=ONE),
    ),
    "a note in a loaded thread": (
        LOADED,
        stored(note("n", 3)),
        Changes(conversations=ONE, threads=ONE),
    ),
    "a note in a thread that is not loaded": (UNLOADED, stored(note("n", 3)), Changes()),
    "a note that names me": (
        UNLOADED,
        stored(note("n", 3, "look, Ana", mentions=[ANA])),
        Changes(causes=(Cause(NoticeKind.MENTION, A, "look, Ana"),)),
    ),
    "my own note that names me": (UNLOADED, stored(note("n", 3, author_id=ANA, mentions=[ANA])), Changes()),
    "a conversation given to me": (
        UNLOADED,
        stored(
            conversation(status=Status.ACTIVE, version=2), audit("e", 3, "transferred", data={"assigned_to": "ana"})
        ),
        Changes(conversations=ONE, views=True, header=True, causes=(Cause(NoticeKind.ASSIGNED, A, ""),)),
    ),
    "a conversation I gave myself": (
        UNLOADED,
        stored(audit("e", 3, "transferred", actor_id=ANA, data={"assigned_to": "ana"})),
        Changes(),
    ),
    "a conversation that was mine, taken by an admin": (
        UNLOADED,
        stored(audit("e", 3, "taken", data={"previous_agent": "ana", "assigned_to": "bo"})),
        Changes(causes=(Cause(NoticeKind.TAKEN, A, "Bo Lind took over from Ana Torres"),)),
    ),
    "a conversation that was mine, closed by an admin": (
        UNLOADED,
        stored(audit("e", 3, "closed", data={"previous_agent": "ana"})),
        Changes(causes=(Cause(NoticeKind.TAKEN, A, "closed by Bo Lind"),)),
    ),
    "a conversation of mine that I closed": (
        UNLOADED,
        stored(audit("e", 3, "closed", actor_id=ANA, data={"previous_agent": "ana"})),
        Changes(),
    ),
    "a conversation of a colleague, closed": (
        UNLOADED,
        stored(audit("e", 3, "closed", actor_id=BO, data={"previous_agent": "bo"})),
        Changes(),
    ),
    "a conversation that now waits": (
        UNLOADED,
        stored(conversation(status=Status.WAITING, version=2, handoff_reason="double charge")),
        Changes(conversations=ONE, views=True, header=True, causes=(Cause(NoticeKind.WAITING, A, "double charge"),)),
    ),
    "a conversation that I put back myself": (
        [*UNLOADED, HandOffAsked(A)],
        stored(conversation(status=Status.WAITING, version=2)),
        Changes(conversations=ONE, views=True, header=True),
    ),
    "an older conversation row": (
        [snapshot(conversation(version=3))],
        stored(conversation(status=Status.CLOSED, version=2)),
        Changes(),
    ),
    "a new conversation of an unknown customer": (
        [snapshot()],
        stored(conversation(contact_id="nobody")),
        Changes(conversations=ONE, threads=ONE, views=True, header=True, stale=frozenset({("contacts", "nobody")})),
    ),
    "a message of an unknown agent": (
        UNLOADED,
        stored(message(4, sender_type=Sender.AGENT, sender_id=UserId("zoe"), inbound_no=3)),
        Changes(conversations=ONE, views=True, unknown=frozenset({UserId("zoe")})),
    ),
    "an unknown agent who is introduced in the same rows": (
        UNLOADED,
        stored(message(4, sender_type=Sender.AGENT, sender_id=UserId("zoe")), profile(UserId("zoe"), "Zoe")),
        Changes(conversations=ONE, views=True, header=True, everything=True),
    ),
    "an unknown agent again": (
        [*UNLOADED, stored(message(4, sender_type=Sender.AGENT, sender_id=UserId("zoe")))],
        stored(message(5, sender_type=Sender.AGENT, sender_id=UserId("zoe"))),
        Changes(conversations=ONE, views=True),
    ),
    "a patch that follows": (
        UNLOADED,
        patched("conversations", "a", 2, status="closed", closed_at="2026-03-02T09:00:00+00:00"),
        Changes(conversations=ONE, views=True, header=True),
    ),
    "a patch that was seen": (
        [snapshot(conversation(version=2))],
        patched("conversations", "a", 2, status="closed"),
        Changes(),
    ),
    "a patch that skips a version": (
        UNLOADED,
        patched("conversations", "a", 3, status="closed"),
        Changes(stale=frozenset({("conversations", "a")})),
    ),
    "a patch that makes no row": (
        UNLOADED,
        patched("conversations", "a", 2, status="nonsense"),
        Changes(stale=frozenset({("conversations", "a")})),
    ),
    "a patch of an unknown row": (
        UNLOADED,
        patched("contacts", "nobody", 2, name="N"),
        Changes(stale=frozenset({("contacts", "nobody")})),
    ),
    "a patched message in a loaded thread": (
        LOADED,
        patched("messages", "a2", 2, conversation_id="a", seq=2, body="better"),
        Changes(conversations=ONE, threads=ONE),
    ),
    "a patched message out of sight": (
        UNLOADED,
        patched("messages", "a2", 2, conversation_id="a", seq=2, body="better"),
        Changes(),
    ),
    "the last message patched, out of sight": (
        UNLOADED,
        patched("messages", "a3", 2, conversation_id="a", seq=3, body="better"),
        Changes(stale=frozenset({("messages", "a3")})),
    ),
    "a patched note": (
        [*LOADED, stored(note("n", 2))],
        patched("conversation_notes", "n", 2, conversation_id="a", deleted_at="2026-03-02T09:00:00+00:00"),
        Changes(conversations=ONE, threads=ONE),
    ),
    "a patched labelling": (
        [*UNLOADED, stored(label(), labelling())],
        patched("conversation_contact_labels", "a:vip", 2, conversation_id="a", label_id="vip", removed_at=None),
        Changes(conversations=ONE),
    ),
    "a patched read mark": (
        [snapshot(conversation(), tail("a", 3, 3), read_mark(1, 1))],
        patched("conversation_read_status", "a/ana", 3, conversation_id="a", last_read_seq=3, last_read_inbound=3),
        Changes(conversations=ONE, threads=ONE),
    ),
    "a read mark of mine": (
        MINE,
        stored(read_mark(3, 3)),
        Changes(conversations=ONE, threads=ONE, header=True),
    ),
    "a conversation I may not see any more": (
        LOADED,
        ConversationGone(A, 2),
        Changes(conversations=ONE, threads=ONE, views=True, header=True),
    ),
    "gone, but known as newer": ([snapshot(conversation(version=5))], ConversationGone(A, 2), Changes()),
    "a message of what is gone": ([*LOADED, ConversationGone(A, 2)], stored(message(4)), Changes()),
    "an old row of what is gone": ([*LOADED, ConversationGone(A, 2)], stored(conversation(version=1)), Changes()),
    "a page of what is gone": ([*LOADED, ConversationGone(A, 2)], page(1, 3), Changes()),
    "what is gone comes back": (
        [*UNLOADED, ConversationGone(A, 2)],
        stored(conversation(version=3), tail("a", 3, 3)),
        Changes(conversations=ONE, threads=ONE, views=True, header=True),
    ),
    "what is gone comes back without what belongs to it": (
        [*UNLOADED, ConversationGone(A, 2)],
        stored(conversation(version=3)),
        Changes(conversations=ONE, threads=ONE, views=True, header=True, stale=frozenset({("conversation_tail", "a")})),
    ),
    "a thread that was let go": (LOADED, ThreadDropped(A), Changes(threads=ONE)),
    "a thread that was not loaded is let go": (UNLOADED, ThreadDropped(A), Changes()),
    "a renamed customer": (
        LOADED,
        stored(contact("Rosa D.", 2)),
        Changes(conversations=ONE, threads=ONE),
    ),
    "a renamed colleague": (
        LOADED,
        stored(profile(BO, "Bo L.", 2)),
        Changes(conversations=ONE, threads=ONE, header=True, everything=True),
    ),
    "a colleague who is away": (
        LOADED,
        stored(profile(BO, "Bo Lind", 2)),
        Changes(header=True),
    ),
    "a renamed label": (
        [snapshot(conversation(), label(), labelling())],
        stored(label(name="gold", version=2)),
        Changes(conversations=ONE, threads=ONE),
    ),
    "a template": (UNLOADED, stored(template("hi")), Changes()),
    "the organisation again": (UNLOADED, stored(organization()), Changes()),
    "a known colleague types": (UNLOADED, TypingSeen(A, BO, is_typing=True, at=at(0)), Changes(conversations=ONE)),
    "its customer types": (UNLOADED, TypingSeen(A, CUSTOMER, is_typing=True, at=at(0)), Changes(conversations=ONE)),
    "somebody else types": (UNLOADED, TypingSeen(A, UserId("eve"), is_typing=True, at=at(0)), Changes()),
    "a colleague types where I see nothing": (UNLOADED, TypingSeen(B, BO, is_typing=True, at=at(0)), Changes()),
    "a patch of what is gone": ([*LOADED, ConversationGone(A, 2)], patched("conversations", "a", 2), Changes()),
    "I type elsewhere": (UNLOADED, TypingSeen(A, ANA, is_typing=True, at=at(0)), Changes()),
    "a colleague who did not type stops": (UNLOADED, TypingSeen(A, BO, is_typing=False, at=at(0)), Changes()),
    "a colleague looks": (UNLOADED, ViewingSeen(A, BO), Changes(conversations=ONE)),
    "a colleague goes on looking": ([*UNLOADED, ViewingSeen(A, BO)], ViewingSeen(A, BO), Changes()),
    "a colleague looks elsewhere": (
        [*UNLOADED, stored(conversation("b")), ViewingSeen(A, BO)],
        ViewingSeen(B, BO),
        Changes(conversations=frozenset({A, B})),
    ),
    "a colleague looks at what nobody knows": (
        [*UNLOADED, ViewingSeen(A, BO)],
        ViewingSeen(B, BO),
        Changes(conversations=ONE),
    ),
    "a stranger looks": (UNLOADED, ViewingSeen(A, UserId("eve")), Changes()),
    "its customer looks": (UNLOADED, ViewingSeen(A, CUSTOMER), Changes()),
    "a viewer leaves": (
        [*UNLOADED, PresenceSeen({BO: Availability.ONLINE}), ViewingSeen(A, BO)],
        PresenceSeen({}),
        Changes(conversations=ONE, header=True),
    ),
    "nobody came or left": (
        [*UNLOADED, PresenceSeen({BO: Availability.ONLINE})],
        PresenceSeen({BO: Availability.ONLINE}),
        Changes(),
    ),
    "its customer has read it": (LOADED, CustomerRead(A, CUSTOMER, 3), Changes(conversations=ONE, threads=ONE)),
    "its customer read less": ([*LOADED, CustomerRead(A, CUSTOMER, 3)], CustomerRead(A, CUSTOMER, 2), Changes()),
    "somebody else says it was read": (LOADED, CustomerRead(A, UserId("eve"), 3), Changes()),
    "I write": (LOADED, QUEUED, Changes(conversations=ONE, threads=ONE, header=True)),
    "I wrote that already": ([*LOADED, QUEUED], QUEUED, Changes()),
    "my words left": (
        [*LOADED, QUEUED],
        DeliveryChanged(MessageId("m"), Delivery.SENT),
        Changes(conversations=ONE, threads=ONE, header=True),
    ),
    "unknown words left": (LOADED, DeliveryChanged(MessageId("m"), Delivery.SENT), Changes()),
    "my words are stored": (
        [*LOADED, QUEUED],
        stored(mine(4)),
        Changes(conversations=ONE, threads=ONE, header=True, views=True),
    ),
    "what is stored is not queued any more": ([*LOADED, stored(mine(4))], QUEUED, Changes()),
    "a stored note is not queued any more": (
        [*LOADED, stored(note("n", 3, author_id=ANA))],
        NoteQueued(NoteId("n"), A, "a note", at(9)),
        Changes(),
    ),
    "refused words are given up": (
        [*LOADED, QUEUED],
        OutboxDiscarded(MessageId("m")),
        Changes(conversations=ONE, threads=ONE, header=True),
    ),
    "a draft": (LOADED, DraftChanged(A, present=True), Changes(conversations=ONE)),
    "a hand-off is asked": (LOADED, HandOffAsked(A), Changes(conversations=ONE)),
    "a hand-off is answered": ([*LOADED, HandOffAsked(A)], HandOffAnswered(A), Changes(conversations=ONE)),
    "the link": (LOADED, LinkChanged(LinkState.LIVE, at(1)), Changes(header=True)),
    "the link again": ([*LOADED, LinkChanged(LinkState.LIVE, at(1))], LinkChanged(LinkState.LIVE, at(1)), Changes()),
}


@pytest.mark.parametrize("case", TABLE)
def test_what_an_event_touches(case: str) -> None:
    known, event, expected = TABLE[case]
    store = Store()
    for one in known:
        store.apply([one])
    changes = store.apply([event])
    assert changes == expected
    assert bool(changes) == (expected != Changes())


REPEATED = [
    name for name in TABLE if name not in {"a snapshot", "a draft", "a hand-off is asked", "a hand-off is answered"}
]


@pytest.mark.parametrize("case", REPEATED)
def test_the_second_time_it_touches_nothing_but_what_it_still_misses(case: str) -> None:
    known, event, _ = TABLE[case]
    store = Store()
    store.apply([*known, event])
    again = store.apply([event])
    missing = Changes(stale=again.stale, holes=again.holes)
    typing = Changes(conversations=again.conversations if isinstance(event, TypingSeen) else frozenset())
    assert again == Changes.together([missing, typing])


def test_changes_add_up_for_one_repaint() -> None:
    first = Changes(conversations=ONE, views=True, causes=(Cause(NoticeKind.WAITING, A, "1"),))
    second = Changes(threads=frozenset({B}), header=True, causes=(Cause(NoticeKind.WAITING, B, "2"),))
    both = Changes.together([first, second])
    assert (both.conversations, both.threads, both.views, both.header) == (ONE, frozenset({B}), True, True)
    assert [cause.text for cause in both.causes] == ["1", "2"]
    assert Changes.together([first, Changes()]) == first


def test_the_same_bell_rings_once() -> None:
    store = Store()
    store.apply(UNLOADED)
    waits = conversation(status=Status.WAITING, version=2)
    assert len(store.apply([stored(waits)]).causes) == 1
    back = conversation(status=Status.AI, version=3)
    again = conversation(status=Status.WAITING, version=4)
    assert len(store.apply([stored(back), stored(again)]).causes) == 1
    assert not store.apply([stored(waits), stored(back), stored(again)]).causes


def test_a_snapshot_forgets_what_it_does_not_name_but_the_outbox() -> None:
    store = Store()
    store.apply(
        [*LOADED, QUEUED, DraftChanged(A, present=True), stored(profile(UserId("zoe"), "Zoe", role=Role.AGENT))]
    )
    changes = store.apply([snapshot(conversation("b"))])
    assert changes.everything
    assert changes.threads >= ONE
    assert list(store.state.conversations.keys()) == ["b"]
    assert store.state.windows == {}
    assert store.state.people.name(UserId("zoe")) is None
    assert [one.body for one in store.state.outbox.of(A)] == ["words"]
    assert ConversationId("a") in store.state.drafts
    assert store.state.organization is not None
    assert store.state.organization.id == ORG
