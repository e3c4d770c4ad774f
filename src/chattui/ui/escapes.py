"""What is said to the terminal beside the picture: its title, and notices.

Only `Inert` text and our own words go out. Sequences end with ST or BEL as each terminal expects, and are wrapped for
tmux where it stands between.
"""

from collections.abc import Mapping
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from chattui.text.inert import Inert

BELL = "\a"
SAVE_TITLE = "\x1b[22;0t"
RESTORE_TITLE = "\x1b[23;0t"
LONGEST = 200
"""Characters of a notice; terminals cut or refuse more."""

WAYS = ("osc99", "osc777", "osc9", "bell", "off")


def title(unread: int) -> str:
    """The terminal's title: `(3) chattui`."""
    return f"\x1b]0;{f'({unread}) ' if unread else ''}chattui\a"


def way(environment: Mapping[str, str]) -> str:
    """The best notice this terminal is known to show, from what it says of itself: OSC 99, 777, 9, else the bell."""
    program, term = environment.get("TERM_PROGRAM", "").lower(), environment.get("TERM", "").lower()
    if "kitty" in term or "KITTY_WINDOW_ID" in environment:
        return "osc99"
    if program in {"ghostty", "wezterm"} or term.startswith(("foot", "rxvt", "xterm-ghostty")):
        return "osc777"
    if "VTE_VERSION" in environment:
        return "osc777"
    if program == "iterm.app":
        return "osc9"
    return "bell"


def notice(how: str, heading: "Inert", text: "Inert", environment: Mapping[str, str]) -> str:
    """The sequence that shows a notice; empty where notices are off. The bell always rings along."""
    if how == "off":
        return ""
    sequence = _sequence(how, _field(heading), _field(text))
    return (_through_tmux(sequence) if "TMUX" in environment else sequence) + BELL


def _sequence(how: str, heading: str, text: str) -> str:
    match how:
        case "osc99":
            return f"\x1b]99;i=chattui:d=0;{heading}\x1b\\\x1b]99;i=chattui:p=body;{text}\x1b\\"
        case "osc777":
            return f"\x1b]777;notify;{heading};{text}\x1b\\"
        case "osc9":
            return f"\x1b]9;{heading}: {text}\x1b\\"
        case _:
            return ""


def _field(text: "Inert") -> str:
    """One field of a sequence: no separator, one line, not too long, and never half an emoji."""
    from chattui.text.inert import inert_line  # noqa: PLC0415 - not before the first paint

    return inert_line(" ".join(text.replace(";", ",").split())[:LONGEST])


def _through_tmux(sequence: str) -> str:
    return "\x1bPtmux;" + sequence.replace("\x1b", "\x1b\x1b") + "\x1b\\" if sequence else ""
