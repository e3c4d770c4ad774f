"""The whole screen over a real store and a real desk; only the network is played."""

import pytest
from textual import events

from chattui.gateway.errors import Misconfigured
from chattui.model.events import LinkState, RowsStored
from chattui.model.intents import (
    MarkRead,
    SetLabel,
    UpdateProfile,
    Viewing,
)
from chattui.store.projections import View
from chattui.ui.actions import Where
from chattui.ui.app import ChattuiApp
from chattui.ui.screens.help import HelpScreen
from chattui.ui.screens.picker import Picker
from chattui.ui.settings import Settings
from tests.ui.world import (
    JONAS,
    LATE,
    LIAM,
    NARROW,
    ROSA,
    SAM,
    SMALL,
    WIDE,
    World,
    asked,
    message,
    picture_of,
    press,
    ready,
    sees,
    until,
)


async def test_it_opens_with_what_is_mine() -> None:
    world = World()
    async with world.run(WIDE) as pilot:
        await sees(pilot, "Samuel Okafor")
        assert world.inbox.browsing.view is View.MINE
        for words in ("Acme Support", "● live", "6 unread", "Ana Torres", "online 2/5", "Waiting 3", "Mine 2"):
            await sees(pilot, words)


async def test_moving_the_cursor_previews_without_a_trace() -> None:
    world = World()
    async with world.run(WIDE) as pilot:
        await ready(pilot)
        await press(pilot, "down")
        await until(pilot, lambda: world.inbox.browsing.selection.shown == LIAM)
        await sees(pilot, "let me get a person for you")
        await sees(pilot, "preview")
        await pilot.pause(0.4)
        assert asked(world, MarkRead) == []
        assert Viewing(LIAM) not in world.gateway.said


async def test_nothing_is_shown_by_itself_unless_the_setting_says_so() -> None:
    world = World()
    async with world.run(WIDE) as pilot:
        await sees(pilot, "Choose a conversation")
        await pilot.pause(0.3)
        assert world.inbox.browsing.selection.shown is None


async def test_with_the_setting_the_first_one_is_a_preview_and_the_focus_stays() -> None:
    world = World(Settings(open_first=True, guard=0))
    async with world.run(WIDE) as pilot:
        await until(pilot, lambda: world.app._inbox and world.inbox.browsing.selection.shown == SAM)
        assert not world.inbox.browsing.selection.opened
        assert world.inbox.panes.where is Where.LIST


async def test_enter_opens_marks_read_and_writes() -> None:
    world = World()
    async with world.run(WIDE) as pilot:
        await ready(pilot, view="2")
        await press(pilot, "enter")
        await until(pilot, lambda: asked(world, MarkRead))
        assert asked(world, MarkRead) == [MarkRead(SAM, 5)]
        assert world.inbox.panes.where is Where.COMPOSER
        await until(pilot, lambda: Viewing(SAM) in world.gateway.said)
        await sees(pilot, "4 unread")


async def test_nothing_is_read_while_the_terminal_has_no_focus() -> None:
    world = World()
    async with world.run(WIDE) as pilot:
        await ready(pilot, view="2")
        world.app.post_message(events.AppBlur())
        await pilot.pause()
        world.inbox.browsing.open(SAM)
        await pilot.pause(0.5)
        assert asked(world, MarkRead) == []
        world.app.post_message(events.AppFocus())
        await until(pilot, lambda: asked(world, MarkRead))


async def test_nothing_is_read_behind_the_help() -> None:
    world = World()
    async with world.run(WIDE) as pilot:
        await ready(pilot, view="2")
        await press(pilot, "f1")
        await until(pilot, lambda: isinstance(world.app.screen, HelpScreen))
        world.inbox.browsing.open(SAM)
        await pilot.pause(0.5)
        assert asked(world, MarkRead) == []
        await press(pilot, "escape")
        await until(pilot, lambda: asked(world, MarkRead))


async def test_labels_go_on_and_off_without_leaving_the_list_of_them() -> None:
    world = World()
    async with world.run(WIDE) as pilot:
        await ready(pilot, view="2")
        await press(pilot, "l")
        await until(pilot, lambda: isinstance(world.app.screen, Picker))
        await press(pilot, *"vip", "enter")
        await until(pilot, lambda: asked(world, SetLabel) == [SetLabel(SAM, "label-3", present=True)])  # type: ignore[arg-type]
        assert isinstance(world.app.screen, Picker)
        await press(pilot, "escape")
        assert world.inbox.is_current


async def test_the_filter_narrows_and_escape_clears_it() -> None:
    world = World()
    async with world.run(WIDE) as pilot:
        await ready(pilot, view="4")
        await press(pilot, "slash", *"jonas")
        await until(pilot, lambda: list(world.inbox.browsing.ids()) == [JONAS])
        await press(pilot, "enter")
        assert world.inbox.panes.where is Where.LIST
        assert list(world.inbox.browsing.ids()) == [JONAS]
        await press(pilot, "escape")
        await until(pilot, lambda: len(world.inbox.browsing.ids()) > 1)


async def test_next_that_needs_me_works_while_writing() -> None:
    world = World()
    async with world.run(WIDE) as pilot:
        await ready(pilot, view="4")
        await press(pilot, "enter", "ctrl+n")
        await until(pilot, lambda: world.inbox.browsing.selection.opened)
        shown = world.inbox.browsing.selection.shown
        await press(pilot, "ctrl+n")
        await until(pilot, lambda: world.inbox.browsing.selection.shown != shown)


async def test_brackets_walk_the_unread() -> None:
    world = World()
    async with world.run(WIDE) as pilot:
        await ready(pilot)
        await press(pilot, "right_square_bracket")
        first = world.inbox.browsing.list.cursor
        await press(pilot, "right_square_bracket", "left_square_bracket")
        assert world.inbox.browsing.list.cursor == first


async def test_views_go_round_by_tab_and_by_number() -> None:
    world = World()
    async with world.run(WIDE) as pilot:
        await ready(pilot, view="5")
        await press(pilot, "tab")
        assert world.inbox.browsing.view is View.WAITING
        await press(pilot, "shift+tab")
        await until(pilot, lambda: world.inbox.browsing.view is View.CLOSED)


@pytest.mark.parametrize("key", ["f1", "question_mark"])
async def test_help_shows_every_key_and_escape_closes_it(key: str) -> None:
    world = World()
    async with world.run(WIDE) as pilot:
        await ready(pilot)
        await press(pilot, key)
        await until(pilot, lambda: isinstance(world.app.screen, HelpScreen))
        await sees(pilot, "Take the conversation over")
        await press(pilot, "escape")
        assert world.inbox.is_current


async def test_the_palette_finds_actions_and_people() -> None:
    world = World()
    async with world.run(WIDE) as pilot:
        await ready(pilot)
        await press(pilot, "ctrl+p", *"jonas")
        await sees(pilot, "Jonas Weiss  ◌ ai")
        await press(pilot, "enter")
        await until(pilot, lambda: world.inbox.browsing.selection.shown == JONAS)
        assert world.inbox.browsing.view is View.AI


async def test_the_mouse_changes_view_and_opens() -> None:
    world = World()
    async with world.run(WIDE) as pilot:
        await ready(pilot)
        await pilot.click("#tabs", offset=(14, 0))
        assert world.inbox.browsing.view is View.MINE
        await pilot.click("#list", offset=(4, 0), times=2)
        await until(pilot, lambda: world.inbox.browsing.selection.opened)
        assert world.inbox.panes.where is Where.COMPOSER


async def test_an_arriving_message_is_on_the_screen_without_a_key() -> None:
    world = World()
    async with world.run(WIDE) as pilot:
        await ready(pilot, view="2")
        await press(pilot, "enter")
        world.gateway.tell(RowsStored((message(SAM, 6, 0, "c", "And the lampshade?"),)))
        await sees(pilot, "And the lampshade?")


async def test_offline_is_said_and_composing_goes_on() -> None:
    world = World()
    async with world.run(WIDE) as pilot:
        await ready(pilot, view="2")
        await press(pilot, "enter")
        world.gateway.cut("The server does not answer.")
        await sees(pilot, "The server does not answer.")
        await sees(pilot, "offline")
        await press(pilot, *"still here", "ctrl+r")
        assert world.gateway.retries > 0
        assert world.inbox.writing.composer.text == "still here"


async def test_notices_are_switched_from_inside() -> None:
    world = World()
    async with world.run(WIDE) as pilot:
        await ready(pilot)
        await press(pilot, "f3")
        await sees(pilot, "Notices are off.")
        assert asked(world, UpdateProfile) == [UpdateProfile(notifications_enabled=False)]
        await sees(pilot, "⊘ quiet")


async def test_below_eighty_columns_there_are_two_pages_with_the_same_keys() -> None:
    world = World()
    async with world.run(NARROW) as pilot:
        await ready(pilot, view="2")
        assert "reply to" not in picture_of(pilot)
        await press(pilot, "enter")
        await sees(pilot, "reply to Samuel Okafor")
        assert "Waiting" not in picture_of(pilot)
        await press(pilot, "escape")
        await sees(pilot, "Waiting")


async def test_a_past_conversation_is_opened_by_keys_that_the_footer_names() -> None:
    world = World()
    async with world.run(WIDE) as pilot:
        await ready(pilot, view="1")
        await press(pilot, "G")
        await until(pilot, lambda: world.inbox.browsing.selection.shown == ROSA)
        await sees(pilot, "Late parcel")
        await press(pilot, "right", "right")
        await sees(pilot, "↑ up  ↓ down  Enter open  ← thread")
        await press(pilot, "down", "enter")
        await until(pilot, lambda: world.inbox.browsing.selection.shown == LATE)


async def test_at_eighty_the_list_is_28_wide_and_the_panel_is_away() -> None:
    world = World()
    async with world.run(SMALL) as pilot:
        await ready(pilot)
        assert world.inbox.browsing.list.size.width == 28
        assert not world.inbox.painting.panel.display


async def test_a_window_too_small_says_what_it_needs() -> None:
    world = World()
    async with world.run((36, 8)) as pilot:
        await sees(pilot, "too small")


async def test_an_inbox_that_cannot_open_says_why_and_ends_with_an_error() -> None:
    async def refuse() -> object:
        raise Misconfigured("The project has no tables of chattui: run `supabase db push`.")

    app = ChattuiApp(refuse, Settings())  # type: ignore[arg-type]
    async with app.run_test(size=WIDE) as pilot:
        await sees(pilot, "run `supabase db push`")
        await press(pilot, "ctrl+q")
    assert app.return_code == 1
    assert "supabase db push" in app.failure


async def test_leaving_closes_the_desk() -> None:
    world = World()
    async with world.run(WIDE) as pilot:
        await ready(pilot)
        await press(pilot, "ctrl+q")
    assert world.gateway.closed
    assert world.app.return_code == 0


async def test_the_link_is_live_in_words() -> None:
    world = World()
    async with world.run(WIDE) as pilot:
        await ready(pilot)
        header = world.inbox.painting.header.header
        assert header is not None
        assert header.link is LinkState.LIVE
        assert ROSA in world.inbox.browsing.ids()


async def test_every_action_of_the_table_does_something() -> None:
    world = World()
    async with world.run(WIDE) as pilot:
        await ready(pilot)
        assert world.inbox.keyboard.doers.keys() == world.app.keymap.actions.keys()
