"""What others wrote, in Textual's own widgets: cut and wrapped between characters alone, as our own panes do it."""

from collections.abc import Sequence

from rich.segment import Segment
from rich.text import Text
from textual.content import Content
from textual.css.styles import RulesMap
from textual.strip import Strip
from textual.style import Style
from textual.visual import RenderOptions, Visual
from textual.widgets.option_list import Option

from chattui.text.cells import as_wide, cut, width, wrap
from chattui.text.inert import Inert


class Lines(Visual):
    """So many lines, cut where the widget ends."""

    def __init__(self, *lines: Text) -> None:
        self._lines = lines

    def shown(self, width: int) -> Sequence[Text]:
        """What fits into so many cells."""
        return [clipped(line, width) for line in self._lines]

    def render_strips(self, width: int, height: int | None, style: Style, options: RenderOptions) -> list[Strip]:
        """Nothing that Textual would have to cut."""
        contents = map(Content.from_rich_text, self.shown(width))
        return [strip for content in contents for strip in content.render_strips(width, height, style, options)]

    def get_optimal_width(self, rules: RulesMap, container_width: int) -> int:  # noqa: ARG002 - Textual's signature
        """That of the longest."""
        return max(line.cell_len for line in self._lines)

    def get_height(self, rules: RulesMap, width: int) -> int:  # noqa: ARG002 - Textual's signature
        """Of what is shown."""
        return len(self.shown(width))


class Words(Lines):
    """A sentence, or several lines, wrapped."""

    def __init__(self, text: Inert) -> None:
        super().__init__(*map(Text, text.split("\n")))
        self._text = text

    def shown(self, width: int) -> Sequence[Text]:
        """All of it."""
        return [*map(Text, wrap(self._text, width))]


def drawn_inert(strip: Strip, width: int) -> Strip:
    """What a text field draws of words that it keeps as they are, in exactly so many cells."""
    if strip.text.isascii() and strip.text.isprintable():
        return strip
    shown = Strip([Segment(as_wide(text), style) for text, style, _ in strip])
    return shown.adjust_cell_length(width)  # Textual measures it whole, where a joiner swallows the cursor behind it


def option(*lines: Text) -> Option:
    """Something to choose; its words are inert already."""
    return Option(Lines(*lines))


def clipped(line: Text, cells: int) -> Text:
    """The same, at most so many cells wide."""
    text = Inert(line.plain)
    if width(text) <= cells:
        return line
    shown = cut(text, cells)
    return line[: len(shown) - 1].append(shown[-1:]) if shown else Text()
