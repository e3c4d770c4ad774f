"""What is done to a chosen message: copied as written, its links seen before they are opened, a refused one edited."""

import os
import shlex
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import psutil
import pytest
from textual.pilot import Pilot

from chattui.desk.keeping import Unkept
from chattui.gateway.protocol import Refused
from chattui.model.events import RowsStored
from chattui.model.intents import AddNote, MarkRead, SendMessage
from chattui.text.inert import Inert
from chattui.ui import browser
from chattui.ui.screens.links import LinkScreen
from chattui.ui.widgets.composer import Mode
from tests.ui.world import SAM, C, World, message, picture_of, press, sees, until

WIDE, SMALL = (120, 36), (80, 24)
RAW = "\x1b]52;c;aGFja2Vk\x07 pay\u202e \ud83d here: https://b\u0430nk.example/pay\n[b]bold[/b]"
"""What a customer may write: a clipboard sequence, an override, half a pair, a look-alike, markup."""


async def samuel(world: World, pilot: Pilot[None], *bodies: str) -> None:
    """Samuel's thread has the focus, and he wrote these."""
    await sees(pilot, "● live")
    await press(pilot, "2", "enter")
    await sees(pilot, "│ How long will it take?")
    await press(pilot, "escape", "right")
    said(world, *bodies)
    if bodies:
        await until(pilot, lambda: len(world.desk.queries.thread(SAM).entries) == 5 + len(bodies))
        await pilot.pause()


def said(world: World, *bodies: str) -> None:
    rows = tuple(message(SAM, seq, 0, C, body) for seq, body in enumerate(bodies, 6))
    world.gateway.store(*rows)
    world.gateway.tell(RowsStored(rows))


def asked(world: World, kind: type) -> list[Any]:
    return [intent for intent in world.gateway.submitted if isinstance(intent, kind)]


async def test_what_the_mouse_marked_is_copied_before_any_message() -> None:
    world = World()
    async with world.run(WIDE) as pilot:
        await samuel(world, pilot, "The second lamp\nis fine.")
        await sees(pilot, "is fine.")
        rows = picture_of(pilot).splitlines()
        y = next(y for y, row in enumerate(rows) if "│ is fine." in row)
        await pilot.mouse_down(offset=(rows[y].index("is fine."), y))
        await pilot.hover(offset=(rows[y].index("fine.") - 2, y))
        await pilot.mouse_up(offset=(rows[y].index("fine.") - 2, y))
        await press(pilot, "y")
        await until(pilot, lambda: world.app.clipboard)
        assert world.app.clipboard == "is"
        await sees(pilot, "what the mouse marked, 2 characters")


async def refused(world: World, pilot: Pilot[None], words: str, key: str = "r") -> None:
    """Ana wrote to Samuel, and the database did not take it."""
    await sees(pilot, "● live")
    await press(pilot, "2")
    await sees(pilot, "Samuel Okafor")
    kind = SendMessage if key == "r" else AddNote
    world.gateway.answer(kind, Refused("PT409", "Bo Larsen has this conversation."))
    await press(pilot, key)
    world.inbox.writing.composer.insert(words)
    await press(pilot, "enter")
    await sees(pilot, "✗ refused: Bo Larsen has this conversation")
    await until(pilot, lambda: world.inbox.writing.composer.text == "")


# Copying


async def test_the_chosen_message_is_copied_as_it_was_written() -> None:
    world = World()
    async with world.run(WIDE) as pilot:
        await samuel(world, pilot, RAW, "never mind")
        await press(pilot, "alt+up", "alt+up", "y")
        assert world.app.clipboard == RAW.replace("\ud83d", "?")
        await sees(pilot, "Handed to the terminal's clipboard: Samuel Okafor's message, 66 characters.")


async def test_without_a_chosen_message_the_newest_is_copied() -> None:
    world = World()
    async with world.run(WIDE) as pilot:
        await samuel(world, pilot)
        await press(pilot, "y")
        assert world.app.clipboard == "How long will it take?"


async def test_notes_and_refused_words_are_copied_too() -> None:
    world = World()
    async with world.run(WIDE) as pilot:
        await refused(world, pilot, "call the carrier", "N")
        await press(pilot, "ctrl+g", "y")
        assert world.app.clipboard == "call the carrier"
        await sees(pilot, "your note, 16 characters")
        await press(pilot, "escape", "1", "j", "j")
        await sees(pilot, "check Stripe first")
        await press(pilot, "alt+up", "alt+up", "alt+up", "y")
        assert world.app.clipboard == "check Stripe first"


async def test_nothing_to_copy_is_said() -> None:
    world = World()
    async with world.run(WIDE) as pilot:
        await sees(pilot, "● live")
        await press(pilot, "y")
        await sees(pilot, "There are no words to copy here.")
        assert world.app.clipboard == ""


async def test_more_than_terminals_take_is_cut_and_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("chattui.ui.messages.CLIPBOARD", 9)
    world = World()
    async with world.run(WIDE) as pilot:
        await samuel(world, pilot, "ünï" * 5)
        await press(pilot, "y")
        assert world.app.clipboard == "ünïünï"[:5]
        await sees(pilot, "the first 5 of 15 characters")


# Links


Opened = Callable[[], str]


@pytest.fixture
def opened(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Opened:
    """What the agent's browser was started with, an argument a line; "" while it was not."""
    arguments, program = tmp_path / "arguments", tmp_path / "a browser.py"
    program.write_text("import sys, pathlib; pathlib.Path(sys.argv[1]).write_text('\\n'.join(sys.argv[2:]))")
    command = [shlex.quote(part) for part in (sys.executable, str(program), str(arguments))]
    monkeypatch.setenv("BROWSER", " ".join([*command, "%s"]))
    return lambda: arguments.read_text() if arguments.exists() else ""


async def test_a_link_is_shown_as_it_leads_and_the_same_key_opens_it(opened: Opened) -> None:
    world = World()
    async with world.run(SMALL) as pilot:
        await samuel(world, pilot, "see https://b\u0430nk.example/pay?a=1&b=$(id)`id`;--version")
        await sees(pilot, "↗ leads to xn--bnk-6cd.example")
        await press(pilot, "O")
        await sees(pilot, "https://xn--bnk-6cd.example/pay?a=1&b=$(id)%60id%60;--version")
        await sees(pilot, "The message shows another name.")
        await sees(pilot, "O opens it · y copies it · Esc leaves")
        assert not opened()
        await press(pilot, "O")
        await until(pilot, opened)
        assert opened() == "https://xn--bnk-6cd.example/pay?a=1&b=$(id)%60id%60;--version"
        await sees(pilot, "Opened in the browser: xn--bnk-6cd.example")


async def test_escape_opens_nothing(opened: Opened) -> None:
    world = World()
    async with world.run(SMALL) as pilot:
        await samuel(world, pilot, "https://a.example")
        await press(pilot, "O", "escape")
        assert world.inbox.is_current
        await pilot.pause(0.1)
        assert not opened()


async def test_of_several_links_the_one_under_the_cursor_is_opened(opened: Opened) -> None:
    world = World()
    async with world.run(SMALL) as pilot:
        await samuel(world, pilot, "https://a.example, ftp://f.example, https://b.example or mailto:c@c.example", "-")
        await press(pilot, "O")
        await sees(pilot, "3 links · never opened: ftp:")
        await sees(pilot, "2  b.example")
        await press(pilot, "down", "enter")
        await until(pilot, opened)
        assert opened() == "https://b.example"


async def test_an_address_can_be_copied_instead() -> None:
    world = World()
    async with world.run(SMALL) as pilot:
        await samuel(world, pilot, "https://b\u0430nk.example")
        await press(pilot, "O", "y")
        assert world.app.clipboard == "https://xn--bnk-6cd.example"
        assert world.inbox.is_current


async def test_other_schemes_are_refused_by_name(opened: Opened) -> None:
    world = World()
    async with world.run(WIDE) as pilot:
        await samuel(world, pilot, "javascript:alert(1) file:///etc/passwd", "https://a.example")
        await press(pilot, "alt+up", "alt+up", "O")
        await sees(pilot, "Only http, https and mailto are opened, not javascript: and file:.")
        assert not isinstance(world.app.screen, LinkScreen)
        assert not opened()


async def test_no_link_is_said() -> None:
    world = World()
    async with world.run(WIDE) as pilot:
        await samuel(world, pilot)
        await press(pilot, "O")
        await sees(pilot, "There is no link here that can be opened.")


async def test_no_browser_is_said_and_what_to_do(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BROWSER", f"{sys.executable} -c 1/0 %s")
    for name in ("DISPLAY", "WAYLAND_DISPLAY"):
        monkeypatch.delenv(name, raising=False)
    world = World()
    async with world.run(WIDE) as pilot:
        await samuel(world, pilot, "https://a.example")
        await press(pilot, "O", "O")
        await sees(pilot, "No browser could be started from here; O y copies the address.")


async def test_a_browser_has_no_terminal(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    told, program = tmp_path / "told", tmp_path / "browser.py"
    program.write_text(
        "import os, sys; open(sys.argv[1], 'w').write(f\"{'TERM' in os.environ} {os.isatty(0)} {os.getsid(0)}\")"
    )
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.setenv("BROWSER", f"{sys.executable} {program} {told} %s")
    assert await browser.open_link(Inert("https://a.example"))
    has_term, has_tty, session = told.read_text().split()
    assert (has_term, has_tty) == ("False", "False")
    assert int(session) != os.getsid(0)


async def test_a_browser_that_stays_is_not_waited_for(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    ends = tmp_path / "ends"
    waiting = f"import pathlib, time\nwhile not pathlib.Path({str(ends)!r}).exists(): time.sleep(.05)"
    (tmp_path / "browser.py").write_text(waiting)
    monkeypatch.setenv("BROWSER", f"{sys.executable} {tmp_path / 'browser.py'} %s")
    monkeypatch.setattr(browser, "PATIENCE", 0.2)
    world, before = World(), set(psutil.Process().children())
    async with world.run(WIDE) as pilot:
        await samuel(world, pilot, "https://a.example")
        await press(pilot, "O", "O")
        await sees(pilot, "Opened in the browser: a.example")
        ends.touch()
        await until(pilot, lambda: set(psutil.Process().children()) <= before)


# What was refused


async def test_what_can_be_done_stands_beside_the_reason() -> None:
    world = World()
    async with world.run(SMALL) as pilot:
        await refused(world, pilot, "on its way")
        await sees(pilot, "┃ ^G x send again · e edit · y copy · X give up")
        await press(pilot, "escape")
        await sees(pilot, "┃ x send again · e edit · y copy · X give up")


async def test_a_refused_message_is_edited_and_sent() -> None:
    world = World()
    async with world.run(SMALL) as pilot:
        await refused(world, pilot, "on its way")
        await press(pilot, "escape", "e")
        await until(pilot, lambda: world.inbox.writing.composer.text == "on its way")
        assert "refused" not in picture_of(pilot)
        await press(pilot, *"!", "enter")
        await until(pilot, lambda: [one.body for one in asked(world, SendMessage)] == ["on its way", "on its way!"])
        assert world.desk.queries.header().refused == 0


async def test_the_words_that_stand_there_are_kept_behind_those_that_come_back() -> None:
    world = World()
    async with world.run(SMALL) as pilot:
        await refused(world, pilot, "on its way")
        await press(pilot, *"and a draft", "ctrl+g", "e")
        await until(pilot, lambda: world.inbox.writing.composer.text == "on its way\n\nand a draft")
        assert world.desk.drafts.of(SAM, Mode.REPLY) == "on its way\n\nand a draft"


async def test_a_refused_note_comes_back_as_a_note() -> None:
    world = World()
    async with world.run(SMALL) as pilot:
        await refused(world, pilot, "call the carrier", "N")
        await press(pilot, "escape", "r", *"a reply", "escape", "e")
        await until(pilot, lambda: world.inbox.writing.composer.text == "call the carrier")
        assert world.inbox.writing.composer.mode is Mode.NOTE
        assert world.desk.drafts.of(SAM, Mode.REPLY) == "a reply"


async def test_what_the_disk_does_not_take_stays_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    async def full(_item_id: str) -> str | None:
        raise Unkept("The disk is full.")

    world = World()
    async with world.run(WIDE) as pilot:
        await refused(world, pilot, "on its way")
        monkeypatch.setattr(world.desk, "take_back", full)
        await press(pilot, *"draft", "ctrl+g", "e")
        await sees(pilot, "Not taken back: The disk is full. It stays where it is.")
        assert world.inbox.writing.composer.text == "draft"
        await sees(pilot, "✗ refused")


async def test_what_is_gone_meanwhile_is_said() -> None:
    world = World()
    async with world.run(WIDE) as pilot:
        await refused(world, pilot, "on its way")
        # Whatever else is kept shows what the drawer holds: the mark of having read it comes first.
        await until(pilot, lambda: any(isinstance(intent, MarkRead) for intent in world.gateway.submitted))
        await until(pilot, lambda: len(world.desk._outbox._items) == 1)
        (item,) = world.desk._outbox._items.values()
        await world.desk._drawer.remove(item.id)
        await press(pilot, *"draft", "ctrl+g", "e")
        await sees(pilot, "It is not refused any more")
        assert world.inbox.writing.composer.text == "draft"


async def test_what_is_typed_while_words_come_back_stays(monkeypatch: pytest.MonkeyPatch) -> None:
    world = World()
    async with world.run(SMALL) as pilot:
        await refused(world, pilot, "on its way")
        composer, take_back = world.inbox.writing.composer, world.desk.take_back

        async def slow(item_id: str) -> str | None:
            draft = await take_back(item_id)
            composer.insert("typed")
            return draft

        monkeypatch.setattr(world.desk, "take_back", slow)
        await press(pilot, *"draft, ", "ctrl+g", "e")
        await until(pilot, lambda: composer.text == "on its way\n\ndraft, typed")
        assert world.desk.drafts.of(SAM, Mode.REPLY) == "on its way\n\ndraft, typed"


async def test_nothing_refused_is_said() -> None:
    world = World()
    async with world.run(SMALL) as pilot:
        await samuel(world, pilot)
        for key in ("x", "e", "X"):
            await press(pilot, key)
            await sees(pilot, "Nothing here was refused.")
            world.inbox.footer.hush()


async def test_what_can_be_done_to_the_chosen_message_is_offered_first() -> None:
    world = World()
    async with world.run(SMALL) as pilot:
        await samuel(world, pilot, "https://a.example")
        await press(pilot, "alt+up")
        await sees(pilot, " y copy  O open link  ")
        await press(pilot, "alt+up")
        await sees(pilot, " y copy  Enter open  ")
        await press(pilot, "escape")
        assert "copy" not in picture_of(pilot)


async def test_escape_lets_the_chosen_message_go_first() -> None:
    world = World()
    async with world.run(SMALL) as pilot:
        await samuel(world, pilot)
        await press(pilot, "alt+up")
        assert world.inbox.painting.thread.selected is not None
        await press(pilot, "escape")
        assert world.inbox.painting.thread.selected is None
        assert world.inbox.focused is world.inbox.painting.thread
