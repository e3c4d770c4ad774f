"""Where a thread stands: which of its lines is at the top of the pane, and how far it was seen."""

from collections.abc import Callable
from datetime import datetime, tzinfo

from chattui.store.projections import Thread
from chattui.ui.widgets.lined import LinedView
from chattui.ui.widgets.thread_pages import ThreadPages


class PlacedView(LinedView):
    """Lines of a thread, standing at its end until somebody scrolls.

    Only what is in sight, and a page around it, is ever looked at. Whatever comes, goes or changes size elsewhere, the
    top line on the screen stays where it is; at the end the view follows the end.
    """

    def __init__(self, now: Callable[[], datetime], zone: tzinfo | None, id: str | None) -> None:  # noqa: A002 - Textual's
        super().__init__(id=id)
        self._pages = ThreadPages(now, zone)
        self._anchor_line = (0, 0)  # the entry at the top of the screen, and which of its lines
        self._following = True
        self._placing = False
        self._seen_seq = 0

    @property
    def at_bottom(self) -> bool:
        """The last message is in sight."""
        return self._following

    @property
    def last_visible_seq(self) -> int:
        """The newest stored message that is in sight to its end, 0 where there is none."""
        return self._pages.seq_above(self.scroll_offset.y + self.lines_in_sight)

    @property
    def seen_seq(self) -> int:
        """The newest stored message that was in sight since this conversation is shown."""
        return self._seen_seq

    @property
    def newer(self) -> int:
        """Messages that came below what is in sight."""
        return 0 if self._following else max(self._pages.last_seq - self._seen_seq, 0)

    def settled(self) -> None:
        """Everything in sight is measured and stands in its place."""

    def fit(self) -> None:
        """Wrapped anew; the place stays."""
        self._pages.resize(self.scrollable_content_region.width)
        self._settle()

    def to_end(self) -> None:
        """Stand at the newest message and follow it."""
        self._following = True
        self._settle()
        self.refresh()

    def scroll_lines(self, lines: int) -> None:
        """Down, or up where `lines` is negative."""
        self.scroll_to_line(self.scroll_offset.y + lines)

    def watch_scroll_y(self, old_value: float, new_value: float) -> None:
        """Somebody scrolled: what is at the top now is the anchor."""
        super().watch_scroll_y(old_value, new_value)
        if self._placing or not self._pages.entries:
            return
        self._following = self.scroll_offset.y >= self.max_scroll_y
        self._anchor_line = self._pages.at(self.scroll_offset.y)
        self._settle()

    def _turn_to(self, thread: Thread | None) -> bool:
        """Take a new state; True where it is of another conversation, which stands at its end."""
        (index, line), entries = self._anchor_line, self._pages.entries
        anchor = entries[index].key if index < len(entries) else None
        change = self._pages.show(thread)
        if change.other:
            self._following, self._seen_seq = True, self._pages.last_seq
        else:
            self._anchor_line = (self._pages.index_near(anchor, index + change.prepended), line)
            self._following |= change.mine
        return change.other

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
        if self._pages.thread is not None and self._pages.thread.loaded:
            self._seen_seq = max(self._seen_seq, self._pages.last_seq if self._following else self.last_visible_seq)
        self.settled()

    def _place(self) -> None:
        """Scroll to where the anchor is, or to the end."""
        self._placing = True
        self.be_tall(self._pages.total + 1)
        index, line = self._anchor_line
        self.scroll_to_line(self.max_scroll_y if self._following else self._pages.line(index, line))
        self._placing = False
        if self._following and self._pages.entries:
            self._anchor_line = self._pages.at(self.scroll_offset.y)
