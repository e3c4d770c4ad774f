"""Which view the left pane shows, narrowed to what, and which conversation the thread shows."""

from collections.abc import Callable, Sequence
from datetime import datetime
from functools import partial
from typing import TYPE_CHECKING

from chattui.model.records import ConversationId, Status
from chattui.store.projections import ListRow, View
from chattui.text.inert import Inert, inert
from chattui.ui.narrowing import Narrowing
from chattui.ui.selection import Selection
from chattui.ui.widgets.conversations import ConversationList
from chattui.ui.widgets.filter import FilterInput
from chattui.ui.widgets.tabs import ViewTabs

if TYPE_CHECKING:
    from chattui.desk import Desk

EMPTY = {
    View.WAITING: Inert("Nobody is waiting. Who asks for a person appears here."),
    View.MINE: Inert("Nothing is yours. Press n to take the oldest waiting one."),
    View.AI: Inert("The AI is talking to nobody."),
    View.ALL: Inert("No conversations yet. The first customer's words appear here by themselves."),
    View.CLOSED: Inert("Nothing was closed yet."),
}
LOADING = Inert("Loading…")
HOME = {Status.WAITING: View.WAITING, Status.AI: View.AI, Status.CLOSED: View.CLOSED, Status.ACTIVE: View.ALL}


class Browsing:
    """Moves list, tabs and filter together. `shown` is called when the thread has to show another conversation."""

    def __init__(self, desk: "Desk", shown: Callable[[], None], clock: Callable[[], float]) -> None:
        self._desk, self._shown = desk, shown
        self.view = View.WAITING
        self.text = ""
        self.selection = Selection()
        self.list = ConversationList(self.ids, self._known, desk.now, clock=clock, id="list")
        self.narrowing = Narrowing(desk, partial(self.list.run_worker, group="filter", exclusive=True))
        self._moving = False
        """The order moved while the words were looked for."""
        self.tabs = ViewTabs(id="tabs")
        self.filter = FilterInput()

    def ids(self) -> Sequence[ConversationId]:
        """What the list shows, in order."""
        found = self.narrowing.found
        return self._desk.queries.view(self.view) if found is None else found

    def row(self, conversation_id: ConversationId) -> ListRow:
        """One line of it, as of now."""
        return self._desk.queries.row(conversation_id, self._desk.now())

    def _known(self, conversation_id: ConversationId) -> ListRow | None:
        return self.row(conversation_id) if self._desk.queries.knows(conversation_id) else None

    def start(self) -> None:
        """Mine where something is mine, else who waits."""
        self.show_view(View.MINE if self._desk.queries.counts().get(View.MINE) else View.WAITING)

    def show_view(self, view: View) -> None:
        """Another view, from its top."""
        self.view = self.tabs.view = view
        self.renew(self.list.to_first)

    def step_view(self, step: int) -> None:
        """The next one, or the one before, round and round."""
        views = list(View)
        self.show_view(views[(views.index(self.view) + step) % len(views)])

    def narrow(self, text: str) -> None:
        """Filter by these words."""
        self.text = text.strip()
        self.renew()

    def renew(self, then: Callable[[], None] = lambda: None) -> None:
        """Take the order anew, and do this."""
        self.narrowing.look(self.view, self.text, lambda: self._renewed(then))

    def _renewed(self, then: Callable[[], None]) -> None:
        unfound = inert(f"Nothing here has “{self.text}”. Esc clears the filter, Ctrl+F searches all that was said.")
        known = bool(self._desk.queries.header().organization)
        self.list.when_empty = unfound if self.text else EMPTY[self.view] if known else LOADING
        self.list.reload()
        then()
        self.tabs.counts = dict(self._desk.queries.counts())
        self._follow()

    def moved(self) -> None:
        """Order or membership changed; the list shows it when nobody is in the middle of something."""
        self.tabs.counts = dict(self._desk.queries.counts())
        self._moving = True
        if not self.narrowing.looking:
            self._follow()

    def _follow(self) -> None:
        """The order as it is by now, if it moved."""
        if self._moving:
            self._moving = False
            self.narrowing.look(self.view, self.text, self._followed)

    def _followed(self) -> None:
        self.list.reorder()
        self._follow()

    def preview(self, conversation_id: ConversationId | None) -> None:
        """Look without a trace."""
        if self.selection.preview(conversation_id):
            self._desk.view(None)
            self._look()

    def open(self, conversation_id: ConversationId) -> None:
        """Work on it: colleagues see that I do."""
        if self.selection.open(conversation_id):
            self._desk.view(conversation_id)
            self._look()

    def _look(self) -> None:
        if self.selection.shown is not None:
            self._desk.look(self.selection.shown)
        self._shown()

    def reveal(self, conversation_id: ConversationId) -> None:
        """Open it, with the cursor on it, in a view that holds it; one that is not known yet comes with its thread."""
        if conversation_id not in self.ids() and self._desk.queries.knows(conversation_id):
            self.filter.dismiss()
            self.narrow("")
            row = self.row(conversation_id)
            if conversation_id not in self.ids():
                self.show_view(View.MINE if row.mine else HOME[row.status])
        self.list.move_to(conversation_id)
        self.open(conversation_id)

    def unread(self, step: int) -> bool:
        """To the next unread of this view, or the one before; False where there is none."""
        found = self._desk.queries.next_unread(self.view, self.list.cursor, step)
        if found is not None:
            self.list.move_to(found)
            self.preview(found)
        return found is not None

    def needing_me(self) -> bool:
        """To the next one that needs me, wherever it stands; False where nobody does."""
        found = self._desk.queries.next_needing_me(self.selection.shown, self._now())
        if found is not None:
            self.reveal(found)
        return found is not None

    def last(self) -> bool:
        """Back to the one that was open before; False where there is none."""
        previous = self.selection.previous
        if previous is None or not self._desk.queries.knows(previous):
            return False
        self.reveal(previous)
        return True

    def _now(self) -> datetime:
        return self._desk.now()
