"""What a mouse selection copies: the words as they were written."""

from collections.abc import Callable

from textual.selection import Selection

from chattui.store.projections import Entry
from chattui.ui.widgets.thread_drawing import BEFORE_WORDS
from chattui.ui.widgets.thread_lines import Line, LineKind, is_aside
from chattui.ui.widgets.thread_pages import ThreadPages


def selected_text(pages: ThreadPages, selection: Selection, original: Callable[[Entry], str]) -> str:
    """The selected bodies, one below the other: whole ones as they were written, of others the part that was drawn."""
    if not pages.entries:
        return ""
    last = len(pages.entries) - 1
    first, start_line = pages.decode(selection.start.y) if selection.start else (0, 0)
    until, end_line = pages.decode(selection.end.y) if selection.end else (last, 0)
    parts: list[str] = []
    for index in range(first, until + 1):
        entry, lines = pages.entries[index], pages.lines(index)
        start = _place(lines, start_line, selection.start.x) if selection.start and index == first else 0
        end = _place(lines, end_line, selection.end.x) if selection.end and index == until else len(entry.body)
        parts += _words(entry, start, end, original)
    return "\n".join(parts)


def _words(entry: Entry, start: int, end: int, original: Callable[[Entry], str]) -> list[str]:
    if is_aside(entry) or entry.deleted or end <= start:
        return []
    return [entry.body[start:end] if end - start < len(entry.body) else original(entry)]


def _place(lines: list[Line], number: int, column: int) -> int:
    """The index in the body under a column of a line; lines without words stand for the beginning of what follows."""
    line = lines[min(number, len(lines) - 1)]
    if line.kind is not LineKind.BODY:
        return 0
    return line.start + min(max(column - BEFORE_WORDS, 0), len(line.text))
