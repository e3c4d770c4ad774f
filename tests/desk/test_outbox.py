import asyncio

import pytest

from chattui.desk import Desk
from chattui.desk.keeping import MemoryDrawer
from chattui.gateway.errors import GatewayError, SignedOut, Unreachable
from chattui.gateway.protocol import Refused
from chattui.model.events import Delivery
from chattui.model.intents import AddNote, MarkRead, SendMessage, SetLabel
from chattui.model.records import ConversationId, LabelId, Status
from tests.desk.conftest import RunDesk
from tests.scripted import ScriptedGateway, contact, conversation, message, tail

ONE, TWO = ConversationId("one"), ConversationId("two")
LABEL = LabelId("vip")


def two_threads() -> ScriptedGateway:
    return ScriptedGateway(
        [
            contact(),
            conversation("one", Status.ACTIVE),
            tail("one", 1, 1),
            message("one", 1),
            conversation("two", Status.ACTIVE),
            tail("two", 0),
        ]
    )


async def opened(desk: Desk) -> Desk:
    desk.look(ONE)
    desk.look(TWO)
    await moments()
    return desk


async def moments(seconds: float = 1.0) -> None:
    await asyncio.sleep(seconds)


def lines(desk: Desk, conversation_id: ConversationId = ONE) -> list[tuple[str, Delivery | None]]:
    return [(entry.body, entry.delivery) for entry in desk.queries.thread(conversation_id).entries]


async def test_a_message_stands_at_once_is_sent_and_stored_once(run_desk: RunDesk) -> None:
    gateway = two_threads()
    desk = await opened(await run_desk(gateway))
    gateway.gate.clear()
    await desk.send(ONE, "hello")
    assert lines(desk)[1:] == [("hello", Delivery.QUEUED)]
    await moments()
    assert lines(desk)[1:] == [("hello", Delivery.SENT)]
    gateway.gate.set()
    await moments()
    assert lines(desk)[1:] == [("hello", None)]
    assert len(gateway.submitted) == 1


async def test_one_conversation_is_first_in_first_out(run_desk: RunDesk) -> None:
    gateway = two_threads()
    desk = await opened(await run_desk(gateway))
    for word in "abcdefgh":
        await desk.send(ONE, word)
    await moments()
    assert [body for body, _ in lines(desk)[1:]] == list("abcdefgh")
    assert [intent.body for intent in gateway.submitted if isinstance(intent, SendMessage)] == list("abcdefgh")


async def test_an_unknown_outcome_is_repeated_with_the_same_id_until_it_is_known(run_desk: RunDesk) -> None:
    gateway = two_threads()
    desk = await opened(await run_desk(gateway))
    gateway.answer(SendMessage, *[Unreachable("no answer")] * 5)
    await desk.send(ONE, "first")
    await desk.send(ONE, "second")
    await moments(60)
    sent = [intent for intent in gateway.submitted if isinstance(intent, SendMessage)]
    assert [intent.body for intent in sent] == ["first"] * 6 + ["second"]
    assert len({intent.id for intent in sent}) == 2
    assert lines(desk)[1:] == [("first", None), ("second", None)]


@pytest.mark.parametrize("error", [Unreachable("no answer"), SignedOut("You are signed out.")])
async def test_while_it_can_not_be_sent_it_is_queued_and_counted(run_desk: RunDesk, error: GatewayError) -> None:
    gateway = two_threads()
    desk = await opened(await run_desk(gateway))
    gateway.down = error
    await desk.send(ONE, "hello")
    await desk.send(TWO, "hello you")
    await moments(300)
    assert desk.queries.header().queued == 2
    assert lines(desk)[1:] == [("hello", Delivery.QUEUED)]
    gateway.down = None
    desk.resync()
    await moments()
    assert desk.queries.header().queued == 0


async def test_a_server_that_asks_for_patience_is_left_alone_by_all(run_desk: RunDesk) -> None:
    gateway = two_threads()
    desk = await opened(await run_desk(gateway))
    gateway.answer(SendMessage, Unreachable("too much to do", patience=40))
    await desk.send(ONE, "first")
    await moments()
    await desk.send(TWO, "another")
    await moments(38)
    assert len(gateway.submitted) == 1
    await moments(10)
    assert (lines(desk)[1:], lines(desk, TWO)) == ([("first", None)], [("another", None)])


async def test_a_key_does_not_wait_for_a_server_that_asks_for_patience(run_desk: RunDesk) -> None:
    gateway, kept = two_threads(), MemoryDrawer()
    desk = await opened(await run_desk(gateway, drawer=kept))
    busy = Unreachable("too much to do", patience=40)
    gateway.answer(SendMessage, Refused("PT409", "Bo has it."), busy, busy)
    await desk.send(ONE, "refused")
    await moments()
    await desk.send(TWO, "queued")
    await moments()
    desk.resync()
    await moments()
    assert len(gateway.submitted) == 3
    desk.retry(kept.load()[0].id)
    await moments()
    assert (lines(desk)[1:], lines(desk, TWO)) == ([("refused", None)], [("queued", None)])


async def test_a_refused_one_parks_with_its_reason_and_harms_no_other(run_desk: RunDesk) -> None:
    gateway = two_threads()
    desk = await opened(await run_desk(gateway))
    gateway.answer(SendMessage, Refused("PT409", "Bo has it."))
    await desk.send(ONE, "no")
    await desk.send(ONE, "yes")
    await desk.send(TWO, "sure")
    await moments()
    assert {body for body, delivery in lines(desk) if delivery is None} >= {"yes"}
    assert [(e.body, e.reason) for e in desk.queries.thread(ONE).entries if e.delivery] == [("no", "Bo has it.")]
    assert lines(desk, TWO) == [("sure", None)]
    assert (desk.queries.header().queued, desk.queries.header().refused) == (0, 1)


async def test_a_refused_one_can_be_sent_again_or_given_up(run_desk: RunDesk) -> None:
    gateway, kept = two_threads(), MemoryDrawer()
    desk = await opened(await run_desk(gateway, drawer=kept))
    gateway.answer(SendMessage, Refused("PT409", "Bo has it."), Refused("PT409", "Bo has it."))
    await desk.send(ONE, "again")
    await desk.send(ONE, "never")
    await moments()
    again, never = (item.id for item in kept.load())
    desk.retry(again)
    desk.discard(never)
    await moments()
    assert lines(desk)[1:] == [("again", None)]
    assert kept.load() == []


async def test_a_slow_conversation_holds_up_no_other(run_desk: RunDesk) -> None:
    gateway = two_threads()
    desk = await opened(await run_desk(gateway))
    gateway.answer(SendMessage, Unreachable("no answer"))
    await desk.send(ONE, "slow")
    await desk.send(TWO, "quick")
    await moments(0.0001)
    assert lines(desk, TWO) == [("quick", None)]
    assert lines(desk)[1:] == [("slow", Delivery.QUEUED)]


async def test_what_an_earlier_run_left_is_shown_and_sent_in_order(run_desk: RunDesk) -> None:
    gateway, kept = two_threads(), MemoryDrawer()
    gateway.down = Unreachable("no network")
    desk = await run_desk(gateway, live=False, drawer=kept)
    await desk.send(ONE, "one")
    await desk.send(ONE, "two")
    await moments()
    await desk.aclose()
    ids = [item.id for item in kept.load()]
    left = two_threads()
    desk = await opened(await run_desk(left, drawer=kept))
    assert lines(desk)[1:] == [("one", None), ("two", None)]
    assert [intent.id for intent in left.submitted if isinstance(intent, SendMessage)] == ids
    assert kept.load() == []


async def test_a_refused_one_of_an_earlier_run_stays_parked(run_desk: RunDesk) -> None:
    gateway, kept = two_threads(), MemoryDrawer()
    first = await opened(await run_desk(gateway, drawer=kept))
    gateway.answer(SendMessage, Refused("PT409", "Bo has it."))
    await first.send(ONE, "hello")
    await moments()
    again = two_threads()
    desk = await opened(await run_desk(again, drawer=kept))
    assert lines(desk)[1:] == [("hello", Delivery.REFUSED)]
    assert again.submitted == []


async def test_notes_go_the_same_way(run_desk: RunDesk) -> None:
    gateway = two_threads()
    desk = await opened(await run_desk(gateway))
    await desk.note(ONE, "check the invoice first")
    assert lines(desk)[1:] == [("check the invoice first", Delivery.QUEUED)]
    await moments()
    assert [type(intent) for intent in gateway.submitted] == [AddNote]


async def test_of_labels_that_wait_the_last_change_counts(run_desk: RunDesk) -> None:
    gateway = two_threads()
    desk = await opened(await run_desk(gateway))
    gateway.gate.clear()
    await desk.send(ONE, "in front")
    await moments()
    for present in (True, False, True, False):
        desk.label(ONE, LABEL, present=present)
    gateway.gate.set()
    await moments()
    assert [i for i in gateway.submitted if isinstance(i, SetLabel)] == [SetLabel(ONE, LABEL, present=False)]


async def test_a_refused_label_or_mark_is_forgotten(run_desk: RunDesk) -> None:
    gateway, kept = two_threads(), MemoryDrawer()
    desk = await opened(await run_desk(gateway, drawer=kept))
    gateway.answer(SetLabel, Refused("PT404", "This label is gone."))
    gateway.answer(MarkRead, Refused("PT404", "It is gone."))
    desk.label(ONE, LABEL, present=True)
    desk.read(ONE, 1)
    await moments()
    assert kept.load() == []
    assert desk.queries.header().refused == 0


async def test_read_marks_are_collected_and_never_go_back(run_desk: RunDesk) -> None:
    gateway = two_threads()
    desk = await opened(await run_desk(gateway))
    for seq in (1, 2, 3, 2, 1):
        desk.read(ONE, seq)
    await moments()
    desk.read(ONE, 3)
    desk.read(ONE, 2)
    await moments()
    assert gateway.submitted == [MarkRead(ONE, 3)]
    assert desk.queries.thread(ONE).my_read_seq == 3


async def test_a_fault_of_our_own_parks_what_it_met(run_desk: RunDesk) -> None:
    gateway = two_threads()
    desk = await opened(await run_desk(gateway))
    gateway.answer(SendMessage, ZeroDivisionError())
    await desk.send(ONE, "unlucky")
    await desk.send(ONE, "lucky")
    await moments()
    assert desk.queries.header().refused == 1
    assert [body for body, delivery in lines(desk) if delivery is None] == ["line 1", "lucky"]
