"""Where links really lead, before one of them is opened."""

from collections.abc import Callable, Collection, Sequence
from typing import ClassVar

from rich.text import Text
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.content import Content
from textual.events import Key
from textual.screen import ModalScreen
from textual.widgets import OptionList
from textual.widgets.option_list import Option

from chattui.text.links import Link
from chattui.ui.actions import spoken
from chattui.ui.composing import compose_whole


class LinkScreen(ModalScreen[None]):
    """Every address whole, its host first. The key that asked opens the one under the cursor; another copies it."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("escape", "dismiss", "leave")]

    def __init__(
        self,
        links: Sequence[Link],
        never: str,
        *,
        keys: tuple[Collection[str], Collection[str]],
        opened: Callable[[Link], None],
        copied: Callable[[Link], None],
    ) -> None:
        """`never` names the schemes that are not opened; `keys` are those that open, and those that copy."""
        super().__init__()
        compose_whole(self)
        self._links, self._never, (self._open, self._copy) = links, never, keys
        self._opened, self._copied = opened, copied

    def compose(self) -> ComposeResult:
        """A list, also of one."""
        options = OptionList(
            *(Option(self._line(number, link)) for number, link in enumerate(self._links, 1)), id="links"
        )
        count = "a link" if len(self._links) == 1 else f"{len(self._links)} links"
        options.border_title = Content(f"{count} · never opened: {self._never}" if self._never else count)
        opens, copies = (spoken(next(iter(keys), "")) for keys in (self._open, self._copy))
        options.border_subtitle = Content(f"{opens} opens it · {copies} copies it · Esc leaves")
        yield options

    def _line(self, number: int, link: Link) -> Text:
        number_of = f"{number}  " if len(self._links) > 1 else ""
        lines = Text.assemble(number_of, (link.host, "bold"), "\n", (link.target, "dim"), overflow="fold")
        return lines if link.plain else lines.append("\nThe message shows another name.", "italic")

    def on_key(self, event: Key) -> None:
        """The list has taken those that move its cursor."""
        if event.key in {*self._open, *self._copy}:
            event.stop()
            self._take(self._opened if event.key in self._open else self._copied)

    def on_option_list_option_selected(self, event: OptionList.OptionSelected) -> None:
        """Enter, or a click."""
        event.stop()
        self._take(self._opened)

    def _take(self, then: Callable[[Link], None]) -> None:
        highlighted = self.query_one(OptionList).highlighted
        if highlighted is not None:
            self.dismiss()
            then(self._links[highlighted])
