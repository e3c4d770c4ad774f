"""What a list offers: lines that are cut where the list ends, never within what belongs together."""

from rich.text import Text
from textual.content import Content
from textual.css.styles import RulesMap
from textual.strip import Strip
from textual.style import Style
from textual.visual import RenderOptions, Visual
from textual.widgets.option_list import Option

from chattui.text.cells import cut
from chattui.text.inert import Inert


class Lines(Visual):
    """So many lines, however long they are."""

    def __init__(self, *lines: Text) -> None:
        self._lines = lines

    def render_strips(self, width: int, height: int | None, style: Style, options: RenderOptions) -> list[Strip]:
        """Each cut to the width; an ellipsis says where something is missing."""
        contents = [Content.from_rich_text(clipped(line, width)) for line in self._lines]
        return [strip for content in contents for strip in content.render_strips(width, height, style, options)]

    def get_optimal_width(self, rules: RulesMap, container_width: int) -> int:  # noqa: ARG002 - Textual's signature
        """That of the longest."""
        return max(line.cell_len for line in self._lines)

    def get_height(self, rules: RulesMap, width: int) -> int:  # noqa: ARG002 - Textual's signature
        """However narrow the list is."""
        return len(self._lines)


def option(*lines: Text) -> Option:
    """Something to choose; its words are inert already."""
    return Option(Lines(*lines))


def clipped(line: Text, width: int) -> Text:
    """The same, at most so many cells wide."""
    if line.cell_len <= width:
        return line
    shown = cut(Inert(line.plain), width)
    return line[: len(shown) - 1].append(shown[-1:]) if shown else Text()
