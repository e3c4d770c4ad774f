"""Priority and sleep: asked of the database, shown in the list and above the thread."""

from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest
from msgspec import structs

from chattui.gateway.protocol import Refused
from chattui.model.events import ConversationGone, RowsStored
from chattui.model.intents import SetPriority, Snooze
from chattui.model.records import Status
from chattui.text.inert import inert_line
from chattui.text.times import until as until_when
from chattui.ui.pickers import priority_choices, snooze_choices
from chattui.ui.widgets.head import ThreadHeadBar
from tests.ui.widgets.host import Host, painted
from tests.ui.world import ANNE, LIAM, NOW, SMALL, WIDE, World, asked, picture_of, press, ready, sees, until

MADRID = timezone(timedelta(hours=1))


def offered(now: str, asleep_until: datetime | None = None) -> dict[str, str]:
    choices = snooze_choices(datetime.fromisoformat(now), asleep_until, MADRID)
    return {choice.text: choice.detail for choice in choices}


def test_what_is_put_aside_comes_back_in_the_agents_own_morning() -> None:
    assert offered("2026-11-20T14:07:00+00:00") == {
        "1 hour": "16:07",
        "4 hours": "19:07",
        "tomorrow morning": "Sat 09:00",
        "Monday morning": "Mon 09:00",
    }
    at = {one.text: one.id for one in snooze_choices(NOW, None, MADRID)}
    assert datetime.fromisoformat(at["Monday morning"]) == datetime(2026, 11, 23, 8, tzinfo=UTC)


def test_on_a_sunday_tomorrow_is_the_monday() -> None:
    assert "Monday morning" not in offered("2026-11-22T10:00:00+00:00")


def test_late_in_the_evening_tomorrow_is_that_of_the_place() -> None:
    assert offered("2026-11-20T23:30:00+00:00")["tomorrow morning"] == "Sun 09:00"


def test_what_sleeps_can_be_woken_first_of_all() -> None:
    words = offered("2026-11-20T14:07:00+00:00", NOW + timedelta(hours=3))
    assert next(iter(words.items())) == ("wake it now", "it sleeps until 18:07")


def test_the_priority_it_has_says_so() -> None:
    assert [(one.text, one.detail) for one in priority_choices(2)] == [
        ("none", ""),
        ("low", "! "),
        ("high", "!! as it is"),
        ("urgent", "!!! "),
    ]


@pytest.mark.parametrize(
    ("hours", "words"), [(2, "17:07"), (9, "Sat 00:07"), (24 * 6, "Thu 15:07"), (24 * 7, "27 Nov")]
)
def test_a_time_to_come_is_told_in_few_letters(hours: int, words: str) -> None:
    assert until_when(NOW + timedelta(hours=hours), NOW, MADRID) == words


async def test_z_puts_a_conversation_aside_and_wakes_it_again() -> None:
    world = World()
    async with world.run(WIDE) as pilot:
        await ready(pilot)
        await sees(pilot, "Anneliese")
        await press(pilot, "z")
        await sees(pilot, "tomorrow morning")
        await press(pilot, "down", "enter")
        await until(pilot, lambda: asked(world, Snooze))
        [snooze] = asked(world, Snooze)
        assert snooze.conversation_id == ANNE
        assert timedelta(hours=3, minutes=59) < snooze.snoozed_until - world.desk.now() <= timedelta(hours=4)
        await sees(pilot, "It sleeps until")
        await sees(pilot, "◷")
        await until(pilot, lambda: world.inbox.browsing.ids()[-1] == ANNE)
        world.inbox.browsing.list.move_to(ANNE)
        await pilot.pause()
        await press(pilot, "z")
        await sees(pilot, "wake it now")
        await press(pilot, "enter")
        await until(pilot, lambda: Snooze(ANNE, None) in world.gateway.submitted)
        await until(pilot, lambda: "◷" not in picture_of(pilot))


async def test_a_priority_is_chosen_by_name_and_stands_before_the_name() -> None:
    world = World()
    async with world.run(WIDE) as pilot:
        await ready(pilot)
        await press(pilot, "down", "!")
        await sees(pilot, "Priority")
        await press(pilot, *"urg", "enter")
        await until(pilot, lambda: asked(world, SetPriority))
        assert asked(world, SetPriority) == [SetPriority(LIAM, 3)]
        await sees(pilot, "!!! Liam")
        await sees(pilot, "!!! urgent")


async def test_what_the_database_refuses_is_said() -> None:
    world = World()
    world.gateway.answer(Snooze, Refused("PT409", "This conversation is closed; reopen it first."))
    async with world.run(WIDE) as pilot:
        await ready(pilot, view="5")
        await press(pilot, "z", "enter")
        await sees(pilot, "This conversation is closed")


async def test_a_colleagues_priority_and_snooze_are_seen_at_once() -> None:
    world = World()
    async with world.run(SMALL) as pilot:
        await ready(pilot)
        await press(pilot, "down")
        await sees(pilot, "let me get a person")
        row: Any = world.gateway.changed_row(LIAM, priority=2, snoozed_until=NOW + timedelta(days=30))
        world.gateway.tell(RowsStored((row,)))
        await sees(pilot, "!! Liam")
        await sees(pilot, "!!  ◷ 20 Dec")


async def test_what_is_gone_from_under_the_cursor_is_left_alone() -> None:
    world = World()
    async with world.run(SMALL) as pilot:
        await ready(pilot)
        await press(pilot, "down", "up")
        gone = world.gateway.table["conversations", ANNE]
        world.inbox.painting.changed(world.desk.store.apply([ConversationGone(ANNE, gone.version + 1)]))
        await pilot.pause()
        world.inbox.browsing.list.held.key()
        assert world.inbox.browsing.list.painted_under_cursor() == ANNE
        for key in ("z", "!", "c", "t", "l", "a", "enter"):
            await pilot.press(key)
            assert world.app.screen is world.inbox
        assert world.gateway.submitted == []


async def test_above_the_thread_there_is_the_word_where_there_is_room() -> None:
    world = World()
    async with world.run(WIDE) as pilot:
        await ready(pilot)
        head = world.desk.queries.head(ANNE, NOW)
    bar = ThreadHeadBar()
    async with Host(bar).shown((90, 3)) as pilot_:
        bar.show(structs.replace(head, priority=3, snoozed_until=NOW + timedelta(days=30)), NOW, preview=False)
        await pilot_.pause()
        assert "!!! urgent  ◷ until 20 Dec" in painted(bar)[0]


async def test_above_the_thread_a_long_name_gives_way_to_how_it_stands() -> None:
    world = World()
    async with world.run(WIDE) as pilot:
        await ready(pilot)
        head = world.desk.queries.head(ANNE, NOW)
    name = inert_line("Wolfeschlegelsteinhausenbergerdorff the Elder")
    theirs = structs.replace(
        head, name=name, status=Status.ACTIVE, mine=False, assignee=inert_line("Ana Torres"), priority=1
    )
    bar = ThreadHeadBar()
    async with Host(bar).shown((51, 3)) as pilot_:
        bar.show(theirs, NOW, preview=False)
        await pilot_.pause()
        assert painted(bar)[0].rstrip() == " Wolfeschlegelsteinhause…  ● active · Ana Torres  !"
