"""A terminal that a test can look at and type into: the real program in a pty, its screen kept by pyte."""

import fcntl
import os
import pty
import re
import signal
import struct
import termios
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from types import TracebackType
from typing import Self

import pyte

PATIENCE = 20.0
"""Seconds until a wait fails; what a test waits for takes well under one."""
APART = 0.2
"""Seconds between deliberate key presses; chattui takes what comes within 0.08 s for words that missed the composer."""


class Impatience(AssertionError):
    """The awaited picture never came; the message holds the last one."""


class Terminal:
    """One program in one pty. A thread of its own keeps reading, so that no program ever blocks on its output."""

    def __init__(
        self,
        command: Sequence[str],
        *,
        env: Mapping[str, str],
        columns: int = 120,
        rows: int = 36,
        cwd: str | None = None,
    ) -> None:
        self._command, self._cwd = list(command), cwd
        self._env = {"TERM": "xterm-256color", "COLORTERM": "truecolor", "LANG": "C.UTF-8", **env}
        self._screen = pyte.Screen(columns, rows)
        self._stream = pyte.ByteStream(self._screen)
        self._changed = threading.Condition()
        self._typed = 0.0
        self.raw = bytearray()
        self.status: int | None = None
        """The exit code once it has ended; -N for signal N."""

    def __enter__(self) -> Self:
        self.pid, self._fd = pty.fork()
        if self.pid == 0:
            self._exec()
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self.status is None:
            os.kill(self.pid, signal.SIGKILL)
        self._reader.join(PATIENCE)
        os.close(self._fd)

    def _exec(self) -> None:
        try:
            self._set_size(0, self._screen.columns, self._screen.lines)
            if self._cwd:
                os.chdir(self._cwd)
            os.execvpe(self._command[0], self._command, self._env)  # noqa: S606 - no shell is wanted
        finally:
            os._exit(127)

    @staticmethod
    def _set_size(fd: int, columns: int, rows: int) -> None:
        fcntl.ioctl(fd, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))

    def _read(self) -> None:
        while data := self._next():
            with self._changed:
                self.raw += data
                self._stream.feed(data)
                self._changed.notify_all()
        _, status = os.waitpid(self.pid, 0)
        with self._changed:
            self.status = os.waitstatus_to_exitcode(status)
            self._changed.notify_all()

    def _next(self) -> bytes:
        try:
            return os.read(self._fd, 1 << 16)
        except OSError:  # EIO: the program has closed its side
            return b""

    def type(self, keys: str) -> None:
        """Press keys, as bytes; several at once reach the program as one read."""
        self._typed = time.monotonic()
        os.write(self._fd, keys.encode())

    def press(self, *keys: str) -> None:
        """Press keys as a hand does, each apart from the one before."""
        for key in keys:
            time.sleep(max(0.0, self._typed + APART - time.monotonic()))
            self.type(key)
            if key == "\x1b":
                self._typed += APART  # Esc and a letter in one read are Alt and that letter

    def paste(self, text: str) -> None:
        """As a terminal with bracketed paste hands it over."""
        self.type(f"\x1b[200~{text}\x1b[201~")

    def resize(self, columns: int, rows: int) -> None:
        """Give the window another size."""
        with self._changed:
            self._screen.resize(rows, columns)
        self._set_size(self._fd, columns, rows)

    @property
    def text(self) -> str:
        """What stands on the screen now."""
        with self._changed:
            return "\n".join(self._screen.display)

    def colours(self, words: str) -> set[str]:
        """The colours that the first of `words` on the screen are written in."""
        with self._changed:
            row = next(number for number, line in enumerate(self._screen.display) if words in line)
            first = self._screen.display[row].index(words)
            return {self._screen.buffer[row][column].fg for column in range(first, first + len(words))}

    def line_with(self, words: str) -> str:
        """The first line of the screen that holds `words`."""
        return next((line for line in self.text.splitlines() if words in line), "")

    def wait(self, condition: Callable[[str], object], what: str, seconds: float = PATIENCE) -> str:
        """Until the picture satisfies `condition`; the picture."""
        deadline = time.monotonic() + seconds
        with self._changed:
            while True:
                picture = "\n".join(self._screen.display)
                if condition(picture):
                    return picture
                left = deadline - time.monotonic()
                if left <= 0 or self.status is not None:
                    ended = f" (ended with {self.status})" if self.status is not None else ""
                    raise Impatience(f"{what}{ended}; the screen was:\n{picture}")
                self._changed.wait(left)

    def sees(self, pattern: str, seconds: float = PATIENCE) -> str:
        """Wait for a regular expression on the screen."""
        return self.wait(lambda picture: re.search(pattern, picture, re.MULTILINE), f"never saw {pattern!r}", seconds)

    def loses(self, pattern: str, seconds: float = PATIENCE) -> str:
        """Wait until it is no longer on the screen."""
        return self.wait(
            lambda picture: not re.search(pattern, picture, re.MULTILINE), f"still sees {pattern!r}", seconds
        )

    def ends(self, seconds: float = PATIENCE) -> int:
        """Wait for the program's end; its exit code."""
        with self._changed:
            if not self._changed.wait_for(lambda: self.status is not None, seconds):
                raise Impatience(f"still running; the screen was:\n{self.text}")
            assert self.status is not None
            return self.status
