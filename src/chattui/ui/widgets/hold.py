"""While keys come the order of the list stays as it was painted."""

from collections.abc import Callable

from chattui.ui.guard import Later

HOLD = 1.0
"""Seconds after the last key during which the order stays."""
SOON = 0.01


class Hold:
    """Puts off `follow` until `HOLD` seconds after the last key."""

    def __init__(self, follow: Callable[[], None], later: Later, clock: Callable[[], float]) -> None:
        self._follow, self._later, self._clock = follow, later, clock
        self._last_key = -HOLD
        self._thawing = False
        self._behind = False

    @property
    def stands(self) -> bool:
        """Whether the last key is less than a second ago."""
        return self._clock() - self._last_key < HOLD

    def key(self) -> None:
        """A key came that is about the list, or the mouse: for another second nothing slips under the cursor."""
        self._last_key = self._clock()
        self._thaw_later()

    def lag(self) -> None:
        """The live order is another by now: to be followed in time."""
        self._behind = True
        self._thaw_later()

    def catch_up(self) -> None:
        """The live order was taken."""
        self._behind = False

    def thaw(self) -> None:
        """Follow, if the last key is long enough ago and there is anything to follow."""
        self._thawing = False
        if self.stands:
            self._thaw_later()
        elif self._behind:
            self._follow()

    def _thaw_later(self) -> None:
        if not self._thawing:
            self._thawing = True
            self._later(max(self._last_key + HOLD - self._clock(), SOON), self.thaw)
