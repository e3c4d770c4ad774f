"""The panes side by side, and which of them has the focus, whatever room the window leaves them."""

from functools import partial
from typing import TYPE_CHECKING

from textual.app import ComposeResult
from textual.containers import Horizontal, Vertical
from textual.widgets import Input

from chattui.model.records import ConversationId, MessageId, Status
from chattui.ui.actions import Standing, Where
from chattui.ui.browsing import Browsing
from chattui.ui.painting import Painting
from chattui.ui.widgets.composer import Mode
from chattui.ui.widgets.conversations import ConversationList
from chattui.ui.widgets.panel import CustomerPanelView
from chattui.ui.writing import Writing

if TYPE_CHECKING:
    from textual.timer import Timer

    from chattui.desk import Desk

PREVIEW_AFTER = 0.08
"""Seconds that the cursor stands still before its thread is shown."""
FOCUSED = {"composer": Where.COMPOSER, "filter": Where.FILTER, "thread": Where.THREAD, "panel": Where.PANEL}


class Panes(Horizontal):
    """List, thread and customer. A narrow window shows the list or the thread: the one that has the focus."""

    def __init__(self, desk: "Desk", browsing: Browsing, painting: Painting, writing: Writing, *, begun: bool) -> None:
        super().__init__(id="panes")
        self._desk, self._browsing, self._painting, self._writing = desk, browsing, painting, writing
        self._where = Where.LIST
        self.begun = begun
        """The agent has done something, so the cursor's conversation may be shown."""
        self._previewing: Timer | None = None

    def compose(self) -> ComposeResult:
        """From left to right."""
        with Vertical(id="left"):
            yield self._browsing.tabs
            yield self._browsing.filter
            yield self._browsing.list
        with Vertical(id="middle"):
            yield self._painting.head
            yield self._painting.thread
            yield self._writing
        yield self._painting.panel

    @property
    def where(self) -> Where:
        """What has the focus; while the terminal has lost it, what had it last."""
        focused = self.screen.focused
        if focused is not None:
            self._where = FOCUSED.get(focused.id or "", Where.LIST)
        return self._where

    @property
    def target(self) -> ConversationId | None:
        """The conversation that an action means: in the list, the one painted under the cursor. One that is known."""
        listed = self.where in {Where.LIST, Where.FILTER}
        meant = self._browsing.list.painted_under_cursor() if listed else self._browsing.selection.shown
        return meant if meant is not None and self._desk.queries.knows(meant) else None

    @property
    def standing(self) -> Standing | None:
        """How the conversation that the cursor or the thread shows stands to me."""
        shown = self._browsing.list.cursor if self.where is Where.LIST else self._browsing.selection.shown
        if shown is None or not self._desk.queries.knows(shown):
            return None
        row = self._browsing.row(shown)
        if row.status is Status.ACTIVE:
            return Standing.MINE if row.mine else Standing.THEIRS
        return Standing(row.status)

    # To a pane

    def to_list(self) -> None:
        """Back to the list; its cursor decides again what is shown."""
        self._focus(Where.LIST)

    def to_thread(self) -> None:
        """Scroll by keys."""
        self._focus(Where.THREAD)

    def reveal(self, conversation_id: ConversationId, message_id: MessageId | None = None) -> None:
        """Open it wherever it stands, and read; from this message on, if it is on the page that is loaded."""
        self._browsing.reveal(conversation_id)
        if message_id is not None:
            self._painting.thread.point_to(conversation_id, message_id)
        self.to_thread()

    @property
    def panel(self) -> CustomerPanelView:
        """The customer's; seen or not."""
        return self._painting.panel

    def to_panel(self) -> None:
        """The customer, where there is room for them."""
        if self._painting.panel.display:
            self._focus(Where.PANEL)

    def write(self, mode: Mode) -> None:
        """Into the composer."""
        self._writing.switch(mode)
        self._focus(Where.COMPOSER)

    def _focus(self, where: Where) -> None:
        self.set_class(where in {Where.COMPOSER, Where.THREAD}, "-reading")
        self.screen.set_focus(self.query_one(f"#{where}"))

    # The focus, where panes come and go with the window's size

    def on_descendant_focus(self) -> None:
        """The page follows the focus."""
        self.set_class(self.where in {Where.COMPOSER, Where.THREAD}, "-reading")

    def on_descendant_blur(self) -> None:
        """A pane that is hidden lets the focus go."""
        self.refocus()

    def refocus(self) -> None:
        """Back to what had it; from a customer's panel that is gone, to the thread beside it."""
        if self.screen.focused is not None or not self.display or not self.app.app_focus:
            return
        lost = self.where is Where.PANEL and not self._painting.panel.display
        self.screen.set_focus(self.query_one(f"#{Where.THREAD if lost else self.where}"))

    # What the panes say

    def on_mouse_down(self) -> None:
        """The mouse counts as much as a key."""
        self.begun = True

    def on_conversation_list_highlighted(self, event: ConversationList.Highlighted) -> None:
        """The cursor moved: its thread is shown when it stands still."""
        if self._previewing is not None:
            self._previewing.stop()
        if self.begun and self.where in {Where.LIST, Where.FILTER}:
            self._previewing = self.set_timer(PREVIEW_AFTER, partial(self._browsing.preview, event.conversation_id))

    def on_conversation_list_opened(self, event: ConversationList.Opened) -> None:
        """A double click."""
        self._browsing.open(event.conversation_id)
        self.write(Mode.REPLY)

    def on_customer_panel_view_past_opened(self, event: CustomerPanelView.PastOpened) -> None:
        """Another conversation of the same customer."""
        self._browsing.reveal(event.conversation_id)

    def on_input_changed(self, event: Input.Changed) -> None:
        """The filter narrows while typing."""
        self._browsing.narrow(event.value)

    def on_input_submitted(self) -> None:
        """Enter keeps the filter; what comes next is about what was found."""
        self._browsing.narrowing.finish()
        self.to_list()
