"""The inbox: it lays the panes out and sends every key, click and message where it belongs."""

from collections.abc import Callable, Coroutine
from functools import partial
from typing import TYPE_CHECKING, Any

from textual.app import ComposeResult
from textual.containers import Horizontal, Vertical
from textual.events import Key, Paste
from textual.screen import Screen
from textual.widgets import Input, Static

from chattui.model.records import ConversationId, Status
from chattui.text.inert import Inert
from chattui.ui.actions import Keymap, Standing, Where
from chattui.ui.attention import Attention
from chattui.ui.browsing import Browsing
from chattui.ui.commands import Commands
from chattui.ui.keyboard import Doing, Keyboard
from chattui.ui.painting import Painting
from chattui.ui.pickers import Choice
from chattui.ui.reading import Reading
from chattui.ui.screens.picker import Picker
from chattui.ui.settings import Settings
from chattui.ui.widgets.bar import Bar
from chattui.ui.widgets.composer import Composer, Mode
from chattui.ui.widgets.conversations import ConversationList
from chattui.ui.widgets.footer import FooterBar
from chattui.ui.widgets.panel import CustomerPanelView
from chattui.ui.widgets.thread import ThreadView
from chattui.ui.writing import Writing

if TYPE_CHECKING:
    from textual.timer import Timer

    from chattui.desk import Desk
    from chattui.store.changes import Changes

PREVIEW_AFTER = 0.08
"""Seconds that the cursor stands still before its thread is shown."""
WIDTHS = [(0, "-tiny"), (40, "-pages"), (80, "-two"), (120, "-three"), (150, "-roomy")]
"""Columns from which a layout holds."""
HEIGHTS = [(0, "-low"), (10, "-high")]
FOCUSED = {"composer": Where.COMPOSER, "filter": Where.FILTER, "thread": Where.THREAD, "panel": Where.PANEL}


class InboxScreen(Screen[None]):
    """Everything an agent works with. Built once the desk is there."""

    HORIZONTAL_BREAKPOINTS = WIDTHS
    VERTICAL_BREAKPOINTS = HEIGHTS
    AUTO_FOCUS = "#list"

    def __init__(  # noqa: PLR0913 - all that a screen stands on
        self,
        desk: "Desk",
        settings: Settings,
        keymap: Keymap,
        attention: Attention,
        clock: Callable[[], float],
        *,
        program: Doing,
        repainted: "Callable[[Changes], None]",
    ) -> None:
        super().__init__(id="inbox")
        self.desk, self.keymap, self._repainted = desk, keymap, repainted
        self.footer = FooterBar(id="footer")
        self.writing = Writing(desk, keymap, self.footer.say)
        self.browsing = Browsing(desk, self._turned)
        self.painting = Painting(desk, self.browsing, self.writing, self.set_timer)
        self.painting.after = self._painted
        self.reading = Reading(
            desk,
            self.browsing.selection,
            self.painting.thread,
            attention=attention,
            clock=clock,
            on_screen=lambda: self.app.screen is self,  # `is_current` is true behind a popup as well
        )
        self.keyboard = Keyboard(
            keymap,
            settings,
            self.footer,
            clock=clock,
            later=self.set_timer,
            target=lambda: self.target,
            name=lambda conversation_id: self.browsing.row(conversation_id).name,
        )
        self.keyboard.doing = (Commands(desk, self.browsing, self.writing, self.painting.thread, self), program)
        self._where = Where.LIST
        self._begun = settings.open_first
        """The agent has done something, so the cursor's conversation may be shown."""
        self._previewing: Timer | None = None

    def compose(self) -> ComposeResult:
        """Header, panes, footer."""
        yield self.painting.header
        yield self.painting.banner
        with Horizontal(id="panes"):
            with Vertical(id="left"):
                yield self.browsing.tabs
                yield self.browsing.filter
                yield self.browsing.list
            with Vertical(id="middle"):
                yield self.painting.head
                yield self.painting.thread
                yield self.writing
            yield self.painting.panel
        yield self.footer
        yield Static("This window is too small.\nMake it at least 40 × 10.", id="too-small")

    def on_mount(self) -> None:
        """Everything stands where it belongs before it is first painted."""
        self.painting.thread.say_when_empty(Inert("Choose a conversation: Enter opens it."))
        self.writing.turn_to(None)
        self.browsing.renew()
        self.painting.start()
        self.refresh_footer()

    # Where we are

    @property
    def where(self) -> Where:
        """What has the focus; while the terminal has lost it, what had it last."""
        if self.focused is not None:
            self._where = FOCUSED.get(self.focused.id or "", Where.LIST)
        return self._where

    @property
    def target(self) -> ConversationId | None:
        """The conversation that an action means: in the list, the one painted under the cursor."""
        if self.where in {Where.LIST, Where.FILTER}:
            return self.browsing.list.painted_under_cursor()
        return self.browsing.selection.shown

    def on_composer_edited(self) -> None:
        """Whoever writes on does not answer the question."""
        self.keyboard.questions.withdraw()

    def on_descendant_focus(self) -> None:
        """Footer, page and composer's words follow the focus."""
        where = self.where
        self.set_class(where in {Where.COMPOSER, Where.THREAD}, "-reading")
        self.keyboard.questions.withdraw()
        self.refresh_footer()
        self.writing.explain()

    def _painted(self, changes: "Changes") -> None:
        self.refresh_footer()
        if isinstance(self.app.screen, Picker):
            self.app.screen.renew()
        self._repainted(changes)

    def refresh_footer(self) -> None:
        """The keys that work here, for a conversation that stands as this one does."""
        where = self.where
        self.footer.actions = tuple(self.keymap.footer(where, self._standing()))
        fixed = ("palette", "help")
        self.footer.always = tuple((self.keymap.hint(name, where), self.keymap.actions[name]) for name in fixed)

    def _standing(self) -> Standing | None:
        target = self.browsing.list.cursor if self.where is Where.LIST else self.browsing.selection.shown
        if target is None or not self.desk.queries.knows(target):
            return None
        row = self.browsing.row(target)
        if row.status is Status.ACTIVE:
            return Standing.MINE if row.mine else Standing.THEIRS
        return Standing(row.status)

    # The focus, where panes come and go with the window's size

    @property
    def _too_small(self) -> bool:
        return self.has_class("-tiny") or self.has_class("-low")

    def on_screen_resume(self) -> None:
        """Nothing stands above it any more: what is in sight is read."""
        self.reading.attend()

    def on_resize(self) -> None:
        """What was hidden may be there again."""
        self.call_after_refresh(self._refocus)

    def on_descendant_blur(self) -> None:
        """A pane that is hidden lets the focus go."""
        self._refocus()

    def _refocus(self) -> None:
        """Back to what had it; from a customer's panel that is gone, to the thread beside it."""
        if self.focused is not None or self._too_small or not self.app.app_focus:
            return
        place = self.where
        if place is Where.PANEL and not self.painting.panel.display:
            place = Where.THREAD
        self.set_focus(self.query_one(f"#{place}"))

    # Keys

    def pressed(self, event: Key) -> bool:
        """A key, before any pane has it. False: whatever has the focus shall see to it.

        Where no text is written a key is done with before the next one is looked at: of words that come at once after
        the key of a field (a fast hand, a slow line), none goes where the focus was before.
        """
        return not isinstance(self.focused, (Composer, Input)) and self._key(event)

    def on_key(self, event: Key) -> None:
        """A key that the focused widget did not want as text."""
        self._key(event)

    def _key(self, event: Key) -> bool:
        if self._too_small:  # nothing is done that nobody can see
            return False
        self._begun = True
        if self.where is Where.LIST:
            self.browsing.list.held.key()
        return self.keyboard.key(event, self.where)

    def on_mouse_down(self) -> None:
        """The mouse counts as much as a key."""
        self._begun = True

    def on_paste(self, event: Paste) -> None:
        """No text field took it."""
        event.stop()
        self.keyboard.pasted()

    def on_composer_commanded(self, event: Composer.Commanded) -> None:
        """The key after the leader."""
        self.keyboard.after_leader(event.key)

    def on_bar_clicked(self, event: Bar.Clicked) -> None:
        """A word of header, tabs or footer."""
        self.keyboard.click(event.action)

    # What commands ask of the screen

    def say(self, sentence: str) -> None:
        """A short remark at the bottom."""
        self.footer.say(sentence)

    def refuse(self, sentence: str) -> None:
        """Somebody said no."""
        self.notify(sentence, severity="warning", timeout=8, markup=False)

    def offer(self, action_id: str, conversation_id: ConversationId) -> None:
        """Somebody else has it, and I may do it all the same."""
        self.keyboard.questions.offer(action_id, conversation_id, self.keymap.hint(action_id, self.where))

    def insisted(self, action_id: str, conversation_id: ConversationId) -> bool:
        """Whether this is the answer to that offer."""
        return self.keyboard.questions.insisted(action_id, conversation_id)

    def work(self, job: Coroutine[Any, Any, None]) -> None:
        """Beside the screen; a crash in it is the app's to tell."""
        self.app.run_worker(job, exit_on_error=False)

    def write(self, mode: Mode) -> None:
        """Into the composer."""
        self.writing.switch(mode)
        self.add_class("-reading")
        self.set_focus(self.writing.composer)

    def to_list(self) -> None:
        """Back to the list; its cursor decides again what is shown."""
        self.remove_class("-reading")
        self.set_focus(self.browsing.list)

    def to_thread(self) -> None:
        """Scroll by keys."""
        self.add_class("-reading")
        self.set_focus(self.painting.thread)

    def to_panel(self) -> None:
        """The customer, where there is room for them."""
        if self.painting.panel.display:
            self.set_focus(self.painting.panel)

    def step_back(self) -> None:
        """Popup, question, filter, composer, list."""
        if self.writing.dismiss() or self.keyboard.questions.withdraw():
            return
        if self.where in {Where.FILTER, Where.LIST}:
            self.browsing.filter.dismiss()
        self.to_list()

    def choose(
        self, title: str, choices: Callable[[], list[Choice]], chosen: Callable[[str], None], *, stay: bool
    ) -> None:
        """Let the agent pick."""
        self.app.push_screen(Picker(title, choices, chosen, stay=stay))

    # What the panes say

    def _turned(self) -> None:
        """The thread has to show another conversation, or the same one in earnest."""
        shown = self.browsing.selection.shown
        if shown != self.writing.composer.conversation_id:
            self.writing.turn_to(shown)
        self.painting.show_conversation()
        self.reading.attend()

    def on_conversation_list_highlighted(self, event: ConversationList.Highlighted) -> None:
        """The cursor moved: its thread is shown when it stands still."""
        if self._previewing is not None:
            self._previewing.stop()
        self.refresh_footer()
        if self._begun and self.where in {Where.LIST, Where.FILTER}:
            self._previewing = self.set_timer(PREVIEW_AFTER, partial(self.browsing.preview, event.conversation_id))

    def on_conversation_list_opened(self, event: ConversationList.Opened) -> None:
        """Enter or a double click."""
        self.browsing.open(event.conversation_id)
        self.write(Mode.REPLY)

    def on_thread_view_read_up_to(self, event: ThreadView.ReadUpTo) -> None:
        """The end is in sight."""
        self.reading.seen(event.conversation_id, event.seq)

    def on_thread_view_older_wanted(self, event: ThreadView.OlderWanted) -> None:
        """The top comes near."""
        self.desk.older(event.conversation_id)

    def on_customer_panel_view_past_opened(self, event: CustomerPanelView.PastOpened) -> None:
        """Another conversation of the same customer."""
        self.browsing.reveal(event.conversation_id)

    def on_input_changed(self, event: Input.Changed) -> None:
        """The filter narrows while typing."""
        self.browsing.narrow(event.value)

    def on_input_submitted(self) -> None:
        """Enter keeps the filter."""
        self.to_list()
