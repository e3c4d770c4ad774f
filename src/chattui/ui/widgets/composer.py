"""Where an agent writes. It never decides what may be sent; it says what it was told and keeps the words."""

from collections.abc import Collection
from enum import StrEnum

from textual.content import Content
from textual.events import Key, Paste
from textual.message import Message
from textual.strip import Strip
from textual.widgets import TextArea

from chattui.model.records import ConversationId
from chattui.text.cells import cut
from chattui.text.inert import Inert
from chattui.ui.widgets.fields import Beyond, nothing, take
from chattui.ui.widgets.foreign import drawn_inert

CORNERS = 6
"""Cells of the border beside its words: corners, dashes and spaces."""


class Mode(StrEnum):
    """Whom the words are for."""

    REPLY = "reply"
    NOTE = "note"


class Composer(TextArea):
    """Enter sends, Ctrl+J makes a line, a paste only ever inserts. Grows to ten rows."""

    DEFAULT_CSS = """
    Composer {
        height: auto; min-height: 3; max-height: 12; padding: 0 1;
        background: $background; color: $foreground;
        border: round $line; border-title-color: $muted; border-subtitle-color: $muted;
        scrollbar-size-vertical: 1;
    }
    Composer:focus { border: round $accent; border-title-color: $accent; border-title-style: bold; }
    Composer.-note { border: round $note 60%; border-title-color: $note; }
    Composer.-note:focus { border: round $note; border-title-color: $note; }
    Composer.-barred { border-subtitle-color: $warning; }
    Composer .text-area--cursor-line { background: transparent; }
    Composer .text-area--placeholder { color: $muted; }
    """

    class Submitted(Message):
        """Enter. The words stay until `leave`; what is typed behind them is not meant."""

        def __init__(self, text: str, conversation_id: ConversationId | None, mode: Mode) -> None:
            self.text, self.conversation_id, self.mode = text, conversation_id, mode
            super().__init__()

    class Edited(Message):
        """The agent changed the text; loading a draft does not count."""

        def __init__(self, text: str) -> None:
            self.text = text
            super().__init__()

    class Steered(Message):
        """A key for the popup that stands open: `up`, `down`, `enter` or `tab`."""

        def __init__(self, key: str) -> None:
            self.key = key
            super().__init__()

    class Commanded(Message):
        """The key that followed the leader."""

        def __init__(self, key: str) -> None:
            self.key = key
            super().__init__()

    def __init__(self, send: Collection[str] = ("enter",), newline: Collection[str] = ("ctrl+j",)) -> None:
        super().__init__(highlight_cursor_line=False, id="composer")
        self.cursor_blink = False
        self._send, self._newline = send, newline
        self.conversation_id: ConversationId | None = None
        self.mode = Mode.REPLY
        self.popup_open = False
        self.leader_open = False
        """The next key is a command, not text."""
        self.beyond: Beyond = nothing
        self._loaded = self._leaving = ""
        self._title = self._subtitle = Inert("")

    def write_for(self, conversation_id: ConversationId | None, mode: Mode, text: str) -> None:
        """Show this conversation's draft, the cursor at its end."""
        self.conversation_id, self.mode = conversation_id, mode
        self.set_class(mode is Mode.NOTE, "-note")
        self.put(text)

    def put(self, text: str) -> None:
        """Replace the text without calling it an edit; undo starts anew."""
        self._loaded, self._leaving = text, ""
        self.load_text(text)
        self.move_cursor(self.document.end)

    def submit(self) -> None:
        """What stands here is to go, but for what is on its way already."""
        self._tell_edit()  # else the last letters would be told after the words have left, and come back as a draft
        words = self.text.removeprefix(self._leaving)
        if words.strip():
            self._leaving = self.text
            self.post_message(self.Submitted(words, self.conversation_id, self.mode))

    def leave(self, words: str) -> None:
        """They are safe elsewhere; what was typed behind them stays."""
        leaving = self._leaving.removeprefix(words)
        self.put(self.text.removeprefix(words))
        self._leaving = leaving

    def stay(self) -> None:
        """They could not go: the next Enter means all of them."""
        self._leaving = ""

    def explain(self, title: str, subtitle: str, *, barred: bool) -> None:
        """Say whom it goes to, and why it cannot go where that is so."""
        self._title, self._subtitle = Inert(title), Inert(subtitle)
        self._entitle()
        self.set_class(barred, "-barred")

    def _entitle(self) -> None:
        """As much as there is room for between the corners; no markup: names are in it."""
        said, room = (self._title, self._subtitle), self.outer_size.width - CORNERS
        self.border_title, self.border_subtitle = (Content(cut(one, room) if room > 0 else one) for one in said)

    def on_resize(self) -> None:
        """More room, or less."""
        self._entitle()

    def render_line(self, y: int) -> Strip:
        """The words are as they were written or pasted; what is drawn of them is inert."""
        return drawn_inert(super().render_line(y), self.scrollable_content_region.width)

    def on_blur(self) -> None:
        """A leader without its letter is forgotten."""
        self.leader_open = False

    def newline(self) -> None:
        """A line break where the cursor stands."""
        self.insert("\n")

    async def _on_key(self, event: Key) -> None:
        if self.leader_open:
            self._swallow(event)
            self.leader_open = False
            self._tell_edit()  # else the letters before the leader would be told after it, as an answer to its question
            self.post_message(self.Commanded(event.key))
        elif self.popup_open and event.key in {"up", "down", "enter", "tab"}:
            self._swallow(event)
            self.post_message(self.Steered(event.key))
        elif event.key in self._send:
            self._swallow(event)
            self.submit()
        elif event.key in self._newline:
            self._swallow(event)
            self.newline()
        elif not await take(self, event, self.beyond):
            await super()._on_key(event)

    def on_paste(self, event: Paste) -> None:
        """It is text, and nobody else's."""
        event.stop()

    def _swallow(self, event: Key) -> None:
        event.stop()
        event.prevent_default()

    def on_text_area_changed(self, event: TextArea.Changed) -> None:
        """Tell an edit from a load."""
        event.stop()
        self._tell_edit()

    def _tell_edit(self) -> None:
        if self.text != self._loaded:
            self._loaded = self.text
            self.post_message(self.Edited(self.text))
