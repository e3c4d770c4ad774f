"""A list to choose from, narrowed by typing."""

from collections.abc import Callable
from typing import ClassVar

from rich.text import Text
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.screen import ModalScreen
from textual.widgets import Input, OptionList
from textual.widgets.option_list import Option

from chattui.ui.pickers import Choice
from chattui.ui.widgets.fields import Field, stepping


class Picker(ModalScreen[None]):
    """Type to narrow, Enter to choose, Esc to leave. With `stay`, Enter marks and unmarks."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("escape", "dismiss", "leave")]

    def __init__(
        self, title: str, choices: Callable[[], list[Choice]], chosen: Callable[[str], None], *, stay: bool
    ) -> None:
        super().__init__()
        self._name, self._choices, self._chosen, self._stay = title, choices, chosen, stay
        self._offered: list[Choice] = []

    def compose(self) -> ComposeResult:
        """A field and a list."""
        with Vertical(id="picker") as box:
            box.border_title = self._name
            box.border_subtitle = "Enter marks · Esc done" if self._stay else "Enter chooses · Esc leaves"
            options = OptionList()
            options.can_focus = False
            yield Field(placeholder="type to narrow", beyond=stepping(options))
            yield options

    def on_mount(self) -> None:
        """All of them."""
        self._offer("", 0)

    def renew(self) -> None:
        """Marks may have changed; the cursor stays on what it is on. What Enter would choose for good does not move."""
        if not (self._stay and self.is_mounted):
            return
        at = self.query_one(OptionList).highlighted
        chosen = self._offered[at].id if at is not None else None
        self._offer(self.query_one(Input).value, 0)
        places = [place for place, one in enumerate(self._offered) if one.id == chosen]
        self.query_one(OptionList).highlighted = places[0] if places else None

    def _offer(self, words: str, highlighted: int) -> None:
        self._offered = [one for one in self._choices() if words.casefold() in one.text.casefold()]
        options = self.query_one(OptionList)
        options.clear_options()
        options.add_options(Option(self._line(one)) for one in self._offered)
        options.highlighted = min(highlighted, len(self._offered) - 1) if self._offered else None

    def _line(self, choice: Choice) -> Text:
        mark = ("✓ " if choice.marked else "  ") if self._stay else ""
        return Text.assemble(mark, choice.text, "  ", (choice.detail, "dim"), no_wrap=True, overflow="ellipsis")

    def on_input_changed(self, event: Input.Changed) -> None:
        """Narrow."""
        event.stop()
        self._offer(event.value, 0)

    def on_input_submitted(self, event: Input.Submitted) -> None:
        """Enter."""
        event.stop()
        self._take(self.query_one(OptionList).highlighted)

    def on_option_list_option_selected(self, event: OptionList.OptionSelected) -> None:
        """A click."""
        event.stop()
        self._take(event.option_index)

    def _take(self, index: int | None) -> None:
        if index is None:
            return
        choice = self._offered[index]
        if not self._stay:
            self.dismiss()
        self._chosen(choice.id)
        if self._stay:
            self._offer(self.query_one(Input).value, index)
