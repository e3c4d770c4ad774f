"""Words meant for the composer must never close a conversation.

A key that acts has to stand alone: typed words, and pastes of terminals that do not bracket them, come as keys that
follow each other at once. So an acting key waits for what follows, and looks back at what came before.
"""

from collections.abc import Callable
from typing import Protocol


class Cancellable(Protocol):
    """Something that was put off."""

    def stop(self) -> None:
        """Let it be."""


Later = Callable[[float, Callable[[], None]], Cancellable]
"""Runs a function after some seconds."""


class Guard:
    """Holds acting keys for `gap` seconds. `refused` hears the name of each that did not stand alone."""

    def __init__(self, gap: float, later: Later, refused: Callable[[str], None]) -> None:
        self._gap, self._later, self._refused = gap, later, refused
        self._last = float("-inf")
        self._held: tuple[str, Cancellable] | None = None

    def printable(self, now: float) -> bool:
        """A printable key came. True where it stands apart from the one before; what was held is dropped."""
        alone = now - self._last >= self._gap
        self._last = now
        self.drop()
        return alone

    def acting(self, name: str, now: float, run: Callable[[], None]) -> None:
        """The acting key `name` came: `run` once nothing else has come within the gap on either side."""
        if not self.printable(now):
            self._refused(name)
        elif self._gap <= 0:
            run()
        else:
            self._held = name, self._later(self._gap, lambda: self._let_go(run))

    def pasted(self, now: float) -> None:
        """A paste came: nothing in it acts, nor does what stands next to it."""
        self._last = now
        self.drop()
        self._refused("")

    def drop(self) -> None:
        """What is held does nothing, and it is said."""
        if self._held:
            name, timer = self._held
            self._held = None
            timer.stop()
            self._refused(name)

    def _let_go(self, run: Callable[[], None]) -> None:
        self._held = None
        run()
