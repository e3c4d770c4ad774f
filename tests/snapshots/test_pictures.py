"""What the screen looks like. Look at a picture before you accept it: `tests/run tests/snapshots --snapshot-update`."""

import os
import time
from collections.abc import Awaitable, Callable, Iterator

import pytest
from textual.pilot import Pilot

from chattui.gateway.errors import Misconfigured, Unreachable
from chattui.gateway.protocol import Refused
from chattui.model.events import RowsStored, TypingSeen, ViewingSeen
from chattui.model.intents import SendMessage, TakeOver
from chattui.model.records import UserId
from chattui.ui.app import ChattuiApp
from chattui.ui.settings import Settings
from tests.scripted import BO
from tests.ui.world import NARROW, NOW, ROSA, SAM, SMALL, WIDE, World, message, picture_of, press, sees, until

Compare = Callable[..., bool]
Scene = Callable[[World, Pilot[None]], Awaitable[None]]


@pytest.fixture(autouse=True)
def _fixed_zone() -> Iterator[None]:
    """Times of a picture are those of Greenwich."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setitem(os.environ, "TZ", "UTC")
        time.tzset()
        yield
    time.tzset()


async def waiting(_: World, pilot: Pilot[None]) -> None:
    await press(pilot, "1", "j", "j")
    await sees(pilot, "the refund still isn't there…")
    await sees(pilot, "check Stripe first")


async def composing(_: World, pilot: Pilot[None]) -> None:
    await press(pilot, "2", "enter", *"Two to three days, Samuel.", "ctrl+j", *"It leaves today.")
    await sees(pilot, "4 unread")


async def sent(world: World, pilot: Pilot[None]) -> None:
    await composing(world, pilot)
    await press(pilot, "enter")
    await sees(pilot, "✓ stored")


async def note(_: World, pilot: Pilot[None]) -> None:
    await press(pilot, "2", "N", *"Bo, can you call the carrier?")
    await sees(pilot, "4 unread")


async def question(_: World, pilot: Pilot[None]) -> None:
    await press(pilot, "2", "j", "c")
    await sees(pilot, "Close Mei")
    await sees(pilot, "Sent to your basket")


async def refused(world: World, pilot: Pilot[None]) -> None:
    world.gateway.answer(TakeOver, Refused("PT409", "Bo Larsen has this conversation since 14:06."))
    await press(pilot, "1", "t")
    await sees(pilot, "Bo Larsen has this")
    await sees(pilot, "forward this to them")


async def barred(_: World, pilot: Pilot[None]) -> None:
    await press(pilot, "1", "enter", *"Hello,", "enter")
    await sees(pilot, "Your words are kept")


async def completion(_: World, pilot: Pilot[None]) -> None:
    await press(pilot, "2", "enter", "slash")
    await sees(pilot, "Goodbye")
    await sees(pilot, "4 unread")


async def labels(_: World, pilot: Pilot[None]) -> None:
    await press(pilot, "1", "j", "j")
    await sees(pilot, "check Stripe first")
    await press(pilot, "l")
    await sees(pilot, "✓ billing")


async def colleagues(_: World, pilot: Pilot[None]) -> None:
    await press(pilot, "2", "a")
    await sees(pilot, "Cy Adeyemi")
    await sees(pilot, "How long will it take?")


async def help_screen(_: World, pilot: Pilot[None]) -> None:
    await press(pilot, "question_mark")
    await sees(pilot, "Take the conversation over")


async def palette(_: World, pilot: Pilot[None]) -> None:
    await press(pilot, "ctrl+p", *"an")
    await sees(pilot, "● active")


async def offline(world: World, pilot: Pilot[None]) -> None:
    await press(pilot, "2", "enter", *"still typing")
    await sees(pilot, "4 unread")
    world.gateway.cut("The server does not answer.")
    await sees(pilot, "offline 0:00")


async def company(world: World, pilot: Pilot[None]) -> None:
    await waiting(world, pilot)
    world.gateway.tell(ViewingSeen(ROSA, BO), TypingSeen(ROSA, UserId("user Rosa Díaz"), is_typing=True, at=NOW))
    await sees(pilot, "Bo Larsen is here")
    await sees(pilot, "is typing")


async def filtering(_: World, pilot: Pilot[None]) -> None:
    await press(pilot, "4", "slash", *"rosa")
    await until(pilot, lambda: "Jonas" not in picture_of(pilot))
    await until(pilot, lambda: "preview" in picture_of(pilot))
    await sees(pilot, "check Stripe first")


async def nothing_found(_: World, pilot: Pilot[None]) -> None:
    await press(pilot, "4", "slash", *"zebra")
    await sees(pilot, "Nothing here has")


async def searching(_: World, pilot: Pilot[None]) -> None:
    await press(pilot, "1", "ctrl+f", *"parcel")
    await sees(pilot, "3 messages")


async def not_found(world: World, pilot: Pilot[None]) -> None:
    await press(pilot, "1", "ctrl+f")
    world.gateway.down = Unreachable("The server does not answer. Check the link, then press Enter to ask once more.")
    await press(pilot, *"parcel")
    await sees(pilot, "does not answer")


async def sorted_out(_: World, pilot: Pilot[None]) -> None:
    await press(pilot, "1", "j", "!", *"urg", "enter")
    await sees(pilot, "!!! Liam")
    await press(pilot, "j", "z", "down", "down", "enter")
    await until(pilot, lambda: picture_of(pilot).count("Sat 09:00") > 1)


async def putting_aside(world: World, pilot: Pilot[None]) -> None:
    await sorted_out(world, pilot)
    world.inbox.footer.hush()
    await press(pilot, "z")
    await sees(pilot, "wake it now")


async def opened(_: World, pilot: Pilot[None]) -> None:
    await sees(pilot, "Samuel Okafor")


async def parked(world: World, pilot: Pilot[None]) -> None:
    world.gateway.answer(SendMessage, Refused("PT409", "Bo Larsen has this conversation since 14:06."))
    await press(pilot, "2", "enter", *"It left today.", "enter")
    await sees(pilot, "✗ refused")
    await press(pilot, "escape")
    await sees(pilot, "X give up")


async def disguised(world: World, pilot: Pilot[None]) -> None:
    await press(pilot, "2", "enter")
    link = "Please pay here: https://b\u0430nk.example/invoice?number=8812 or see https://acme.example/help."
    world.gateway.tell(RowsStored((message(SAM, 6, 0, "c", link),)))
    await sees(pilot, "leads to xn--bnk-6cd.example")
    await sees(pilot, "5 unread")


async def links(world: World, pilot: Pilot[None]) -> None:
    await disguised(world, pilot)
    await press(pilot, "escape", "O")
    await sees(pilot, "2 links")


async def unseen(world: World, pilot: Pilot[None]) -> None:
    await disguised(world, pilot)
    await press(pilot, "pageup")
    world.gateway.tell(RowsStored(tuple(message(SAM, seq, 0, "c", f"And {seq}?") for seq in (7, 8, 9))))
    await sees(pilot, "↓ 3 new")
    await press(pilot, *"Yes.", "enter")
    await sees(pilot, "send anyway?")


SCENES: list[tuple[str, Scene, tuple[int, int]]] = [
    ("opened", opened, SMALL),
    ("waiting", waiting, SMALL),
    ("waiting_wide", waiting, WIDE),
    ("waiting_roomy", waiting, (160, 40)),
    ("waiting_narrow", opened, NARROW),
    ("composing", composing, SMALL),
    ("composing_wide", composing, WIDE),
    ("composing_narrow", composing, NARROW),
    ("sent", sent, WIDE),
    ("note", note, SMALL),
    ("parked", parked, SMALL),
    ("parked_wide", parked, WIDE),
    ("disguised", disguised, SMALL),
    ("links", links, SMALL),
    ("links_wide", links, WIDE),
    ("unseen", unseen, SMALL),
    ("question", question, SMALL),
    ("refused", refused, WIDE),
    ("barred", barred, SMALL),
    ("completion", completion, SMALL),
    ("labels", labels, SMALL),
    ("colleagues", colleagues, WIDE),
    ("help", help_screen, WIDE),
    ("help_small", help_screen, SMALL),
    ("palette", palette, WIDE),
    ("searching", searching, SMALL),
    ("searching_wide", searching, WIDE),
    ("not_found", not_found, SMALL),
    ("sorted_out", sorted_out, SMALL),
    ("sorted_out_roomy", sorted_out, (160, 40)),
    ("putting_aside", putting_aside, SMALL),
    ("offline", offline, SMALL),
    ("company", company, WIDE),
    ("filtering", filtering, SMALL),
    ("nothing_found", nothing_found, SMALL),
]


def staged(world: World, scene: Scene) -> Callable[[Pilot[None]], Awaitable[None]]:
    async def play(pilot: Pilot[None]) -> None:
        await sees(pilot, "● live")
        await scene(world, pilot)
        await settled(pilot)

    return play


async def settled(pilot: Pilot[None]) -> None:
    before = ""
    while (now := picture_of(pilot)) != before:
        before = now
        await pilot.pause(0.3)


@pytest.mark.parametrize(("scene", "size"), [pytest.param(*row[1:], id=row[0]) for row in SCENES])
def test_scene(snap_compare: Compare, scene: Scene, size: tuple[int, int]) -> None:
    world = World(still=True)
    assert snap_compare(world.app, terminal_size=size, run_before=staged(world, scene))


def test_light(snap_compare: Compare) -> None:
    world = World(Settings(theme="light", guard=0), still=True)
    assert snap_compare(world.app, terminal_size=WIDE, run_before=staged(world, composing))


def test_no_colour(snap_compare: Compare, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NO_COLOR", "1")
    world = World(still=True)
    assert snap_compare(world.app, terminal_size=SMALL, run_before=staged(world, waiting))


def test_too_small(snap_compare: Compare) -> None:
    async def play(pilot: Pilot[None]) -> None:
        await sees(pilot, "too small")

    assert snap_compare(World(still=True).app, terminal_size=(38, 9), run_before=play)


def test_cannot_open(snap_compare: Compare) -> None:
    async def refuse() -> object:
        raise Misconfigured(
            "This project has no tables of chattui. Run `supabase db push` with the migrations of chattui."
        )

    async def play(pilot: Pilot[None]) -> None:
        await sees(pilot, "supabase db push")

    app = ChattuiApp(refuse, Settings())  # type: ignore[arg-type]
    assert snap_compare(app, terminal_size=SMALL, run_before=play)
