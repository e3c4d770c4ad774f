from datetime import timedelta
from typing import Any

import pytest
from msgspec.structs import replace

from chattui.model.events import (
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
    PresenceSeen,
    RowsStored,
    TypingSeen,
    ViewingSeen,
)
from chattui.model.records import (
    Availability,
    ContactId,
    ConversationId,
    MessageId,
    Metadata,
    NoteId,
    Role,
    Sender,
    Status,
    UserId,
)
from chattui.store import Queries, Store
from chattui.store.panels import LONGEST, MOST, pairs
from chattui.store.projections import ListRow, NoticeKind, View
from tests.store.rows import (
    ANA,
    BO,
    CUSTOMER,
    A,
    B,
    C,
    at,
    contact,
    conversation,
    label,
    labelling,
    message,
    mine,
    note,
    page,
    profile,
    read_mark,
    snapshot,
    stamped,
    tail,
)

NOW = at(100)


def stored(*rows: Any) -> RowsStored:
    return RowsStored(rows)


def asked(*events: Event) -> Queries:
    store = Store()
    for event in events:
        store.apply([event])
    return Queries(store)


def row(*events: Event) -> ListRow:
    return asked(*events).row(A, NOW)


ACTIVE = snapshot(conversation(status=Status.ACTIVE), tail("a", 3, 3))


def test_what_is_not_known_is_said_to_be_unknown() -> None:
    queries = asked(snapshot())
    assert not queries.knows(A)
    with pytest.raises(KeyError):
        queries.row(A, NOW)


def test_a_line_of_the_list() -> None:
    line = row(
        snapshot(conversation(status=Status.WAITING, version=7, handoff_reason="double\ncharge"), tail("a", 3, 2))
    )
    assert (line.name, line.status, line.reason, line.waiting_since) == (
        "Rosa Díaz",
        Status.WAITING,
        "double charge",
        at(7),
    )
    assert (line.assignee, line.mine, line.unread, line.last_at) == (None, False, 2, at(3))
    assert (line.preview, line.preview_sender, line.preview_mine) == ("line 3", Sender.CUSTOMER, False)


@pytest.mark.parametrize(
    ("fields", "name"),
    [
        ({"name": " Rosa \x1b"}, "Rosa ␛"),
        ({"name": None, "email": "r@a.example"}, "r@a.example"),
        ({"name": "\u200b", "phone": "+34 1"}, "+34 1"),
        ({"name": ""}, "Customer"),
    ],
)
def test_what_a_customer_is_called(fields: dict[str, Any], name: str) -> None:
    assert row(ACTIVE, stored(contact(version=2, **fields))).name == name


def test_a_customer_whose_row_is_missing_has_a_word_for_a_name() -> None:
    assert row(snapshot(conversation(contact_id=ContactId("nobody")))).name == "Customer"


def test_whose_it_is() -> None:
    assert (row(ACTIVE).mine, row(ACTIVE).assignee) == (True, "Ana Torres")
    others = row(snapshot(conversation(status=Status.ACTIVE, assigned_to=BO)))
    assert (others.mine, others.assignee) == (False, "Bo Lind")
    strangers = row(snapshot(conversation(status=Status.ACTIVE, assigned_to=UserId("zoe"))))
    assert strangers.assignee == "Agent"


def test_the_last_words_are_mine_from_the_moment_i_send_them() -> None:
    queued = MessageQueued(MessageId("m"), A, "my\nwords", at(9))
    line = row(ACTIVE, queued)
    assert (line.preview, line.preview_mine, line.delivery, line.last_at) == ("my words", True, Delivery.QUEUED, at(9))
    assert row(ACTIVE, queued, DeliveryChanged(MessageId("m"), Delivery.SENT)).delivery is Delivery.SENT
    line = row(ACTIVE, queued, stored(mine(4)))
    assert (line.preview, line.preview_mine, line.delivery) == ("words", True, None)
    assert row(ACTIVE, NoteQueued(NoteId("n"), A, "aside", at(9))).preview == "line 3"


@pytest.mark.parametrize(
    ("sender", "last_agent", "guess"), [("agent", ANA, True), ("agent", BO, False), ("ai", ANA, False)]
)
def test_where_only_the_tail_is_known_the_last_agent_is_taken_for_the_writer(
    sender: str,
    last_agent: UserId,
    guess: bool,  # noqa: FBT001 - a column of the table
) -> None:
    last = replace(tail("a", 3, 1), last_sender_type=Sender(sender))
    assert row(snapshot(conversation(last_agent_id=last_agent), last)).preview_mine == guess


def test_the_customer_has_seen_the_last_line() -> None:
    assert not row(ACTIVE, stored(mine(4))).read_by_customer
    assert row(ACTIVE, stored(mine(4)), CustomerRead(A, CUSTOMER, 4)).read_by_customer
    assert row(ACTIVE, stored(mine(4)), stored(read_mark(4, 3, CUSTOMER))).read_by_customer
    assert not row(ACTIVE, stored(mine(4)), CustomerRead(A, CUSTOMER, 4), stored(mine(5, key="o"))).read_by_customer
    assert not row(ACTIVE, CustomerRead(A, CUSTOMER, 3)).read_by_customer


def test_unread_are_the_customers_messages_after_my_mark() -> None:
    assert row(ACTIVE).unread == 3
    assert row(ACTIVE, stored(read_mark(2, 2))).unread == 1
    assert row(ACTIVE, stored(read_mark(2, 2)), stored(mine(4)), stored(message(5, inbound_no=4))).unread == 2
    assert row(ACTIVE, stored(read_mark(2, 2, BO))).unread == 3
    assert row(ACTIVE, stored(read_mark(3, 3)), stored(read_mark(1, 1))).unread == 0


def test_marks_of_a_line() -> None:
    line = row(
        snapshot(conversation(priority=3, snoozed_until=at(500)), label(), label("old"), labelling(), labelling("old")),
        stored(labelling("old", version=2, removed_at=at(5))),
        DraftChanged(A, present=True),
        HandOffAsked(A),
    )
    assert ([chip.name for chip in line.labels], line.draft, line.pending) == (["vip"], True, True)
    assert (line.priority, line.snoozed_until) == (3, at(500))
    assert not row(ACTIVE, HandOffAsked(A), HandOffAnswered(A)).pending
    assert row(ACTIVE, HandOffAsked(A), HandOffAsked(A), HandOffAnswered(A)).pending
    assert not row(ACTIVE, DraftChanged(A, present=True), DraftChanged(A, present=False)).draft


def test_typing_fades_and_ends_with_the_message() -> None:
    typing = TypingSeen(A, CUSTOMER, is_typing=True, at=NOW)
    queries = asked(ACTIVE, typing, TypingSeen(A, BO, is_typing=True, at=NOW - timedelta(seconds=1)))
    assert queries.typing(A, NOW) == ("Rosa Díaz", "Bo Lind")
    assert queries.typing(A, NOW + timedelta(seconds=4)) == ("Rosa Díaz",)
    assert queries.typing(A, NOW + timedelta(seconds=5)) == ()
    assert asked(ACTIVE, typing, TypingSeen(A, CUSTOMER, is_typing=False, at=NOW)).typing(A, NOW) == ()
    assert asked(ACTIVE, typing, stored(message(4, sender_id=CUSTOMER))).typing(A, NOW) == ()
    assert asked(ACTIVE, typing, stored(message(4, sender_id=BO))).typing(A, NOW) == ("Rosa Díaz",)
    assert asked(ACTIVE, typing, TypingSeen(A, CUSTOMER, is_typing=True, at=at(0))).typing(A, NOW) == ("Rosa Díaz",)


def test_a_bot_types_under_the_name_that_stands_over_its_messages() -> None:
    bot = UserId("bot")
    typing = TypingSeen(A, bot, is_typing=True, at=NOW)
    queries = asked(ACTIVE, stored(profile(bot, "Robin", role=Role.BOT)), typing)
    assert queries.typing(A, NOW) == ("AI",)


def test_viewers_are_those_who_are_here() -> None:
    here = PresenceSeen({ANA: Availability.ONLINE, BO: Availability.AWAY})
    looking = ViewingSeen(A, BO)
    assert row(ACTIVE, here, looking).viewers == ("Bo Lind",)
    assert row(ACTIVE, here, looking, ViewingSeen(None, BO)).viewers == ()
    assert row(ACTIVE, here, looking, PresenceSeen({ANA: Availability.ONLINE})).viewers == ()
    assert row(ACTIVE, here, looking, PresenceSeen({}), here).viewers == ()
    assert row(ACTIVE, PresenceSeen({}), looking).viewers == ()
    assert row(ACTIVE, PresenceSeen({}), looking, here).viewers == ("Bo Lind",)
    assert row(ACTIVE, here, ViewingSeen(A, ANA)).viewers == ()


def test_who_leaves_does_not_type_any_more() -> None:
    typing = TypingSeen(A, BO, is_typing=True, at=NOW)
    here = PresenceSeen({BO: Availability.ONLINE})
    assert asked(ACTIVE, here, typing, PresenceSeen({})).typing(A, NOW) == ()


def test_the_line_above_a_thread() -> None:
    head = asked(ACTIVE, ViewingSeen(A, BO), TypingSeen(A, BO, is_typing=True, at=NOW)).head(A, NOW)
    assert (head.name, head.status, head.mine, head.viewers, head.typing) == (
        "Rosa Díaz",
        Status.ACTIVE,
        True,
        ("Bo Lind",),
        ("Bo Lind",),
    )


def test_the_header() -> None:
    others = [conversation("b", Status.ACTIVE, assigned_to=BO), conversation("c", Status.WAITING), conversation("d")]
    tails = [tail("b", 2, 2), tail("c", 5, 4), tail("d", 9, 9)]
    queries = asked(
        snapshot(conversation(status=Status.ACTIVE), tail("a", 3, 3), *others, *tails),
        MessageQueued(MessageId("m"), A, "x", at(1)),
        MessageQueued(MessageId("o"), A, "x", at(1), Delivery.REFUSED, "no"),
        LinkChanged(LinkState.OFFLINE, at(2), 4, "The network is gone."),
    )
    header = queries.header()
    assert (header.organization, header.me, header.active, header.max_active) == ("Acme Support", "Ana Torres", 1, 5)
    assert (header.unread, header.queued, header.refused) == (3 + 4, 1, 1)
    assert (header.link, header.link_since, header.link_pending) == (LinkState.OFFLINE, at(2), 4)
    assert header.link_reason == "The network is gone."


def test_a_header_before_anything_is_known() -> None:
    header = asked().header()
    assert (header.organization, header.me, header.unread, header.link) == ("", "", 0, LinkState.CONNECTING)


def test_colleagues_are_everybody_else_but_bots() -> None:
    bot = profile(UserId("bot"), "AI", role=Role.BOT)
    admin = profile(UserId("al"), "al Adams", role=Role.ADMIN)
    queries = asked(
        snapshot(conversation(status=Status.ACTIVE, assigned_to=BO)),
        stored(bot, admin),
        PresenceSeen({BO: Availability.AWAY}),
    )
    assert [(one.name, one.availability, one.active) for one in queries.colleagues()] == [
        ("al Adams", Availability.OFFLINE, 0),
        ("Bo Lind", Availability.AWAY, 1),
    ]


def test_labels_and_whether_they_are_on() -> None:
    gone = label("old", deleted_at=at(1))
    queries = asked(snapshot(conversation(), label("vip"), label("Billing"), gone, labelling(), labelling("old")))
    assert [(chip.name, on) for chip, on in queries.labels(A)] == [("Billing", False), ("vip", True)]


def test_the_customer_panel() -> None:
    known = Metadata(conversation_id=A, summary="charged\ntwice", data={"score": 3}, **stamped())
    attributes = {"city": "Madrid", "tags": ["a", 1], "\x1b": None}
    queries = asked(
        snapshot(conversation(), conversation("b", Status.CLOSED, subject="late parcel"), tail("b", 7, 7), known),
        stored(contact(version=2, email="rosa@a.example", attributes=attributes, blocked_at=at(1))),
        page(1, 2, note("n2", 2, "second", seconds=9), note("n1", 1, "first\nline", seconds=3)),
    )
    panel = queries.panel(A)
    assert (panel.email, panel.phone, panel.blocked, panel.summary) == ("rosa@a.example", None, True, "charged twice")
    assert panel.attributes == (("city", "Madrid"), ("tags", '["a",1]'), ("␛", "null"))
    assert panel.metadata == (("score", "3"),)
    assert panel.notes == (("Bo Lind", "first\nline"), ("Bo Lind", "second"))
    assert [(past.id, past.at, past.subject) for past in panel.past] == [(B, at(7), "late parcel")]


def filtered(queries: Queries, view: View, text: str) -> list[ConversationId]:
    return [found for piece in queries.filtering(view, text) for found in piece]


def test_a_filter_looks_for_every_word_in_any_case() -> None:
    queries = asked(
        snapshot(conversation(), conversation("b", subject="Refund"), tail("a", 3, 3), label(), labelling("vip", "b")),
        stored(contact("ROSA Díaz", 2, email="rosa@a.example")),
    )
    assert filtered(queries, View.ALL, "rosa DÍAZ") == [A, B]
    assert filtered(queries, View.ALL, "line") == [A]
    assert filtered(queries, View.ALL, "vip refund") == [B]
    assert filtered(queries, View.ALL, "vip line") == []
    assert filtered(queries, View.CLOSED, "rosa") == []


def test_a_filter_follows_what_changes() -> None:
    queries = asked(snapshot(conversation()), stored(contact("Maria", 2)), stored(message(1, "Hello There")))
    assert filtered(queries, View.ALL, "maria hello") == [A]
    assert filtered(queries, View.ALL, "rosa") == []


def test_a_filter_lets_go_between_pieces_and_survives_what_happens_there() -> None:
    many = [conversation(f"c{n:05}") for n in range(10_000)]
    store = Store()
    store.apply([snapshot(*many)])
    pieces = Queries(store).filtering(View.ALL, "rosa")
    found = next(pieces)
    store.apply([snapshot()])
    assert 0 < len(found) < 10_000
    assert [one for piece in pieces for one in piece] == []


def needing(*rows: Any) -> Queries:
    return asked(snapshot(*rows))


def test_who_needs_me_next() -> None:
    queries = needing(
        conversation("w1", Status.WAITING, version=20),
        conversation("w2", Status.WAITING, version=10),
        conversation("asleep", Status.WAITING, version=5, snoozed_until=at(50)),
        conversation("m1", Status.ACTIVE),
        conversation("m2", Status.ACTIVE),
        conversation("read", Status.ACTIVE),
        conversation("bo's", Status.ACTIVE, assigned_to=BO),
        *(tail(one, last, last) for one, last in (("m1", 9), ("m2", 4), ("read", 3), ("bo's", 1))),
        read_mark(3, 3, conversation_id="read"),
    )
    seen, after = [], None
    for _ in range(5):
        after = queries.next_needing_me(after, at(0))
        seen.append(after)
    assert seen == ["m2", "m1", "w2", "m2", "m1"]
    assert queries.next_needing_me(ConversationId("w2"), at(0)) == "m2"
    assert queries.next_needing_me(ConversationId("bo's"), at(0)) == "m2"


def test_the_waiting_are_walked_through_once_nothing_of_mine_is_unread() -> None:
    queries = needing(
        conversation("w1", Status.WAITING, version=20),
        conversation("w2", Status.WAITING, version=10),
        conversation("asleep", Status.WAITING, version=5, snoozed_until=at(50)),
    )
    walk = ["w2", "w1"]
    assert queries.next_needing_me(None, at(0)) == walk[0]
    assert queries.next_needing_me(ConversationId("w2"), at(0)) == walk[1]
    assert queries.next_needing_me(ConversationId("w1"), at(0)) == walk[0]
    assert queries.next_needing_me(ConversationId("w1"), at(60)) == "asleep"


def test_nobody_else_needs_me() -> None:
    assert needing(conversation("b", Status.WAITING)).next_needing_me(B, at(0)) is None
    assert needing(conversation()).next_needing_me(None, at(0)) is None


def test_the_next_unread_one_of_a_view() -> None:
    queries = needing(
        *(conversation(one) for one in "abcde"),
        *(tail(one, 10 - place, place % 2) for place, one in enumerate("abcde")),
    )
    assert list(queries.view(View.AI)) == ["a", "b", "c", "d", "e"]
    assert [queries.next_unread(View.AI, ConversationId(one), 1) for one in "abcde"] == ["b", "d", "d", "b", "b"]
    assert [queries.next_unread(View.AI, ConversationId(one), -1) for one in "abcde"] == ["d", "d", "b", "b", "d"]
    assert (queries.next_unread(View.AI, None, 1), queries.next_unread(View.AI, None, -1)) == ("b", "d")
    assert queries.next_unread(View.CLOSED, None, 1) is None


def notices(*events: Event) -> list[tuple[NoticeKind, str, str]]:
    store = Store()
    store.apply([snapshot(conversation(status=Status.ACTIVE), tail("a", 3, 3), conversation("b"), read_mark(3, 3))])
    changes = store.apply(events)
    return [(one.kind, one.name, one.text) for one in Queries(store).unread_notices(changes)]


def test_what_is_worth_a_bell() -> None:
    waits = conversation("b", Status.WAITING, version=2, handoff_reason="double\x1bcharge")
    assert notices(stored(message(4, "hello\nthere"), waits)) == [
        (NoticeKind.WAITING, "Rosa Díaz", "double␛charge"),
        (NoticeKind.MESSAGE, "Rosa Díaz", "hello there"),
    ]


@pytest.mark.parametrize(
    "events",
    [
        [stored(mine(4))],
        [stored(message(4, sender_type=Sender.AI, inbound_no=3))],
        [stored(message(1, conversation_id="b"))],
        [stored(message(4)), stored(read_mark(4, 4))],
        [stored(conversation("b", Status.WAITING, 2)), stored(conversation("b", Status.ACTIVE, 3, assigned_to=BO))],
        [page(1, 4)],
        [snapshot(conversation("b", Status.WAITING, 2))],
    ],
    ids=["mine", "the AI", "not mine to see", "read meanwhile", "taken meanwhile", "a page", "a snapshot"],
)
def test_what_is_not(events: list[Event]) -> None:
    assert notices(*events) == []


def test_views_are_live() -> None:
    store = Store()
    store.apply([snapshot(conversation("a"), conversation("b"), tail("a", 1, 1), tail("b", 2, 2))])
    view = Queries(store).view(View.ALL)
    assert (list(view), len(view), view.index(A), C in view) == ([B, A], 2, 1, False)
    store.apply([stored(message(2), conversation("c", version=9))])
    assert (view[0], view[1:], A in view) == (A, [B, C], True)
    with pytest.raises(ValueError, match="not in this view"):
        view.index("nobody")


def test_an_attribute_that_is_no_text_at_all_is_shown_as_far_as_it_can_be() -> None:
    deep: list[Any] = []
    for _ in range(100_000):
        deep = [deep]
    values = {"half": ["\ud800"], "deep": deep, "many": ["x" * 9] * 9_000, "odd": [float("nan"), 10**40]}
    shown: dict[str, str] = {name: value for name, value in pairs(values)}  # noqa: C416 - for the type checker
    assert shown["half"] == '["�"]'
    assert shown["deep"] == "…"
    assert len(shown["many"]) == LONGEST
    assert shown["odd"] == f"[NaN,{10**40}]"
    assert len(pairs({str(number): number for number in range(9_000)})) == MOST
