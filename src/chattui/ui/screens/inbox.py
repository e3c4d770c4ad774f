"""The inbox: it lays the panes out and sends every key, click and message where it belongs."""

from collections.abc import Callable, Coroutine
from functools import partial
from typing import TYPE_CHECKING, Any

from textual import on
from textual.app import ComposeResult
from textual.events import Key, Paste
from textual.screen import Screen
from textual.widgets import Input, Static

from chattui.gateway.protocol import Found
from chattui.store.projections import NoticeKind
from chattui.text.cells import cut, wrap
from chattui.text.inert import Inert, inert_line
from chattui.ui.actions import Keymap, Where
from chattui.ui.attention import Attention
from chattui.ui.browsing import Browsing
from chattui.ui.commands import Commands
from chattui.ui.composing import compose_whole
from chattui.ui.doing import Doers
from chattui.ui.handoffs import HandOffs
from chattui.ui.keyboard import Keyboard
from chattui.ui.messages import Messages, fitting, refused_keys
from chattui.ui.notices import WORDS
from chattui.ui.painting import Painting
from chattui.ui.panes import Panes
from chattui.ui.pickers import Choice, narrowed
from chattui.ui.reading import Reading
from chattui.ui.screens.picker import Picker
from chattui.ui.screens.search import SearchScreen
from chattui.ui.settings import Settings
from chattui.ui.triage import Triage
from chattui.ui.unseen import SEND, Unseen
from chattui.ui.unsent import UnsentWords
from chattui.ui.widgets.bar import Bar
from chattui.ui.widgets.composer import Composer, Mode
from chattui.ui.widgets.conversations import ConversationList
from chattui.ui.widgets.footer import FooterBar
from chattui.ui.widgets.thread import ThreadView
from chattui.ui.writing import Writing

if TYPE_CHECKING:
    from chattui.desk import Desk
    from chattui.store.changes import Changes

WIDTHS = [(0, "-tiny"), (40, "-pages"), (80, "-two"), (120, "-three"), (150, "-roomy")]
"""Columns from which a layout holds."""
LONGEST = 400
"""Cells of a refusal that are shown: it stands over the panes."""
NOTICE, BESIDE = 44, 4
"""Cells of a refusal (`Toast` in the style sheet: half of the screen at most), and of its border, padding, margin."""
HEIGHTS = [(0, "-low"), (10, "-high")]


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
        program: Doers,
        repainted: "Callable[[Changes], None]",
    ) -> None:
        super().__init__(id="inbox")
        compose_whole(self)
        self.desk, self.keymap, self._repainted = desk, keymap, repainted
        self.footer = FooterBar(id="footer")
        self.writing = Writing(desk, keymap, self.say)
        self.browsing = Browsing(desk, self._turned, clock)
        self.painting = Painting(desk, self.browsing, self.writing, self.set_timer)
        self.painting.after = self._painted
        self.panes = Panes(desk, self.browsing, self.painting, self.writing, begun=settings.open_first)
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
            target=lambda: self.panes.target,
            row=self.browsing.row,
        )
        self.keyboard.doers = {**self._doers(), **program}
        self.writing.composer.beyond = self.browsing.filter.beyond = self._key
        key = partial(keymap.hint, SEND, Where.COMPOSER)
        self.writing.lets_go = Unseen(desk, self.painting.thread, self.keyboard.questions, settings, key).lets_go
        self.writing.gone = self.painting.thread.to_end

    def _doers(self) -> Doers:
        questions, thread = self.keyboard.questions, self.painting.thread
        commands = Commands(
            self.desk, self.browsing, self.writing, thread, panes=self.panes, questions=questions, host=self
        )
        hand_offs = HandOffs(self.desk, self.browsing, questions, self, self._hint)
        messages = Messages(
            self.desk,
            self.browsing.selection,
            self.writing,
            thread,
            panes=self.panes,
            keymap=self.keymap,
            host=self,
        )
        search: Doers = {"search": lambda _: self._search()}
        return {
            **search,
            **commands.doers(),
            **hand_offs.doers(),
            **Triage(self.desk, self).doers(),
            **messages.doers(),
            **UnsentWords(self.desk, messages, self.panes, self).doers(),
        }

    def _search(self) -> None:
        def chosen(found: Found | None) -> None:
            if found is not None:
                self.panes.reveal(found.conversation_id, found.message_id)

        self.app.push_screen(SearchScreen(self.desk, self.browsing.text), chosen)

    def _hint(self, action_id: str) -> str:
        return self.keymap.hint(action_id, self.panes.where)

    def compose(self) -> ComposeResult:
        """Header, panes, footer."""
        yield self.painting.header
        yield self.painting.banner
        yield self.panes
        yield self.footer
        yield Static("This window is too small.\nMake it at least 40 × 10.", id="too-small")

    def on_mount(self) -> None:
        """Everything stands where it belongs before it is first painted."""
        self.painting.thread.say_when_empty(Inert("Choose a conversation: Enter opens it."))
        self.writing.turn_to(None)
        self.browsing.renew()
        self.painting.start()
        self.refresh_footer()

    # What follows what

    def on_descendant_focus(self) -> None:
        """Footer and composer's words follow the focus; a question does not."""
        self.keyboard.questions.withdraw()
        self.refresh_footer()
        self.writing.explain()

    def on_composer_edited(self) -> None:
        """Whoever writes on does not answer the question."""
        self.keyboard.questions.withdraw()

    def on_resize(self) -> None:
        """What was hidden may be there again."""
        self.call_after_refresh(self.panes.refocus)

    def on_screen_resume(self) -> None:
        """Nothing stands above it any more: what is in sight is read."""
        self.reading.attend()

    def on_thread_view_read_up_to(self, event: ThreadView.ReadUpTo) -> None:
        """The end is in sight."""
        self.reading.seen(event.conversation_id, event.seq)

    def on_thread_view_older_wanted(self, event: ThreadView.OlderWanted) -> None:
        """The top comes near."""
        self.desk.older(event.conversation_id)

    def _turned(self) -> None:
        """The thread has to show another conversation, or the same one in earnest."""
        shown = self.browsing.selection.shown
        if shown != self.writing.composer.conversation_id:
            self.writing.turn_to(shown)
        self.painting.show_conversation()
        self.reading.attend()

    def _painted(self, changes: "Changes") -> None:
        self.refresh_footer()
        for notice in self.desk.queries.unread_notices(changes):
            if notice.kind is NoticeKind.TAKEN:
                self.say(f"{notice.name} {WORDS[notice.kind]}: {notice.text}.")
        if isinstance(self.app.screen, Picker):
            self.app.screen.renew()
        self._repainted(changes)

    @on(ConversationList.Highlighted)
    @on(ThreadView.EntrySelected)
    def refresh_footer(self) -> None:
        """The keys that work here, for a conversation that stands as this one does."""
        where = self.panes.where
        chosen = fitting(self.painting.thread.selected)
        offered = [(self.keymap.hint(name, where), self.keymap.actions[name]) for name in chosen]
        note = self.writing.composer.mode is Mode.NOTE
        self.footer.actions = (*offered, *self.keymap.footer(where, self.panes.standing, note=note))
        fixed = ("palette", "help")
        self.painting.thread.offer(refused_keys(self.keymap, where))
        self.footer.always = tuple((self.keymap.hint(name, where), self.keymap.actions[name]) for name in fixed)

    # Keys and mouse

    def pressed(self, event: Key) -> bool:
        """A key, before any pane has it. False: whatever has the focus shall see to it.

        Where no text is written a key is done with before the next one is looked at: of words that come at once after
        the key of a field (a fast hand, a slow line), none goes where the focus was before.
        """
        if event.is_printable:
            self.painting.written()
        else:
            self.painting.hurry()
        return not self.in_field and self._key(event)

    @property
    def in_field(self) -> bool:
        """Whether somebody writes: then keys are the field's, at its turn."""
        return isinstance(self.focused, (Composer, Input))

    def on_key(self, event: Key) -> None:
        """A key that the focused widget did not want as text."""
        self._key(event)

    def _key(self, event: Key) -> bool:
        if self.has_class("-tiny") or self.has_class("-low"):  # nothing is done that nobody can see
            return False
        self.panes.begun = True
        if self.panes.where is Where.LIST:
            self.browsing.list.held.key()
        return self.keyboard.key(event, self.panes.where)

    def on_paste(self, event: Paste) -> None:
        """No text field took it."""
        event.stop()
        self.keyboard.pasted()

    def on_composer_commanded(self, event: Composer.Commanded) -> None:
        """The key after the leader."""
        self.keyboard.after_leader(event.key)
        self.refresh_footer()  # a reply may have become a note without the focus going anywhere

    def on_bar_clicked(self, event: Bar.Clicked) -> None:
        """A word of header, tabs or footer."""
        self.keyboard.click(event.action)

    # What actions ask of it

    def say(self, sentence: str) -> None:
        """A short remark at the bottom."""
        self.footer.say(sentence)

    def refuse(self, sentence: str) -> None:
        """Somebody said no."""
        width = min(NOTICE, self.size.width // 2) - BESIDE
        lines = wrap(cut(inert_line(sentence), LONGEST), width)
        self.notify("\n".join(lines), severity="warning", timeout=8, markup=False)

    def work(self, job: Coroutine[Any, Any, object]) -> None:
        """Beside the screen; a crash in it is the app's to tell."""
        self.app.run_worker(job, exit_on_error=False)

    def choose(
        self, title: str, choices: Callable[[], list[Choice]], chosen: Callable[[str], None], *, stay: bool = False
    ) -> None:
        """Let the agent pick."""
        self.app.push_screen(Picker(title, lambda words: narrowed(choices(), words), chosen, stay=stay))
