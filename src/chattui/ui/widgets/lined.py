"""A pane that draws its own lines, knows its size before it is first painted, and scrolls without a show."""

from collections.abc import Mapping
from typing import ClassVar

from rich.style import Style
from textual.geometry import Size
from textual.scroll_view import ScrollView
from textual.strip import Strip
from textual.widget import Widget

from chattui.ui.widgets.looks import Look, Looks
from chattui.ui.widgets.strips import highlighted


class LinedView(ScrollView):
    """Nothing is mounted in it; `LOOKS` are those of its parts.

    The place of the scrollbar is always kept free, so that lines are wrapped once and not again when it appears.
    """

    DEFAULT_CSS = """
    LinedView {
        overflow-x: hidden; scrollbar-gutter: stable; scrollbar-size-vertical: 1;
        scrollbar-color: $line; scrollbar-color-hover: $muted; scrollbar-color-active: $muted;
        scrollbar-background: $background; scrollbar-background-hover: $background;
        scrollbar-background-active: $background; background: $background; color: $foreground;
    }
    """
    LOOKS: ClassVar[Mapping[str, Look]] = {}

    def __init__(self, *, id: str | None = None) -> None:  # noqa: A002 - Textual's own name
        super().__init__(id=id)
        self.look = Looks(self, self.LOOKS)

    def notify_style_update(self) -> None:
        """Another theme: nothing that was drawn holds."""
        self.look.forget()
        super().notify_style_update()

    def under_cursor(self) -> Style:
        """What to add to a style where the cursor is."""
        return Style(bgcolor=self.look("cursor").bgcolor)

    def selectable(self, strip: Strip, code: int, before: int) -> Strip:
        """The same, for the mouse to select from character `before` on; selections call this line `code`."""
        selection = self.text_selection
        span = selection.get_span(code) if selection is not None else None
        if span is not None:
            strip = highlighted(strip, span, self.screen.get_component_rich_style("screen--selection"), before)
        return strip.apply_offsets(0, code)

    def fit(self) -> None:
        """The pane has another size, and nothing was painted with it yet."""

    def be_tall(self, lines: int) -> None:
        """There are so many lines. The other panes are laid out again only where a scrollbar comes or goes."""
        size = Size(self.scrollable_content_region.width, lines)
        if size != self.virtual_size:
            self.set_reactive(Widget.virtual_size, size)  # assigned, it would lay out and paint the whole screen: 15 ms
            self._scroll_update(size)

    def scroll_to_line(self, line: int) -> None:
        """Bring a line to the top, at once."""
        self.scroll_to(y=line, animate=False, force=True)

    @property
    def lines_in_sight(self) -> int:
        """The height of the pane."""
        return self.scrollable_content_region.height

    def _size_updated(
        self,
        size: Size,
        virtual_size: Size,
        container_size: Size,
        layout: bool = True,  # noqa: FBT001, FBT002 - Textual's signature
    ) -> bool:
        """Here and not at `Resize`, which comes after the first paint."""
        changed = super()._size_updated(size, virtual_size, container_size, layout)
        if changed:
            self.fit()
        return changed
