"""Hand-offs: what their actions ask of the database, and the question that comes before some of them."""

from collections.abc import Callable, Mapping

from chattui.model.intents import Close, HandBack, HandOff, Reopen, Requeue, TakeOver
from chattui.model.records import ConversationId
from chattui.ui.actions import Action
from chattui.ui.confirmation import Confirmation
from chattui.ui.settings import Settings

INTENTS: Mapping[str, Callable[[ConversationId], HandOff]] = {
    "take-over": TakeOver,
    "hand-back": HandBack,
    "requeue": Requeue,
    "close": Close,
    "reopen": Reopen,
}
"""Action id → what it asks of the database."""

MINE_AFTER = {"take-over", "reopen", "take-next"}
"""What I have afterwards."""


class Questions:
    """Asks once in the footer, and lets the same key through the second time."""

    def __init__(self, settings: Settings, clock: Callable[[], float], show: Callable[[str, str], None]) -> None:
        self._settings, self._clock, self._show = settings, clock, show
        self._confirmation = Confirmation(settings.confirm_for)

    def let_through(self, action: Action, conversation_id: ConversationId, name: str, key: str) -> bool:
        """True where it may act now; else the question stands from here on."""
        if not (action.asks and self._settings.confirm):
            return True
        if self._confirmation.answered(action.id, conversation_id, self._clock()):
            self._show("", "")
            return True
        self._show(f"{action.asks.format(name=name)} {key} again does it · Esc leaves it as it is", action.id)
        return False

    def withdraw(self) -> bool:
        """No question stands any more; False where none did."""
        stood = self._confirmation.forget()
        if stood:
            self._show("", "")
        return stood
