"""What an agent's process notes of what it did, on the disk before and after: it tells what a kill may have cost."""

import os
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Literal

import msgspec
from msgspec import Struct

Act = Literal["life", "send", "sent", "unsent", "retry", "discard", "set", "kept", "found", "ask", "answer", "fault"]


class Line(Struct, frozen=True, omit_defaults=True):
    """One thing. `at` is this machine's monotonic clock."""

    at: float
    act: Act
    name: str = ""
    """Of `send`: the words. Of `set`: what is set (`draft/reply/<id>`, `label/<id>`, `read/<id>`)."""
    conversation_id: str = ""
    kind: str = ""
    value: str = ""
    number: int = 0
    """Joins `set` and `kept`."""


class Journal:
    """Append-only; each line is on the disk when `write` returns."""

    def __init__(self, path: Path) -> None:
        self._file = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
        self._numbers = 0

    def write(self, act: Act, **fields: str | int) -> int:
        """Write a line; its number, which no other line of this process has."""
        self._numbers += 1
        line = Line(time.monotonic(), act, **({"number": self._numbers} | fields))  # type: ignore[arg-type]
        os.write(self._file, msgspec.json.encode(line) + b"\n")
        os.fsync(self._file)
        return self._numbers

    def close(self) -> None:
        """Nothing more is written."""
        os.close(self._file)


def read(path: Path) -> Iterator[Line]:
    """Whole lines only: the last one may have been cut off by a kill."""
    if not path.exists():
        return
    for line in path.read_bytes().splitlines(keepends=True):
        if line.endswith(b"\n"):
            yield msgspec.json.decode(line, type=Line)
