"""Hand-offs by key: what is asked first, what the database says, and what an admin may do all the same."""

import pytest
from msgspec import structs
from textual import events
from textual.pilot import Pilot

from chattui.gateway.protocol import Refused
from chattui.model.intents import (
    Close,
    HandBack,
    MarkRead,
    Reopen,
    Requeue,
    TakeNext,
    TakeOver,
    Transfer,
)
from chattui.model.records import ConversationId, Profile, Role, Status
from chattui.store.projections import View
from chattui.ui.actions import ACTIONS, NEEDS_ONE, Where
from chattui.ui.screens.picker import Picker
from chattui.ui.settings import Settings
from chattui.ui.widgets.composer import Mode
from tests.hostile.tokens import disagreement
from tests.scripted import ANA, BO
from tests.ui.world import ANNE, LATE, NOOR, SAM, SMALL, WIDE, World, asked, picture_of, press, ready, sees, until

ACTION_KEYS = {action.id: action.keys[0] for action in ACTIONS}
FORCED = [("t", TakeOver), ("c", Close), ("T", HandBack), ("u", Requeue)]


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
