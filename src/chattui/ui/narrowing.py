"""A filter over any number of conversations, in pieces: keys have their turn between, and the newest words win."""

import asyncio
from collections.abc import Callable, Coroutine, Iterator
from typing import TYPE_CHECKING, Any

from chattui.model.records import ConversationId
from chattui.store.projections import View

if TYPE_CHECKING:
    from chattui.desk import Desk

Begin = Callable[[Coroutine[Any, Any, None]], object]
"""Runs it beside all else, instead of what it was given before."""


class Narrowing:
    """What was found last stands until the next is found whole."""

    def __init__(self, desk: "Desk", begin: Begin) -> None:
        self._desk, self._begin = desk, begin
        self.found: list[ConversationId] | None = None
        """In the view's order; None without words."""
        self._pieces: Iterator[list[ConversationId]] | None = None
        self._so_far: list[ConversationId] = []
        self._done: Callable[[], None] = lambda: None

    def look(self, view: View, text: str, done: Callable[[], None]) -> None:
        """Find these words instead of any others; `done` is called once the answer stands, perhaps now."""
        self._pieces, self._so_far, self._done = None, [], done
        if not text:
            self.found = None
            done()
            return
        pieces = self._pieces = self._desk.queries.filtering(view, text)
        self._step()
        if not self._step():
            self._begin(self._rest(pieces))

    def finish(self) -> None:
        """The answer is needed now."""
        while not self._step():
            pass

    @property
    def looking(self) -> bool:
        """Whether the answer is still to come."""
        return self._pieces is not None

    def _step(self) -> bool:
        """One piece more; whether that was all."""
        if self._pieces is None:
            return True
        piece = next(self._pieces, None)
        if piece is not None:
            self._so_far += piece
            return False
        self.found, self._pieces = self._so_far, None
        self._done()
        return True

    async def _rest(self, pieces: Iterator[list[ConversationId]]) -> None:
        while self._pieces is pieces:
            self._step()
            await asyncio.sleep(0)
