"""Finding what was said: the database is asked, the screen stays quick."""

import asyncio

import pytest
from msgspec import structs
from textual.pilot import Pilot

from chattui.gateway.errors import Unreachable
from chattui.gateway.protocol import Found
from chattui.model.records import ConversationId, MessageId, Status
from chattui.store.projections import View
from chattui.ui.actions import Where
from chattui.ui.screens import search
from chattui.ui.screens.search import SearchScreen
from tests.ui.world import (
    ANNE,
    LATE,
    NARROW,
    NOW,
    SAM,
    WIDE,
    C,
    World,
    conversation,
    message,
    picture_of,
    press,
    ready,
    sees,
    until,
)


@pytest.fixture(autouse=True)
def _short_pause(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(search, "PAUSE", 0.05)


def searches(world: World) -> list[str]:
    return [call.removeprefix("search ") for call in world.gateway.calls if call.startswith("search")]


async def test_what_was_said_is_found_and_enter_opens_it() -> None:
    world = World()
    async with world.run(WIDE) as pilot:
        await ready(pilot)
        await press(pilot, "ctrl+f", *"broken")
        await sees(pilot, "1 message.")
        await sees(pilot, "My parcel arrived today and the lamp is broken.")
        await sees(pilot, "Samuel Okafor  ● active  47m")
        await press(pilot, "enter")
        await until(pilot, lambda: world.inbox.browsing.selection.shown == SAM)
        assert world.inbox.browsing.selection.opened
        assert world.inbox.panes.where is Where.THREAD
        assert world.inbox.browsing.list.cursor == SAM
        await until(pilot, lambda: world.inbox.painting.thread.selected)
        assert (chosen := world.inbox.painting.thread.selected) is not None
        assert chosen.body == "My parcel arrived today and the lamp is broken."


async def test_nothing_is_asked_while_somebody_types(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(search, "PAUSE", 60)
    world = World()
    async with world.run(WIDE) as pilot:
        await ready(pilot)
        await press(pilot, "ctrl+f", *"parcel", "enter")
        await sees(pilot, "messages, the newest first.")
        assert searches(world) == ["parcel"]


async def test_an_answer_that_comes_too_late_is_not_shown() -> None:
    world = World()
    async with world.run(WIDE) as pilot:
        await ready(pilot)
        world.gateway.gate.clear()
        await press(pilot, "ctrl+f", *"broken", "enter")
        await until(pilot, lambda: "broken" in searches(world))
        await sees(pilot, "searching…")
        await press(pilot, *" zebra", "enter")
        await until(pilot, lambda: "broken zebra" in searches(world))
        world.gateway.gate.set()
        await sees(pilot, "Nobody said that.")
        await press(pilot, "enter")
        assert isinstance(world.app.screen, SearchScreen)


async def test_what_the_link_does_to_a_search_is_a_sentence_and_enter_tries_again() -> None:
    world = World()
    async with world.run(WIDE) as pilot:
        await ready(pilot)
        world.gateway.down = Unreachable("The server does not answer.")
        await press(pilot, "ctrl+f", *"broken")
        await sees(pilot, "The server does not answer.")
        world.gateway.down = None
        await press(pilot, "enter")
        await sees(pilot, "the lamp is broken.")


async def test_escape_leaves_everything_as_it_was() -> None:
    world = World()
    async with world.run(WIDE) as pilot:
        await ready(pilot)
        world.gateway.gate.clear()
        await press(pilot, "ctrl+f", *"broken", "escape")
        world.gateway.gate.set()
        await pilot.pause()
        assert world.app.screen is world.inbox
        assert not world.inbox.browsing.selection.opened


async def test_the_words_of_the_filter_are_looked_for() -> None:
    world = World()
    async with world.run(WIDE) as pilot:
        await ready(pilot, view="4")
        await press(pilot, "slash", *"broken")
        await sees(pilot, "Nothing here has")
        await press(pilot, "ctrl+f")
        await sees(pilot, "the lamp is broken.")
        await press(pilot, *"late")
        await sees(pilot, "My parcel is five days late.")
        await press(pilot, "enter")
        await until(pilot, lambda: world.inbox.browsing.selection.shown == LATE)
        assert world.inbox.browsing.view is View.CLOSED


async def unknown_one(world: World, pilot: Pilot[None]) -> ConversationId:
    """The database has a conversation that no snapshot brought."""
    await ready(pilot)
    old = ConversationId("0-old")
    row = structs.replace(conversation(LATE, Status.CLOSED), id=old)
    world.gateway.store(row, structs.replace(message(old, 1, 90_000, C, "a violin from Cremona"), id=MessageId("v")))
    return old


async def test_one_that_is_closed_for_long_is_found_and_comes_with_its_thread() -> None:
    world = World()
    async with world.run(WIDE) as pilot:
        old = await unknown_one(world, pilot)
        await press(pilot, "ctrl+f", *"Cremona")
        await sees(pilot, "a conversation that is closed for long")
        world.gateway.gate.clear()
        await press(pilot, "enter")
        await until(pilot, lambda: world.inbox.browsing.selection.shown == old)
        await press(pilot, "c", "l", "z", "t", "o")  # nothing of it is known, so nothing is done to it
        assert world.gateway.submitted == []
        world.gateway.gate.set()
        await sees(pilot, "a violin from Cremona")


async def test_nothing_that_a_message_says_reaches_the_terminal_raw() -> None:
    world = World()

    async def hostile(query: str) -> list[Found]:  # noqa: ARG001 - as the protocol names it
        return [Found(ANNE, MessageId("m"), 1, "\x1b]0;owned\x07 [bold]red[/bold]\nline", NOW)]

    world.gateway.search = hostile  # type: ignore[method-assign]  # a test's own answer
    async with world.run(WIDE) as pilot:
        await ready(pilot)
        await press(pilot, "ctrl+f", *"red")
        await sees(pilot, "[bold]red[/bold]")
        assert "\x1b" not in picture_of(pilot)


async def test_in_a_narrow_window_what_was_found_is_read_at_once() -> None:
    world = World()
    async with world.run(NARROW) as pilot:
        await ready(pilot)
        await press(pilot, "ctrl+f", *"broken")
        await sees(pilot, "the lamp is broken.")
        await press(pilot, "enter")
        await sees(pilot, "How long will it take?")
        assert not world.inbox.browsing.list.size.width


async def test_the_screen_goes_on_while_the_database_thinks() -> None:
    world = World()
    async with world.run(WIDE) as pilot:
        await ready(pilot)
        world.gateway.gate.clear()
        await press(pilot, "ctrl+f", *"parcel", "enter")
        await until(pilot, lambda: searches(world))
        async with asyncio.timeout(1):
            await press(pilot, "escape", "j")
        assert world.app.screen is world.inbox
        world.gateway.gate.set()
