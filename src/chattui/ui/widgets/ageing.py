"""What time alone changes in the list: ages, and who types."""

from collections.abc import Callable, Iterable

from chattui.model.records import ConversationId
from chattui.ui.guard import Later
from chattui.ui.widgets.drawn_rows import DrawnRows

AGEING = 10.0
"""Seconds between two looks at the ages."""
FADING = 1.0
"""Seconds between two looks at who still types; only while somebody seen does."""


class Ageing:
    """Has rows drawn again that read differently by now, and no others."""

    def __init__(
        self,
        drawn: DrawnRows,
        again: Callable[[Iterable[ConversationId]], None],
        later: Later,
    ) -> None:
        self._drawn, self._again, self._later = drawn, again, later
        self.fading = False
        """Somebody types in a row that was drawn."""
        drawn.with_typing = self._fade_later

    def grow_old(self) -> None:
        """Look at the ages."""
        self._again(self._drawn.grown_old())

    def fade(self) -> None:
        """Whoever typed may have stopped: ask again for those rows."""
        self.fading = False
        self._again(self._drawn.typed_in())

    def _fade_later(self) -> None:
        if not self.fading:
            self.fading = True
            self._later(FADING, self.fade)
