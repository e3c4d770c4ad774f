"""What each action of the key table does, once its key has been let through."""

from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING

from chattui.model.intents import UpdateProfile
from chattui.model.records import Availability
from chattui.store.projections import View
from chattui.ui.actions import Where
from chattui.ui.browsing import Browsing
from chattui.ui.doing import Doers, Host, Target, done
from chattui.ui.panes import Panes
from chattui.ui.pickers import reply_choices
from chattui.ui.questions import Questions
from chattui.ui.widgets.composer import Mode
from chattui.ui.widgets.thread import ThreadView
from chattui.ui.writing import Writing

if TYPE_CHECKING:
    from chattui.desk import Desk


class Commands:
    """Looking around, writing, and what an agent sets for themselves."""

    def __init__(  # noqa: PLR0913 - all that a key may reach
        self,
        desk: "Desk",
        browsing: Browsing,
        writing: Writing,
        thread: ThreadView,
        *,
        panes: Panes,
        questions: Questions,
        host: Host,
    ) -> None:
        self._desk, self._browsing, self._writing, self._thread = desk, browsing, writing, thread
        self._panes, self._questions, self._host = panes, questions, host

    def doers(self) -> Doers:
        """What they are."""
        return {**self._words(), **self._moves(), **self._steps(), **self._program()}

    def _words(self) -> Doers:
        return {
            "open": self._open,
            "reply": partial(self._write, Mode.REPLY),
            "note": partial(self._write, Mode.NOTE),
            "send": lambda _: self._writing.composer.submit(),
            "newline": lambda _: self._writing.composer.newline(),
            "templates": self._templates,
            "leader": lambda _: self._lead(),
        }

    def _moves(self) -> Doers:
        browsing, thread, panes = self._browsing, self._thread, self._panes
        return {
            "back": lambda _: self._step_back(),
            "keep-filter": lambda _: panes.to_list(),
            "filter": lambda _: browsing.filter.open(),
            "next-unread": lambda _: self._or_say("Nothing unread here.", browsing.unread(1)),
            "previous-unread": lambda _: self._or_say("Nothing unread here.", browsing.unread(-1)),
            "next-needing-me": lambda _: self._or_say("Nobody needs you now.", browsing.needing_me()),
            "last": lambda _: self._or_say("No conversation was open before this one.", browsing.last()),
            "read-thread": lambda _: panes.to_thread(),
            "open-past": lambda _: panes.panel.open_chosen(),
            "leave-panel": lambda _: panes.to_thread(),
            "read-panel": lambda _: panes.to_panel(),
            "message-up": lambda _: thread.select(-1),
            "message-down": lambda _: thread.select(1),
            "read-list": lambda _: panes.to_list(),
            "scroll-up": lambda _: thread.scroll_page_up(animate=False),
            "scroll-down": lambda _: thread.scroll_page_down(animate=False),
            "next-view": lambda _: browsing.step_view(1),
            "previous-view": lambda _: browsing.step_view(-1),
            **{f"view-{view}": partial(self._view, view) for view in View},
        }

    def _steps(self) -> Doers:
        rows, thread = self._browsing.list, self._thread
        return {
            "up": lambda _: self._step(-1),
            "down": lambda _: self._step(1),
            "first": lambda _: self._here(rows.to_first, thread.action_to_start),
            "end": lambda _: self._here(rows.to_last, thread.to_end),
        }

    def _step(self, by: int) -> None:
        match self._panes.where:
            case Where.PANEL:
                self._panes.panel.walk(by)
            case Where.THREAD:
                self._thread.action_lines(by)
            case _:
                self._browsing.list.step(by)

    def _here(self, in_list: Callable[[], None], in_thread: Callable[[], None]) -> None:
        (in_thread if self._panes.where is Where.THREAD else in_list)()

    def _step_back(self) -> None:
        """Popup, question, chosen message, filter, composer, list."""
        if self._writing.dismiss() or self._questions.withdraw() or self._thread.deselect():
            return
        if self._panes.where in {Where.FILTER, Where.LIST}:
            self._browsing.filter.dismiss()
        self._panes.to_list()

    def _program(self) -> Doers:
        return {
            "resync": lambda _: self._resync(),
            "notices": lambda _: self._host.work(self._toggle_notices()),
            "availability": lambda _: self._host.work(self._toggle_availability()),
        }

    def _or_say(self, sentence: str, done: bool) -> None:  # noqa: FBT001 - the answer of the call before it
        if not done:
            self._host.say(sentence)

    def _view(self, view: View, _: Target) -> None:
        self._browsing.show_view(view)

    def _open(self, target: Target) -> None:
        self._write(self._writing.composer.mode, target)

    def _write(self, mode: Mode, target: Target) -> None:
        if target is not None:
            self._browsing.open(target)
            self._panes.write(mode)

    def _templates(self, target: Target) -> None:
        if target is None:
            return
        replies = {str(reply.id): reply for reply in self._desk.queries.replies("", target)}

        def insert(reply_id: str) -> None:
            self._write(self._writing.composer.mode, target)
            self._writing.insert(replies[reply_id])

        self._host.choose("Canned replies", lambda: reply_choices(replies.values()), insert)

    def _lead(self) -> None:
        self._writing.composer.leader_open = True
        self._host.say("Now a key of the list: t take over · c close · T to the AI · N note · r reply · Esc nothing")

    def _resync(self) -> None:
        self._desk.resync()
        self._host.say("Trying the link again, and comparing everything.")

    async def _toggle_notices(self) -> None:
        wanted = not self._desk.queries.header().notifications
        if await done(self._desk, self._host, UpdateProfile(notifications_enabled=wanted)):
            self._host.say(f"Notices are {'on' if wanted else 'off'}.")

    async def _toggle_availability(self) -> None:
        online = self._desk.queries.header().availability is Availability.ONLINE
        wanted = Availability.AWAY if online else Availability.ONLINE
        if await done(self._desk, self._host, UpdateProfile(availability=wanted)):
            self._host.say(f"Colleagues see you as {wanted}.")
