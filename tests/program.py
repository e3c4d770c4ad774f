"""A real program in a pseudo-terminal, and the environment of a machine on which nothing is set up."""

import fcntl
import os
import pty
import signal
import struct
import termios
import threading
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import Self

ENDING = 20.0
"""Seconds that a killed program may take to end."""


def bare(home: Path) -> dict[str, str]:
    """What a login shell on a bare machine would give, and no more."""
    return {
        "HOME": str(home),
        "PATH": os.environ["PATH"],
        "TZ": "UTC",
        "PYTHON_KEYRING_BACKEND": "keyring.backends.null.Keyring",
    }


class Program:
    """It runs inside `with`, and is killed where it has not ended by then.

    A thread of its own reads what it writes, so that it never has to wait for us, and hands it to `hear`.
    """

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
        self.columns, self.rows = columns, rows
        self.changed = threading.Condition()
        """Held during `hear`; notified after it, and when the program has ended."""
        self.status: int | None = None
        """The exit code once it has ended; -N for signal N."""

    def hear(self, data: bytes, at: float) -> None:
        """Take what the program wrote, and when that was read (`time.perf_counter`). Called by the reading thread."""
        raise NotImplementedError

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
        if self.status is None:
            os.kill(self.pid, signal.SIGKILL)
        self._reader.join(ENDING)
        os.close(self._fd)

    def write(self, keys: str) -> None:
        """Type these; several at once reach the program as one read."""
        os.write(self._fd, keys.encode())

    def resize(self, columns: int, rows: int) -> None:
        """Give the window another size."""
        self.columns, self.rows = columns, rows
        self._tell_size(self._fd)

    def _exec(self) -> None:
        """In the child: become the program."""
        try:
            self._tell_size(0)
            if self._cwd:
                os.chdir(self._cwd)
            os.execvpe(self._command[0], self._command, self._env)  # noqa: S606 - no shell is wanted
        finally:
            os._exit(127)

    def _tell_size(self, fd: int) -> None:
        fcntl.ioctl(fd, termios.TIOCSWINSZ, struct.pack("HHHH", self.rows, self.columns, 0, 0))

    def _read(self) -> None:
        while data := self._next():
            at = time.perf_counter()
            with self.changed:
                self.hear(data, at)
                self.changed.notify_all()
        _, status = os.waitpid(self.pid, 0)
        with self.changed:
            self.status = os.waitstatus_to_exitcode(status)
            self.changed.notify_all()

    def _next(self) -> bytes:
        try:
            return os.read(self._fd, 1 << 16)
        except OSError:  # EIO: the program has closed its side
            return b""
