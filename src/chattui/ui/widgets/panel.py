"""What is known of the customer."""

from collections.abc import Callable, Mapping
from datetime import datetime, tzinfo
from typing import ClassVar

from rich.style import Style
from textual import events
from textual.message import Message
from textual.selection import Selection
from textual.strip import Strip

from chattui.model.records import ConversationId
from chattui.store.projections import CustomerPanel
from chattui.text.inert import Inert
from chattui.ui.widgets.lined import LinedView
from chattui.ui.widgets.looks import STRONG, Look
from chattui.ui.widgets.panel_lines import PanelLine, panel_lines
from chattui.ui.widgets.strips import SPACE, Span, lay

MARGIN = 2
"""A bar at the left, a blank at the right."""


class CustomerPanelView(LinedView, can_focus=True):
    """Contact, what the AI makes of it, labels, past conversations, notes."""

    LOOKS: ClassVar[Mapping[str, Look]] = {
        **dict.fromkeys(("key", "title", "closed", "ai"), Look("muted")),
        "name": STRONG,
        "blocked": Look("error", style="bold"),
        "waiting": Look("waiting"),
        "active": Look("active"),
        "note": Look("note"),
        "bar": Look("accent"),
        "cursor": Look(background="cursor-line"),
    }

    class PastOpened(Message):
        """A past conversation is wanted: by key, or by a click on it."""

        def __init__(self, conversation_id: ConversationId) -> None:
            super().__init__()
            self.conversation_id = conversation_id

    def __init__(
        self,
        now: Callable[[], datetime],
        *,
        zone: tzinfo | None = None,
        id: str | None = None,  # noqa: A002 - Textual's own name
    ) -> None:
        super().__init__(id=id)
        self._now, self._zone = now, zone
        self._panel: CustomerPanel | None = None
        self._lines: list[PanelLine] = []
        self._chosen: ConversationId | None = None

    def show(self, panel: CustomerPanel | None) -> None:
        """Draw this customer, or nobody."""
        if panel == self._panel:
            return
        other = panel is None or self._panel is None or panel.contact_id != self._panel.contact_id
        self._panel = panel
        if other:
            self._chosen = None
            self.scroll_to_line(0)
        self.fit()

    def on_click(self, event: events.Click) -> None:
        """A past conversation is opened."""
        offset = event.get_content_offset(self)
        line = offset.y + self.scroll_offset.y if offset else len(self._lines)
        if line < len(self._lines):
            self._open(self._lines[line].past)

    def walk(self, step: int) -> None:
        """To the next past conversation; where there is none, by lines."""
        past = [line.past for line in self._lines if line.past is not None]
        if not past:
            self.scroll_to_line(self.scroll_offset.y + step)
            return
        at = past.index(self._chosen) + step if self._chosen in past else 0
        self._chosen = past[min(max(at, 0), len(past) - 1)]
        self._show_chosen()

    def open_chosen(self) -> None:
        """Open the one under the bar."""
        self._open(self._chosen)

    def _open(self, conversation_id: ConversationId | None) -> None:
        if conversation_id is not None:
            self.post_message(self.PastOpened(conversation_id))

    def _show_chosen(self) -> None:
        line = next(number for number, line in enumerate(self._lines) if line.past == self._chosen)
        top, height = self.scroll_offset.y, self.lines_in_sight
        self.scroll_to_line(min(max(top, line - height + 1), line))
        self.refresh()

    def fit(self) -> None:
        """Wrapped anew."""
        width = self.scrollable_content_region.width
        if not width:
            return
        panel = self._panel
        self._lines = panel_lines(panel, width - MARGIN, self._now(), self._zone) if panel else []
        self.be_tall(len(self._lines))
        self.refresh()

    def render_line(self, y: int) -> Strip:
        """One line."""
        width, number = self.scrollable_content_region.width, y + self.scroll_offset.y
        line = self._lines[number] if number < len(self._lines) else PanelLine()
        chosen = line.past is not None and line.past == self._chosen
        under = self.under_cursor() if chosen else Style.null()
        bar = Span(Inert("▌") if chosen else SPACE, self.look("bar") + under)
        spans = [Span(piece.text, self.look(piece.part) + under) for piece in line.pieces]
        strip = lay(width, self.look("fill") + under, [bar, *spans])
        return self.selectable(strip, number, 1) if number < len(self._lines) else strip

    def get_selection(self, selection: Selection) -> tuple[str, str] | None:
        """The words, line by line."""
        lines = ["".join(piece.text for piece in line.pieces).rstrip() for line in self._lines]
        chosen = selection.extract("\n".join(f" {line}" for line in lines))
        return "\n".join(line.strip() for line in chosen.splitlines()), "\n"
