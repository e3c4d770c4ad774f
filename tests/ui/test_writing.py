"""Replies, notes and drafts: every word goes where it was meant to go, and none is lost."""

import pytest
from textual import events

from chattui.model.intents import (
    AddNote,
    SendMessage,
    TakeOver,
    Typing,
)
from chattui.ui.actions import Where
from chattui.ui.widgets.composer import Mode
from tests.ui.world import ANNE, MEI, SAM, WIDE, World, asked, picture_of, press, ready, sees, until


async def test_words_go_out_by_enter_and_the_composer_clears() -> None:
    world = World()
    async with world.run(WIDE) as pilot:
        await ready(pilot, view="2")
        await press(pilot, "enter", *"Two days.", "ctrl+j", *"Ana", "enter")
        await until(pilot, lambda: asked(world, SendMessage))
        [sent] = asked(world, SendMessage)
        assert isinstance(sent, SendMessage)
        assert (sent.conversation_id, sent.body) == (SAM, "Two days.\nAna")
        assert world.inbox.writing.composer.text == ""
        assert world.desk.drafts.of(SAM, Mode.REPLY) == ""
        await sees(pilot, "✓ stored")


@pytest.mark.parametrize(("keys", "stay"), [("hi\r", ""), ("hi\rnext", "next"), ("hi\rto\rnow", "now")])
async def test_a_burst_of_keys_is_sent_up_to_its_enter(keys: str, stay: str) -> None:
    world = World()
    async with world.run(WIDE) as pilot:
        await ready(pilot, view="2")
        await press(pilot, "enter")
        await sees(pilot, "reply to Samuel Okafor")
        for key in keys:
            world.app.post_message(events.Key("enter", "\r") if key == "\r" else events.Key(key, key))
        wanted = keys.split("\r")[:-1]
        await until(pilot, lambda: len(asked(world, SendMessage)) >= len(wanted))
        await pilot.pause(0.3)
        assert [sent.body for sent in asked(world, SendMessage)] == wanted
        assert world.inbox.writing.composer.text == stay
        assert world.desk.drafts.of(SAM, Mode.REPLY) == stay


async def test_words_that_are_left_at_once_go_where_they_were_written() -> None:
    world = World()
    async with world.run(WIDE) as pilot:
        await ready(pilot, view="2")
        await press(pilot, "enter")
        await sees(pilot, "reply to Samuel Okafor")
        for key, character in (("h", "h"), ("i", "i"), ("enter", "\r"), ("ctrl+n", None)):
            world.app.post_message(events.Key(key, character))
        await until(pilot, lambda: world.inbox.browsing.selection.shown not in {SAM, None})
        await until(pilot, lambda: asked(world, SendMessage))
        await pilot.pause(0.3)
        assert [(sent.conversation_id, sent.body) for sent in asked(world, SendMessage)] == [(SAM, "hi")]
        assert world.desk.drafts.of(SAM, Mode.REPLY) == world.inbox.writing.composer.text == ""


async def test_a_paste_never_sends() -> None:
    world = World()
    async with world.run(WIDE) as pilot:
        await ready(pilot, view="2")
        await press(pilot, "enter")
        world.app.post_message(events.Paste("one\ntwo\n"))
        await until(pilot, lambda: world.inbox.writing.composer.text == "one\ntwo\n")
        await pilot.pause()
        assert asked(world, SendMessage) == []
        assert "does nothing here" not in picture_of(pilot)


async def test_a_conversation_that_is_not_mine_keeps_the_words_and_says_the_key() -> None:
    world = World()
    async with world.run(WIDE) as pilot:
        await ready(pilot)
        await press(pilot, "enter", *"hello", "enter")
        await sees(pilot, "Not sent: waiting · Ctrl+G t take over")
        assert asked(world, SendMessage) == []
        assert world.inbox.writing.composer.text == "hello"
        await press(pilot, "ctrl+g", "t")
        await sees(pilot, "active · you")
        assert asked(world, TakeOver) == [TakeOver(ANNE)]
        assert world.inbox.writing.composer.text == "hello"
        await press(pilot, "enter")
        await until(pilot, lambda: asked(world, SendMessage))


async def test_drafts_belong_to_their_conversations() -> None:
    world = World()
    async with world.run(WIDE) as pilot:
        await ready(pilot, view="2")
        await press(pilot, "enter", *"for sam", "escape", "down", "enter")
        assert world.inbox.browsing.selection.shown == MEI
        assert world.inbox.writing.composer.text == ""
        await press(pilot, *"for mei", "ctrl+t")
        await until(pilot, lambda: world.inbox.writing.composer.text == "for sam")
        await sees(pilot, "✎")


async def test_typing_is_told_for_replies_and_not_for_notes() -> None:
    world = World()
    async with world.run(WIDE) as pilot:
        await ready(pilot, view="2")
        await press(pilot, "N", *"psst")
        assert not any(isinstance(signal, Typing) for signal in world.gateway.said)
        await press(pilot, "ctrl+g", "r", *"hi")
        await until(pilot, lambda: Typing(SAM, is_typing=True) in world.gateway.said)


async def test_a_note_looks_different_and_never_goes_to_the_customer() -> None:
    world = World()
    async with world.run(WIDE) as pilot:
        await ready(pilot, view="2")
        await press(pilot, "N", *"ask Bo")
        await sees(pilot, "note · only colleagues see it")
        assert world.inbox.writing.composer.has_class("-note")
        await press(pilot, "enter")
        await until(pilot, lambda: asked(world, AddNote))
        assert asked(world, SendMessage) == []


async def test_the_footer_says_what_enter_does_with_a_note_and_with_a_reply() -> None:
    world = World()
    async with world.run(WIDE) as pilot:
        await ready(pilot, view="2")
        await press(pilot, "N")
        await sees(pilot, "Enter keep ")
        await press(pilot, "ctrl+g", "r")
        await sees(pilot, "Enter send ")
        await press(pilot, "ctrl+g", "N")
        await sees(pilot, "Enter keep ")


async def test_a_shortcut_is_completed_and_nothing_is_sent() -> None:
    world = World()
    async with world.run(WIDE) as pilot:
        await ready(pilot, view="2")
        await press(pilot, "enter", *"/h")
        await sees(pilot, "Greeting")
        await press(pilot, "enter")
        await until(pilot, lambda: "this is Ana Torres" in world.inbox.writing.composer.text)
        assert asked(world, SendMessage) == []
        assert world.desk.drafts.of(SAM, Mode.REPLY) == world.inbox.writing.composer.text


async def test_escape_goes_popup_composer_list_and_loses_nothing() -> None:
    world = World()
    async with world.run(WIDE) as pilot:
        await ready(pilot, view="2")
        await press(pilot, "enter", *"/h")
        await sees(pilot, "Greeting")
        await press(pilot, "escape")
        assert not world.inbox.writing.composer.popup_open
        assert world.inbox.panes.where is Where.COMPOSER
        await press(pilot, "escape")
        await until(pilot, lambda: world.inbox.panes.where is Where.LIST)
        assert world.inbox.writing.composer.text == "/h"


async def test_tab_never_takes_the_focus_out_of_the_composer() -> None:
    world = World()
    async with world.run(WIDE) as pilot:
        await ready(pilot, view="2")
        await press(pilot, "enter", "tab", *"c")
        assert world.inbox.panes.where is Where.COMPOSER
        assert world.inbox.writing.composer.text == "c"
