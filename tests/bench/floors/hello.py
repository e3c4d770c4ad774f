"""The smallest Textual app."""

from textual.app import App, ComposeResult
from textual.widgets import Static


class Hello(App[None]):
    """One word on the screen."""

    def compose(self) -> ComposeResult:
        """All there is."""
        yield Static("Hello world")


if __name__ == "__main__":
    Hello().run()
