"""Everything that could not be sent can be reached, wherever its conversation is."""

from textual.pilot import Pilot

from chattui.gateway.errors import Unreachable
from chattui.gateway.protocol import Refused
from chattui.model.events import ConversationGone
from chattui.model.intents import AddNote, SendMessage
from chattui.ui.screens.picker import Picker
from chattui.ui.widgets.composer import Mode
from tests.ui.world import MEI, SAM, World, picture_of, press, sees, until

WIDE = (120, 30)
TAKEN = Refused("PT409", "Bo Larsen has this conversation.")


async def unsent(world: World, pilot: Pilot[None], words: str = "It takes a week.\nSorry!") -> None:
    """Ana wrote to Samuel; it was refused, and she sees Samuel no more."""
    await sees(pilot, "● live")
    world.gateway.answer(SendMessage, TAKEN)
    await world.desk.send(SAM, words)
    await sees(pilot, "1 refused")
    world.inbox.painting.changed(world.desk.store.apply([ConversationGone(SAM, 9)]))
    await until(pilot, lambda: not world.desk.queries.knows(SAM))


async def chosen(pilot: Pilot[None], *words: str) -> None:
    """The list of what is not sent, and in each picker what these words find."""
    await press(pilot, "f8")
    for each in words:
        await until(pilot, lambda: isinstance(pilot.app.screen, Picker))
        await press(pilot, *each, "enter")


async def test_what_was_refused_where_i_see_nothing_any_more_is_listed_with_its_reason() -> None:
    world = World()
    async with world.run(WIDE) as pilot:
        await unsent(world, pilot)
        await press(pilot, "f8")
        await sees(pilot, "a conversation you no longer see  ✗ Bo Larsen has this conversation.")
        await sees(pilot, "It takes a week. Sorry!")
        await press(pilot, "enter")
        await sees(pilot, "Give it up")
        assert "Edit it" not in picture_of(pilot)


async def test_it_is_copied_as_it_was_written() -> None:
    world = World()
    async with world.run(WIDE) as pilot:
        await unsent(world, pilot)
        await chosen(pilot, "week", "copy")
        await sees(pilot, "Handed to the terminal's clipboard: your message, 23 characters.")
        assert world.app.clipboard == "It takes a week.\nSorry!"


async def test_it_is_given_up() -> None:
    world = World()
    async with world.run(WIDE) as pilot:
        await unsent(world, pilot)
        await chosen(pilot, "", "give")
        await until(pilot, lambda: "refused" not in picture_of(pilot))
        assert world.desk.queries.unsent() == ()


async def test_it_is_sent_again() -> None:
    world = World()
    async with world.run(WIDE) as pilot:
        await unsent(world, pilot)
        await chosen(pilot, "", "")
        await until(pilot, lambda: "refused" not in picture_of(pilot))
        assert [one.body for one in world.gateway.submitted if isinstance(one, SendMessage)] == 2 * [
            "It takes a week.\nSorry!"
        ]


async def test_a_note_is_edited_where_it_was_meant_to_go() -> None:
    world = World()
    async with world.run(WIDE) as pilot:
        await sees(pilot, "● live")
        world.gateway.answer(AddNote, TAKEN)
        await world.desk.note(MEI, "call the carrier")
        await sees(pilot, "1 refused")
        await chosen(pilot, "mei", "edit")
        await until(pilot, lambda: world.inbox.writing.composer.text == "call the carrier")
        composer = world.inbox.writing.composer
        assert (composer.conversation_id, composer.mode, composer.has_focus) == (MEI, Mode.NOTE, True)
        assert world.inbox.browsing.selection.shown == MEI


async def test_what_waits_can_be_hurried_and_looked_at() -> None:
    world = World()
    async with world.run(WIDE) as pilot:
        await sees(pilot, "● live")
        busy = Unreachable("The server has too much to do.", patience=60)
        world.gateway.answer(SendMessage, busy, busy)
        await world.desk.send(MEI, "on its way")
        await sees(pilot, "1 queued")
        await press(pilot, "f8")
        await sees(pilot, "Mei Tanaka 田中  ◌ The server has too much to do.")
        await press(pilot, "enter")
        await sees(pilot, "Send it now")
        assert "Give it up" not in picture_of(pilot)
        await press(pilot, *"go t", "enter")
        await until(pilot, lambda: world.inbox.browsing.selection.shown == MEI)
        await chosen(pilot, "", "now")
        await until(pilot, lambda: len(world.gateway.submitted) == 2)


async def test_the_headers_counts_lead_there() -> None:
    world = World()
    async with world.run(WIDE) as pilot:
        await unsent(world, pilot)
        place = picture_of(pilot).splitlines()[0].index("1 refused")
        await pilot.click("#header", offset=(place, 0))
        await sees(pilot, "a conversation you no longer see")


async def test_what_has_gone_meanwhile_is_said() -> None:
    world = World()
    async with world.run(WIDE) as pilot:
        await unsent(world, pilot)
        await press(pilot, "f8")
        await sees(pilot, "a conversation you no longer see")
        world.desk.discard(world.desk.queries.unsent()[0].entry.key)
        await until(pilot, lambda: not world.desk.queries.unsent())
        await press(pilot, "enter")
        await sees(pilot, "It does not wait here any more.")


async def test_that_everything_was_sent_is_said() -> None:
    world = World()
    async with world.run(WIDE) as pilot:
        await sees(pilot, "● live")
        await press(pilot, "f8")
        await sees(pilot, "Everything that you wrote has been sent.")


async def test_what_can_be_done_is_found_before_the_reason() -> None:
    world = World()
    async with world.run(WIDE) as pilot:
        await sees(pilot, "● live")
        world.gateway.answer(AddNote, TAKEN)
        await world.desk.note(MEI, "call the carrier")
        await sees(pilot, "1 refused")
        await chosen(pilot, "carrier", "conversation")
        await until(pilot, lambda: world.inbox.browsing.selection.shown == MEI)
        assert len(world.gateway.submitted) == 1


async def test_brackets_are_words_in_the_title_too() -> None:
    world = World()
    async with world.run(WIDE) as pilot:
        await unsent(world, pilot, "[/] [red]a[/red] [@click=app.quit]b[/]")
        await chosen(pilot, "")
        await sees(pilot, "a conversation you no longer see: [/] [red]a[/red] [@click=a")
