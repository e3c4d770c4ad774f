"""Where something stands over a line, such as a box or a notice, the line is cut between characters alone.

Textual cuts between code points: it would leave half a flag, or a part of an emoji of several, beside the box, and lose
count of the cells behind it.
"""

from collections.abc import Collection, Iterable
from typing import Any

from rich.segment import Segment
from textual._compositor import Compositor
from textual._context import visible_screen_stack
from textual.app import App
from textual.geometry import Region
from textual.screen import Screen
from textual.strip import Strip

from chattui.text.cells import torn
from chattui.text.inert import Inert


class WholeCompositor(Compositor):
    """Knows where each line of the screen will be cut, and cuts it there itself."""

    def _get_renders(self, crop: Region | None = None) -> Iterable[tuple[Region, Region, list[Strip]]]:
        cuts = self.cuts
        for region, clip, strips in super()._get_renders(crop):
            shown = region.intersection(clip)
            first, last = shown.column_span
            lines = zip(strips, cuts[shown.y : shown.bottom], strict=False)
            inside = ((strip, [cut - first for cut in line if first < cut < last]) for strip, line in lines)
            yield region, clip, [cut_at(strip, places) if places else strip for strip, places in inside]


def cut_at(strip: Strip, places: Collection[int]) -> Strip:
    """The same line, with a segment ending after so many cells, where Textual could not cut it as well."""
    segments: list[Segment] = []
    at = 0
    for segment in strip:
        inside = [place - at for place in places if at < place < at + segment.cell_length]
        at += segment.cell_length
        if inside and not segment.text.isascii():
            segments += [Segment(piece, segment.style) for piece in torn(Inert(segment.text), inside)]
        else:
            segments.append(segment)
    return Strip(segments, at) if len(segments) > len(strip) else strip


def lines_of(app: App[Any]) -> list[str]:
    """What stands on the screen: boxes, and around them what is beneath."""
    visible_screen_stack.set(app._background_screens)  # noqa: SLF001 - else the program's own next paint finds nothing beneath a box
    return [strip.text for strip in app.screen._compositor.render_strips()]  # noqa: SLF001 - nothing public has it


def compose_whole(screen: Screen[Any]) -> None:
    """Whatever comes to stand over the lines of this screen."""
    screen._compositor = WholeCompositor()  # noqa: SLF001 - nothing public has it
