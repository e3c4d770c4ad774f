"""Text of others, made harmless for a terminal.

The one place where foreign text becomes `Inert`. What could act is shown as a sign or left out:

- control characters and the first byte of every escape sequence: as control pictures (`␛[31m`), C1 as `�`;
- what reorders or hides (bidi marks, overrides and isolates, zero-width, tag and filler characters): left out;
- marks without end, sequences without end, selectors and modifiers without an emoji: cut where writing ends;
- lone surrogates, private and unassigned characters, whose width nobody knows: as `�`.

Emoji sequences, right-to-left text and the non-joiner of Persian and Indic scripts stay. Indic joiners go: terminals
do not agree on the width of what follows one, and words stay readable without.
"""

import re
import unicodedata
from typing import NewType, cast

from rich.cells import cell_len, get_character_cell_size

Inert = NewType("Inert", str)
"""Text that can be drawn: no control characters, no escapes, no bidi overrides. Only this package makes one."""

MARKS = 4
"""Marks that one character may carry: Hebrew with points and accents needs three or four."""
JOINS = 3
"""Joiners within one emoji: a family of four has three."""

TAB = "    "
_SELECTOR, _JOINER, _NON_JOINER, _KEYCAP = "\ufe0f", "\u200d", "\u200c", "\u20e3"
_UNKNOWN, _BASE = "\ufffd", "\u25cc"
_VIRAMA = 9
"""The combining class of what ties two Brahmic letters together."""

_BEYOND_ASCII = re.compile(r"[^\n -~]")
_BEYOND = (
    r"[^\n -~\xa0-\xac\xae-\u02ff\u0386\u0388-\u038a\u038e-\u03a1\u03a3-\u0482\u048a-\u052f\u05d0-\u05ea\u0620-\u064a"
    r"\u1e00-\u1f15\u2010-\u2027\u2030-\u205e\u20a0-\u20bf\u2100-\u2bff\u3000-\u3029\u3041-\u3096\u309b-\u30ff"
    r"\u3400-\u4dbf\u4e00-\u9ffc\uac00-\ud7a3\uff01-\uff5e\U0001f300-\U0001f3fa\U0001f400-\U0001f64f"
    r"\U0001f680-\U0001f6d7\U0001f900-\U0001f9ff]"
)
"""Whatever needs a closer look. The rest is assigned, visible and of a known width, alone and in any order.

Compiled when the first text beyond ASCII comes: it takes 3 ms.
"""
_BREAKS = re.compile(r"\r\n|[\r\v\f\x1c-\x1e\x85\u2028\u2029]")
_JOINING = re.compile(r"[\u0600-\u08ff\u0900-\u0dff\u0f00-\u109f\u1780-\u18af\ufb50-\ufdff\ufe70-\ufefc]")
"""Scripts whose letters join, and where a non-joiner says that two do not."""
_HIDING = re.compile(
    r"[\u034f\u115f\u1160\u17b4\u17b5\u180b-\u180d\u180f\u3164\uffa0\ufe00-\ufe0f\U000e0000-\U000e0fff]"
)
"""Fillers, selectors and tags: letters and marks that show nothing."""
_PICTURES = {chr(code): chr(0x2400 + code) for code in range(0x20)} | {"\x7f": "\u2421"}
_PICTOGRAPH = re.compile(
    r"[\xa9\xae\u203c\u2049\u2122\u2139\u2194-\u2199\u21a9\u21aa\u231a\u231b\u2328\u23cf\u23e9-\u23f3\u23f8-\u23fa"
    r"\u24c2\u25aa\u25ab\u25b6\u25c0\u25fb-\u25fe\u2600-\u2604\u260e\u2611\u2614\u2615\u2618\u261d\u2620\u2622\u2623"
    r"\u2626\u262a\u262e\u262f\u2638-\u263a\u2640\u2642\u2648-\u2653\u265f\u2660\u2663\u2665\u2666\u2668\u267b\u267e"
    r"\u267f\u2692-\u2697\u2699\u269b\u269c\u26a0\u26a1\u26a7\u26aa\u26ab\u26b0\u26b1\u26bd\u26be\u26c4\u26c5\u26c8"
    r"\u26ce\u26cf\u26d1\u26d3\u26d4\u26e9\u26ea\u26f0-\u26f5\u26f7-\u26fa\u26fd\u2702\u2705\u2708-\u270d\u270f\u2712"
    r"\u2714\u2716\u271d\u2721\u2728\u2733\u2734\u2744\u2747\u274c\u274e\u2753-\u2755\u2757\u2763\u2764\u2795-\u2797"
    r"\u27a1\u27b0\u27bf\u2934\u2935\u2b05-\u2b07\u2b1b\u2b1c\u2b50\u2b55\u3030\u303d\u3297\u3299"
    r"\U0001f300-\U0001f3fa\U0001f400-\U0001f64f\U0001f680-\U0001f6ff\U0001f900-\U0001f9ff\U0001fa70-\U0001faff]"
)
"""What may be an emoji, be part of one, or carry a skin tone."""
_SPACES = re.compile(r"\s{2,}|[^\S ]|^\s|\s$")


def inert(raw: str) -> Inert:
    """A body: its lines stay lines, tabs become spaces. Clean text comes back as the same object."""
    if not _beyond(raw):
        return cast("Inert", raw)
    text = _BREAKS.sub("\n", raw).replace("\t", TAB)
    return Inert("\n".join(_Cleaning(line).done() if _beyond(line) else line for line in text.split("\n")))


def inert_line(raw: str) -> Inert:
    """A name, a preview, a reason: as `inert`, in one line without space around or doubled."""
    text = inert(raw)
    return Inert(" ".join(text.split())) if _SPACES.search(text) else text


def _beyond(text: str) -> bool:
    return bool(_BEYOND_ASCII.search(text) if text.isascii() else re.search(_BEYOND, text))


class _Cleaning:
    """One line on its way to being inert, character by character."""

    def __init__(self, line: str) -> None:
        self._line = line
        self._out: list[str] = []
        self._marks = self._joins = 0
        self._ground = ""
        """The last character that has a width of its own."""
        self._begun = ""
        """The same, but of an emoji out of several the first one."""
        self._half_flag = False

    def done(self) -> str:
        for index, character in enumerate(self._line):
            self._take(character, self._line[index + 1 : index + 2])
        return "".join(self._out)

    @property
    def _last(self) -> str:
        return self._out[-1] if self._out else ""

    def _take(self, character: str, following: str) -> None:
        if character == _SELECTOR:
            self._select(following)
        elif character == _JOINER:
            self._join(following)
        elif character == _NON_JOINER:
            self._part(following)
        elif _modifies(character):
            self._modify(character)
        elif _flags(character):
            self._flag(character, following)
        else:
            self._put(_seen(character))

    def _put(self, character: str) -> None:
        if not character:
            return
        if _ties(character) and unicodedata.category(self._ground or _BASE) != "Lo":
            character = _UNKNOWN
        if get_character_cell_size(character):
            self._marks, self._ground = 0, character
            if self._last != _JOINER:
                self._joins, self._begun = 0, character
        elif self._marks == MARKS:
            return
        else:
            self._marks += 1
            self._ground = self._ground or _BASE
            self._out += [] if self._out else [_BASE]
        self._out.append(character)

    def _select(self, following: str) -> None:
        """An emoji is asked for: only where that is what the character can be."""
        last = self._last
        widens = bool(last) and last != _JOINER and cell_len(last + _SELECTOR) > cell_len(last) > 0
        if widens and (not last.isascii() or following == _KEYCAP):
            self._out.append(_SELECTOR)

    def _join(self, following: str) -> None:
        if self._joins < JOINS and _emoji(following) and _shown(following) and _ends_emoji(self._out):
            self._joins += 1
            self._out.append(_JOINER)

    def _part(self, following: str) -> None:
        if _JOINING.match(self._last) and _JOINING.match(following) and _shown(following) and not _ties(following):
            self._out.append(_NON_JOINER)

    def _modify(self, character: str) -> None:
        """A skin tone: once, after an emoji; left out after one that is as narrow as a letter."""
        last = self._last.removesuffix(_SELECTOR) or "".join(self._out[-2:-1])
        if not _emoji(last):
            self._put(_UNKNOWN)
        elif _wide(self._begun):
            self._out.append(character)

    def _flag(self, letter: str, following: str) -> None:
        """A flag is two letters; terminals do not agree on the width of one."""
        whole = self._half_flag or _flags(following)
        self._half_flag = whole and not self._half_flag
        self._put(letter if whole else _UNKNOWN)


def _seen(character: str) -> str:
    """How one character is shown; nothing for what only hides or reorders."""
    if _HIDING.match(character):
        return ""
    match unicodedata.category(character):
        case "Cf":
            return ""
        case "Cc" | "Cs" | "Co":
            return _PICTURES.get(character, _UNKNOWN)
        case "Cn" if not (_wide(character) and _emoji(character)):  # an emoji that is newer than this Python's tables
            return _UNKNOWN
        case _:
            return character


def _shown(character: str) -> bool:
    return _seen(character) == character


def _modifies(character: str) -> bool:
    return "\U0001f3fb" <= character <= "\U0001f3ff"


def _flags(character: str) -> bool:
    return "\U0001f1e6" <= character <= "\U0001f1ff"


def _ties(mark: str) -> bool:
    """A vowel sign with a place of its own, or what makes one letter of two: only some terminals give it a cell."""
    return unicodedata.category(mark) == "Mc" or unicodedata.combining(mark) == _VIRAMA


def _emoji(character: str) -> bool:
    return bool(_PICTOGRAPH.match(character))


def _wide(character: str) -> bool:
    return bool(character) and get_character_cell_size(character) == 2  # noqa: PLR2004 - cells


def _ends_emoji(out: list[str]) -> bool:
    signs = (character for character in reversed(out[-3:]) if character != _SELECTOR and not _modifies(character))
    last = next(signs, "")
    return bool(last) and out[-1] != _JOINER and _emoji(last)
