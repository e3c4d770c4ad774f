"""A terminal that a test can look at and type into: the real program in a pty, its screen kept by pyte."""

import re
import time
from collections.abc import Callable, Mapping, Sequence

import pyte
from wcwidth import wcwidth

from tests.program import Program

PATIENCE = 20.0
"""Seconds until a wait fails; what a test waits for takes well under one."""
WIDE = 2
"""Cells."""
APART = 0.2
"""Seconds between deliberate key presses; chattui takes what comes within 0.08 s for words that missed the composer."""


class Impatience(AssertionError):
    """The awaited picture never came; the message holds the last one."""


class Screen(pyte.Screen):
    """Where half of a wide character was written over its other half is blank, as in a terminal; pyte fails there."""

    @property
    def display(self) -> list[str]:
        """Its lines."""
        for line in self.buffer.values():
            for column in [column for column, cell in line.items() if not cell.data]:
                if column == 0 or wcwidth(line[column - 1].data[:1]) != WIDE:
                    line[column] = line[column]._replace(data=" ")
        shown: list[str] = super().display
        return shown


class Terminal(Program):
    """One program, and the picture of what it has written."""

    def __init__(
        self,
        command: Sequence[str],
        *,
        env: Mapping[str, str],
        columns: int = 120,
        rows: int = 36,
        cwd: str | None = None,
    ) -> None:
        super().__init__(command, env=env, columns=columns, rows=rows, cwd=cwd)
        self._screen = Screen(columns, rows)
        self._stream = pyte.ByteStream(self._screen)
        self._typed = 0.0
        self.raw = bytearray()

    def hear(self, data: bytes, at: float) -> None:  # noqa: ARG002 - a picture has no times
        """Draw it."""
        self.raw += data
        self._stream.feed(data)

    def type(self, keys: str) -> None:
        """Press keys, as bytes; several at once reach the program as one read."""
        self._typed = time.monotonic()
        self.write(keys)

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
        with self.changed:
            self._screen.resize(rows, columns)
        super().resize(columns, rows)

    @property
    def text(self) -> str:
        """What stands on the screen now."""
        with self.changed:
            return "\n".join(self._screen.display)

    def colours(self, words: str) -> set[str]:
        """The colours that the first of `words` on the screen are written in."""
        with self.changed:
            row = next(number for number, line in enumerate(self._screen.display) if words in line)
            first = self._screen.display[row].index(words)
            return {self._screen.buffer[row][column].fg for column in range(first, first + len(words))}

    def line_with(self, words: str) -> str:
        """The first line of the screen that holds `words`."""
        return next((line for line in self.text.splitlines() if words in line), "")

    def wait(self, condition: Callable[[str], object], what: str, seconds: float = PATIENCE) -> str:
        """Until the picture satisfies `condition`; the picture."""
        deadline = time.monotonic() + seconds
        with self.changed:
            while True:
                picture = "\n".join(self._screen.display)
                if condition(picture):
                    return picture
                left = deadline - time.monotonic()
                if left <= 0 or self.status is not None:
                    ended = f" (ended with {self.status})" if self.status is not None else ""
                    raise Impatience(f"{what}{ended}; the screen was:\n{picture}")
                self.changed.wait(left)

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
        with self.changed:
            if not self.changed.wait_for(lambda: self.status is not None, seconds):
                raise Impatience(f"still running; the screen was:\n{self.text}")
            assert self.status is not None
            return self.status
