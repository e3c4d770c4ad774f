"""An event loop whose time passes as fast as one likes: what runs in it cannot tell."""

import asyncio
import math
import selectors
import time


class Pace(selectors.SelectSelector):
    """Waits in the loop's place. Time passes only while it waits, however long the work between takes."""

    def __init__(self, speed: float) -> None:
        super().__init__()
        self.speed = speed
        """How fast time passes: 1 as it does, 0 not at all; with infinity, nothing has to be waited for."""
        self.seconds = 0.0
        """How many have passed."""

    def select(self, timeout: float | None = None) -> list[tuple[selectors.SelectorKey, int]]:
        """As a selector does, with its time-out in the loop's seconds."""
        if not timeout or timeout < 0:
            return super().select(timeout)
        if not self.speed:
            return super().select(None)
        begun = time.monotonic()
        ready = super().select(timeout / self.speed)
        if not ready:
            self.seconds += timeout
        elif math.isfinite(self.speed):  # at infinite speed what is ready is handled before any time passes
            self.seconds += min(timeout, (time.monotonic() - begun) * self.speed)
        return ready


class PacedLoop(asyncio.SelectorEventLoop):
    """`pace` may be changed while it runs."""

    def __init__(self, speed: float) -> None:
        self.pace = Pace(speed)
        super().__init__(self.pace)

    def time(self) -> float:
        """The seconds that have passed at this pace, not those of the machine."""
        return self.pace.seconds
