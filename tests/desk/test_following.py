import asyncio

import pytest

from chattui.desk import Desk
from chattui.gateway.errors import Misconfigured, Unreachable
from chattui.gateway.protocol import Cursor, Reset, Synced
from chattui.model.events import LinkState, RowPatched, RowsStored, RowSuspected
from chattui.model.records import ConversationId, Row, Status
from chattui.store.changes import Changes
from chattui.store.projections import View
from tests.desk.conftest import RunDesk
from tests.scripted import ScriptedGateway, contact, conversation, message, tail

ONE = ConversationId("one")


def gateway_with_a_thread(messages: int = 2, *, joins: bool = True) -> ScriptedGateway:
    said = [message("one", seq) for seq in range(1, messages + 1)]
    rows: tuple[Row, ...] = (contact(), conversation("one", Status.WAITING), tail("one", messages, messages), *said)
    return ScriptedGateway(rows, joins=joins)


def link_states(desk: Desk) -> list[LinkState]:
    states: list[LinkState] = []

    def listen(_changes: Changes) -> None:
        state = desk.queries.header().link
        if not states or states[-1] is not state:
            states.append(state)

    desk.subscribe(listen)
    return states


def bodies(desk: Desk) -> list[str]:
    return [entry.body for entry in desk.queries.thread(ONE).entries]


async def moments(seconds: float = 1.0) -> None:
    await asyncio.sleep(seconds)


async def test_a_first_load_shows_before_the_channel_is_joined(run_desk: RunDesk) -> None:
    gateway = gateway_with_a_thread(joins=False)
    desk = await run_desk(gateway, live=False)
    states = link_states(desk)
    await moments()
    assert list(desk.queries.view(View.WAITING)) == [ONE]
    assert desk.queries.header().link is LinkState.CONNECTING
    gateway.join()
    await moments()
    assert states == [LinkState.CONNECTING, LinkState.CATCHING_UP, LinkState.LIVE]
    assert gateway.calls == ["snapshot", "sync"]


async def test_what_happens_is_seen_at_once(run_desk: RunDesk) -> None:
    gateway = gateway_with_a_thread()
    desk = await run_desk(gateway)
    desk.look(ONE)
    await moments()
    gateway.tell(RowsStored((message("one", 3, "and now?"),)))
    await moments(0.001)
    assert bodies(desk) == ["line 1", "line 2", "and now?"]


async def test_what_comes_while_catching_up_waits_and_is_counted(run_desk: RunDesk) -> None:
    gateway = gateway_with_a_thread(joins=False)
    desk = await run_desk(gateway, live=False)
    await moments()
    gateway.gate.clear()
    gateway.join()
    gateway.store(message("one", 3))
    gateway.tell(RowsStored((message("one", 4),)), RowsStored((message("one", 5),)))
    await moments()
    assert (desk.queries.header().link, desk.queries.header().link_pending) == (LinkState.CATCHING_UP, 2)
    gateway.gate.set()
    await moments()
    assert desk.queries.header().link is LinkState.LIVE
    assert desk.queries.thread(ONE).last_seq == 5
    assert gateway.calls == ["snapshot", "sync"], "the hole was no hole once the sync had come"


async def test_what_was_lost_while_the_link_was_down_is_caught_up(run_desk: RunDesk) -> None:
    gateway = gateway_with_a_thread()
    desk = await run_desk(gateway)
    desk.look(ONE)
    await moments()
    gateway.cut("The cable was pulled.")
    await moments(42)
    header = desk.queries.header()
    assert (header.link, header.link_reason) == (LinkState.OFFLINE, "The cable was pulled.")
    assert round((desk.now() - header.link_since).total_seconds()) == 42
    gateway.store(message("one", 3, "missed"))
    gateway.join()
    await moments()
    assert desk.queries.header().link is LinkState.LIVE
    assert bodies(desk)[-1] == "missed"
    assert gateway.calls.count("snapshot") == 1


async def test_each_further_reason_is_told_and_the_time_stays(run_desk: RunDesk) -> None:
    gateway = gateway_with_a_thread()
    desk = await run_desk(gateway)
    gateway.cut("first")
    await moments()
    since = desk.queries.header().link_since
    gateway.cut("second")
    await moments()
    assert (desk.queries.header().link_since, desk.queries.header().link_reason) == (since, "second")


async def test_a_join_during_a_sync_is_synced_again_before_it_is_live(run_desk: RunDesk) -> None:
    gateway = gateway_with_a_thread()
    desk = await run_desk(gateway)
    states = link_states(desk)
    gateway.calls.clear()
    gateway.gate.clear()
    gateway.tell(RowSuspected("messages", "too large"))
    await gateway.until(lambda: gateway.calls == ["sync"])
    gateway.join()
    await moments()
    gateway.gate.set()
    await moments()
    assert gateway.calls == ["sync", "sync"]
    assert states == [LinkState.CATCHING_UP, LinkState.LIVE]


async def test_an_old_cursor_means_a_new_first_load_and_the_thread_again(run_desk: RunDesk) -> None:
    gateway = gateway_with_a_thread()
    desk = await run_desk(gateway)
    desk.look(ONE)
    await moments()

    async def reset(_cursor: Cursor) -> Synced | Reset:
        return Reset("too much has changed")

    gateway.sync = reset  # type: ignore[assignment, method-assign]
    gateway.join()
    await moments()
    assert gateway.calls.count("snapshot") == 2
    assert bodies(desk) == ["line 1", "line 2"]
    assert desk.queries.header().link is LinkState.LIVE


async def test_a_hole_in_a_loaded_thread_is_a_page(run_desk: RunDesk) -> None:
    gateway = gateway_with_a_thread()
    desk = await run_desk(gateway)
    desk.look(ONE)
    await moments()
    gateway.store(message("one", 3))
    gateway.store(message("one", 4))
    gateway.tell(RowsStored((message("one", 4),)))
    await moments(0.001)
    assert bodies(desk) == ["line 1", "line 2", "line 3", "line 4"]
    assert gateway.calls.count("page one None") == 2


async def test_a_hole_anywhere_else_is_a_sync(run_desk: RunDesk) -> None:
    gateway = gateway_with_a_thread()
    desk = await run_desk(gateway)
    gateway.calls.clear()
    gateway.store(message("one", 3), message("one", 4), tail("one", 4, 4))
    gateway.tell(RowsStored((message("one", 4),)))
    await moments()
    assert gateway.calls == ["sync"]
    assert desk.queries.row(ONE, desk.now()).unread == 4


async def test_a_patch_that_fits_nothing_is_a_sync(run_desk: RunDesk) -> None:
    gateway = gateway_with_a_thread()
    desk = await run_desk(gateway)
    newer = conversation("one", Status.CLOSED, version=7)
    gateway.store(newer)
    gateway.tell(RowPatched("conversations", "one", 7, {"status": Status.CLOSED}))
    await moments()
    assert list(desk.queries.view(View.CLOSED)) == [ONE]


async def test_many_suspicions_are_few_syncs(run_desk: RunDesk) -> None:
    gateway = gateway_with_a_thread()
    await run_desk(gateway)
    before = len(gateway.calls)
    for _ in range(100):
        gateway.tell(RowSuspected("messages", "too large"))
        await moments(0.001)
    await moments()
    assert 1 <= len(gateway.calls) - before <= 3


async def test_a_sync_that_does_not_mend_a_hole_is_not_repeated_for_ever(run_desk: RunDesk) -> None:
    gateway = gateway_with_a_thread()
    desk = await run_desk(gateway)
    desk.look(ONE)
    await moments()
    gateway.tell(RowsStored((message("one", 9),)))  # 3 to 8 exist nowhere
    await moments(30)
    assert len(gateway.calls) < 10


async def test_a_failing_sync_is_offline_with_its_reason_and_tried_until_it_holds(run_desk: RunDesk) -> None:
    gateway = gateway_with_a_thread()
    desk = await run_desk(gateway)
    gateway.down = Unreachable("The server can not be reached.")
    gateway.join()
    await moments(60)
    assert (desk.queries.header().link, desk.queries.header().link_reason) == (LinkState.OFFLINE, str(gateway.down))
    assert gateway.calls.count("sync") > 5
    gateway.down = None
    await moments(9)
    assert desk.queries.header().link is LinkState.LIVE


async def test_what_a_person_must_put_right_is_not_asked_often_but_at_once_on_a_key(run_desk: RunDesk) -> None:
    gateway = gateway_with_a_thread()
    gateway.down = Misconfigured("The chattui migrations are missing.")
    desk = await run_desk(gateway, live=False)
    await moments(59)
    assert len(gateway.calls) == 2
    gateway.down = None
    desk.resync()
    await moments()
    assert desk.queries.header().link is LinkState.LIVE
    assert gateway.retries == 1


async def test_a_server_that_asks_for_patience_is_left_alone_but_not_by_a_key(run_desk: RunDesk) -> None:
    gateway = gateway_with_a_thread()
    gateway.down = Unreachable("too much to do", patience=40)
    desk = await run_desk(gateway, live=False)
    await moments(39)
    assert len(gateway.calls) == 1
    desk.resync()
    await moments()
    assert len(gateway.calls) == 2
    gateway.down = None
    await moments(50)
    assert desk.queries.header().link is LinkState.LIVE


@pytest.mark.parametrize(("events_a_minute", "syncs_in_ten_minutes"), [(0, range(8, 12)), (600, range(40, 76))])
async def test_reconciliation_is_seldom_when_quiet_and_frequent_when_busy(
    run_desk: RunDesk, events_a_minute: int, syncs_in_ten_minutes: range
) -> None:
    gateway = gateway_with_a_thread()
    await run_desk(gateway, reconcile=True)
    before = gateway.calls.count("sync")
    for _ in range(600):
        for _ in range(events_a_minute // 60):
            gateway.tell(RowsStored((message("one", 2),)))
        await moments()
    assert gateway.calls.count("sync") - before in syncs_in_ten_minutes


async def test_reconciliation_repairs_what_was_never_told(run_desk: RunDesk) -> None:
    gateway = gateway_with_a_thread()
    desk = await run_desk(gateway, reconcile=True)
    gateway.store(conversation("one", Status.CLOSED, version=2))
    await moments(70)
    assert list(desk.queries.view(View.CLOSED)) == [ONE]


async def test_without_reconciliation_no_timer_asks_for_content(run_desk: RunDesk) -> None:
    gateway = gateway_with_a_thread()
    await run_desk(gateway)
    before = len(gateway.calls)
    await moments(3600)
    assert len(gateway.calls) == before


async def test_an_event_that_we_fail_on_does_not_end_the_shift(run_desk: RunDesk) -> None:
    gateway = gateway_with_a_thread()
    desk = await run_desk(gateway)
    gateway.tell(RowsStored((None,)))  # type: ignore[arg-type]
    gateway.tell(RowsStored((message("one", 3),)))
    await moments()
    assert desk.queries.thread(ONE).last_seq == 3
    assert desk.queries.header().link is LinkState.LIVE


async def test_a_first_load_that_we_fail_on_is_told_and_tried_again(run_desk: RunDesk) -> None:
    gateway = gateway_with_a_thread()
    gateway.down = ZeroDivisionError()
    desk = await run_desk(gateway, live=False)
    await moments()
    assert desk.queries.header().link is LinkState.OFFLINE
    assert "log" in desk.queries.header().link_reason
    gateway.down = None
    await moments(31)
    assert desk.queries.header().link is LinkState.LIVE


async def test_a_wrong_clock_does_not_make_an_outage_longer(run_desk: RunDesk) -> None:
    gateway = gateway_with_a_thread(joins=False)  # its server lives months before or after this machine
    desk = await run_desk(gateway, live=False)
    gateway.cut()
    await moments(42)
    assert round((desk.now() - desk.queries.header().link_since).total_seconds()) == 42
