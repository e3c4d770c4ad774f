"""An event loop whose time passes as fast as one likes: what waits in it cannot tell."""

import asyncio
import math
import selectors
import time


class Pace(selectors.SelectSelector):
    """Waits in the loop's place. A speed of 1 is life; 0 stands still; infinite jumps over whatever is waited for."""

    def __init__(self, speed: float) -> None:
        super().__init__()
        self._speed = speed
        self._base, self._since = 0.0, time.monotonic()

    @property
    def speed(self) -> float:
        """Seconds in a second."""
        return self._speed

    @speed.setter
    def speed(self, speed: float) -> None:
        self._base, self._since = self.time(), time.monotonic()
        self._speed = speed

    def time(self) -> float:
        """Seconds since the loop was made."""
        passed = (time.monotonic() - self._since) * self._speed if math.isfinite(self._speed) else 0.0
        return self._base + passed

    def skip(self, seconds: float) -> None:
        """They have passed."""
        self._base += max(0.0, seconds)

    def select(self, timeout: float | None = None) -> list[tuple[selectors.SelectorKey, int]]:
        """As a selector does, with its time-out in the loop's seconds."""
        if timeout is None or timeout <= 0:
            return super().select(timeout)
        if not self._speed:
            return super().select(None)
        ready = super().select(timeout / self._speed)
        if not ready and math.isinf(self._speed):
            self.skip(timeout)
        return ready


class PacedLoop(asyncio.SelectorEventLoop):
    """`pace` may be changed while it runs."""

    def __init__(self, speed: float = math.inf) -> None:
        self.pace = Pace(speed)
        super().__init__(self.pace)

    def time(self) -> float:
        """Of the pace, not of the machine."""
        return self.pace.time()
