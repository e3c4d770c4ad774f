"""Whether somebody sits in front of this screen.

Read marks and notices depend on it. Terminals that report their focus are believed; for the others (tmux, unless told)
a minute without a key or the mouse counts as away.
"""

AWAY_AFTER = 60.0
"""Seconds without key or mouse, where focus is not reported."""


class Attention:
    """Times are monotonic seconds."""

    def __init__(self, now: float) -> None:
        self._focused: bool | None = None
        self._last = now

    def focus(self, *, focused: bool, now: float) -> None:
        """The terminal says that it gained or lost the focus."""
        self._focused = focused
        self._last = now

    def active(self, now: float) -> None:
        """A key, or the mouse."""
        self._last = now

    def here(self, now: float) -> bool:
        """Somebody is looking, as far as one can know."""
        if self._focused is not None:
            return self._focused
        return now - self._last < AWAY_AFTER
