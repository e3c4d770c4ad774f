"""The file: JSON Lines, a header first, then a line for each step."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any, TypeVar

import msgspec
from msgspec import Struct

from chattui.explained import Explained
from chattui.recording.entries import Applied, Cells, Step, events_of
from chattui.store.store import Store

VERSION = 1
"""Of the format; an older chattui refuses a newer one."""

T = TypeVar("T")


class Unreadable(Explained):
    """This file cannot be replayed; the text says why."""


class Header(Struct, frozen=True):
    """Where it was recorded."""

    columns: Cells = 0
    rows: Cells = 0
    zone: str = ""
    """The local time zone as POSIX writes it: `UTC0`, `<+02>-2`."""
    settings: dict[str, Any] = {}
    """Of the screen."""
    chattui: str = ""
    """Which version wrote it."""
    recording: int = VERSION


class Tape(Struct, frozen=True):
    """A recording in memory."""

    header: Header
    steps: tuple[Step, ...]

    @property
    def seconds(self) -> float:
        """How long it lasts."""
        return self.steps[-1].at if self.steps else 0.0


def line(record: Header | Step) -> bytes:
    """One line of the file."""
    try:
        return msgspec.json.encode(record) + b"\n"
    except UnicodeEncodeError:  # half a surrogate pair; ASCII keeps even that
        return json.dumps(msgspec.to_builtins(record)).encode() + b"\n"


def read(path: Path) -> Tape:
    """The whole of it, checked. A last line that was not written to its end does not count.

    Raises:
        Unreadable: it is not there, not a recording, damaged, or of a newer version.
    """
    try:
        lines = _whole_lines(path.read_bytes())
    except OSError as error:
        raise Unreadable(f"{path} cannot be read: {error.strerror or error}.") from error
    header = _header(path, next(lines, b""))
    return Tape(header, tuple(_step(path, number, text) for number, text in enumerate(lines, 2)))


def replayed(tape: Tape, steps: int | None = None) -> Store:
    """The store as it was after so many steps; without a number, after all of them."""
    store = Store()
    for step in tape.steps[:steps]:
        if isinstance(step.entry, Applied):
            store.apply(events_of(step.entry))
    return store


def _whole_lines(content: bytes) -> Iterator[bytes]:
    return iter(content.split(b"\n")[:-1])


def _header(path: Path, text: bytes) -> Header:
    try:
        version = _decoded(text, dict[str, Any])["recording"]
        if version > VERSION:
            raise Unreadable(f"{path} was recorded by a newer chattui, and this one cannot show it. Update it.")
        return _decoded(text, Header)
    except (ValueError, TypeError, KeyError) as error:
        raise Unreadable(f"{path} is not a recording of chattui.") from error


def _step(path: Path, number: int, text: bytes) -> Step:
    try:
        step = _decoded(text, Step)
        if isinstance(step.entry, Applied):
            events_of(step.entry)
    except (ValueError, TypeError) as error:
        raise Unreadable(f"{path} is damaged in line {number}, so it cannot be shown.") from error
    return step


def _decoded(text: bytes, kind: type[T]) -> T:
    try:
        return msgspec.json.decode(text, type=kind)
    except msgspec.ValidationError:
        raise
    except msgspec.DecodeError:  # half a surrogate pair, or nonsense
        return msgspec.convert(json.loads(text), kind)
