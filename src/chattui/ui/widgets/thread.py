"""The conversation itself."""

from collections.abc import Callable, Sequence
from datetime import datetime, tzinfo
from typing import ClassVar

from rich.style import Style
from textual import events
from textual.binding import Binding, BindingType
from textual.geometry import Size
from textual.message import Message
from textual.selection import Selection
from textual.strip import Strip

from chattui.model.records import ConversationId
from chattui.store.projections import Entry, Thread
from chattui.text.inert import Inert
from chattui.ui.widgets import signs
from chattui.ui.widgets.lined import LinedView
from chattui.ui.widgets.strips import Span, lay
from chattui.ui.widgets.thread_drawing import BEFORE_WORDS, Drawn, draw_line
from chattui.ui.widgets.thread_pages import ThreadPages
from chattui.ui.widgets.thread_selection import selected_text

PARTS = (
    *("fill", "bar", "cursor", "day", "new", "newer", "time", "system", "faint", "typing"),
    *("customer", "customer-name", "customer-words", "agent", "agent-name", "agent-words"),
    *("ai", "ai-name", "ai-words", "note", "note-name", "note-word", "note-words"),
    *("deleted", "queued", "sent", "refused", "read"),
)
"""What the style sheet can name as `thread--…`."""
STYLE = """
ThreadView {
    & > .thread--day, & > .thread--time, & > .thread--system, & > .thread--deleted { color: $muted; }
    & > .thread--queued, & > .thread--sent, & > .thread--faint { color: $muted; }
    & > .thread--new, & > .thread--typing, & > .thread--bar, & > .thread--read { color: $accent; }
    & > .thread--new { text-style: bold; }
    & > .thread--customer { color: $customer; }
    & > .thread--agent { color: $agent; }
    & > .thread--ai { color: $ai; }
    & > .thread--customer-name { color: $customer; text-style: bold; }
    & > .thread--agent-name { color: $agent; text-style: bold; }
    & > .thread--ai-name { color: $ai; text-style: bold; }
    & > .thread--note, & > .thread--note-words { color: $note; }
    & > .thread--note-word, & > .thread--note-name { color: $note; text-style: bold; }
    & > .thread--deleted { text-style: italic; }
    & > .thread--refused { color: $error; }
    & > .thread--newer { background: $accent; color: $background; text-style: bold; }
    & > .thread--cursor { background: $cursor-line; }
}
"""


class ThreadView(LinedView, can_focus=True):
    """A thread drawn by line, standing at its end until somebody scrolls.

    Only what is in sight, and a page around it, is ever looked at. Whatever comes, goes or changes size elsewhere, the
    top line on the screen stays where it is; at the end the view follows the end.
    """

    DEFAULT_CSS = STYLE
    COMPONENT_CLASSES: ClassVar[set[str]] = {f"thread--{part}" for part in PARTS}
    PREFIX = "thread"
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
        zone: tzinfo | None = None,
        id: str | None = None,  # noqa: A002 - Textual's own name
    ) -> None:
        super().__init__(id=id)
        self._zone = zone
        self._pages = ThreadPages(now, zone)
        self._typing: tuple[Inert, ...] = ()
        self._empty = Inert("")
        self._anchor_line = (0, 0)  # the entry at the top of the screen, and which of its lines
        self._following = True
        self._placing = False
        self._seen_seq = 0
        self._reported: tuple[ConversationId, int] | None = None
        self._asked: tuple[ConversationId, str] | None = None
        self._selected: str | None = None

    # What the screen asks and says

    def show(self, thread: Thread | None) -> None:
        """Draw this state. Another conversation stands at its end; the same one keeps its place, or follows its end."""
        (index, line), entries = self._anchor_line, self._pages.entries
        anchor = entries[index].key if index < len(entries) else None
        change = self._pages.show(thread)
        if change.other:
            self._following, self._seen_seq, self._selected, self._typing = True, self._pages.last_seq, None, ()
        else:
            self._anchor_line = (self._pages.index_near(anchor, index + change.prepended), line)
            self._following |= change.mine
        self._settle()
        self.refresh()

    def say_when_empty(self, text: Inert) -> None:
        """What stands where no conversation is shown."""
        self._empty = text
        self.refresh()

    def typing(self, names: Sequence[Inert]) -> None:
        """Who writes now: the line under the last message, kept free for it."""
        if tuple(names) != self._typing:
            self._typing = tuple(names)
            self.refresh_lines(self._pages.total)

    @property
    def at_bottom(self) -> bool:
        """The last message is in sight."""
        return self._following

    @property
    def last_visible_seq(self) -> int:
        """The newest stored message that is in sight to its end, 0 where there is none."""
        return self._pages.seq_above(self.scroll_offset.y + self.lines_in_sight)

    @property
    def newer(self) -> int:
        """Messages that came below what is in sight."""
        return 0 if self._following else max(self._pages.last_seq - self._seen_seq, 0)

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

    def deselect(self) -> None:
        """No message cursor."""
        if self._selected is not None:
            self._selected = None
            self.refresh()
            self.post_message(self.EntrySelected(None))

    def to_end(self) -> None:
        """Stand at the newest message and follow it."""
        self._following = True
        self._settle()
        self.refresh()

    # Keys and mouse

    def action_select(self, step: int) -> None:
        """The message cursor."""
        self.select(step)

    def action_lines(self, step: int) -> None:
        """Scroll by lines."""
        self._scroll_by(step)

    def action_pages(self, step: int) -> None:
        """Scroll by pages, one line of the old one kept."""
        self._scroll_by(step * max(self.lines_in_sight - 1, 1))

    def action_to_start(self) -> None:
        """To the oldest one loaded."""
        self._scroll_by(-self._pages.total)

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
        top, lines = self._pages.top(index), len(self._pages.lines(index))
        self._scroll_into_sight(top, top + lines)
        self.refresh()
        self.post_message(self.EntrySelected(entry))

    # Place

    def _scroll_by(self, lines: int) -> None:
        self.scroll_to_line(self.scroll_offset.y + lines)

    def _scroll_into_sight(self, first: int, last: int) -> None:
        top = self.scroll_offset.y
        self._scroll_by(min(first - top, 0) or max(min(last - top - self.lines_in_sight, first - top), 0))

    def watch_scroll_y(self, old_value: float, new_value: float) -> None:
        """Somebody scrolled: what is at the top now is the anchor."""
        super().watch_scroll_y(old_value, new_value)
        if self._placing or not self._pages.entries:
            return
        self._following = self.scroll_offset.y >= self.max_scroll_y
        self._anchor_line = self._pages.at(self.scroll_offset.y)
        self._settle()

    def _settle(self) -> None:
        """Measure what is in sight and around, and put the anchor back on its line."""
        if not self.lines_in_sight:
            return
        corrections = -1
        while corrections != self._pages.corrections:
            corrections = self._pages.corrections
            self._place()
            self._pages.settle(
                self.scroll_offset.y - self.lines_in_sight, self.scroll_offset.y + 2 * self.lines_in_sight
            )
        self._tell()

    def _place(self) -> None:
        """Scroll to where the anchor is, or to the end."""
        self._placing = True
        self.virtual_size = Size(self.scrollable_content_region.width, self._pages.total + 1)
        index, line = self._anchor_line
        y = self.max_scroll_y if self._following else self._pages.line(index, line)
        self.scroll_to_line(y)
        self._placing = False
        if self._following and self._pages.entries:
            self._anchor_line = self._pages.at(self.scroll_offset.y)

    def _tell(self) -> None:
        """Say what came into sight: the end, the top, fewer new ones below."""
        thread = self._pages.thread
        if thread is None or not thread.loaded:
            return
        self._seen_seq = max(self._seen_seq, self._pages.last_seq if self._following else self.last_visible_seq)
        read = (thread.conversation_id, self._pages.last_seq)
        if self._following and read[1] and read != self._reported:
            self._reported = read
            self.post_message(self.ReadUpTo(*read))
        first = (thread.conversation_id, self._pages.entries[0].key if self._pages.entries else "")
        if not thread.complete and self.scroll_offset.y <= self.lines_in_sight and first != self._asked:
            self._asked = first
            self.post_message(self.OlderWanted(thread.conversation_id))

    def fit(self) -> None:
        """Wrapped anew; the place stays."""
        self._pages.resize(self.scrollable_content_region.width)
        self._settle()

    # Drawing

    def render_line(self, y: int) -> Strip:
        """A line of an entry, who types, or the bar that says how many came below."""
        width, line = self.scrollable_content_region.width, y + self.scroll_offset.y
        if self.newer and y == self.lines_in_sight - 1:
            return lay(width, self.look("fill"), [], [Span(signs.newer(self.newer), self.look("newer"))])
        if not self._pages.entries:
            return (
                self._draw_aside(self._words_for_nothing(), width, "faint")
                if y == 1
                else self._draw_aside(Inert(""), width, "faint")
            )
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
        drawn = Drawn(width, self._zone, lambda part: self.look(part) + under, read, cursor)
        first = number == 0 or lines[number - 1].kind is not lines[number].kind
        strip = draw_line(lines[number], entry, first, drawn)
        return self.selectable(strip, self._pages.code(index, number), BEFORE_WORDS)

    # Selection by mouse

    def get_selection(self, selection: Selection) -> tuple[str, str] | None:
        """The words as they were written, without gutters, names, times or wrapping."""
        return selected_text(self._pages, selection), "\n"
