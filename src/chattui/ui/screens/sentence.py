"""One sentence in the middle of an otherwise empty screen: while the inbox opens, and where it cannot."""

from textual.app import ComposeResult
from textual.containers import Middle
from textual.screen import Screen
from textual.widgets import Static

from chattui.text.inert import inert
from chattui.ui.composing import compose_whole
from chattui.ui.widgets.footer import FooterBar
from chattui.ui.widgets.foreign import Words
from chattui.ui.widgets.header import HeaderBar


class SentenceScreen(Screen[None]):
    """Says what is going on, or what went wrong and what to do."""

    def __init__(self, sentence: str, hint: str = "", *, trouble: bool = False) -> None:
        super().__init__()
        compose_whole(self)
        self._sentence, self._hint, self._trouble = sentence, hint, trouble

    def compose(self) -> ComposeResult:
        """Framed as the inbox is, so that nothing jumps when it comes."""
        header = HeaderBar(id="header")
        header.trouble = self._trouble
        yield header
        with Middle():
            classes = "sentence -trouble" if self._trouble else "sentence"
            yield Static(Words(inert(self._sentence)), classes=classes)
            yield Static(self._hint, classes="hint", markup=False)
        yield FooterBar(id="footer")
