"""From an empty screen to the inbox, and how little is laid out again after it."""

import asyncio
from collections import Counter

import pytest
from textual._compositor import Compositor, ReflowResult
from textual.geometry import Size
from textual.pilot import Pilot
from textual.widget import Widget

from chattui.desk import Desk
from chattui.gateway.errors import Misconfigured
from chattui.model.events import RowsStored
from chattui.model.records import ConversationId
from chattui.ui.app import PATIENCE, ChattuiApp
from chattui.ui.settings import Settings
from tests.ui.world import MEI, SAM, World, message, picture_of, press, sees, until

WIDE, SMALL = (120, 36), (80, 24)


async def test_an_inbox_that_takes_its_time_says_so() -> None:
    world, ready = World(), asyncio.Event()

    async def slow() -> Desk:
        await ready.wait()
        return world.desk

    async with ChattuiApp(slow, world.settings, terminal=world.told.append).run_test(size=WIDE) as pilot:
        await sees(pilot, "Opening the inbox…")
        ready.set()
        await sees(pilot, "6 unread")


async def test_nothing_covers_why_it_cannot_open() -> None:
    async def refuse() -> Desk:
        raise Misconfigured("This project has no tables of chattui.")

    async with ChattuiApp(refuse, Settings()).run_test(size=WIDE) as pilot:
        await sees(pilot, "no tables of chattui")
        await pilot.pause(PATIENCE + 0.1)
        assert "no tables of chattui" in picture_of(pilot)


@pytest.mark.parametrize("conversation_id", [MEI, SAM])
async def test_what_arrives_lays_nothing_out_again(
    monkeypatch: pytest.MonkeyPatch, conversation_id: ConversationId
) -> None:
    world, layouts, reflow = World(), Counter[str](), Compositor.reflow

    def counted(compositor: Compositor, parent: Widget, size: Size) -> ReflowResult:
        layouts["reflow"] += 1
        return reflow(compositor, parent, size)

    monkeypatch.setattr(Compositor, "reflow", counted)
    async with world.run(SMALL) as pilot:
        await sees(pilot, "6 unread")
        await press(pilot, "2", "enter")
        await sees(pilot, "How long will it take?")
        for seq in range(6, 16):  # until the thread fills its pane, and has a scrollbar
            await arrived(world, pilot, SAM, seq)
        layouts.clear()
        await arrived(world, pilot, conversation_id, 16)
        assert layouts.total() == 0


async def arrived(world: World, pilot: Pilot[None], conversation_id: ConversationId, seq: int) -> None:
    row = message(conversation_id, seq, 0, "c", f"line {seq}")
    world.gateway.store(row)
    world.gateway.tell(RowsStored((row,)))
    await sees(pilot, f"line {seq}")
    await pilot.pause(0.1)


async def test_the_scrollbar_of_a_thread_stands_where_the_thread_does() -> None:
    world = World()
    async with world.run(SMALL) as pilot:
        await sees(pilot, "6 unread")
        await press(pilot, "1", "down", "down")
        thread = world.inbox.painting.thread
        await until(pilot, lambda: thread.show_vertical_scrollbar and thread.scroll_y == thread.max_scroll_y > 0)
        await pilot.pause(0.1)
        assert thread.vertical_scrollbar.position == thread.scroll_y
