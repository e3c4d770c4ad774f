"""Store changes become one repaint a frame, and each repaint touches only what changed."""

from collections.abc import Callable
from time import monotonic
from typing import TYPE_CHECKING

from textual.timer import Timer
from textual.widgets import Static

from chattui.model.events import LinkState
from chattui.store.changes import Changes
from chattui.text.inert import inert_line
from chattui.ui.browsing import Browsing
from chattui.ui.widgets.foreign import Words
from chattui.ui.widgets.head import ThreadHeadBar
from chattui.ui.widgets.header import HeaderBar
from chattui.ui.widgets.panel import CustomerPanelView
from chattui.ui.widgets.thread import ThreadView
from chattui.ui.writing import Writing

if TYPE_CHECKING:
    from chattui.desk import Desk

FRAME = 1 / 120
"""Seconds between two repaints, at least. A change that comes alone is painted at once. Half a frame of Textual, which
collects what was repainted: as long as one, it would just miss every second frame."""
CROWDED, WRITING = 0.1, 0.5
"""The same, while more than MANY changes come in a second, and while somebody writes as well: a repaint takes longer
than a letter may be late."""
MANY = 300
STILL_WRITING = 1.0
"""Seconds after a letter."""
AT_ONCE = 0.001
QUICK, SLOW = 1.0, 30.0
"""Seconds until times are drawn again: while something counts in seconds, and otherwise."""

Later = Callable[[float, Callable[[], None]], Timer]


class Painting:
    """The only place where the store's state goes to the widgets."""

    def __init__(self, desk: "Desk", browsing: Browsing, writing: Writing, later: Later) -> None:
        self._desk, self._browsing, self._writing, self._later = desk, browsing, writing, later
        self._pending: list[Changes] = []
        self._flushed, self._frame, self._wrote = 0.0, FRAME, 0.0
        self._counted, self._counting = 0, 0.0
        self._flushing: Timer | None = None
        self._tick: Timer | None = None
        self._begun = False
        """The first rows have come."""
        self.after: Callable[[Changes], None] = lambda _: None
        """Told of every repaint, for title and notices."""
        self._warned = ""
        self.header = HeaderBar(id="header")
        self.banner = Static("", id="banner")
        self.head = ThreadHeadBar(id="head")
        self.thread = ThreadView(desk.now, original=desk.queries.original, id="thread")
        self.panel = CustomerPanelView(desk.now, id="panel")

    def changed(self, changes: Changes) -> None:
        """The store's listener: cheap, called often."""
        self._pending.append(changes)
        if len(self._pending) == 1:
            self._flushing = self._later(max(self._flushed + self._frame - monotonic(), AT_ONCE), self._flush)

    def written(self) -> None:
        """A letter was typed; its field paints it."""
        self._wrote = monotonic()

    def hurry(self) -> None:
        """A key was pressed: what it changes is painted now, whatever else comes."""
        if self._pending and self._frame > FRAME and self._flushing is not None:
            self._flushing.stop()
            self._flushing = self._later(AT_ONCE, self._flush)

    def _flush(self) -> None:
        pending, self._pending = self._pending, []
        if not self.thread.is_attached:  # a timer may still run when the screen is being taken down
            return
        self._flushed = monotonic()
        self._pace(len(pending))
        self.paint(Changes.together(pending))

    def _pace(self, changes: int) -> None:
        """How soon to repaint again, by what came since the last look."""
        self._counted += changes
        seconds = self._flushed - self._counting
        if seconds < CROWDED:
            return
        crowded = WRITING if self._flushed - self._wrote < STILL_WRITING else CROWDED
        self._frame = crowded if self._counted > MANY * seconds else FRAME
        self._counted, self._counting = 0, self._flushed

    def paint(self, changes: Changes) -> None:
        """Draw what changed."""
        shown = self._browsing.selection.shown
        if not self._begun and self._desk.queries.header().organization:
            self._begun = True
            self._browsing.start()
        elif changes.everything or changes.views or (changes.conversations and self._browsing.text):
            self._browsing.moved()
        if changes.everything:
            self._browsing.list.refresh_rows(list(self._browsing.ids())[:1000])
        self._browsing.list.refresh_rows(changes.conversations)
        self.show_header()
        if shown is not None and (changes.everything or shown in changes.conversations):
            self.show_about()
        if shown is not None and (changes.everything or shown in changes.threads):
            self.thread.show(self._desk.queries.thread(shown))
        self.after(changes)
        self._rearm()

    def show_conversation(self) -> None:
        """Another conversation: thread first, then what is known of it."""
        shown = self._browsing.selection.shown
        known = shown is not None and self._desk.queries.knows(shown)
        self.thread.show(self._desk.queries.thread(shown) if shown is not None and known else None)
        self.show_about()

    def show_about(self) -> None:
        """The line above the thread, who types, the panel, and whether I may write."""
        shown, now = self._browsing.selection.shown, self._desk.now()
        known = shown is not None and self._desk.queries.knows(shown)
        head = self._desk.queries.head(shown, now) if shown is not None and known else None
        self.head.show(head, now, preview=not self._browsing.selection.opened)
        self.thread.typing(head.typing if head else ())
        self.panel.show(self._desk.queries.panel(shown) if shown is not None and known else None)
        self._writing.explain()

    def show_header(self) -> None:
        """The top line."""
        header = self._desk.queries.header()
        self.header.show(header, self._desk.now())
        self._warn(header.link_reason if header.link is LinkState.OFFLINE else "")

    def _warn(self, reason: str) -> None:
        """The words over the panes; every change of them lays the screen out again."""
        if reason != self._warned:
            self._warned = reason
            self.banner.display = bool(reason)
            self.banner.update(
                Words(inert_line(f"{reason} You can go on reading and writing; Ctrl+R tries again at once."))
            )

    def start(self) -> None:
        """Draw everything, and go on."""
        self._desk.subscribe(self.changed)
        self._browsing.moved()
        self.show_header()
        self._rearm()

    def _rearm(self) -> None:
        """One timer, and only as quick as something on the screen counts."""
        wanted = QUICK if self._counts_seconds() else SLOW
        if self._tick is not None:
            self._tick.stop()
        self._tick = self._later(wanted, self._ticked)

    def _counts_seconds(self) -> bool:
        header, head = self.header.header, self.head.head
        return (header is not None and header.link is not LinkState.LIVE) or bool(head and head.typing)

    def _ticked(self) -> None:
        self.show_header()
        self.show_about()
        self._rearm()
