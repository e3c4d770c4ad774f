"""What a terminal was sent, taken apart strictly: text, control sequences, and nothing between them."""

import re
import unicodedata
from collections.abc import Iterator
from typing import NamedTuple

from rich.cells import cell_len
from wcwidth import iter_graphemes, wcswidth

TOKEN = re.compile(
    r"(?P<csi>\x1b\[[0-?]*[ -/]*[@-~])"
    r"|(?P<osc>\x1b\](?P<said>[^\x00-\x1f\x7f-\x9f]*)(?:\x07|\x1b\\))"
    r"|(?P<dcs>\x1bP[ -~]*\x1b\\)"
    r"|(?P<escape>\x1b[ -/]*[0-OQ-WYZ\\`-~])"
    r"|(?P<control>[\x00-\x1f\x7f-\x9f])"
    r"|(?P<text>[^\x00-\x1f\x7f-\x9f]+)"
)
HARMFUL = re.compile(
    "[\xad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b\u200e\u200f\u2028-\u202e\u2060-\u206f\u3164\ufeff\uffa0"
    "\ufe00-\ufe0e\ufff9-\ufffb\U000e0000-\U000e0fff\ud800-\udfff\ue000-\uf8ff\ufdd0-\ufdef\U000f0000-\U0010ffff]"
)
"""What hides or reorders, and what no terminal knows the width of. Joiner and selector 16 are judged by width."""
LINK = re.compile(r"8;id=[\w.-]+;(?:https?://|mailto:)[!-:<-~]+|8;;")
TITLE = re.compile(r"0;(?:\(\d+\) )?chattui")
NOTICE = re.compile(r"9;[^;]{1,420}")
PLACE = re.compile(r"\x1b\[(\d+);(\d+)H")
STYLE = re.compile(r"\x1b\[[\d;]*m")
COLOUR = re.compile(r"[34]8;2;\d+;\d+;\d+|[34]8;5;\d+")


class Token(NamedTuple):
    """One piece: `kind` is csi, osc, dcs, escape, control or text; `said` is an operating system command's inside."""

    kind: str
    text: str
    said: str = ""


def tokens(raw: bytes) -> Iterator[Token]:
    """Every piece. Raises `UnicodeDecodeError` for what is not UTF-8, so that no 8-bit control hides in it."""
    for match in TOKEN.finditer(raw.decode("utf-8")):
        yield Token(str(match.lastgroup if match.lastgroup != "said" else "osc"), match[0], match["said"] or "")


def shape(token: Token) -> str:
    """What a piece does, apart from where, in which colour, and with which words."""
    if token.kind == "osc":
        known = {"link": LINK, "title": TITLE, "notice": NOTICE}
        return next((name for name, form in known.items() if form.fullmatch(token.said)), token.text)
    if PLACE.fullmatch(token.text):
        return "place"
    return "style" if STYLE.fullmatch(token.text) else token.text


def shapes(raw: bytes) -> set[str]:
    """All that it does, text aside."""
    return {shape(token) for token in tokens(raw) if token.kind != "text"}


def attributes(raw: bytes) -> set[str]:
    """Every attribute that is set, such as bold; a colour counts as one, whichever it is."""
    codes = (COLOUR.sub("colour", token.text[2:-1]) for token in tokens(raw) if shape(token) == "style")
    return {code for one in codes for code in one.split(";")}


def harmful(raw: bytes) -> list[str]:
    """Words, be they drawn, in a title or in a notice, that hold what must not be there."""
    words = (token.said or token.text for token in tokens(raw) if token.kind in {"text", "osc"})
    return [word for word in words if HARMFUL.search(word)]


def width(text: str) -> int:
    """In cells, as terminals count; vowel signs with a place of their own as the terminal library does, see below."""
    return sum(cell_len(one) if _spacing(one) else wcswidth(one) for one in iter_graphemes(text))


def _spacing(cluster: str) -> bool:
    """Terminals do not agree on Brahmic vowel signs and stacked letters, which their words need all the same."""
    return any(unicodedata.category(one) == "Mc" or unicodedata.combining(one) == 9 for one in cluster)


def disagreement(text: str) -> list[str]:
    """The lines that a terminal would draw wider or narrower than we think."""
    return [line for line in text.split("\n") if cell_len(line) != width(line)]


def uneven(raw: bytes) -> list[str]:
    """Drawn words of which a terminal would think otherwise."""
    return [line for token in tokens(raw) if token.kind == "text" for line in disagreement(token.text)]
