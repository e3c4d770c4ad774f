"""How far something has come that takes longer than a person likes to wait without a word."""

import sys
from time import monotonic
from types import TracebackType
from typing import TYPE_CHECKING, Self

if TYPE_CHECKING:
    from rich.progress import Progress as Bar
    from rich.progress import TaskID

PATIENCE = 1.0
"""Seconds until there is a bar."""


class Progress:
    """A bar on stderr, where that is a terminal; gone when the work is."""

    def __init__(self, what: str) -> None:
        self._what = what
        self._began = monotonic()
        self._bar: Bar | None = None
        self._task: TaskID | None = None

    def come(self, so_far: int, of: int) -> None:
        """So much of it is here."""
        if self._bar is None and monotonic() - self._began >= PATIENCE and sys.stderr.isatty():
            self._bar = _bar()
            self._bar.start()
            self._task = self._bar.add_task(self._what)
        if self._bar is not None and self._task is not None:
            self._bar.update(self._task, completed=so_far, total=max(of, so_far))

    def __enter__(self) -> Self:
        """Nothing is seen yet."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """The line is empty again."""
        if self._bar is not None:
            self._bar.stop()


def _bar() -> "Bar":
    from rich.console import Console  # noqa: PLC0415 - not before somebody waits
    from rich.progress import BarColumn, MofNCompleteColumn, TextColumn  # noqa: PLC0415
    from rich.progress import Progress as Bar  # noqa: PLC0415

    columns = TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn()
    return Bar(*columns, console=Console(stderr=True), transient=True)
