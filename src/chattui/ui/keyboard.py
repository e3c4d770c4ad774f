"""From a key to what it does: which action, whether it stands alone, whether it has to be asked about first."""

from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING

from textual.events import Key

from chattui.model.records import ConversationId
from chattui.store.projections import ListRow
from chattui.ui.actions import NEEDS_ONE, PANES, Action, Keymap, Where, spoken
from chattui.ui.guard import Guard, Later
from chattui.ui.questions import Questions
from chattui.ui.settings import Settings
from chattui.ui.widgets.footer import FooterBar

if TYPE_CHECKING:
    from chattui.ui.doing import Doers

BESIDE = {"leader", "back"}
"""Leave a question standing: one comes before the key that answers it, the other withdraws it and does no more."""


class Keyboard:
    """Every key, click and choice of the palette comes through here."""

    def __init__(  # noqa: PLR0913 - what a key depends on
        self,
        keymap: Keymap,
        settings: Settings,
        footer: FooterBar,
        *,
        clock: Callable[[], float],
        later: Later,
        target: Callable[[], ConversationId | None],
        row: Callable[[ConversationId], ListRow],
    ) -> None:
        self._keymap, self._footer, self._clock = keymap, footer, clock
        self._target = target
        self._guard = Guard(settings.guard, later, self._stood_not_alone)
        self.questions = Questions(settings, clock, later, row, footer.ask)
        self.doers: Doers = {}

    def key(self, event: Key, where: Where) -> bool:
        """A key that the focused widget did not want as text. False where it means nothing here."""
        action = self._keymap.meaning(event.key, where)
        if where in PANES and event.is_printable and not (action and action.acts):
            self._guard.printable(self._clock())
        if action is None:
            self.questions.withdraw()
        if action is not None or event.key in {"tab", "shift+tab"}:
            event.stop()
            event.prevent_default()
        if action is not None:
            self.perform(action, spoken(event.key), guarded=where in PANES)
        return action is not None or (where in PANES and event.is_printable)

    def after_leader(self, key: str) -> None:
        """A key of the list, meant for the open conversation."""
        self._footer.hush()
        action = self._keymap.meaning(key, Where.THREAD)
        if action is not None and action.id != "back":
            self.perform(action, f"{self._keymap.hint('leader')} {spoken(key)}")

    def pasted(self) -> None:
        """A paste that no text field took: nothing in it is a key."""
        self._guard.pasted(self._clock())

    def click(self, action_id: str) -> None:
        """The mouse asks for it."""
        self.perform(self._keymap.actions[action_id], self._keymap.hint(action_id))

    def perform(self, action: Action, key: str, *, guarded: bool = False) -> None:
        """Do it to the conversation that is meant at this moment."""
        run = partial(self._run, action, self._target(), key)
        if action.acts and guarded:
            self._guard.acting(key, self._clock(), run)
        else:
            run()

    def _run(self, action: Action, target: ConversationId | None, key: str) -> None:
        if action.id in NEEDS_ONE:
            self._footer.hush()  # what is said of the last one is not true of this one
            if target is None:
                self._footer.say("There is no conversation under the cursor.")
                return
        if action.id not in BESIDE and not self.questions.let_through(action, target, key):
            return
        self.doers[action.id](target)

    def _stood_not_alone(self, key: str) -> None:
        what = f"{key} came together with other keys" if key else "A paste does nothing here"
        self._footer.say(f"{what}: nothing was done. {self._keymap.hint('reply')} writes to the customer.")
