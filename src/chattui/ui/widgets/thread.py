"""The conversation itself."""

from collections.abc import Callable, Sequence
from datetime import datetime, tzinfo
from functools import partial
from typing import ClassVar

from rich.style import Style
from textual import events
from textual.binding import Binding, BindingType
from textual.message import Message
from textual.selection import Selection
from textual.strip import Strip

from chattui.model.records import ConversationId
from chattui.store.projections import Entry, Thread
from chattui.text.inert import Inert
from chattui.ui.widgets import signs
from chattui.ui.widgets.looks import Look
from chattui.ui.widgets.strips import Span, lay
from chattui.ui.widgets.thread_drawing import BEFORE_WORDS, Drawn, draw_line
from chattui.ui.widgets.thread_place import PlacedView
from chattui.ui.widgets.thread_selection import selected_text

LOOKS = {
    **dict.fromkeys(("day", "time", "system", "queued", "sent", "faint"), Look("muted")),
    **dict.fromkeys(("typing", "bar", "read"), Look("accent")),
    **dict.fromkeys(("note", "note-words"), Look("note")),
    **dict.fromkeys(("note-word", "note-name"), Look("note", style="bold")),
    **{sender: Look(sender) for sender in ("customer", "agent", "ai")},
    **{f"{sender}-name": Look(sender, style="bold") for sender in ("customer", "agent", "ai")},
    "new": Look("accent", style="bold"),
    "deleted": Look("muted", style="italic"),
    "refused": Look("error"),
    "newer": Look("background", "accent", style="bold"),
    "cursor": Look(background="cursor-line"),
}


class ThreadView(PlacedView, can_focus=True):
    """A thread drawn by line, with a cursor for one of its messages."""

    LOOKS = LOOKS
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("alt+up", "select(-1)", "Previous message", show=False),
        Binding("alt+down", "select(1)", "Next message", show=False),
        Binding("up,k", "lines(-1)", "Up", show=False),
        Binding("down,j", "lines(1)", "Down", show=False),
        Binding("pageup", "pages(-1)", "Page up", show=False),
        Binding("pagedown", "pages(1)", "Page down", show=False),
        Binding("home,g", "to_start", "First", show=False),
        Binding("end,G", "to_end", "Newest", show=False),
    ]

    class OlderWanted(Message):
        """The top comes near and the beginning is not loaded. Said once for each first entry."""

        def __init__(self, conversation_id: ConversationId) -> None:
            super().__init__()
            self.conversation_id = conversation_id

    class ReadUpTo(Message):
        """The end is in sight, and `seq` is its newest message. Whether somebody looks is for the screen to know."""

        def __init__(self, conversation_id: ConversationId, seq: int) -> None:
            super().__init__()
            self.conversation_id, self.seq = conversation_id, seq

    class EntrySelected(Message):
        """The message cursor stands on another entry, or on none."""

        def __init__(self, entry: Entry | None) -> None:
            super().__init__()
            self.entry = entry

    def __init__(
        self,
        now: Callable[[], datetime],
        *,
        original: Callable[[ConversationId, Entry], str] = lambda _, entry: entry.body,
        zone: tzinfo | None = None,
        id: str | None = None,  # noqa: A002 - Textual's own name
    ) -> None:
        """`original` answers the words of an entry as they were written, for whoever selects and copies them."""
        super().__init__(now, zone, id)
        self._original = original
        self._zone = zone
        self._typing: tuple[Inert, ...] = ()
        self._empty = self._keys = Inert("")
        self._reported: tuple[ConversationId, int] | None = None
        self._asked: tuple[ConversationId, str] | None = None
        self._selected: str | None = None
        self._wanted: tuple[ConversationId, str] | None = None

    # What the screen asks and says

    def show(self, thread: Thread | None) -> None:
        """Draw this state. Another conversation stands at its end; the same one keeps its place, or follows its end."""
        if self._turn_to(thread):
            self._selected, self._typing = None, ()
        self._settle()
        self.refresh()
        self._point()

    def say_when_empty(self, text: Inert) -> None:
        """What stands where no conversation is shown."""
        self._empty = text
        self.refresh()

    def offer(self, keys: Inert) -> None:
        """What can be done to a refused message; it stands beside its reason."""
        if keys != self._keys:
            self._keys = keys
            self.refresh()

    def typing(self, names: Sequence[Inert]) -> None:
        """Who writes now: the line under the last message, kept free for it."""
        if tuple(names) != self._typing:
            self._typing = tuple(names)
            self.refresh_lines(self._pages.total)

    @property
    def selected(self) -> Entry | None:
        """Where the message cursor stands."""
        index = self._pages.index_of(self._selected)
        return None if index is None else self._pages.entries[index]

    def select(self, step: int) -> None:
        """Move the message cursor: -1 up, +1 down; past the last one it is gone."""
        entries, index = self._pages.entries, self._pages.index_of(self._selected)
        target = (len(entries) if index is None else index) + step
        if target >= len(entries) or not entries:
            self.deselect()
            return
        self._select(max(target, 0))

    def point_to(self, conversation_id: ConversationId, key: str) -> None:
        """Put the message cursor on this one once its thread is loaded; nothing happens where it is further up."""
        self._wanted = conversation_id, key
        self._point()

    def _point(self) -> None:
        thread = self._pages.thread
        if self._wanted is None or thread is None or not thread.loaded:
            return
        (conversation_id, key), self._wanted = self._wanted, None
        index = self._pages.index_of(key)
        if index is not None and conversation_id == thread.conversation_id:
            self._select(index)

    def deselect(self) -> bool:
        """No message cursor; False where there was none."""
        stood, self._selected = self._selected is not None, None
        if stood:
            self.refresh()
            self.post_message(self.EntrySelected(None))
        return stood

    # Keys and mouse

    def action_select(self, step: int) -> None:
        """The message cursor."""
        self.select(step)

    def action_lines(self, step: int) -> None:
        """Scroll by lines."""
        self.scroll_lines(step)

    def action_pages(self, step: int) -> None:
        """Scroll by pages, one line of the old one kept."""
        self.scroll_lines(step * max(self.lines_in_sight - 1, 1))

    def action_to_start(self) -> None:
        """To the oldest one loaded."""
        self.scroll_lines(-self._pages.total)

    def action_to_end(self) -> None:
        """To the newest one."""
        self.to_end()

    def on_click(self, event: events.Click) -> None:
        """The bar goes to the end; a double click puts the message cursor."""
        offset = event.get_content_offset(self)
        if offset is None or not self._pages.entries:
            return
        if self.newer and offset.y == self.lines_in_sight - 1:
            self.to_end()
        elif event.chain == 2 and offset.y + self.scroll_offset.y < self._pages.total:  # noqa: PLR2004 - a double click
            self._select(self._pages.at(offset.y + self.scroll_offset.y)[0])

    def text_select_all(self) -> None:
        """A double click chooses a message, not all of the thread."""

    def _select(self, index: int) -> None:
        entry = self._pages.entries[index]
        self._selected = entry.key
        first, top = self._pages.top(index), self.scroll_offset.y
        last = first + len(self._pages.lines(index))
        self.scroll_lines(min(first - top, 0) or max(min(last - top - self.lines_in_sight, first - top), 0))
        self.refresh()
        self.post_message(self.EntrySelected(entry))

    def settled(self) -> None:
        """Say what came into sight: the end, or the top."""
        thread = self._pages.thread
        if thread is None or not thread.loaded:
            return
        read = (thread.conversation_id, self._pages.last_seq)
        if self._following and read[1] and read != self._reported:
            self._reported = read
            self.post_message(self.ReadUpTo(*read))
        first = (thread.conversation_id, self._pages.entries[0].key if self._pages.entries else "")
        if not thread.complete and self.scroll_offset.y <= self.lines_in_sight and first != self._asked:
            self._asked = first
            self.post_message(self.OlderWanted(thread.conversation_id))

    # Drawing

    def render_line(self, y: int) -> Strip:
        """A line of an entry, who types, or the bar that says how many came below."""
        width, line = self.scrollable_content_region.width, y + self.scroll_offset.y
        if self.newer and y == self.lines_in_sight - 1:
            return lay(width, self.look("fill"), [], [Span(signs.newer(self.newer), self.look("newer"))])
        if not self._pages.entries:
            return self._draw_aside(self._words_for_nothing() if y == 1 else Inert(""), width, "faint")
        if line < self._pages.total:
            return self._draw_entry(line, width)
        writing = signs.typing(self._typing) if line == self._pages.total else Inert("")
        return self._draw_aside(writing, width, "typing")

    def _draw_aside(self, text: Inert, width: int, part: str) -> Strip:
        return lay(width, self.look("fill"), [Span(Inert(" "), self.look("fill")), Span(text, self.look(part))])

    def _words_for_nothing(self) -> Inert:
        thread = self._pages.thread
        if thread is None:
            return self._empty
        return signs.NOTHING_YET if thread.loaded else signs.LOADING

    def _draw_entry(self, line: int, width: int) -> Strip:
        index, number = self._pages.at(line)
        entry, lines = self._pages.entries[index], self._pages.lines(index)
        cursor = entry.key == self._selected
        under = self.under_cursor() if cursor else Style.null()
        read = self._pages.thread.customer_read_seq if self._pages.thread else 0
        drawn = Drawn(width, self._zone, lambda part: self.look(part) + under, read, cursor, self._keys)
        first = number == 0 or lines[number - 1].kind is not lines[number].kind
        strip = draw_line(lines[number], entry, first, drawn)
        return self.selectable(strip, self._pages.code(index, number), BEFORE_WORDS)

    # Selection by mouse

    def get_selection(self, selection: Selection) -> tuple[str, str] | None:
        """The words as they were written, without gutters, names, times or wrapping."""
        thread = self._pages.thread
        if thread is None:
            return None
        return selected_text(self._pages, selection, partial(self._original, thread.conversation_id)), "\n"
