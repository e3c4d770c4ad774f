"""Canned replies offered while a `/shortcut` is being typed."""

from collections.abc import Sequence

from rich.text import Text
from textual.widgets import OptionList

from chattui.store.projections import Reply
from chattui.ui.widgets.foreign import option

MOST = 6
"""Rows."""


def shortcut_of(text: str) -> str | None:
    """What is typed of a shortcut, without its slash; None where the text is no shortcut."""
    if not text.startswith("/") or any(character.isspace() for character in text):
        return None
    return text[1:]


class Completion(OptionList, can_focus=False):
    """Stands above the composer and never takes the focus from it."""

    DEFAULT_CSS = """
    Completion {
        display: none; height: auto; max-height: 8; margin: 0 1; padding: 0; border: round $line;
        background: $surface; scrollbar-size-vertical: 1; border-title-color: $muted;
    }
    Completion.-open { display: block; }
    """

    def __init__(self) -> None:
        super().__init__(id="completion")
        self.border_title = "replies"
        self._replies: tuple[Reply, ...] = ()

    def offer(self, replies: Sequence[Reply]) -> bool:
        """Show them, the first one chosen; False where there is nothing to show."""
        self._replies = tuple(replies)
        self.clear_options()
        self.add_options(option(_line(reply)) for reply in self._replies)
        self.highlighted = 0 if self._replies else None
        self.set_class(bool(self._replies), "-open")
        return bool(self._replies)

    @property
    def chosen(self) -> Reply | None:
        """The one that Enter takes."""
        return None if self.highlighted is None else self._replies[self.highlighted]

    def on_option_list_option_selected(self, event: OptionList.OptionSelected) -> None:
        """A click chooses; the inbox takes it from there."""
        self.highlighted = event.option_index


def _line(reply: Reply) -> Text:
    return Text.assemble((f"/{reply.shortcut}", "bold"), "  ", reply.title, "  ", (reply.preview, "dim"))
