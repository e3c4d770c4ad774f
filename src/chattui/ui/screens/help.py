"""All keys, from the one table."""

from typing import ClassVar

from rich.text import Text
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import VerticalScroll
from textual.screen import ModalScreen
from textual.widgets import Static

from chattui.ui.actions import Keymap, categories, spoken
from chattui.ui.composing import compose_whole

LED = ("Conversation", "Messages")
"""Categories whose letters work while writing, after the leader."""
SIGNS = (
    ("◔ waiting  ● active  ◌ ai  ✓ closed  ◷ snoozed", "how it stands"),
    ("! low  !! high  !!! urgent", "how urgent it is"),
    ("✎ a draft of mine  ◉ a colleague looks at it", "what else is there"),
    ("│ customer  ┃ agent  ┊ AI  ▌ a note", "who speaks"),
    ("◌ queued  ↑ sent  ✓ stored  ✓✓ read  ✗ refused", "how far my words are"),
)
"""None so long that it breaks on the smallest screen with two panes."""


class HelpScreen(ModalScreen[None]):
    """Scrolls; any of its own keys closes it."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("escape,q,f1,question_mark", "dismiss", "close")]

    def __init__(self, keymap: Keymap) -> None:
        super().__init__()
        compose_whole(self)
        self._keymap = keymap

    def compose(self) -> ComposeResult:
        """Category by category."""
        with VerticalScroll(id="help") as box:
            box.border_title = "keys"
            box.border_subtitle = "Esc closes"
            yield Static(self._table())

    def _table(self) -> Text:
        table = Text()
        for category, actions in categories(self._keymap).items():
            table.append(f"{category}", "bold underline").append(self._aside(category), "dim")
            for action in actions:
                keys = " ".join(spoken(key) for key in action.keys)
                table.append(f"  {keys:<19}", "bold").append(f"{action.help}\n")
            table.append("\n")
        table.append("Signs\n", "bold underline")
        for signs, meaning in SIGNS:
            table.append(f"  {signs}", "bold").append(f"   {meaning}\n")
        return table

    def _aside(self, category: str) -> str:
        also = f"   while writing, after {self._keymap.hint('leader')}" if category in LED else ""
        return f"{also}\n"
