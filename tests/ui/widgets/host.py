"""A small program around one widget, and what it painted as text."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import TypeVar

from textual.app import App, ComposeResult
from textual.message import Message
from textual.pilot import Pilot
from textual.widget import Widget

from chattui.ui.themes import THEMES, defaults

Said = TypeVar("Said", bound=Message)


class Host(App[None]):
    CSS = "Screen { layout: horizontal; }"

    def __init__(self, *widgets: Widget, theme: str = "chattui-dark") -> None:
        super().__init__()
        self.widgets, self.first_theme = widgets, theme
        self.messages: list[Message] = []

    def compose(self) -> ComposeResult:
        yield from self.widgets

    @asynccontextmanager
    async def shown(self, size: tuple[int, int]) -> AsyncIterator[Pilot[None]]:
        """Running and painted in a terminal of that size, with what its widgets say kept."""
        async with self.run_test(size=size, message_hook=self._hear) as pilot:
            await pilot.pause()
            yield pilot

    def _hear(self, message: Message) -> None:
        if not any(message is heard for heard in self.messages):
            self.messages.append(message)

    def of(self, kind: type[Said]) -> list[Said]:
        """What the widgets said, of one kind, oldest first."""
        return [message for message in self.messages if isinstance(message, kind)]

    def get_theme_variable_defaults(self) -> dict[str, str]:
        return defaults(self.current_theme)

    def on_load(self) -> None:
        for theme in THEMES:
            self.register_theme(theme)
        self.theme = self.first_theme


def painted(widget: Widget) -> list[str]:
    """What stands on its lines now."""
    return [widget.render_line(y).text for y in range(widget.scrollable_content_region.height)]
