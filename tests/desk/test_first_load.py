"""A first load, and a sync, of more than fits into one turn of the loop."""

import asyncio
from collections.abc import Callable, Iterable

import pytest

from chattui.desk.portions import PORTION, portions
from chattui.gateway.errors import Unreachable
from chattui.gateway.protocol import Cursor, Reset, Snapshot, Synced
from chattui.model.events import Event, LinkState, RowsLoaded, RowsStored, SnapshotTaken
from chattui.model.records import ContactId, Conversation, ConversationId, Row, Status, Tail
from chattui.store.changes import Changes
from chattui.store.projections import View
from chattui.store.store import Store
from tests.desk.conftest import RunDesk
from tests.scripted import ANA, ScriptedGateway, contact, conversation, message, read_mark, tail

MANY = 700


def rows(conversations: int, version: int = 1) -> list[Row]:
    return [
        row
        for number in range(conversations)
        for row in (
            contact(ContactId(f"k{number}"), f"Customer {number}"),
            conversation(f"c{number:04}", Status.WAITING, version, contact_id=ContactId(f"k{number}")),
            tail(f"c{number:04}", 1, 1),
        )
    ]


class Paged(ScriptedGateway):
    """Answers in pages of 300 rows; `between` is called before each page but the first."""

    def __init__(self, conversations: int = MANY, *, joins: bool = True) -> None:
        super().__init__(rows(conversations), joins=joins)
        self.page_size = 300
        self.between: Callable[[str], None] = lambda _: None

    async def snapshot(self, after: str | None = None) -> Snapshot:
        if after is not None:
            self.between(after)
        return await super().snapshot(after)

    @property
    def pages(self) -> list[str]:
        return [call for call in self.calls if call.startswith("snapshot")]


def applied(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """How many rows each turn of the loop brought into the store."""
    turns: list[int] = []
    apply: Callable[[Store, Iterable[Event]], Changes] = Store.apply

    def counted(store: Store, events: Iterable[Event]) -> Changes:
        told = tuple(events)
        come = sum(len(one.rows) for one in told if isinstance(one, SnapshotTaken | RowsLoaded | RowsStored))
        if come:
            turns.append(come)
            asyncio.get_running_loop().call_soon(turns.append, 0)
        return apply(store, told)

    monkeypatch.setattr(Store, "apply", counted)
    return turns


def most_in_a_turn(turns: list[int]) -> int:
    most = turn = 0
    for come in turns:
        turn = turn + come if come else 0
        most = max(most, turn)
    return most


async def test_every_page_is_asked_for_once_and_no_turn_takes_more_than_a_portion(
    run_desk: RunDesk, monkeypatch: pytest.MonkeyPatch
) -> None:
    gateway = Paged()
    gateway.page_size = 1_100
    desk = await run_desk(gateway, live=False)
    turns = applied(monkeypatch)
    await asyncio.sleep(1)
    assert len(gateway.pages) == -(-len(rows(MANY)) // 1_100)
    assert len(desk.queries.view(View.WAITING)) == MANY
    assert 0 < most_in_a_turn(turns) <= PORTION
    assert desk.queries.header().link is LinkState.LIVE
    assert desk.queries.header().link_pending == 0


async def test_a_long_sync_is_taken_in_portions_too(run_desk: RunDesk, monkeypatch: pytest.MonkeyPatch) -> None:
    gateway = ScriptedGateway(rows(MANY))
    desk = await run_desk(gateway)
    gateway.store(*rows(MANY, version=2))
    turns = applied(monkeypatch)
    gateway.cut()
    gateway.join()
    await asyncio.sleep(1)
    assert sum(turns) >= len(rows(MANY))
    assert 0 < most_in_a_turn(turns) <= PORTION
    assert desk.queries.header().link is LinkState.LIVE


async def test_how_much_is_still_to_come_is_shown_and_grows_less(run_desk: RunDesk) -> None:
    gateway = Paged()
    desk = await run_desk(gateway, live=False)
    pending: list[int] = []
    desk.subscribe(lambda _: pending.append(desk.queries.header().link_pending))
    await asyncio.sleep(1)
    shown = [count for before, count in zip([0, *pending], pending, strict=False) if count != before]
    assert len(shown) > 3
    assert shown == sorted(shown, reverse=True)
    assert MANY > shown[0] > shown[-1] == 0


async def test_what_changes_between_two_pages_is_brought_by_a_sync(run_desk: RunDesk) -> None:
    gateway = Paged()
    first = iter([True])

    def change(_after: str) -> None:
        if next(first, False):
            gateway.store(conversation("c0000", Status.CLOSED, 9, contact_id=ContactId("k0")))

    gateway.between = change
    desk = await run_desk(gateway)
    assert list(desk.queries.view(View.CLOSED)) == ["c0000"]
    assert gateway.calls[-1] == "sync"


async def test_what_is_told_between_two_pages_waits_and_is_not_lost(run_desk: RunDesk) -> None:
    gateway = Paged()
    late = ConversationId(f"c{MANY - 1:04}")
    told = iter([True])

    def tell(_after: str) -> None:
        if next(told, False):
            gateway.tell(RowsStored((message(late, 2, "and now?"),)))

    gateway.between = tell
    desk = await run_desk(gateway)
    assert desk.queries.row(late, desk.now()).preview == "and now?"
    assert not desk.queries.thread(late).loaded


async def test_a_load_that_broke_off_goes_on_where_it_was(run_desk: RunDesk) -> None:
    gateway = Paged()
    failures = iter([True])

    def fail(after: str) -> None:
        if after.endswith(".900") and next(failures, False):
            raise Unreachable("The cable was pulled.")

    gateway.between = fail
    desk = await run_desk(gateway, live=False)
    await asyncio.sleep(5)
    assert len(desk.queries.view(View.WAITING)) == MANY
    assert gateway.pages.count("snapshot") == 1
    assert desk.queries.header().link is LinkState.LIVE


async def test_a_key_in_the_middle_of_a_load_loses_nothing(run_desk: RunDesk) -> None:
    gateway = Paged()
    desk = await run_desk(gateway, live=False)
    pressed = iter([True])

    def press(changes: Changes) -> None:
        if len(desk.queries.view(View.WAITING)) > MANY / 3 and changes.conversations and next(pressed, False):
            desk.resync()

    desk.subscribe(press)
    await asyncio.sleep(5)
    assert next(pressed, None) is None
    assert len(desk.queries.view(View.WAITING)) == MANY
    assert desk.queries.header().link is LinkState.LIVE


async def test_a_cursor_that_grew_old_meanwhile_is_a_load_from_the_beginning(run_desk: RunDesk) -> None:
    gateway = Paged()
    gateway.sync_once = Reset("too much has changed")
    desk = await run_desk(gateway, live=False)
    await asyncio.sleep(5)
    assert gateway.pages.count("snapshot") == 2
    assert len(desk.queries.view(View.WAITING)) == MANY
    assert desk.queries.header().link is LinkState.LIVE


async def test_the_cursor_counts_once_all_is_there(run_desk: RunDesk) -> None:
    gateway = Paged()
    asked: list[Cursor] = []
    sync = gateway.sync

    async def synced(cursor: Cursor) -> Synced | Reset:
        asked.append(cursor)
        return await sync(cursor)

    gateway.sync = synced  # type: ignore[method-assign]
    gateway.between = lambda _: gateway.store(contact(ContactId("another")))
    await run_desk(gateway)
    assert asked[0] == Cursor("one", "2"), "that of the first page"


def test_mine_come_first_and_what_belongs_together_stays_together() -> None:
    mine = conversation("zz", Status.ACTIVE, contact_id=ContactId("kz"))
    belongs = (read_mark("zz", 1), message("zz", 1), contact(ContactId("kz")), tail("zz", 1, 1))
    shared = contact(ContactId("nobody"))
    told = list(portions([*belongs, *rows(20), mine, shared], ANA, 12))
    assert told[0][:6] == (
        shared,
        read_mark("zz", 1),
        message("zz", 1),
        contact(ContactId("kz")),
        mine,
        tail("zz", 1, 1),
    )
    assert all(len(portion) <= 12 for portion in told)
    assert sum(map(len, told)) == 66
    for portion in told:
        ids = {row.id for row in portion if isinstance(row, Conversation)}
        assert ids == {row.conversation_id for row in portion if isinstance(row, Tail)}


def test_few_rows_are_one_portion_and_a_long_thread_is_several() -> None:
    assert list(portions((), ANA)) == [()]
    said = [message("one", seq) for seq in range(1, 26)]
    told = list(portions([tail("one", 25), *said], ANA, 10))
    assert [len(portion) for portion in told] == [10, 10, 6]
    assert told[-1][-1] == tail("one", 25)
