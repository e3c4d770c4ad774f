"""A terminal that stamps what a program writes. It keeps no picture, so that watching costs the watched nothing."""

import fcntl
import os
import pty
import re
import signal
import struct
import termios
import threading
import time
from bisect import bisect_left
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import Self

import psutil

PATIENCE = 60.0
_ESCAPE = rb"\x1b(?:\[[0-?]*[ -/]*[@-~]|\][^\x07\x1b]*(?:\x07|\x1b\\)|[()][0-9A-Z]|[=>78cDEHM])"
_ASKS_FOR_FRAMES = b"\x1b[?2026$p"
_HAS_FRAMES = b"\x1b[?2026;2$y"
"""As a terminal answers that paints a frame at once."""


class Terminal:
    """One program in one pty, read by a thread. Times are seconds of `time.perf_counter`, the same in all processes."""

    def __init__(self, command: Sequence[str], *, env: Mapping[str, str], columns: int = 120, rows: int = 36) -> None:
        self._command = list(command)
        self._env = {"TERM": "xterm-256color", "COLORTERM": "truecolor", "LANG": "C.UTF-8", **env}
        self._size = columns, rows
        self._changed = threading.Condition()
        self._ends: list[int] = []
        self._times: list[float] = []
        self.output = bytearray()
        self.ended = False

    def __enter__(self) -> Self:
        self.started = time.perf_counter()
        self.pid, self._fd = pty.fork()
        if self.pid == 0:
            self._exec()
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if not self.ended:
            os.kill(self.pid, signal.SIGKILL)
        self._reader.join(PATIENCE)
        os.close(self._fd)

    def _exec(self) -> None:
        try:
            columns, rows = self._size
            fcntl.ioctl(0, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))
            os.execvpe(self._command[0], self._command, self._env)  # noqa: S606 - no shell is wanted
        finally:
            os._exit(127)

    def _read(self) -> None:
        while data := self._next():
            now = time.perf_counter()
            with self._changed:
                self.output += data
                self._ends.append(len(self.output))
                self._times.append(now)
                self._changed.notify_all()
            if _ASKS_FOR_FRAMES in data:
                os.write(self._fd, _HAS_FRAMES)
        os.waitpid(self.pid, 0)
        with self._changed:
            self.ended = True
            self._changed.notify_all()

    def _next(self) -> bytes:
        try:
            return os.read(self._fd, 1 << 16)
        except OSError:  # EIO: the program has closed its side
            return b""

    def send(self, keys: str) -> float:
        """Press keys; the moment before they went."""
        moment = time.perf_counter()
        os.write(self._fd, keys.encode())
        return moment

    def mark(self) -> int:
        """Where the output ends now."""
        with self._changed:
            return len(self.output)

    def painted(self, words: str, since: int = 0, *, patience: float = PATIENCE) -> float:
        """The moment at which `words` stood in what was written after `since`, escapes left out."""
        wanted = re.compile((b"(?:%s)*" % _ESCAPE).join(re.escape(bytes([byte])) for byte in words.encode()))
        deadline = time.perf_counter() + patience
        with self._changed:
            while (found := wanted.search(self.output, since)) is None:
                left = deadline - time.perf_counter()
                if left <= 0 or self.ended:
                    tail = re.sub(_ESCAPE, b"", bytes(self.output[-3000:])).decode(errors="replace")
                    raise TimeoutError(f"{self._command} never painted {words}; the last of it: {tail[-600:]}")
                self._changed.wait(left)
            return self._times[bisect_left(self._ends, found.end())]

    def written(self, seconds: float) -> int:
        """Bytes that come in so many seconds."""
        before = self.mark()
        time.sleep(seconds)
        return self.mark() - before

    def rests(self, quiet: float = 1.0, *, patience: float = PATIENCE) -> None:
        """Until it has written nothing for so long."""
        deadline = time.perf_counter() + patience
        while self.written(quiet):
            if time.perf_counter() > deadline:
                raise TimeoutError(f"{self._command} never came to rest")

    def ends(self, *, patience: float = PATIENCE) -> None:
        """Until the program has ended."""
        with self._changed:
            if not self._changed.wait_for(lambda: self.ended, patience):
                raise TimeoutError(f"{self._command} did not end")

    def cpu(self) -> float:
        """Processor seconds that the program's threads have used, to the nanosecond."""
        threads = Path(f"/proc/{self.pid}/task").glob("*/schedstat")
        return sum(int(thread.read_text().split()[0]) for thread in threads) / 1e9

    def memory(self) -> float:
        """Resident MiB."""
        return float(psutil.Process(self.pid).memory_info().rss) / (1 << 20)
