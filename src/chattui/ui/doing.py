"""What does an action, and what it may ask of the screen."""

from collections.abc import Callable, Coroutine, Mapping
from typing import TYPE_CHECKING, Any, Protocol

from chattui.model.intents import Intent
from chattui.model.records import ConversationId
from chattui.ui.pickers import Choice

if TYPE_CHECKING:
    from chattui.desk import Desk

Target = ConversationId | None
"""The conversation that an action is about: the one that was painted under the cursor, or stands in the thread."""
Doers = Mapping[str, Callable[[Target], object]]
"""Action id → what it does."""


class Host(Protocol):
    """The screen, for those who act on it."""

    def say(self, sentence: str) -> None:
        """A short remark at the bottom."""

    def refuse(self, sentence: str) -> None:
        """Somebody said no: shown where it is not overlooked."""

    def work(self, job: Coroutine[Any, Any, object]) -> None:
        """Run it beside the screen."""

    def choose(
        self, title: str, choices: Callable[[], list[Choice]], chosen: Callable[[str], None], *, stay: bool = False
    ) -> None:
        """Let the agent pick; with `stay`, several."""


async def done(desk: "Desk", host: Host, intent: Intent) -> bool:
    """Ask for it; a refusal is shown."""
    refused = await desk.ask(intent)
    if refused is not None:
        host.refuse(refused.sentence)
    return refused is None
