"""Lines of exactly the pane's width, out of pieces of inert text.

Everything that list, thread and panel draw goes through `lay`, so no wide character can push a border aside.
"""

from collections.abc import Iterable, Sequence
from functools import lru_cache
from typing import NamedTuple

from rich.cells import cell_len
from rich.segment import Segment
from rich.style import Style
from textual.strip import Strip

from chattui.text.cells import cut, wrap
from chattui.text.inert import Inert

SPACE = Inert(" ")


@lru_cache(4096)
def wrapped(text: Inert, width: int) -> tuple[Inert, ...]:
    """The lines of a body, remembered: a thread is drawn far more often than it changes."""
    return tuple(wrap(text, width))


class Span(NamedTuple):
    """A piece of a line."""

    text: Inert
    style: Style


def cells(spans: Iterable[Span]) -> int:
    """How many cells they take."""
    return sum(cell_len(span.text) for span in spans)


def blank(count: int, style: Style) -> Span:
    """So many spaces; none where `count` is not positive."""
    return Span(Inert(" " * count), style)


def clip(spans: Iterable[Span], width: int) -> list[Span]:
    """As much of them as fits, ending in `…` where something is missing."""
    kept: list[Span] = []
    for span in spans:
        size = cell_len(span.text)
        if size > width:
            return [*kept, Span(cut(span.text, width), span.style)]
        kept.append(span)
        width -= size
    return kept


def lay(width: int, fill: Style, left: Sequence[Span], right: Sequence[Span] = ()) -> Strip:
    """One line of exactly `width` cells: `right` stands whole where it fits, `left` is cut to what it leaves."""
    ending = clip(right, width)
    beginning = clip(left, width - cells(ending))
    spans = [*beginning, blank(width - cells(beginning) - cells(ending), fill), *ending]
    return Strip([Segment(span.text, span.style) for span in spans if span.text]).adjust_cell_length(width, fill)


def centred(width: int, fill: Style, span: Span) -> Strip:
    """One line with `span` in its middle."""
    middle = clip([span], width)
    return lay(width, fill, [blank((width - cells(middle)) // 2, fill), *middle])


def highlighted(strip: Strip, span: tuple[int, int], style: Style, before: int) -> Strip:
    """The same with the characters `span` selected, never the first `before`; an end of -1 means to the last word."""
    start, end = max(span[0], before), span[1] if span[1] >= 0 else len(strip.text.rstrip())
    segments: list[Segment] = []
    at = 0
    for text, own, _ in strip:
        inner, outer = min(max(start - at, 0), len(text)), min(max(end - at, 0), len(text))
        outer = max(inner, outer)
        whole = own or Style.null()
        pieces = ((text[:inner], whole), (text[inner:outer], whole + style), (text[outer:], whole))
        segments += [Segment(piece, look) for piece, look in pieces if piece]
        at += len(text)
    return Strip(segments, strip.cell_length)
