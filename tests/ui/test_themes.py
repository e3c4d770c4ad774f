import pytest
from textual.theme import BUILTIN_THEMES, Theme

from chattui.ui.themes import THEMES
from chattui.ui.widgets.conversations import ConversationList
from tests.ui.widgets.host import Host, painted
from tests.ui.widgets.samples import NOW, ROWS

NAMES = [*BUILTIN_THEMES, *(theme.name for theme in THEMES)]


def hosted(theme: str) -> tuple[ConversationList, Host]:
    rows = {row.id: row for row in ROWS}
    order = list(rows)
    view = ConversationList(lambda: order, rows.__getitem__, lambda: NOW)
    return view, Host(view, theme=theme)


@pytest.mark.parametrize("name", NAMES)
async def test_every_theme_can_be_chosen(name: str) -> None:
    view, host = hosted(name)
    async with host.shown((40, 12)):
        assert painted(view)[0].startswith("▌◔ Rosa")


async def test_another_theme_is_seen_at_once() -> None:
    view, host = hosted("chattui-dark")
    async with host.shown((40, 12)) as pilot:
        dark = view.render_line(4)
        host.theme = "chattui-light"
        await pilot.pause()
        light = view.render_line(4)
        assert light.text == dark.text
        assert [segment.style for segment in light] != [segment.style for segment in dark]


@pytest.mark.parametrize("theme", THEMES, ids=lambda theme: theme.name)
@pytest.mark.parametrize(
    "part", ["faint", "name", "waiting", "active", "label", "unread", "typing", "refused", "moved"]
)
async def test_our_colours_can_be_read(theme: Theme, part: str) -> None:
    view, host = hosted(theme.name)
    async with host.shown((40, 12)):
        style = view.look(part)
        assert style.color is not None
        assert style.bgcolor is not None
        assert contrast(style.color.get_truecolor(), style.bgcolor.get_truecolor()) >= 4.5


def contrast(one: tuple[int, int, int], other: tuple[int, int, int]) -> float:
    """The ratio of WCAG 2."""
    high, low = sorted((luminance(one), luminance(other)), reverse=True)
    return (high + 0.05) / (low + 0.05)


def luminance(colour: tuple[int, int, int]) -> float:
    linear = [part / 3294.6 if part <= 10 else ((part / 255 + 0.055) / 1.055) ** 2.4 for part in colour]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]
