"""A Textual app of chattui's shape with nothing behind it: header, list, thread, composer, footer, all of Textual's."""

from textual.app import App, ComposeResult
from textual.containers import Horizontal, Vertical
from textual.widgets import Footer, Header, Log, OptionList, TextArea


class Skeleton(App[None]):
    """It shows, and does nothing."""

    CSS = "OptionList { width: 45; height: 1fr; } Log { height: 1fr; } TextArea { height: 5; }"

    def compose(self) -> ComposeResult:
        """Five panes."""
        yield Header()
        with Horizontal():
            yield OptionList(*(f"Customer {number}" for number in range(50)))
            with Vertical():
                yield Log()
                yield TextArea()
        yield Footer()

    def on_mount(self) -> None:
        """Fifty lines of a thread."""
        self.query_one(Log).write_lines(f"12:{number:02} line {number}" for number in range(50))


if __name__ == "__main__":
    Skeleton().run()
