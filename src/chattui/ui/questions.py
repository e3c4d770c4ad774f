"""The question before what is hard to take back, and the offer to an admin after a refusal."""

from collections.abc import Callable

from chattui.model.records import ConversationId, Status
from chattui.store.projections import ListRow
from chattui.text.cells import cut
from chattui.ui.actions import Action
from chattui.ui.confirmation import Confirmation
from chattui.ui.doing import Target
from chattui.ui.guard import Cancellable, Later
from chattui.ui.settings import Settings

FORCE = "force "
"""Before the id of an action: the question is whether to do it all the same."""
NAMED = 18
"""Cells of a customer's name in a question: with 80 columns the longest one still says which key answers it."""


class Questions:
    """Asks in the footer, and lets the same key through the second time.

    It asks before what is hard to take back, and offers an admin what was refused because a colleague has it.
    """

    def __init__(
        self,
        settings: Settings,
        clock: Callable[[], float],
        later: Later,
        row: Callable[[ConversationId], ListRow],
        show: Callable[[str, str], None],
    ) -> None:
        self._settings, self._clock, self._later, self._row, self._show = settings, clock, later, row, show
        self._question = Confirmation(settings.confirm_for, settings.guard)
        self._fading: Cancellable | None = None

    def let_through(self, action: Action, target: Target, key: str) -> bool:
        """True where it may act now; else the question stands from here on. Any other action withdraws it."""
        if target is not None and self._question.stands(FORCE + action.id, target, self._clock()):
            return True
        if not action.asks or (target is not None and self._needless(target)):
            self.withdraw()
            return True
        return target is not None and self._confirmed(action, target, key)

    def offer(self, action_id: str, target: ConversationId, key: str) -> None:
        """Somebody else has it, and I am an admin: the same key again does it all the same."""
        self.ask(action_id, target, f"{key} again does it all the same: you are an admin")

    def ask(self, action_id: str, target: ConversationId, question: str) -> None:
        """What the doer of an action asks: `insisted` is whether it was answered by the same action."""
        self.withdraw()
        self._question.ask(FORCE + action_id, target, self._clock())
        self._stand(f"{question} · Esc leaves it", action_id)

    def insisted(self, action_id: str, target: ConversationId) -> bool:
        """Whether that question is answered with this."""
        stood = self._question.stands(FORCE + action_id, target, self._clock())
        if stood:
            self.withdraw()
        return stood

    def withdraw(self) -> bool:
        """No question stands any more; False where none did."""
        stood = self._question.forget()
        if self._fading is not None:
            self._fading.stop()
            self._fading = None
        if stood:
            self._show("", "")
        return stood

    def _needless(self, target: ConversationId) -> bool:
        """Nobody wants to be asked; or it is closed, and the database says no in any case."""
        return not self._settings.confirm or self._row(target).status is Status.CLOSED

    def _confirmed(self, action: Action, target: ConversationId, key: str) -> bool:
        answered = self._question.stands(action.id, target, self._clock())
        self.withdraw()
        if answered:
            return True
        self._question.ask(action.id, target, self._clock())
        question = action.asks.format(name=cut(self._row(target).name, NAMED))
        self._stand(f"{question} {key} again does it · Esc leaves it", action.id)
        return False

    def _stand(self, words: str, action_id: str) -> None:
        self._show(words, action_id)
        self._fading = self._later(self._settings.confirm_for, self._fade)

    def _fade(self) -> None:
        self.withdraw()
