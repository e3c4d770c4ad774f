"""One line of words, some of which can be clicked: header, tabs, footer and the line above a thread."""

from collections.abc import Iterable, Mapping, Sequence
from typing import ClassVar

from msgspec import Struct
from rich.cells import cell_len
from rich.segment import Segment
from textual.events import Click
from textual.message import Message
from textual.strip import Strip
from textual.widget import Widget

from chattui.text.cells import fit
from chattui.text.inert import Inert
from chattui.ui.widgets.looks import Look, Looks


class Part(Struct, frozen=True):
    """Some words of a bar. `look` names one of the widget's `LOOKS`; `action` is run by a click."""

    text: str
    look: str = ""
    action: str = ""

    @property
    def width(self) -> int:
        """In cells."""
        return cell_len(self.text)


def width(parts: Iterable[Part]) -> int:
    """Of all of them, in cells."""
    return sum(part.width for part in parts)


class Bar(Widget):
    """Draws what stands left and right; what does not fit is cut from the left group's end."""

    DEFAULT_CSS = "Bar { height: 1; }"
    LOOKS: ClassVar[Mapping[str, Look]] = {}

    def __init__(self, *, id: str | None = None) -> None:  # noqa: A002 - Textual's own name
        super().__init__(id=id)
        self._look = Looks(self, self.LOOKS)

    def notify_style_update(self) -> None:
        """Another theme."""
        self._look.forget()
        super().notify_style_update()

    class Clicked(Message):
        """The mouse asked for an action of the key table."""

        def __init__(self, action: str) -> None:
            self.action = action
            super().__init__()

    def parts(self, room: int) -> tuple[Sequence[Part], Sequence[Part]]:
        """What stands left and what stands right, made for `room` cells."""
        raise NotImplementedError

    def render_line(self, y: int) -> Strip:
        """The line, exactly as wide as the widget."""
        if y or not self.size.width:
            return Strip.blank(self.size.width, self.rich_style)
        left, right = self._fitted()
        gap = self.size.width - width(left) - width(right)
        segments = [*map(self._segment, left), Segment(" " * gap, self.rich_style), *map(self._segment, right)]
        return Strip(segments, self.size.width)

    def _segment(self, part: Part) -> Segment:
        return Segment(part.text, self._look(part.look))

    def _fitted(self) -> tuple[list[Part], list[Part]]:
        left, right = self.parts(self.size.width)
        room = max(0, self.size.width - width(right))
        return _cut(left, room), _cut(right, self.size.width)

    def on_click(self, event: Click) -> None:
        """The part under the mouse."""
        left, right = self._fitted()
        action = _at(left, event.x, 0) or _at(right, event.x, self.size.width - width(right))
        if action:
            event.stop()
            self.post_message(self.Clicked(action))


def _cut(parts: Sequence[Part], room: int) -> list[Part]:
    kept: list[Part] = []
    for part in parts:
        if part.width > room:
            kept.append(Part(fit(Inert(part.text.rstrip(" ")), room), part.look, part.action))
            break
        kept.append(part)
        room -= part.width
    return kept


def _at(parts: Sequence[Part], x: int, start: int) -> str:
    for part in parts:
        if start <= x < start + part.width:
            return part.action
        start += part.width
    return ""
