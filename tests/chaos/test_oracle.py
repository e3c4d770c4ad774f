"""The judges find what is wrong: each doctored client, database or journal makes one complain."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import msgspec
import pytest

from chattui.desk import Desk
from chattui.model.events import (
    Delivery,
    DeliveryChanged,
    Event,
    LinkChanged,
    LinkState,
    MessageQueued,
    PageLoaded,
    SnapshotTaken,
)
from chattui.model.records import RECORDS, MessageId, Row, Sender, Status, key_of
from chattui.store.store import Store
from tests.chaos import journal, oracle, promises
from tests.chaos.customers import Customer, Letter, Visit
from tests.chaos.held import Held, held
from tests.chaos.journal import Journal
from tests.chaos.judgement import of_customer
from tests.chaos.promises import Account
from tests.chaos.truth import Truth
from tests.scripted import ScriptedGateway
from tests.store import rows as r

ONE = "a"
SAID = [r.message(1), r.message(2), r.mine(3, "ana 1", "m3"), r.mine(4, "ana 2", "m4"), r.message(5, inbound_no=3)]
ROWS: list[Row] = [
    r.organization(),
    r.profile(),
    r.BO_ROW,
    r.contact(),
    r.label(),
    r.conversation(ONE, Status.ACTIVE, 3),
    r.tail(ONE, 5, 3),
    r.conversation("b", Status.WAITING, 2),
    r.tail("b"),
    *SAID,
    r.note("n", 2, "ana 3", author_id=r.ANA),
    r.audit("e", 2, seconds=1),
    r.labelling(),
    r.read_mark(2, 2),
    r.read_mark(4, 2, r.CUSTOMER),
]
PARKED = "ana 4"

Plain = dict[str, Any]


def client() -> Held:
    """A desk that shows all of that, and one message that was refused."""
    inside = (*SAID, *(row for row in ROWS if row.TABLE in {"conversation_notes", "conversation_events"}))
    events: list[Event] = [
        SnapshotTaken(r.ANA, r.ORG, r.T0, tuple(row for row in ROWS if row not in inside)),
        PageLoaded(r.A, 1, 5, inside),
        MessageQueued(MessageId("p"), r.A, PARKED, r.T0),
        DeliveryChanged(MessageId("p"), Delivery.REFUSED, "Bo has it."),
        LinkChanged(LinkState.LIVE, r.T0),
    ]
    desk = Desk(ScriptedGateway([]), Store())
    desk.store.apply(events)
    return held(desk)


def database(rows: list[Row] = ROWS) -> Truth:
    tables: dict[str, dict[str, Plain]] = {table: {} for table in RECORDS}
    for row in rows:
        tables[row.TABLE][key_of(row)] = msgspec.to_builtins(row)
    tables["conversation_tail"][ONE]["last_message_preview"] = SAID[-1].body
    return Truth(tables)


def test_a_client_that_holds_what_the_database_holds_is_not_complained_of() -> None:
    assert oracle.complaints(client(), database()) == []


def _shift(thread: Plain) -> None:
    thread["entries"][1:3] = reversed(thread["entries"][1:3])


DOCTORED: dict[str, Callable[[Plain], Any]] = {
    "the link is offline": lambda h: h.update(link="offline"),
    "1 still wait in the outbox": lambda h: h.update(queued=1),
    "parked without a reason": lambda h: h["outbox"][0].update(reason=""),
    "the header counts 0 parked": lambda h: h.update(refused=0),
    "conversations/b is missing": lambda h: h["rows"].pop("conversations/b"),
    "labels/old is in no database": lambda h: h["rows"].update({"labels/old": {}}),
    "status is 'ai'": lambda h: h["rows"]["conversations/b"].update(status="ai"),
    "assigned_to is 'bo'": lambda h: h["rows"]["conversations/a"].update(assigned_to="bo"),
    "version is 2": lambda h: h["rows"]["conversations/a"].update(version=2),
    "a/ana: last_read_seq is 1": lambda h: h["rows"]["conversation_read_status/a/ana"].update(last_read_seq=1),
    "removed_at is '2026": lambda h: h["rows"]["conversation_contact_labels/a:vip"].update(removed_at="2026"),
    "last_seq is 4": lambda h: h["conversations"][ONE].update(last_seq=4),
    "inbound_count is 2": lambda h: h["conversations"][ONE].update(inbound_count=2),
    "preview is 'old'": lambda h: h["conversations"][ONE].update(preview="old"),
    "unread is 0": lambda h: h["conversations"][ONE].update(unread=0),
    "labels is []": lambda h: h["conversations"][ONE].update(labels=[]),
    "customer_read is 3": lambda h: h["conversations"][ONE].update(customer_read=3),
    "pending is True": lambda h: h["conversations"][ONE].update(pending=True),
    "view mine has []": lambda h: h["views"].update(mine=[]),
    "view waiting has ['b', 'b']": lambda h: h["views"].update(waiting=["b", "b"]),
    "the header says 7 unread": lambda h: h.update(unread=7),
    "thread x is of no conversation": lambda h: h["threads"].update(x=h["threads"][ONE]),
    "it ends at 4, not at 5": lambda h: h["threads"][ONE].update(hi=4),
    "[7] wait for their turn": lambda h: h["threads"][ONE].update(ahead=[7]),
    "message a2 is missing": lambda h: h["threads"][ONE]["messages"].pop(1),
    "a message is there twice": lambda h: h["threads"][ONE]["messages"].append(h["threads"][ONE]["messages"][0]),
    "message m3: body is 'x'": lambda h: h["threads"][ONE]["messages"][2].update(body="x"),
    "message m4: seq is 9": lambda h: h["threads"][ONE]["messages"][3].update(seq=9),
    "note or audit line e is missing": lambda h: h["threads"][ONE]["sides"].pop(),
    "it shows another order: at place 1": lambda h: _shift(h["threads"][ONE]),
}


@pytest.mark.parametrize("complaint", DOCTORED)
def test_a_doctored_client_is_complained_of(complaint: str) -> None:
    doctored = msgspec.to_builtins(client())
    DOCTORED[complaint](doctored)
    found = oracle.complaints(msgspec.convert(doctored, Held), database())
    assert any(complaint in one for one in found), found


def test_a_client_without_a_row_that_came_late_is_complained_of() -> None:
    late = database([*ROWS, r.message(6, inbound_no=4)])
    found = oracle.complaints(client(), late)
    assert {"thread a: it ends at 5, not at 6", "thread a: message a6 is missing"} <= set(found)


def test_a_hole_in_the_database_itself_is_complained_of() -> None:
    found = oracle.complaints(client(), database([row for row in ROWS if row is not SAID[1]]))
    assert any("are not numbered 1, 2, 3" in one for one in found)
    assert any("the tail of a says 5" in one for one in found)


# What was promised


@pytest.fixture
def notes(tmp_path: Path) -> Journal:
    return Journal(tmp_path / "journal")


def account(notes: Journal, tmp_path: Path) -> Account:
    notes.close()
    return Account(journal.read(tmp_path / "journal"))


def wrote(notes: Journal, words: str, kind: str = "reply", *, accepted: bool = True) -> None:
    notes.write("send", name=words, conversation_id=ONE, kind=kind)
    if accepted:
        notes.write("sent", name=words)


def all_that_was_written(notes: Journal) -> None:
    wrote(notes, "ana 1")
    wrote(notes, "ana 2")
    wrote(notes, "ana 3", "note")
    wrote(notes, PARKED)


def test_an_outbox_that_kept_its_promises_is_not_complained_of(notes: Journal, tmp_path: Path) -> None:
    all_that_was_written(notes)
    wrote(notes, "killed meanwhile", accepted=False)
    assert promises.complaints([account(notes, tmp_path)], client(), database()) == []


def test_what_was_accepted_and_is_nowhere_is_complained_of(notes: Journal, tmp_path: Path) -> None:
    all_that_was_written(notes)
    wrote(notes, "gone")
    (found,) = promises.complaints([account(notes, tmp_path)], client(), database())
    assert found == "'gone' was accepted; it has 0 rows and is parked 0 times"


def test_what_is_stored_twice_is_complained_of(notes: Journal, tmp_path: Path) -> None:
    all_that_was_written(notes)
    again = r.message(6, "ana 1", id=MessageId("m6"), sender_type=Sender.AGENT, sender_id=r.ANA, inbound_no=0)
    found = promises.complaints([account(notes, tmp_path)], client(), database([*ROWS, again]))
    assert "'ana 1' is stored 2 times" in found


def test_another_order_is_complained_of(notes: Journal, tmp_path: Path) -> None:
    for words in ("ana 2", "ana 1", PARKED):
        wrote(notes, words)
    wrote(notes, "ana 3", "note")
    (found,) = promises.complaints([account(notes, tmp_path)], client(), database())
    assert "the order of reply in a is not that in which they were written" in found


def test_what_the_disk_did_not_take_must_not_be_there(notes: Journal, tmp_path: Path) -> None:
    all_that_was_written(notes)
    notes.write("unsent", name="ana 1")
    found = promises.complaints([account(notes, tmp_path)], client(), database())
    assert "'ana 1' was not taken by the disk, and is there" in found


def test_a_stored_text_that_nobody_wrote_is_complained_of(notes: Journal, tmp_path: Path) -> None:
    wrote(notes, "ana 1")
    found = promises.complaints([account(notes, tmp_path)], client(), database())
    assert "'ana 2' is stored and nobody wrote it" in found


def kept(notes: Journal, name: str, value: str) -> None:
    notes.write("kept", name=name, value=str(notes.write("set", name=name, value=value)))


def test_a_kill_may_cost_only_what_was_not_on_the_disk(notes: Journal, tmp_path: Path) -> None:
    draft = "draft/reply/b"
    kept(notes, draft, "half")
    notes.write("set", name=draft, value="half a sentence")
    for found in ("half", "half a sentence"):
        told = Account([*journal.read(tmp_path / "journal"), journal.Line(0, "found", draft, value=found)])
        assert told.lost_drafts == []
    (lost,) = Account([*journal.read(tmp_path / "journal"), journal.Line(0, "found", draft, value="")]).lost_drafts
    assert lost == "draft/reply/b: '' was found, not one of ['half', 'half a sentence']"


def test_a_draft_a_label_or_a_mark_that_is_not_as_it_was_set_is_complained_of(notes: Journal, tmp_path: Path) -> None:
    all_that_was_written(notes)
    for name, value in (("draft/note/b", "words"), ("label/vip/a", ""), ("read/a", "5")):
        kept(notes, name, value)
    assert promises.complaints([account(notes, tmp_path)], client(), database()) == [
        "draft/note/b is '', not one of ['words']",
        "label/vip/a is 'on', not one of ['']",
        "read/a is 2, and 5 was read",
    ]


def visitor(told: list[int], *letters: tuple[str, str, bool]) -> list[str]:
    customer = Customer("rosa", "", "", "", 0)
    customer.visits.append(Visit(r.A, 0, [{"seq": seq, "id": SAID[seq - 1].id} for seq in told]))
    customer.letters = {key: Letter(words, r.A if answered else None) for key, words, answered in letters}
    return list(of_customer(customer, database()))


def test_a_customer_who_was_told_all_is_content() -> None:
    assert visitor([1, 2, 3, 4, 5], ("a1", "line 1", True), ("a2", "line 2", True), ("lost", "?", False)) == []


@pytest.mark.parametrize(
    ("told", "complaint"),
    [
        ([1, 2, 3, 4], "was told 4 after 0, and there are 5"),
        ([1, 2, 2, 3, 4, 5], "was told [1, 2, 2, 3, 4, 5] after 0"),
        ([1, 3, 2, 4, 5], "was told [1, 3, 2, 4, 5] after 0"),
        ([1, 3, 4, 5], "was told [1, 3, 4, 5] after 0"),
    ],
)
def test_a_customer_who_was_told_something_else_complains(told: list[int], complaint: str) -> None:
    assert complaint in visitor(told)


def test_a_letter_that_was_answered_and_is_not_there_is_complained_of() -> None:
    everything = [1, 2, 3, 4, 5]
    assert visitor(everything, ("x", "hello", True)) == ["'hello' was answered and is not there"]
    assert visitor(everything, ("a1", "hello", True)) == ["'hello' is stored as 'line 1'"]
    assert visitor(everything, ("a2", "line 2", True), ("a1", "line 1", True)) == [
        "the letters in a are not in the order in which they were written"
    ]


def test_what_one_window_gave_up_is_not_missed_in_the_other(tmp_path: Path) -> None:
    first, second = Journal(tmp_path / "first"), Journal(tmp_path / "second")
    all_that_was_written(first)
    wrote(first, "given up elsewhere")
    second.write("discard", name="given up elsewhere")
    second.write("retry", name="ana 1")
    first.close()
    second.close()
    accounts = [Account(journal.read(tmp_path / name)) for name in ("first", "second")]
    assert promises.complaints(accounts, client(), database()) == []
    assert len(promises.complaints(accounts[:1], client(), database())) == 1
