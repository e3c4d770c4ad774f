"""Text by the cell: measured, wrapped, cut. Widths are those that Textual draws by."""

import re
from collections.abc import Collection, Iterator

from rich.cells import cell_len, split_graphemes

from chattui.text.inert import Inert, inert

ELLIPSIS = "…"
_CONTROLS = re.compile(r"[\x00-\x1f\x7f-\x9f]")
_PIECE = (
    # One wide character with what must not begin a line; a run of space; a word.
    r"[\u2e80-\u303f\u3041-\u30ff\u3400-\u9fff\uac00-\ud7a3\uf900-\ufaff\uff01-\uff60\U00020000-\U0003fffd]"
    r"[\u3001\u3002\u3009\u300b\u300d\u300f\u3011\u3015\uff01\uff09\uff0c\uff0e\uff1a\uff1b\uff1f\u3041-\u3049\u30fc]*"
    r"| +"
    r"|[^ \u2e80-\u303f\u3041-\u30ff\u3400-\u9fff\uac00-\ud7a3\uf900-\ufaff\uff01-\uff60\U00020000-\U0003fffd]+"
)
"""Compiled when the first line has to be broken: it takes 3 ms."""


def width(text: Inert) -> int:
    """How many cells one line takes."""
    return cell_len(text)


def cut(text: Inert, cells: int) -> Inert:
    """At most `cells` wide; an ellipsis says where something is missing."""
    if cell_len(text) <= cells:
        return text
    return Inert(_head(text, cells - 1) + ELLIPSIS) if cells > 0 else Inert("")


def fit(text: Inert, cells: int) -> Inert:
    """Exactly `cells` wide: cut, or filled with spaces."""
    shown = cut(text, cells)
    return Inert(shown + " " * (cells - cell_len(shown)))


def as_wide(raw: str) -> Inert:
    """Part of a line that was measured as it is written: inert, and exactly that wide.

    What has no width, such as a control character, has no sign either.
    """
    return fit(inert(_CONTROLS.sub("", raw)), cell_len(raw))


def wrap(text: Inert, cells: int) -> list[Inert]:
    """The lines of a body, none wider than `cells` (at least 1): broken between words, and within what is longer.

    Space at a break goes, space at the beginning of a line stays. At least one line.
    """
    cells = max(cells, 1)
    return [line for paragraph in text.split("\n") for line in _wrapped(paragraph, cells)]


def _wrapped(paragraph: str, cells: int) -> list[Inert]:
    if cell_len(paragraph) <= cells:
        return [Inert(paragraph.rstrip(" "))]
    lines: list[str] = []
    line, used = "", 0
    for token in re.findall(_PIECE, paragraph):
        size = cell_len(token)
        if used + size <= cells:
            line, used = line + token, used + size
        elif token[0] == " ":
            lines += [line] if line else []
            line, used = "", 0
        else:
            lines += [line] if line.strip() else []
            *full, line = _broken(token, cells)
            lines += full
            used = cell_len(line)
    return [Inert(one.rstrip(" ")) for one in ([*lines, line] if line or not lines else lines)]


def _broken(word: str, cells: int) -> list[str]:
    """A word in pieces that fit; what is wider than a line by itself becomes an ellipsis."""
    if cell_len(word) <= cells:
        return [word]
    pieces, piece, used = [], "", 0
    for grapheme, size in _graphemes(word):
        if used + size > cells and piece:
            pieces.append(piece)
            piece, used = "", 0
        shown = grapheme if size <= cells else ELLIPSIS
        piece, used = piece + shown, used + min(size, cells)
    return [*pieces, piece]


def torn(text: Inert, places: Collection[int]) -> list[Inert]:
    """The pieces of a line that is cut after so many cells; what stands across a cut becomes spaces.

    Together they are as wide as the line.
    """
    pieces, at = [""], 0
    for grapheme, size in _graphemes(text):
        across = any(at < place < at + size for place in places)
        for character in " " * size if across else (grapheme,):
            pieces += [""] if at in places else []
            pieces[-1] += character
            at += 1 if across else size
    return [Inert(piece) for piece in pieces if piece]


def _head(text: str, cells: int) -> str:
    kept, used = 0, 0
    for grapheme, size in _graphemes(text):
        if used + size > cells:
            break
        kept, used = kept + len(grapheme), used + size
    return text[:kept]


def _graphemes(text: str) -> Iterator[tuple[str, int]]:
    """What stands in one place, and its width. A flag is two letters."""
    if text.isascii():
        yield from ((character, 1) for character in text)
        return
    flag = ""
    for start, end, size in split_graphemes(text)[0]:
        grapheme = text[start:end]
        letter = "\U0001f1e6" <= grapheme <= "\U0001f1ff"
        if letter and not flag:
            flag = grapheme
            continue
        if flag and not letter:
            yield flag, cell_len(flag)
        yield flag + grapheme if letter else grapheme, cell_len(flag + grapheme) if letter else size
        flag = ""
    if flag:
        yield flag, cell_len(flag)
