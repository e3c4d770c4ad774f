"""Which rows of the list its pane shows, and how far to scroll for others."""

from typing import NamedTuple

from textual.geometry import clamp

ROW = 2
"""Lines a conversation takes."""


class Sight(NamedTuple):
    """A pane of `height` lines over a list of `total` rows, scrolled to line `top`."""

    top: int
    height: int
    total: int

    @property
    def page(self) -> int:
        """How many rows fit whole; at least one."""
        return max(self.height // ROW, 1)

    @property
    def rows(self) -> range:
        """Those in sight, a half one included."""
        return range(self.top // ROW, min(-(-(self.top + self.height) // ROW), self.total))

    @property
    def around(self) -> range:
        """Those in sight, with a page before them and one behind."""
        rows = self.rows
        return range(max(rows.start - self.page, 0), min(rows.stop + self.page, self.total))

    def showing(self, row: int) -> int:
        """The top line that brings a row into sight with the least scrolling."""
        return clamp(self.top, (row + 1 - self.page) * ROW, row * ROW)

    def keeping(self, row: int, line: int) -> int:
        """The top stays the top while it shows the row; else the row keeps its line of the pane."""
        if self.top == 0 and row < self.page:
            return 0
        return row * ROW - clamp(line, 0, (self.page - 1) * ROW)
