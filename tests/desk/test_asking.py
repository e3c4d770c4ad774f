import asyncio
from datetime import timedelta

import msgspec
import pytest

from chattui.desk import Desk
from chattui.gateway.errors import SignedOut, Unreachable
from chattui.gateway.protocol import Accepted, Refused
from chattui.model.events import PresenceSeen, RowsStored, TypingSeen
from chattui.model.intents import Close, Intent, TakeNext, TakeOver, Typing, UpdateProfile, Viewing
from chattui.model.records import Availability, ConversationId, Sender, Status
from chattui.store.projections import View
from tests.desk.conftest import RunDesk
from tests.scripted import ANA, BO, ScriptedGateway, at, contact, conversation, message, profile, tail

ONE = ConversationId("one")


def waiting() -> ScriptedGateway:
    gateway = ScriptedGateway([contact(), conversation("one", Status.WAITING), tail("one", 1, 1), message("one", 1)])
    taken = conversation("one", Status.ACTIVE, version=2)
    gateway.answer(TakeOver, Accepted((taken,)))
    return gateway


async def moments(seconds: float = 1.0) -> None:
    await asyncio.sleep(seconds)


def pending(desk: Desk) -> bool:
    return desk.queries.row(ONE, desk.now()).pending


async def test_a_hand_off_is_pending_until_it_is_answered(run_desk: RunDesk) -> None:
    gateway = waiting()
    desk = await run_desk(gateway)
    gateway.gate.clear()
    asked = asyncio.create_task(desk.ask(TakeOver(ONE)))
    await moments()
    assert pending(desk)
    assert list(desk.queries.view(View.MINE)) == [], "nothing is believed before it is said"
    gateway.gate.set()
    assert await asked is None
    assert not pending(desk)
    assert list(desk.queries.view(View.MINE)) == [ONE]


async def test_a_refusal_says_who_has_it_and_changes_nothing(run_desk: RunDesk) -> None:
    gateway = waiting()
    desk = await run_desk(gateway)
    gateway.answer(Close, Refused("PT409", "Bo has it."))
    assert await desk.ask(Close(ONE)) == Refused("PT409", "Bo has it.")
    assert list(desk.queries.view(View.WAITING)) == [ONE]
    assert not pending(desk)


async def test_offline_nothing_is_asked(run_desk: RunDesk) -> None:
    gateway = waiting()
    desk = await run_desk(gateway)
    gateway.cut()
    await moments()
    refused = await desk.ask(TakeOver(ONE))
    assert refused is not None
    assert refused.code == "offline"
    assert gateway.submitted == []


async def test_an_unknown_outcome_is_asked_for_once_more(run_desk: RunDesk) -> None:
    gateway = waiting()
    desk = await run_desk(gateway)
    gateway.answer(TakeNext, Unreachable("no answer"), Accepted((conversation("one", Status.ACTIVE, version=2),)))
    assert await desk.ask(TakeNext("request")) is None
    assert gateway.submitted == [TakeNext("request")] * 2
    assert list(desk.queries.view(View.MINE)) == [ONE]


async def test_without_any_answer_it_says_that_it_may_have_happened(run_desk: RunDesk) -> None:
    gateway = waiting()
    desk = await run_desk(gateway)
    gateway.answer(Close, Unreachable("no answer"), Unreachable("no answer"))
    refused = await desk.ask(Close(ONE))
    assert refused is not None
    assert refused.code == "unknown"
    gateway.answer(Close, SignedOut("You are signed out."))
    assert await desk.ask(Close(ONE)) == Refused("unavailable", "You are signed out.")
    assert not pending(desk)


async def test_what_is_asked_when_the_link_goes_is_not_asked_twice(run_desk: RunDesk) -> None:
    gateway = waiting()
    desk = await run_desk(gateway)
    gateway.answer(Close, Unreachable("no answer"))
    gateway.cut()
    refused = await desk.ask(Close(ONE))
    assert refused is not None
    assert refused.code == "unknown"
    assert gateway.submitted == [Close(ONE)]


async def test_take_next_answers_which_one_it_was(run_desk: RunDesk) -> None:
    gateway = waiting()
    desk = await run_desk(gateway)
    gateway.answer(TakeNext, Accepted((conversation("one", Status.ACTIVE, version=2),)), Refused("PT404", "Nobody."))
    assert await desk.take_next() == ONE
    assert await desk.take_next() == Refused("PT404", "Nobody.")
    requests = [intent.request_id for intent in gateway.submitted if isinstance(intent, TakeNext)]
    assert len(set(requests)) == len(requests) == 2


async def test_a_refusal_shows_what_was_not_seen_yet(run_desk: RunDesk) -> None:
    gateway = waiting()
    desk = await run_desk(gateway)
    gateway.store(msgspec.structs.replace(conversation("one", Status.ACTIVE, version=2), assigned_to=BO))
    gateway.answer(Close, Refused("PT409", "Bo has it."))
    assert await desk.ask(Close(ONE)) is not None
    await moments()
    assert list(desk.queries.view(View.WAITING)) == []


@pytest.mark.parametrize(
    ("before", "asked"),
    [
        (Availability.OFFLINE, [UpdateProfile(availability=Availability.ONLINE)]),
        (Availability.AWAY, []),
        (Availability.ONLINE, []),
    ],
)
async def test_whoever_opens_an_inbox_is_online_but_who_said_away_stays_so(
    run_desk: RunDesk, before: Availability, asked: list[Intent]
) -> None:
    gateway = waiting()
    gateway.store(msgspec.structs.replace(profile(version=2), availability=before))
    await run_desk(gateway)
    await moments()
    assert gateway.submitted == asked


async def test_typing_is_said_every_two_seconds_and_ends_by_itself(run_desk: RunDesk) -> None:
    gateway = waiting()
    desk = await run_desk(gateway)
    for _ in range(50):
        desk.typing.key(ONE)
        await moments(0.1)
    assert gateway.said == [Typing(ONE, is_typing=True)] * 3
    await moments(4)
    assert gateway.said[3:] == [Typing(ONE, is_typing=False)]


async def test_typing_ends_with_the_message_and_when_another_is_written(run_desk: RunDesk) -> None:
    gateway = waiting()
    desk = await run_desk(gateway)
    other = ConversationId("two")
    desk.typing.key(ONE)
    desk.typing.stop(ONE)
    desk.typing.stop(ONE)
    await moments(3)
    desk.typing.key(ONE)
    desk.typing.key(other)
    await moments(0.01)
    assert gateway.said == [
        Typing(ONE, is_typing=True),
        Typing(ONE, is_typing=False),
        Typing(ONE, is_typing=True),
        Typing(ONE, is_typing=False),
        Typing(other, is_typing=True),
    ]


async def test_viewing_is_said_when_it_stays(run_desk: RunDesk) -> None:
    gateway = waiting()
    desk = await run_desk(gateway)
    for name in ("a", "b", "c"):
        desk.view(ConversationId(name))
        await moments(0.1)
    await moments(0.3)
    desk.view(ConversationId("c"))
    desk.view(None)
    await moments()
    assert gateway.said == [Viewing(ConversationId("c")), Viewing(None)]


async def test_a_newcomer_is_told_once_within_three_seconds(run_desk: RunDesk) -> None:
    gateway = waiting()
    desk = await run_desk(gateway)
    gateway.tell(PresenceSeen({ANA: Availability.ONLINE}))
    desk.view(ONE)
    await moments(5)
    gateway.said.clear()
    gateway.tell(PresenceSeen({ANA: Availability.ONLINE, BO: Availability.ONLINE}))
    gateway.tell(PresenceSeen({ANA: Availability.ONLINE, BO: Availability.AWAY}))
    await moments(3.01)
    assert gateway.said == [Viewing(ONE)]
    gateway.tell(PresenceSeen({ANA: Availability.ONLINE}))
    await moments(10)
    assert gateway.said == [Viewing(ONE)]


async def test_signs_of_typing_fade_by_the_server_s_clock(run_desk: RunDesk) -> None:
    gateway = waiting()
    gateway.store(profile(BO, "Bo Lind"))
    desk = await run_desk(gateway)
    gateway.tell(TypingSeen(ONE, BO, is_typing=True, at=at(-1e6)))
    await moments(4.9)
    assert desk.queries.typing(ONE, desk.now()) == ("Bo Lind",)
    await moments(0.2)
    assert desk.queries.typing(ONE, desk.now()) == ()


async def test_now_is_the_server_s_time(run_desk: RunDesk) -> None:
    desk = await run_desk(waiting())
    before = desk.now()
    await moments(90)
    assert desk.now() - before == timedelta(seconds=90)
    assert before.year == at(0).year


async def test_who_sleeps_is_woken_in_time(run_desk: RunDesk) -> None:
    gateway = waiting()
    desk = await run_desk(gateway)
    start = desk.now()
    late = conversation("two", Status.ACTIVE, snoozed_until=start + timedelta(hours=30))
    soon = conversation("one", Status.ACTIVE, version=3, snoozed_until=start + timedelta(minutes=10))
    gateway.tell(RowsStored((late,)), RowsStored((soon,)))
    await moments(599)
    assert "wake_due" not in gateway.calls
    await moments(2.1)
    assert gateway.calls.count("wake_due") == 1
    gateway.tell(RowsStored((conversation("one", Status.ACTIVE, version=4),)))
    await moments(3600)
    assert gateway.calls.count("wake_due") == 1
    await moments(30 * 3600 - 4200 + 1)
    assert gateway.calls.count("wake_due") == 2


async def test_a_stranger_is_asked_for_once(run_desk: RunDesk) -> None:
    gateway = waiting()
    desk = await run_desk(gateway)
    gateway.store(profile(BO, "Bo Lind"))
    desk.look(ONE)
    for seq in (2, 3):
        gateway.tell(RowsStored((message("one", seq, sender=Sender.AGENT, by=BO),)))
    await moments()
    assert [call for call in gateway.calls if call.startswith("people")] == ["people bo"]
    assert desk.queries.thread(ONE).entries[-1].author == "Bo Lind"


async def test_a_stranger_nobody_could_name_is_asked_for_after_the_next_sync(run_desk: RunDesk) -> None:
    gateway = waiting()
    desk = await run_desk(gateway)
    desk.look(ONE)
    await moments()
    gateway.store(profile(BO, "Bo Lind"))
    gateway.down = Unreachable("no answer")
    gateway.tell(RowsStored((message("one", 2, sender=Sender.AGENT, by=BO),)))
    await moments()
    gateway.down = None
    desk.resync()
    await moments()
    assert desk.queries.thread(ONE).entries[-1].author == "Bo Lind"


async def test_drafts_are_kept_apart_and_told(run_desk: RunDesk) -> None:
    desk = await run_desk(waiting())
    desk.drafts.keep(ONE, "reply", "half a sent")
    desk.drafts.keep(ONE, "note", "remember")
    assert (desk.drafts.of(ONE, "reply"), desk.drafts.of(ONE, "note")) == ("half a sent", "remember")
    desk.drafts.keep(ONE, "reply", "")
    assert desk.queries.row(ONE, desk.now()).draft
    desk.drafts.keep(ONE, "note", "")
    assert not desk.queries.row(ONE, desk.now()).draft


async def test_older_pages_are_asked_for_one_at_a_time_until_the_beginning(run_desk: RunDesk) -> None:
    said = [message("one", seq) for seq in range(1, 121)]
    gateway = ScriptedGateway([contact(), conversation("one", Status.WAITING), tail("one", 120, 120), *said])
    desk = await run_desk(gateway)
    desk.older(ONE)
    desk.look(ONE)
    await moments()
    for _ in range(5):
        desk.older(ONE)
        desk.older(ONE)
        await moments()
    pages = [call for call in gateway.calls if call.startswith("page")]
    assert pages == ["page one None", "page one 71", "page one 21"]
    assert len(desk.queries.thread(ONE).entries) == 120


async def test_a_page_that_did_not_come_is_asked_for_when_the_server_answers_again(run_desk: RunDesk) -> None:
    gateway = waiting()
    desk = await run_desk(gateway)
    gateway.down = Unreachable("no answer")
    desk.look(ONE)
    await moments()
    gateway.down = None
    desk.resync()
    await moments()
    assert desk.queries.thread(ONE).loaded


async def test_threads_nobody_looks_at_are_let_go(run_desk: RunDesk) -> None:
    names = [f"thread{number}" for number in range(35)]
    rows = [row for name in names for row in (conversation(name), tail(name, 1, 1), message(name, 1))]
    gateway = ScriptedGateway([contact(), *rows])
    desk = await run_desk(gateway)
    for name in names:
        desk.look(ConversationId(name))
        await moments()
    loaded = [name for name in names if desk.queries.thread(ConversationId(name)).loaded]
    assert loaded == names[5:]


async def test_search_is_asked_of_the_server(run_desk: RunDesk) -> None:
    desk = await run_desk(waiting())
    assert [found.snippet for found in await desk.search("line")] == ["line 1"]
