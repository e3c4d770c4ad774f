"""What the composer tells of the keys it gets."""

from textual import events
from textual.pilot import Pilot

from chattui.ui.widgets.composer import Composer
from tests.ui.widgets.host import Host


async def burst(composer: Composer, pilot: Pilot[None], *keys: str) -> None:
    """All at once, as a line brings them that has hung for a moment."""
    for key in keys:
        composer.post_message(events.Key(key, "\r" if key == "enter" else key))
    await pilot.pause(0.1)


async def test_letters_and_enter_in_one_burst_are_an_edit_and_then_a_submission() -> None:
    composer = Composer()
    app = Host(composer)
    async with app.shown((40, 10)) as pilot:
        composer.focus()
        await burst(composer, pilot, "h", "i", "enter")
        told = [one for one in app.messages if isinstance(one, Composer.Edited | Composer.Submitted)]
        assert isinstance(told[-1], Composer.Submitted), "no edit is told after the words have left"
        assert [one.text for one in told[-2:]] == ["hi", "hi"]


async def test_a_draft_that_is_put_back_is_no_edit() -> None:
    composer = Composer()
    app = Host(composer)
    async with app.shown((40, 10)) as pilot:
        composer.put("from yesterday")
        await pilot.pause(0.1)
        assert app.of(Composer.Edited) == []
