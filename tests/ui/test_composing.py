"""What stands over a line, or at its end, cuts it between characters alone."""

from rich.cells import cell_len
from rich.text import Text
from textual.app import App, ComposeResult
from textual.screen import ModalScreen, Screen
from textual.widgets import OptionList, Static

from chattui.text.cells import fit
from chattui.text.inert import Inert, inert_line
from chattui.ui.composing import compose_whole, lines_of
from chattui.ui.widgets.composer import Composer
from chattui.ui.widgets.foreign import Words, option
from tests.hostile.corpus import SAMPLE
from tests.hostile.tokens import disagreement, width
from tests.ui.widgets.host import Host

WIDTH = 40
FLOODS = tuple(
    Inert(before + sign * 30)
    for before in ("", "a")
    for sign in ("🇦🇺", "👨\u200d👩\u200d👧", "👍🏽", "❤️", "日", "e\u0301", "🇩🇪❤️a👩🏽\u200d🚀")
)
LINES = (*FLOODS, *(line for line in map(inert_line, SAMPLE[::8]) if not disagreement(line)))


class Covered(Screen[None]):
    """Lines, and a box that stands over all of them."""

    DEFAULT_CSS = """
    Covered { layers: below above; overflow: hidden; }
    Covered Static { width: 100%; height: 1; }
    Covered #box { layer: above; width: 7; height: 100%; background: red; }
    """

    def compose(self) -> ComposeResult:
        yield from (Static(fit(line, WIDTH), markup=False) for line in LINES)
        yield Static("", id="box")


class Whole(Covered):
    def __init__(self) -> None:
        super().__init__()
        compose_whole(self)


async def wrong_lines(screen: Screen[None]) -> list[str]:
    """What the terminal would get, with the box at every place, that it would not draw as wide as it should be."""
    async with App[None]().run_test(size=(WIDTH, len(LINES))) as pilot:
        await pilot.app.push_screen(screen)
        wrong: list[str] = []
        for place in range(WIDTH - 7):
            screen.query_one("#box").styles.offset = (place, 0)
            await pilot.pause()
            chops = screen._compositor.render_full_update().strips
            wrong += [
                strip.text for line in chops for strip in line if strip and width(strip.text) != strip.cell_length
            ]
        return wrong


async def test_a_box_over_lines_leaves_whole_characters_beside_it() -> None:
    assert await wrong_lines(Whole()) == []


async def test_only_because_of_the_compositor() -> None:
    assert await wrong_lines(Covered()) != []


class Offered(App[None]):
    def compose(self) -> ComposeResult:
        yield OptionList(*(option(Text("  ").append(Text(line, "bold")), Text(line, "dim")) for line in LINES))


async def test_a_list_cuts_its_lines_between_characters() -> None:
    for columns in (20, 21):
        async with Offered().run_test(size=(columns, 2 * len(LINES) + 4)) as pilot:
            await pilot.pause()
            lines = lines_of(pilot.app)
        assert [line for line in lines if disagreement(line)] == []
        assert sum(line.rstrip(" ▎").endswith("…") for line in lines) >= 2 * len(FLOODS)


async def test_words_are_wrapped_between_characters() -> None:
    for columns in (30, 31):
        for line in FLOODS:
            async with Host(Static(Words(line))).shown((columns, 60)) as pilot:
                lines = lines_of(pilot.app)
            assert [one for one in lines if disagreement(one)] == []
            assert "".join("".join(lines).split()) == "".join(line.split())


async def test_so_does_the_composer_s_border() -> None:
    for columns in (40, 41):
        composer = Composer()
        async with Host(composer).shown((columns, 14)) as pilot:
            for line in LINES:
                composer.explain(f"reply to {line}", f"{line} has it", barred=True)
                await pilot.pause()
                assert [one for one in lines_of(pilot.app) if disagreement(one)] == []
            composer.explain(f"reply to {'long ' * 40}", "", barred=False)
            await pilot.resize_terminal(columns + 7, 14)
            await pilot.pause()
            assert lines_of(pilot.app)[0].rstrip("╮─ ").endswith("…")
            assert cell_len(lines_of(pilot.app)[0].rstrip("╮─ ")) > columns


class Box(ModalScreen[None]):
    DEFAULT_CSS = "Box Static { width: 9; height: 1; }"

    def __init__(self) -> None:
        super().__init__()
        compose_whole(self)

    def compose(self) -> ComposeResult:
        yield Static("the box")


async def test_what_is_beneath_a_box_is_part_of_the_picture_and_stays_on_the_screen() -> None:
    async with Host(Static("all that is beneath")).shown((30, 3)) as pilot:
        await pilot.app.push_screen(Box())
        assert lines_of(pilot.app)[0].strip() == "the box  is beneath"
        await pilot.pause()
        assert lines_of(pilot.app)[0].strip() == "the box  is beneath"
