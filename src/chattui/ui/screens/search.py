"""Finding what was said, in all conversations."""

import asyncio
from collections.abc import Sequence
from typing import TYPE_CHECKING, ClassVar

from rich.text import Text
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.screen import ModalScreen
from textual.widgets import Input, OptionList, Static

from chattui.gateway.errors import GatewayError
from chattui.gateway.protocol import Found
from chattui.text.inert import inert_line
from chattui.text.times import ago
from chattui.ui.composing import compose_whole
from chattui.ui.widgets.fields import Field, stepping
from chattui.ui.widgets.foreign import Words, option
from chattui.ui.widgets.signs import standing

if TYPE_CHECKING:
    from chattui.desk import Desk

PAUSE = 0.2
"""Seconds after the last letter until the database is asked."""
MOST = 50
"""Messages that a search finds at most."""


class SearchScreen(ModalScreen[Found]):
    """Answers with what was chosen, None where nothing was.

    Only what was typed last is asked for, and Enter takes nothing but what was found for it.
    """

    BINDINGS: ClassVar[list[BindingType]] = [Binding("escape", "dismiss", "leave")]

    def __init__(self, desk: "Desk", words: str = "") -> None:
        super().__init__()
        compose_whole(self)
        self._desk, self._words = desk, words
        self._found: Sequence[Found] = ()
        self._found_for = ""

    def compose(self) -> ComposeResult:
        """A field and what was found."""
        with Vertical(id="search") as box:
            box.border_title = "Search what was said"
            box.border_subtitle = "Enter opens · Esc leaves"
            options = OptionList()
            options.can_focus = False
            yield Field(self._words, placeholder="words of a message", beyond=stepping(options))
            yield Static("", id="said")
            yield options

    def on_mount(self) -> None:
        """What the list is filtered by may be what is looked for."""
        self._ask(0)

    def on_input_changed(self, event: Input.Changed) -> None:
        """Ask, once the typing pauses; whatever was asked before is of no interest any more."""
        event.stop()
        self._words = event.value.strip()
        self._ask(PAUSE)

    def on_input_submitted(self, event: Input.Submitted) -> None:
        """Enter: go there; or do not wait, where the answer is not here yet."""
        event.stop()
        if self._words == self._found_for:
            self._take(self.query_one(OptionList).highlighted)
        else:
            self._ask(0)

    def on_option_list_option_selected(self, event: OptionList.OptionSelected) -> None:
        """A click."""
        event.stop()
        self._take(event.option_index)

    def _take(self, index: int | None) -> None:
        if index is not None:
            self.dismiss(self._found[index])

    def _ask(self, after: float) -> None:
        self.run_worker(self._search(self._words, after), exclusive=True, exit_on_error=False)

    async def _search(self, words: str, after: float) -> None:
        if not words:
            self._show("", ())
            self._say("In all conversations, the newest first.")
            return
        await asyncio.sleep(after)
        self._say("searching…")
        try:
            found = await self._desk.search(words)
        except GatewayError as error:
            self._say(str(error), trouble=True)
        else:
            self._show(words, found)
            self._say(_counted(len(found)))

    def _show(self, words: str, found: Sequence[Found]) -> None:
        self._found, self._found_for = found, words
        options = self.query_one(OptionList)
        options.clear_options()
        options.add_options(option(*self._lines(one)) for one in found)
        options.highlighted = 0 if found else None

    def _lines(self, found: Found) -> tuple[Text, Text]:
        """Who, how they stand and when; below it the words around those that were asked for."""
        now, snippet = self._desk.now(), Text(inert_line(found.snippet))
        snippet.highlight_words(self._words.split(), "underline", case_sensitive=False)
        who = Text("a conversation that is closed for long", "dim")
        if self._desk.queries.knows(found.conversation_id):
            row = self._desk.queries.row(found.conversation_id, now)
            who = Text.assemble((row.name, "bold"), "  ", (" ".join(standing(row)), "dim"))
        return Text.assemble(who, (f"  {ago(found.created_at, now)}", "dim")), Text.assemble("  ", snippet)

    def _say(self, words: str, *, trouble: bool = False) -> None:
        said = self.query_one("#said", Static)
        said.update(Words(inert_line(words)))
        said.set_class(trouble, "-trouble")


def _counted(count: int) -> str:
    if not count:
        return "Nobody said that."
    if count == MOST:
        return f"The newest {count} messages; more words find fewer."
    return "1 message." if count == 1 else f"{count} messages, the newest first."
