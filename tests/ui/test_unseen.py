"""A reply below messages that its writer never had in sight: it is asked about first, and its words stay."""

import asyncio

import pytest
from textual import events
from textual.pilot import Pilot

from chattui.model.events import PageLoaded, RowsStored
from chattui.model.intents import AddNote, SendMessage
from chattui.model.records import ConversationId
from chattui.ui.settings import Settings
from tests.scripted import BO
from tests.ui.world import AI, SAM, SMALL, C, World, message, picture_of, press, sees, until

FIRST = 6
"""The `seq` that Samuel writes next."""


async def writing(world: World, pilot: Pilot[None]) -> None:
    """In front of more of Samuel's words than the pane shows."""
    await sees(pilot, "● live")
    await press(pilot, "2", "enter")
    say(world, C, *range(FIRST, FIRST + 12))
    await sees(pilot, f"word {FIRST + 11}")


def say(world: World, speaker: str, *seqs: int) -> None:
    rows = tuple(message(SAM, seq, 0, speaker, f"word {seq}") for seq in seqs)
    world.gateway.store(*rows)
    world.gateway.tell(RowsStored(rows))


def sent(world: World) -> list[str]:
    return [intent.body for intent in world.gateway.submitted if isinstance(intent, SendMessage)]


async def newer(world: World, pilot: Pilot[None], speaker: str = C, count: int = 3) -> None:
    """The writer looks further up while more comes."""
    await press(pilot, "pageup")
    say(world, speaker, *range(FIRST + 12, FIRST + 12 + count))
    await sees(pilot, f"↓ {count} new")


async def test_a_reply_below_unseen_messages_is_asked_about_and_the_same_key_sends_it() -> None:
    world = World()
    async with world.run(SMALL) as pilot:
        await writing(world, pilot)
        await newer(world, pilot)
        await press(pilot, *"hello", "enter")
        await sees(pilot, "3 newer messages: send anyway? Enter again sends")
        assert sent(world) == []
        assert world.inbox.writing.composer.text == "hello"
        await press(pilot, "enter")
        await until(pilot, lambda: sent(world) == ["hello"])
        assert world.inbox.writing.composer.text == ""
        assert "send anyway" not in picture_of(pilot)


async def test_anything_else_withdraws_the_question_and_the_words_stay() -> None:
    world = World()
    async with world.run(SMALL) as pilot:
        await writing(world, pilot)
        await newer(world, pilot, BO, 1)
        await press(pilot, *"hello", "enter")
        await sees(pilot, "1 newer message: send anyway?")
        await press(pilot, "!")
        assert "send anyway" not in picture_of(pilot)
        await press(pilot, "enter")
        await sees(pilot, "1 newer message: send anyway?")
        await press(pilot, "escape")
        assert "send anyway" not in picture_of(pilot)
        assert sent(world) == []
        assert world.inbox.writing.composer.text == "hello!"


async def test_whoever_looks_at_the_end_is_not_asked_again() -> None:
    world = World()
    async with world.run(SMALL) as pilot:
        await writing(world, pilot)
        await newer(world, pilot)
        await press(pilot, *"hello", "enter", "pagedown", "pagedown")
        await sees(pilot, f"word {FIRST + 14}")
        await press(pilot, "enter")
        await until(pilot, lambda: sent(world) == ["hello"])


async def test_what_was_in_sight_before_scrolling_up_is_not_newer_nor_is_what_comes_at_the_end() -> None:
    world = World()
    async with world.run(SMALL) as pilot:
        await writing(world, pilot)
        await press(pilot, "pageup", *"one", "enter")
        await until(pilot, lambda: sent(world) == ["one"])
        await sees(pilot, "✓ stored")
        await press(pilot, *"two")
        say(world, C, FIRST + 13)
        await sees(pilot, f"word {FIRST + 13}")
        await press(pilot, "enter")
        await until(pilot, lambda: sent(world) == ["one", "two"])


async def test_more_that_come_after_the_question_are_asked_about_too() -> None:
    world = World()
    async with world.run(SMALL) as pilot:
        await writing(world, pilot)
        await newer(world, pilot)
        await press(pilot, *"hello", "enter")
        await sees(pilot, "3 newer messages")
        say(world, AI, FIRST + 15)
        await sees(pilot, "↓ 4 new")
        await press(pilot, "enter")
        await sees(pilot, "4 newer messages")
        assert sent(world) == []
        await press(pilot, "enter")
        await until(pilot, lambda: sent(world) == ["hello"])


async def test_my_own_words_from_elsewhere_are_not_newer() -> None:
    world = World()
    async with world.run(SMALL) as pilot:
        await writing(world, pilot)
        await press(pilot, "pageup")
        say(world, "ana", FIRST + 12)
        await press(pilot, *"hello", "enter")
        await until(pilot, lambda: sent(world) == ["hello"])


async def test_a_note_is_not_for_the_customer_and_goes() -> None:
    world = World()
    async with world.run(SMALL) as pilot:
        await writing(world, pilot)
        await newer(world, pilot)
        await press(pilot, "ctrl+g", "N", *"call them", "enter")
        await until(pilot, lambda: any(isinstance(one, AddNote) for one in world.gateway.submitted))


async def test_what_is_not_loaded_yet_was_not_seen(monkeypatch: pytest.MonkeyPatch) -> None:
    world = World()
    loaded, page = asyncio.Event(), world.gateway.page

    async def slow(conversation_id: ConversationId, before_seq: int | None = None) -> PageLoaded:
        await loaded.wait()
        return await page(conversation_id, before_seq)

    monkeypatch.setattr(world.gateway, "page", slow)
    async with world.run(SMALL) as pilot:
        await sees(pilot, "● live")
        await press(pilot, "2", "enter", *"hello", "enter")
        await sees(pilot, "loading…")
        await sees(pilot, "2 newer messages: send anyway?")
        loaded.set()
        await sees(pilot, "How long will it take?")
        await press(pilot, "enter")
        await until(pilot, lambda: sent(world) == ["hello"])


async def test_a_key_that_is_held_answers_nothing() -> None:
    world = World(Settings(theme="dark", guard=60))
    async with world.run(SMALL) as pilot:
        await writing(world, pilot)
        await newer(world, pilot)
        await press(pilot, *"hello")
        for _ in range(3):
            world.app.post_message(events.Key("enter", "\r"))
        await sees(pilot, "3 newer messages")
        await pilot.pause()
        assert sent(world) == []
        assert world.inbox.writing.composer.text == "hello"


async def test_a_click_on_the_question_answers_it() -> None:
    world = World()
    async with world.run(SMALL) as pilot:
        await writing(world, pilot)
        await newer(world, pilot)
        await press(pilot, *"hello", "enter")
        await sees(pilot, "3 newer messages")
        await pilot.click("#footer", offset=(10, 0))
        await until(pilot, lambda: sent(world) == ["hello"])


async def test_who_wants_no_questions_is_asked_none() -> None:
    world = World(Settings(theme="dark", guard=0, confirm=False))
    async with world.run(SMALL) as pilot:
        await writing(world, pilot)
        await newer(world, pilot)
        await press(pilot, *"hello", "enter")
        await until(pilot, lambda: sent(world) == ["hello"])
