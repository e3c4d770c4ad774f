"""A small program around one widget, and what it painted as text."""

from textual.app import App, ComposeResult
from textual.widget import Widget

from chattui.ui.themes import EXTRA, THEMES


class Host(App[None]):
    CSS = "Screen { layout: horizontal; }"

    def __init__(self, *widgets: Widget, theme: str = "chattui-dark") -> None:
        super().__init__()
        self.widgets, self.first_theme = widgets, theme
        self.messages: list[object] = []

    def compose(self) -> ComposeResult:
        yield from self.widgets

    def get_theme_variable_defaults(self) -> dict[str, str]:
        return EXTRA

    def on_load(self) -> None:
        for theme in THEMES:
            self.register_theme(theme)
        self.theme = self.first_theme


def painted(widget: Widget) -> list[str]:
    """What stands on its lines now."""
    return [widget.render_line(y).text for y in range(widget.scrollable_content_region.height)]
