"""Rows of the list that are drawn already: a key draws two of them, whatever else is in sight."""

from collections.abc import Callable
from datetime import datetime
from typing import NamedTuple

from rich.style import Style
from textual.strip import Strip

from chattui.model.records import ConversationId
from chattui.store.projections import ListRow
from chattui.text.inert import Inert
from chattui.ui.widgets.conversation_rows import Look, age, draw_row

KEPT = 256
"""Rows that are remembered."""


class DrawnRow(NamedTuple):
    """A row as it was drawn."""

    row: ListRow
    age: Inert
    cursor: bool
    lines: tuple[Strip, Strip]


class DrawnRows:
    """Asks for a row when it is to be seen, and again only after `forget`. One that is gone (None) is empty."""

    def __init__(self, row: Callable[[ConversationId], ListRow | None], now: Callable[[], datetime]) -> None:
        self._row, self._now = row, now
        self._drawn: dict[ConversationId, DrawnRow] = {}
        self.with_typing: Callable[[], None] = lambda: None
        """Told of each row that is drawn with somebody typing in it."""

    def lines(
        self, conversation_id: ConversationId, width: int, look: Look, under: Style | None
    ) -> tuple[Strip, Strip]:
        """Both lines; `under` is what the cursor adds where it is."""
        kept = self._drawn.get(conversation_id)
        if kept is None or kept.cursor != (under is not None):
            row = self._row(conversation_id)
            if row is None:
                return Strip.blank(width, look("fill")), Strip.blank(width, look("fill"))
            kept = self._draw(row, width, look, under)
        return kept.lines

    def forget(self, conversation_id: ConversationId) -> None:
        """It changed."""
        self._drawn.pop(conversation_id, None)

    def clear(self) -> None:
        """All may be others: another width, view or theme."""
        self._drawn.clear()

    def grown_old(self) -> list[ConversationId]:
        """Those whose age reads differently now."""
        now = self._now()
        return [conversation_id for conversation_id, one in self._drawn.items() if age(one.row, now) != one.age]

    def typed_in(self) -> list[ConversationId]:
        """Those that say that somebody types."""
        return [conversation_id for conversation_id, one in self._drawn.items() if one.row.typing]

    def _draw(self, row: ListRow, width: int, look: Look, under: Style | None) -> DrawnRow:
        now = self._now()
        own = look if under is None else lambda part: look(part) + under
        lines = draw_row(row, width, now, own, cursor=under is not None)
        if len(self._drawn) >= KEPT:
            self._drawn.clear()
        if row.typing:
            self.with_typing()
        self._drawn[row.id] = kept = DrawnRow(row, age(row, now), under is not None, lines)
        return kept
