"""A limit over a sliding window. Pure."""

from collections import deque


class Window:
    """At most `calls` in any `seconds`."""

    def __init__(self, calls: int, seconds: float) -> None:
        self._calls, self._seconds = calls, seconds
        self._times: deque[float] = deque()

    def admits(self, now: float) -> bool:
        """Count a call at `now`; tell whether it is within the limit."""
        while self._times and self._times[0] <= now - self._seconds:
            self._times.popleft()
        self._times.append(now)
        return len(self._times) <= self._calls
