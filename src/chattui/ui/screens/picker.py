"""A list to choose from, narrowed by typing."""

from collections.abc import Callable, Iterator
from typing import ClassVar

from rich.text import Text
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.events import Key
from textual.screen import ModalScreen
from textual.widgets import OptionList

from chattui.ui.composing import compose_whole
from chattui.ui.pickers import Choice
from chattui.ui.widgets.fields import Field, stepping
from chattui.ui.widgets.foreign import option

Offer = Callable[[str], list[Choice]]
"""What fits some words, in order; all of it where there are none."""


class Picker(ModalScreen[None]):
    """Type to narrow, Enter to choose, Esc to leave. With `stay`, Enter marks and unmarks.

    Enter and the arrows are about what fits all that was typed before them, whether it stands on the screen yet or not.
    """

    BINDINGS: ClassVar[list[BindingType]] = [Binding("escape", "dismiss", "leave")]

    def __init__(self, title: str, offer: Offer, chosen: Callable[[str], None], *, stay: bool = False) -> None:
        super().__init__()
        compose_whole(self)
        self._heading, self._offer, self._chosen, self._stay = title, offer, chosen, stay
        self._offered: list[Choice] = []
        self._options = OptionList()
        self._options.can_focus = False
        self._step = stepping(self._options)
        self._field = Field(placeholder="type to narrow", beyond=self._key)
        self._words = ""

    def compose(self) -> ComposeResult:
        """A field and a list."""
        with Vertical(id="picker") as box:
            box.border_title = Text(self._heading)
            box.border_subtitle = "Enter marks · Esc done" if self._stay else "Enter chooses · Esc leaves"
            yield self._field
            yield self._options

    def on_mount(self) -> None:
        """All of them."""
        self._show(0)

    def renew(self) -> None:
        """Marks may have changed; the cursor stays on what it is on. What Enter would choose for good does not move."""
        if not (self._stay and self.is_mounted):
            return
        at = self._options.highlighted
        chosen = self._offered[at].id if at is not None else None
        self._show(0)
        places = [place for place, one in enumerate(self._offered) if one.id == chosen]
        self._options.highlighted = places[0] if places else None

    def _show(self, highlighted: int) -> None:
        self._offered = self._offer(self._words)
        self.set_class(any(one.below for one in self._offered), "-wide")
        self._options.clear_options()
        self._options.add_options(option(*self._lines(one)) for one in self._offered)
        self._options.highlighted = min(highlighted, len(self._offered) - 1) if self._offered else None

    def _lines(self, choice: Choice) -> Iterator[Text]:
        mark = ("✓ " if choice.marked else "  ") if self._stay else ""
        yield Text.assemble(mark, self._text(choice), "  ", (choice.detail, "dim"))
        if choice.below:
            yield Text(f"  {choice.below}")

    def _text(self, choice: Choice) -> Text:
        return Text(choice.text)

    def _narrow(self) -> None:
        if self._field.value != self._words:
            self._words = self._field.value
            self._show(0)

    def _key(self, event: Key) -> bool:
        self._narrow()
        if event.key == "enter":
            self._take(self._options.highlighted)
        return event.key == "enter" or self._step(event)

    def on_input_changed(self) -> None:
        """Narrow."""
        self._narrow()

    def on_option_list_option_selected(self, event: OptionList.OptionSelected) -> None:
        """A click."""
        event.stop()
        self._take(event.option_index)

    def _take(self, index: int | None) -> None:
        if index is None or not self.is_current:
            return
        choice = self._offered[index]
        if not self._stay:
            self.dismiss()
        self._chosen(choice.id)
        if self._stay:
            self._show(index)
