"""Telling a process from a later one that was given the same number."""

import contextlib
import time

import msgspec
import psutil

SAME_START = 1.5
"""Seconds by which two readings of one process's start may differ."""

POLL = 0.02
"""Seconds between two looks: of another's child there is no event to await on every platform."""


class ProcessId(msgspec.Struct, frozen=True):
    """A process number together with when it started (seconds since the epoch)."""

    pid: int
    started: float

    @classmethod
    def of(cls, pid: int) -> "ProcessId":
        """Describe the running process `pid`."""
        return cls(pid, psutil.Process(pid).create_time())

    def alive(self) -> bool:
        """Whether this very process runs, neither gone nor a zombie."""
        with contextlib.suppress(psutil.Error):
            process = psutil.Process(self.pid)
            same = abs(process.create_time() - self.started) < SAME_START
            return same and process.status() != psutil.STATUS_ZOMBIE
        return False

    def ended(self, patience: float) -> bool:
        """Wait up to `patience` seconds until it does no more; False when it still runs.

        A zombie has ended: in a container the first process may take its time to reap, or never do.
        """
        deadline = time.monotonic() + patience
        while (alive := self.alive()) and time.monotonic() < deadline:
            time.sleep(POLL)
        return not alive
