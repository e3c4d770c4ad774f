"""What the program says to the terminal, and how it ends."""

import logging
from collections.abc import Callable

import pytest
from textual import events
from textual.pilot import Pilot
from textual.strip import Strip
from textual.timer import Timer

from chattui.gateway.protocol import Refused
from chattui.model.events import RowsStored
from chattui.model.intents import TakeOver, UpdateProfile
from chattui.model.records import ConversationEvent, ConversationId
from chattui.store.changes import Changes
from chattui.ui import escapes
from chattui.ui.actions import KeysError
from chattui.ui.app import ChattuiApp
from chattui.ui.painting import AT_ONCE, CROWDED, FRAME, WRITING
from chattui.ui.settings import Settings
from chattui.ui.widgets.conversations import ConversationList
from tests.scripted import ANA, BO, profile
from tests.ui.world import SAM, WIDE, World, message, picture_of, press, sees, stamp, until


async def opened(pilot: Pilot[None]) -> None:
    await sees(pilot, "6 unread")


async def written(world: World, pilot: Pilot[None], seq: int, conversation_id: ConversationId = SAM) -> None:
    world.gateway.tell(RowsStored((message(conversation_id, seq, 0, "c", f"line {seq}"),)))
    await until(pilot, lambda: world.desk.queries.thread(conversation_id).last_seq == seq)
    await pilot.pause(0.1)


def notices(world: World) -> list[str]:
    return [told for told in world.told if escapes.BELL in told and "\x1b]9;" in told]


async def test_the_title_counts_the_unread_and_is_given_back() -> None:
    world = World()
    async with world.run(WIDE) as pilot:
        await opened(pilot)
        await until(pilot, lambda: any("(6) chattui" in told for told in world.told))
    assert world.told[0].startswith(escapes.SAVE_TITLE)
    assert world.told[-1] == escapes.RESTORE_TITLE


async def test_a_customer_of_mine_rings_only_while_nobody_looks() -> None:
    world = World()
    async with world.run(WIDE) as pilot:
        await opened(pilot)
        await written(world, pilot, 6)
        assert notices(world) == []
        world.app.post_message(events.AppBlur())
        await pilot.pause()
        await written(world, pilot, 7)
        [notice] = notices(world)
        assert "Samuel Okafor: wrote" in notice
        assert "line 7" not in notice


def taken_from_me(world: World) -> RowsStored:
    row = world.gateway.changed_row(SAM, assigned_to=BO)
    data = {"previous_agent": ANA, "assigned_to": BO}
    event = ConversationEvent(
        id="event-2", conversation_id=SAM, after_seq=5, kind="taken", actor_id=BO, data=data, **stamp(0)
    )
    return RowsStored((row, event))


async def test_what_an_admin_takes_from_me_is_told_where_i_look() -> None:
    world = World()
    async with world.run(WIDE) as pilot:
        await opened(pilot)
        world.gateway.tell(taken_from_me(world))
        await sees(pilot, "Samuel Okafor is no longer yours: Bo Larsen took over from Ana Torres.")
        assert notices(world) == []


async def test_what_an_admin_takes_from_me_rings_while_nobody_looks() -> None:
    world = World(Settings(notice_text=True, guard=0))
    async with world.run(WIDE) as pilot:
        await opened(pilot)
        world.app.post_message(events.AppBlur())
        await pilot.pause()
        world.gateway.tell(taken_from_me(world))
        await until(pilot, lambda: notices(world))
        assert "Samuel Okafor: is no longer yours: Bo Larsen took over from Ana Torres" in notices(world)[0]


async def test_one_conversation_rings_once_a_minute() -> None:
    world = World()
    async with world.run(WIDE) as pilot:
        await opened(pilot)
        world.app.post_message(events.AppBlur())
        await pilot.pause()
        await written(world, pilot, 6)
        await written(world, pilot, 7)
        assert len(notices(world)) == 1


async def test_the_words_are_in_the_notice_only_where_that_is_wanted() -> None:
    world = World(Settings(notice_text=True, guard=0))
    async with world.run(WIDE) as pilot:
        await opened(pilot)
        world.app.post_message(events.AppBlur())
        await pilot.pause()
        await written(world, pilot, 6)
        assert "wrote: line 6" in notices(world)[0]


async def test_a_profile_that_wants_quiet_gets_it() -> None:
    world = World()
    async with world.run(WIDE) as pilot:
        await opened(pilot)
        await press(pilot, "f3")
        await sees(pilot, "⊘ quiet")
        assert UpdateProfile(notifications_enabled=False) in world.gateway.submitted
        world.app.post_message(events.AppBlur())
        await pilot.pause()
        await written(world, pilot, 6)
        assert notices(world) == []


async def taken_over(world: World) -> None:
    async with world.run(WIDE) as pilot:
        await opened(pilot)
        await press(pilot, "1", "t")
        await until(pilot, lambda: world.app.failure)


async def test_a_fault_ends_with_a_sentence_and_its_story_in_the_log(caplog: pytest.LogCaptureFixture) -> None:
    def broken(_: object) -> Refused:
        raise ZeroDivisionError("on purpose")

    world = World(Settings(guard=0, log_file="chattui.log"))
    world.gateway.answer(TakeOver, broken)
    with caplog.at_level(logging.ERROR), pytest.raises(ZeroDivisionError):
        await taken_over(world)
    assert world.app.return_code == 1
    assert world.app.failure.endswith("What happened is in chattui.log.")
    assert world.app._exit_renderables == []
    assert "on purpose" in caplog.text


async def test_what_the_network_does_to_an_action_is_a_sentence() -> None:
    world = World()
    async with world.run(WIDE) as pilot:
        await opened(pilot)
        world.gateway.cut("The server does not answer.")
        await sees(pilot, "offline")
        await press(pilot, "1", "t")
        await until(pilot, lambda: world.app._notifications)
        assert world.app.failure == ""
        assert world.desk.queries.row(SAM, world.desk.now()).mine


def test_a_rebinding_that_cannot_be_is_told_before_anything_is_drawn() -> None:
    world = World()
    with pytest.raises(KeysError, match="'clos'; did you mean 'close'"):
        ChattuiApp(world.open, Settings(keys={"clos": ("x",)}))


async def test_rebound_keys_stand_in_the_footer_and_work() -> None:
    world = World(Settings(guard=0, keys={"take-over": ("b",)}))
    async with world.run(WIDE) as pilot:
        await opened(pilot)
        await press(pilot, "1")
        await sees(pilot, "b take over")
        await press(pilot, "b")
        await until(pilot, lambda: any(isinstance(intent, TakeOver) for intent in world.gateway.submitted))


async def test_light_and_dark_change_by_a_key() -> None:
    world = World()
    async with world.run(WIDE) as pilot:
        await opened(pilot)
        await press(pilot, "f5")
        assert world.app.theme == "chattui-light"
        await press(pilot, "f5")
        assert world.app.theme == "chattui-dark"


async def test_ctrl_z_goes_into_the_background_but_where_it_takes_words_back(monkeypatch: pytest.MonkeyPatch) -> None:
    world, suspended = World(), list[str]()
    monkeypatch.setattr(ChattuiApp, "action_suspend_process", lambda _: suspended.append("suspended"))
    async with world.run(WIDE) as pilot:
        await opened(pilot)
        await press(pilot, "2", "enter", "h", "i", "ctrl+z")
        assert suspended == []
        assert world.inbox.writing.composer.text != "hi"
        await press(pilot, "escape", "ctrl+z")
        await until(pilot, lambda: suspended == ["suspended"])


async def test_a_burst_of_rows_is_one_repaint_a_frame() -> None:
    world = World()
    async with world.run(WIDE) as pilot:
        await opened(pilot)
        painted: list[object] = []
        world.inbox.painting.after = painted.append
        for _ in range(500):
            world.inbox.painting.changed(world.desk.store.apply([RowsStored((profile(ANA),))]))
        await until(pilot, lambda: painted)
        assert len(painted) == 1


async def test_while_much_happens_it_is_painted_ten_times_a_second_and_a_key_does_not_wait() -> None:
    waits: list[float] = []
    world = World()
    async with world.run(WIDE) as pilot:
        await opened(pilot)
        painting = world.inbox.painting
        later = painting._later

        def noted(seconds: float, call: Callable[[], None]) -> Timer:
            if call == painting._flush:
                waits.append(seconds)
            return later(seconds, call)

        painting._later = noted
        changes = world.desk.store.apply([RowsStored((profile(ANA),))])

        def busy(seconds: float) -> bool:
            """Whether the repaint after these changes is put off so long."""
            for _ in range(100):
                painting.changed(changes)
            return round(waits[-1], 1) == seconds

        painting.changed(changes)
        assert waits[-1] <= FRAME
        await until(pilot, lambda: busy(CROWDED))
        painting.hurry()
        assert waits[-1] == AT_ONCE
        painting.written()
        await until(pilot, lambda: busy(WRITING))
        painting.hurry()
        await until(pilot, lambda: not painting._pending)
        painting._counting = painting._flushed = 0.0
        painting.changed(changes)
        await until(pilot, lambda: not painting._pending)
        painting.changed(changes)
        assert waits[-1] <= FRAME


async def test_times_that_read_the_same_are_not_drawn_again(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("chattui.ui.painting.SLOW", 0.1)
    drawn: list[int] = []
    draw = ConversationList.render_line

    def counting(rows: ConversationList, y: int) -> Strip:
        drawn.append(y)
        return draw(rows, y)

    world = World(still=True)
    async with world.run(WIDE) as pilot:
        await opened(pilot)
        await pilot.pause(0.3)
        monkeypatch.setattr(ConversationList, "render_line", counting)
        await pilot.pause(0.5)
        assert drawn == []


async def test_the_screen_is_still_while_nothing_happens() -> None:
    world = World()
    async with world.run(WIDE) as pilot:
        await opened(pilot)
        await pilot.pause(0.2)
        calls = len(world.gateway.calls)
        before = picture_of(pilot)
        await pilot.pause(1.2)
        assert len(world.gateway.calls) == calls
        assert picture_of(pilot) == before


async def test_what_is_still_to_be_painted_when_it_ends_stops_nothing() -> None:
    world = World()
    async with world.run(WIDE) as pilot:
        await opened(pilot)
        painting = world.inbox.painting
    painting._pending.append(Changes(everything=True))
    painting._flush()


async def test_a_conversation_that_is_gone_before_the_list_knows_is_an_empty_row() -> None:
    world = World()
    async with world.run(WIDE) as pilot:
        await opened(pilot)
        for key in [key for key, row in world.gateway.table.items() if getattr(row, "conversation_id", None) == SAM]:
            del world.gateway.table[key]
        del world.gateway.table["conversations", SAM]
        world.desk.store.apply([(await world.gateway.snapshot()).event])  # painted later: nobody was told
        assert not world.desk.queries.knows(SAM)
        world.inbox.browsing.list.notify_style_update()
        world.inbox.browsing.list.refresh()
        await pilot.pause()
        assert "Samuel" not in picture_of(pilot)
        assert "Mei Tanaka" in picture_of(pilot)
        await press(pilot, "c", "t", "l", "enter")
        assert world.gateway.submitted == []
