"""A terminal that stamps what a program writes. It keeps no picture, so that watching costs the watched nothing."""

import re
import time
from bisect import bisect_left
from collections.abc import Mapping, Sequence
from pathlib import Path

import psutil

from tests.program import Program

PATIENCE = 60.0
"""Seconds until a wait fails."""
QUIET = 1.0
"""Seconds without output after which a program has come to rest."""
_ESCAPE = rb"\x1b(?:\[[0-?]*[ -/]*[@-~]|\][^\x07\x1b]*(?:\x07|\x1b\\)|[()][0-9A-Z]|[=>78cDEHM])"
_ASKS_FOR_FRAMES = b"\x1b[?2026$p"
_HAS_FRAMES = "\x1b[?2026;2$y"
"""As a terminal answers that paints a frame at once."""


class Terminal(Program):
    """One program, and when it wrote what. Times are seconds of `time.perf_counter`, the same in all processes."""

    def __init__(self, command: Sequence[str], *, env: Mapping[str, str]) -> None:
        super().__init__(command, env=env)
        self._ends: list[int] = []
        self._times: list[float] = []
        self.output = bytearray()

    def hear(self, data: bytes, at: float) -> None:
        """Keep it with its time."""
        self.output += data
        self._ends.append(len(self.output))
        self._times.append(at)
        if _ASKS_FOR_FRAMES in data:
            self.write(_HAS_FRAMES)

    def send(self, keys: str) -> float:
        """Press keys; the moment before they went."""
        moment = time.perf_counter()
        self.write(keys)
        return moment

    def mark(self) -> int:
        """Where the output ends now."""
        with self.changed:
            return len(self.output)

    def painted(self, words: str, since: int = 0) -> float:
        """The moment at which `words` stood in what was written after `since`, escapes left out."""
        wanted = re.compile((b"(?:%s)*" % _ESCAPE).join(re.escape(bytes([byte])) for byte in words.encode()))
        deadline = time.perf_counter() + PATIENCE
        with self.changed:
            while (found := wanted.search(self.output, since)) is None:
                left = deadline - time.perf_counter()
                if left <= 0 or self.status is not None:
                    tail = re.sub(_ESCAPE, b"", bytes(self.output[-3000:])).decode(errors="replace")
                    raise TimeoutError(f"{self._command} never painted {words}; the last of it: {tail[-600:]}")
                self.changed.wait(left)
            return self._times[bisect_left(self._ends, found.end())]

    def written(self, seconds: float) -> int:
        """Bytes that come in so many seconds."""
        before = self.mark()
        time.sleep(seconds)
        return self.mark() - before

    def rests(self) -> None:
        """Until it has written nothing for `QUIET` seconds."""
        deadline = time.perf_counter() + PATIENCE
        with self.changed:
            while self.changed.wait(QUIET):
                if time.perf_counter() > deadline:
                    raise TimeoutError(f"{self._command} never came to rest")

    def ends(self) -> None:
        """Until the program has ended."""
        with self.changed:
            if not self.changed.wait_for(lambda: self.status is not None, PATIENCE):
                raise TimeoutError(f"{self._command} did not end")

    def cpu(self) -> float:
        """Processor seconds that the program's threads have used, to the nanosecond."""
        threads = Path(f"/proc/{self.pid}/task").glob("*/schedstat")
        return sum(int(thread.read_text().split()[0]) for thread in threads) / 1e9

    def memory(self) -> float:
        """Resident MiB."""
        return float(psutil.Process(self.pid).memory_info().rss) / (1 << 20)
