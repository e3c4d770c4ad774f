"""What time it is at the server, whatever this machine believes."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

Monotonic = Callable[[], float]
"""Seconds of a clock that never goes back."""


class ServerClock:
    """The last `now` that the server told, plus what has passed since."""

    def __init__(self, monotonic: Monotonic) -> None:
        self._monotonic = monotonic
        self.set(datetime.now(UTC))

    def set(self, now: datetime) -> None:
        """The server has told the time."""
        self._told, self._at = now, self._monotonic()

    def now(self) -> datetime:
        """Until the server has told: this machine's own time."""
        return self._told + timedelta(seconds=self._monotonic() - self._at)
