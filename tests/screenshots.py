"""The pictures of the README, drawn by the real screen over the tests' desk: `python -m tests.screenshots`."""

import asyncio
import os
import re
import time
from collections.abc import Awaitable, Callable
from pathlib import Path

from textual.pilot import Pilot

from chattui.model.events import TypingSeen, ViewingSeen
from chattui.model.records import UserId
from chattui.ui.settings import Settings
from tests.scripted import BO
from tests.ui.world import NOW, ROSA, World, press, sees

FOLDER = Path(__file__).parent.parent / "screenshots"
WIDE, SMALL = (120, 36), (80, 24)
REMOTE_FONT = re.compile(r"@font-face\s*\{.*?\}", re.DOTALL)
"""Textual's pictures name a font of the web; a README shows none, so the reader's own monospace serves."""
Scene = Callable[[World, Pilot[None]], Awaitable[None]]


async def inbox(world: World, pilot: Pilot[None]) -> None:
    await press(pilot, "1", "j", "j")
    await sees(pilot, "check Stripe first")
    world.gateway.tell(ViewingSeen(ROSA, BO), TypingSeen(ROSA, UserId("user Rosa Díaz"), is_typing=True, at=NOW))
    await sees(pilot, "is typing")


async def reply(_: World, pilot: Pilot[None]) -> None:
    await press(pilot, "2", "enter", *"Two to three days, Samuel.", "ctrl+j", *"It leaves today.")
    await sees(pilot, "4 unread")


async def note(_: World, pilot: Pilot[None]) -> None:
    await press(pilot, "2", "N", *"Bo, can you call the carrier?")
    await sees(pilot, "4 unread")


async def keys(_: World, pilot: Pilot[None]) -> None:
    await press(pilot, "question_mark")
    await sees(pilot, "Take the conversation over")


PICTURES: dict[str, tuple[Scene, tuple[int, int], str]] = {
    "inbox": (inbox, WIDE, "dark"),
    "reply": (reply, WIDE, "light"),
    "note": (note, SMALL, "dark"),
    "keys": (keys, WIDE, "dark"),
}


async def draw(scene: Scene, size: tuple[int, int], theme: str) -> str:
    """One picture, as SVG that loads nothing."""
    world = World(Settings(theme=theme, guard=0), still=True)
    async with world.app.run_test(size=size) as pilot:
        await sees(pilot, "● live")
        await scene(world, pilot)
        await pilot.pause(0.3)
        return REMOTE_FONT.sub("", world.app.export_screenshot(title="chattui"))


def main() -> None:
    """Draw them all; times are those of Greenwich."""
    os.environ["TZ"] = "UTC"
    time.tzset()
    for name, (scene, size, theme) in PICTURES.items():
        picture = asyncio.run(draw(scene, size, theme))
        (FOLDER / f"{name}.svg").write_text(picture, encoding="utf-8")


if __name__ == "__main__":
    main()
