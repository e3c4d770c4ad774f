"""What time it is at the server, whatever this machine believes."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

Monotonic = Callable[[], float]
"""Seconds of a clock that never goes back."""


class ServerClock:
    """The last `now` that the server told, plus what has passed since."""

    def __init__(self, monotonic: Monotonic) -> None:
        self._monotonic = monotonic
        self._told, self._at = datetime.now(UTC), monotonic()

    def set(self, now: datetime) -> timedelta:
        """The server has told the time. Returns how far that moves what `now` says."""
        moved = now - self.now()
        self._told, self._at = now, self._monotonic()
        return moved

    def now(self) -> datetime:
        """Until the server has told: this machine's own time."""
        return self._told + timedelta(seconds=self._monotonic() - self._at)
