"""The whole screen over a real store and a real desk; only the network is played."""

from typing import Any

import pytest
from msgspec import structs
from textual import events
from textual.pilot import Pilot

from chattui.gateway.errors import Misconfigured
from chattui.gateway.protocol import Refused
from chattui.model.events import LinkState, RowsStored
from chattui.model.intents import (
    AddNote,
    Close,
    HandBack,
    MarkRead,
    Reopen,
    Requeue,
    SendMessage,
    SetLabel,
    TakeNext,
    TakeOver,
    Transfer,
    Typing,
    UpdateProfile,
    Viewing,
)
from chattui.model.records import ConversationId, Profile, Role, Status
from chattui.store.projections import View
from chattui.ui.actions import ACTIONS, NEEDS_ONE, Where
from chattui.ui.app import ChattuiApp
from chattui.ui.screens.help import HelpScreen
from chattui.ui.screens.picker import Picker
from chattui.ui.settings import Settings
from chattui.ui.widgets.composer import Mode
from tests.hostile.tokens import disagreement
from tests.scripted import ANA, BO
from tests.ui.world import ANNE, JONAS, LATE, LIAM, MEI, NOOR, ROSA, SAM, World, message, picture_of, press, sees, until

WIDE, SMALL, NARROW = (120, 36), (80, 24), (60, 20)


ACTION_KEYS = {action.id: action.keys[0] for action in ACTIONS}


async def ready(pilot: Pilot[None], *, view: str = "1") -> None:
    await until(pilot, lambda: "live" in picture_of(pilot))
    await press(pilot, view)


def asked(world: World, kind: type) -> list[Any]:
    return [intent for intent in world.gateway.submitted if isinstance(intent, kind)]


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


async def test_take_over_stays_in_the_list_and_follows_into_mine() -> None:
    world = World()
    async with world.run(WIDE) as pilot:
        await ready(pilot)
        await press(pilot, "t")
        await sees(pilot, "active · you")
        assert asked(world, TakeOver) == [TakeOver(ANNE)]
        assert world.inbox.browsing.view is View.MINE
        assert world.inbox.browsing.list.cursor == ANNE
        assert world.inbox.panes.where is Where.LIST


@pytest.mark.parametrize("size", [WIDE, SMALL, (46, 20)])
async def test_a_refusal_is_wrapped_between_characters(size: tuple[int, int]) -> None:
    world = World()
    world.gateway.answer(TakeOver, Refused("PT409", f"{'🇩🇪' * 60} has this conversation."))
    async with world.run(size) as pilot:
        await ready(pilot)
        await press(pilot, "t")
        await sees(pilot, "conversation.")
        assert disagreement(picture_of(pilot)) == []


async def test_a_refusal_says_who_has_it_and_changes_nothing() -> None:
    world = World()
    world.gateway.answer(TakeOver, Refused("PT409", "Bo Larsen has this conversation."))
    async with world.run(WIDE) as pilot:
        await ready(pilot)
        await press(pilot, "t")
        await sees(pilot, "Bo Larsen has this conversation.")
        assert world.inbox.browsing.view is View.WAITING
        assert world.desk.queries.row(ANNE, world.desk.now()).status is Status.WAITING


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


@pytest.mark.parametrize("action", sorted(NEEDS_ONE))
async def test_a_key_that_has_nothing_to_act_on_says_so(action: str) -> None:
    world = World()
    async with world.run(WIDE) as pilot:
        await ready(pilot, view="1")
        await press(pilot, "slash", *"zzz", "enter", ACTION_KEYS[action])
        await sees(pilot, "There is no conversation under the cursor.")
        assert world.gateway.submitted == []


async def test_a_remark_goes_with_the_next_thing_done_to_a_conversation() -> None:
    world = World()
    async with world.run(WIDE) as pilot:
        await ready(pilot, view="1")
        await press(pilot, "slash", *"zzz", "enter", "l")
        await sees(pilot, "There is no conversation under the cursor.")
        await press(pilot, "escape", "N")
        await sees(pilot, "note · only colleagues see it")
        assert "There is no conversation" not in picture_of(pilot)


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


async def test_closing_names_the_customer_and_asks_for_the_same_key() -> None:
    world = World()
    async with world.run(WIDE) as pilot:
        await ready(pilot, view="2")
        await press(pilot, "c")
        await sees(pilot, "Close Samuel Okafor?")
        assert asked(world, Close) == []
        await press(pilot, "c")
        await until(pilot, lambda: asked(world, Close))
        assert asked(world, Close) == [Close(SAM)]


@pytest.mark.parametrize("key", ["escape", "down", "T", "x"])
async def test_another_key_withdraws_the_question(key: str) -> None:
    world = World()
    async with world.run(WIDE) as pilot:
        await ready(pilot, view="2")
        await press(pilot, "c", key, "c")
        await pilot.pause(0.2)
        assert asked(world, Close) == []
        assert asked(world, HandBack) == []


@pytest.mark.parametrize("key", ["T", "u", "c"])
async def test_nothing_is_asked_about_what_is_closed(key: str) -> None:
    world = World()
    for intent in (HandBack, Requeue, Close):
        world.gateway.answer(intent, Refused("PT409", "It is closed."))
    async with world.run(WIDE) as pilot:
        await ready(pilot, view="5")
        await press(pilot, key)
        await sees(pilot, "It is closed.")
        assert "again does it" not in picture_of(pilot)


async def test_escape_answers_the_question_and_goes_nowhere() -> None:
    world = World()
    async with world.run(WIDE) as pilot:
        await ready(pilot, view="2")
        await press(pilot, "enter", "ctrl+g", "c")
        await sees(pilot, "Close Samuel Okafor?")
        await press(pilot, "escape")
        await until(pilot, lambda: "Close Samuel" not in picture_of(pilot))
        assert world.inbox.panes.where is Where.COMPOSER


async def test_a_question_stands_as_long_as_it_can_be_answered() -> None:
    world = World(Settings(guard=0, confirm_for=0.5))
    async with world.run(WIDE) as pilot:
        await ready(pilot, view="2")
        await press(pilot, "c")
        await sees(pilot, "Close Samuel Okafor?")
        await until(pilot, lambda: "Close Samuel" not in picture_of(pilot))
        assert asked(world, Close) == []


def administered(role: Role) -> World:
    world = World()
    me = world.gateway.table["profiles", ANA]
    assert isinstance(me, Profile)
    world.gateway.store(structs.replace(me, role=role, version=3))
    return world


async def looks_at(world: World, pilot: Pilot[None], conversation_id: ConversationId) -> None:
    """The cursor stands there, is painted there, and the thread beside it is shown."""
    world.inbox.browsing.list.move_to(conversation_id)
    await until(
        pilot,
        lambda: world.inbox.panes.target == conversation_id and world.inbox.browsing.selection.shown == conversation_id,
    )


FORCED = [("t", TakeOver), ("c", Close), ("T", HandBack), ("u", Requeue)]


@pytest.mark.parametrize(("key", "intent"), FORCED, ids=[intent.__name__ for _, intent in FORCED])
async def test_an_admin_may_do_it_all_the_same_by_the_same_key(key: str, intent: type) -> None:
    world = administered(Role.ADMIN)
    world.gateway.answer(intent, Refused("PT409", "Bo Larsen has this conversation since 14:06."))
    async with world.run(WIDE) as pilot:
        await ready(pilot, view="4")
        await looks_at(world, pilot, NOOR)
        await press(pilot, key)
        if intent is not TakeOver:
            await press(pilot, key)
        await sees(pilot, f"{key} again does it all the same")
        await sees(pilot, "Bo Larsen has this")
        assert [one.force for one in asked(world, intent)] == [False]
        await press(pilot, key)
        await until(pilot, lambda: [one.force for one in asked(world, intent)] == [False, True])


async def test_an_admin_s_other_keys_withdraw_the_offer() -> None:
    world = administered(Role.ADMIN)
    world.gateway.answer(TakeOver, *[Refused("PT409", "Bo Larsen has this.")] * 2)
    async with world.run(WIDE) as pilot:
        await ready(pilot, view="4")
        await looks_at(world, pilot, NOOR)
        await press(pilot, "t")
        await sees(pilot, "again does it all the same")
        await press(pilot, "escape")
        await until(pilot, lambda: "again does it" not in picture_of(pilot))
        await press(pilot, "t")
        await until(pilot, lambda: [one.force for one in asked(world, TakeOver)] == [False, False])


async def test_an_admin_gives_away_what_a_colleague_has() -> None:
    world = administered(Role.ADMIN)
    world.gateway.answer(Transfer, Refused("PT409", "Bo Larsen has this."))
    async with world.run(WIDE) as pilot:
        await ready(pilot, view="4")
        await looks_at(world, pilot, NOOR)
        for _ in range(2):
            await press(pilot, "a")
            await sees(pilot, "Give it to")
            await press(pilot, "enter")
            await until(pilot, lambda: world.app.screen is world.inbox and asked(world, Transfer))
            if len(asked(world, Transfer)) == 1:
                await sees(pilot, "a again does it all the same")
        await until(pilot, lambda: [one.force for one in asked(world, Transfer)] == [False, True])


async def test_an_agent_is_offered_nothing_of_the_kind() -> None:
    world = administered(Role.AGENT)
    world.gateway.answer(TakeOver, Refused("PT409", "Bo Larsen has this."))
    async with world.run(WIDE) as pilot:
        await ready(pilot, view="4")
        await looks_at(world, pilot, NOOR)
        await press(pilot, "t")
        await sees(pilot, "Bo Larsen has this")
        await pilot.pause(0.2)
        assert "all the same" not in picture_of(pilot)


async def test_an_admin_is_not_offered_what_would_not_help() -> None:
    world = administered(Role.ADMIN)
    world.gateway.answer(TakeOver, Refused("PT409", "Somebody else is changing this conversation; it is busy."))
    async with world.run(WIDE) as pilot:
        await ready(pilot)
        await press(pilot, "t")
        await sees(pilot, "it is busy")
        await pilot.pause(0.2)
        assert "all the same" not in picture_of(pilot)


async def test_the_question_can_be_switched_off() -> None:
    world = World(Settings(confirm=False, guard=0))
    async with world.run(WIDE) as pilot:
        await ready(pilot, view="2")
        await press(pilot, "c")
        await until(pilot, lambda: asked(world, Close))


async def test_the_chord_closes_while_composing_and_plain_letters_stay_text() -> None:
    world = World()
    async with world.run(WIDE) as pilot:
        await ready(pilot, view="2")
        await press(pilot, "enter", *"cc", "ctrl+g", "c")
        await sees(pilot, "Close Samuel Okafor? Ctrl+G c again")
        await press(pilot, "ctrl+g", "c")
        await until(pilot, lambda: asked(world, Close))
        assert world.desk.drafts.of(SAM, Mode.REPLY) == "cc"


async def test_words_typed_into_the_list_close_nothing() -> None:
    world = World(Settings(guard=0.08))
    async with world.run(WIDE) as pilot:
        await ready(pilot, view="2")
        await pilot.pause(0.1)
        for key in "cucTtcn":
            world.app.post_message(events.Key(key, key))
        await sees(pilot, "came together with other keys")
        await pilot.pause(0.2)
        assert [one for one in world.gateway.submitted if not isinstance(one, MarkRead)] == []
        assert not world.inbox.footer.question


async def test_a_paste_into_the_list_does_nothing_and_says_so() -> None:
    world = World()
    async with world.run(WIDE) as pilot:
        await ready(pilot, view="2")
        world.app.post_message(events.Paste("close the order\n"))
        await sees(pilot, "A paste does nothing here")
        assert world.gateway.submitted == []


async def test_take_next_opens_what_it_took() -> None:
    world = World()
    async with world.run(WIDE) as pilot:
        await ready(pilot)
        await press(pilot, "n")
        await until(pilot, lambda: world.inbox.browsing.selection.shown == ANNE)
        assert len(asked(world, TakeNext)) == 1


async def test_reopen_makes_it_mine() -> None:
    world = World()
    async with world.run(WIDE) as pilot:
        await ready(pilot, view="5")
        await press(pilot, "o")
        await until(pilot, lambda: asked(world, Reopen) == [Reopen(LATE)])
        await until(pilot, lambda: world.inbox.browsing.view is View.MINE)


async def test_a_conversation_is_given_to_a_colleague_by_name() -> None:
    world = World()
    async with world.run(WIDE) as pilot:
        await ready(pilot, view="2")
        await press(pilot, "a")
        await until(pilot, lambda: isinstance(world.app.screen, Picker))
        await press(pilot, *"bo", "enter")
        await until(pilot, lambda: asked(world, Transfer) == [Transfer(SAM, BO)])


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


async def test_tab_never_takes_the_focus_out_of_the_composer() -> None:
    world = World()
    async with world.run(WIDE) as pilot:
        await ready(pilot, view="2")
        await press(pilot, "enter", "tab", *"c")
        assert world.inbox.panes.where is Where.COMPOSER
        assert world.inbox.writing.composer.text == "c"


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
