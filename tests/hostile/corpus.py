"""Strings that were made, or happen, to break a terminal, by family. What each must become is told by `test_inert`."""

import itertools
import unicodedata
from collections.abc import Iterable, Iterator

from tests.hostile.sequences import eight_bit, seven_bit, unended

CONTROLS = [chr(code) for code in (*range(0x20), *range(0x7F, 0xA0))]
REORDERING = [chr(code) for code in (0x61C, 0x200E, 0x200F, *range(0x202A, 0x202F), *range(0x2066, 0x206A))]
HIDING = [
    chr(code)
    for code in (0xAD, 0x34F, 0x115F, 0x1160, 0x180E, 0x200B, 0x2060, 0x2061, 0x2064, 0x206A, 0x3164, 0xFEFF, 0xFFA0)
] + [chr(code) for code in (*range(0xE0001, 0xE0080, 7), 0xE0FFF)]

MARKUP = [
    "[bold red]not bold[/]", "[bold]", "[/]", "[/bold]", "[", "]", "[]", "[[", "[@click=app.quit]quit[/]", "[@click",
    "[@click=app.bell]", "[@click=screen.dismiss('x')]x[/]", "[link=file:///etc/passwd]x[/link]", "[link]x", "[on red]",
    "[link='https://evil.example']bank.example[/]", "\\[escaped]", "\\\\[bold]", "[bold", "[#ff0000]x", "[$error]x",
    "[red on blue reverse blink]x[/red on blue]", "[not a style]x", "[1]", "[ ]", "[x=y]", "[/x=y]", "[@=x]", '["]',
    ":warning: :smile:", "{0} {name!r} {x.__class__}", "%s %n %(a)s", "{{contact.name}} {{agent.name}}", "${HOME}",
    "&lt;b&gt; <script>alert(1)</script>", "</td>", "`rm -rf ~`", "$(reboot)", "'; drop table messages; --", "# h1",
    "| a | b |", "> quoted", "- [x] done", "![x](http://evil.example/a.png)", "[x](javascript:alert(1))", "\\u001b[31m",
    "\\x1b[31m", "\\033[31m", "^[[31m", "␛[31m", "\\", "\\\\", '"', "'", '{"json": "\\u001b"}', "<!--", "-->", "\\n",
]  # fmt: skip
FAKES = [
    "── 3 new ──", "── closed by Ana Torres ──", "── Thursday 20 November ──",
    "── Ana Torres took over ──          14:02", "✓✓ read", "✓ stored", "✗ refused: pay first", "◌ queued",
    "NOTE Bo Larsen", "▌ NOTE Bo Larsen", "┃ Ana Torres · you", "Ana Torres · you", "AI", "ai: yes", "you: I agree",
    "agent: done", "Customer", "message deleted", "is typing…", "edited", "● live", "○ offline 0:12", "(3) chattui",
    "◉ Ana Torres is here", "│ \n┃ Ana Torres\n┃ refunded ✓✓ read", "╭─ reply ─╮", "$ sudo rm -rf /", "root@desk:~# ",
    "Password: ", "chattui: you are signed out. Password: ", "[sudo] password for ana:", "Press Ctrl+Q now",
    " Enter sends · Ctrl+J new line", "2026-11-20 14:00  Ana Torres: refund granted", "● active · you",
    "hello\n2026-11-20 14:00  Ana Torres: refund granted\n2026-11-20 14:01  ── closed by Ana Torres ──",
    "hello\n\n── 3 new ──\n\nAna Torres · you\n┃ your refund is on its way ✓✓ read", "Ana\u00a0Torres", "Аna Torres",
    "Ana Tоrres", "ꓮna Torres", "Аnа Тоrrеs", "𝐀𝐧𝐚 𝐓𝐨𝐫𝐫𝐞𝐬", "Ana Torres\u115f", "ANA TORRES",
]  # fmt: skip
LINKS = [
    "https://gооgle.com/", "https://xn--ggle-55da.com/", "https://bank.example@evil.example/", "http://[::1]:80/x",
    "https://раypal.com/login", "https://ｅｖｉｌ。example", "https://faß.example", "https://evil.example/\u202egpj.exe",
    "https://a.example/\x1b[31m", "https://a.example/\x07\x1b]52;c;YQ==\x07", "https://a.example/\u200b\u2066x",
    "HTTPS://A", "javascript:alert(1)", "file:///etc/passwd", "data:text/html,<b>", "vscode://x", "ssh://x", "tel:1",
    "mailto:a@b\x1b[c", "https://" + "a" * 3000 + ".example", "https://a.example/" + "%1b[31m" * 40,
    "https://a.example/;\x1b\\", "http://", "https://a.example/a;b;c", "https://⁠a.example", "https://a\u2044b.example",
    "https://a.example\\@evil.example", "mailto:a@b.example?cc=c@d&body=%0a", "https://\ud800.example",
    "https://1️⃣.example", "https://a.example/🇩",
]  # fmt: skip
WIDTHS = [
    "Z" + "\u0301" * 500, "\u0301leading mark", "é" * 3, "e\u0301\u0302\u0303\u0304\u0305\u0306",
    "Z̸̡̢̛̗̘̙̜a̸̡̢̛̗l̸̡̢̛̗g̸̡̢̛̗ơ̸̡̢̗", "\u200d".join("👨" * 60), "👍" + "\U0001f3fd" * 40, "\U0001f3fd alone",
    "1\ufe0f2\ufe0f3\ufe0f", "❤" + "\ufe0f" * 20, "\ufe0f\ufe0e\ufe00", "\u200d\u200d\u200c", "🇩", "🇩🇪🇫", "🇦" * 99,
    "🇦🇧🇨 🇩", "\ufdfd" * 20, "ﷺ" * 20, "ก็็็็็็็็็", "กำ" * 30, "\u1100\u1161\u11a8" * 9, "\u1161\u11a8", "\u1100" * 30,
    "ｆｕｌｌ" * 20, "\u3000wide\u3000space", "日" * 300, "ｶﾞ" * 40, "━" * 300, "█" * 300, "▒░▓" * 99, "\u2588\u2591",
    "─│┌┐└┘├┤┬┴┼" * 20, "⣿" * 200, "·" * 200, "α" * 200, "…" * 200, "①②③" * 60, "☃☂☁☀" * 40, "♠♣♥♦" * 40,
    "⌚⌛⏩⏰" * 30, "⚡⛄✨❌" * 30, "🀄🃏🈁🉐" * 30, "👩‍🚒" * 40, "👨‍👩‍👧‍👦" * 30, "🏴‍☠️" * 30, "🏳️‍🌈" * 30,
    "🏴\U000e0067\U000e0062\U000e0065\U000e006e\U000e0067\U000e007f" * 9, "👁️‍🗨️" * 20, "☝🏽✌🏽⛹🏽" * 20, "🤝🏽" * 30,
    "🧑🏽‍🤝‍🧑🏻" * 20, "©️®️™️" * 30, "0️⃣#️⃣*️⃣" * 30, "⁉️‼️" * 40, "a\u20dd\u20e3" * 30, "क्षि" * 60, "கொ" * 60,
    "ক্ষ্ম" * 40, "ខ្មែរ" * 40, "မြန်မာ" * 40, "aा" * 40, "👍ा" * 40, "👍्क" * 40, "🏳्" * 9, "\u093f" * 60, "\u0bd7" * 60,
    "བོད་ཡིག་" * 30, "\u0f71\u0f72\u0f74" * 60, "الله" * 60, "שָׁלוֹם" * 40, "܀ܐ" * 40, "ߊߋ" * 40, "𐤀𐤁" * 60,
    "\u0600\u0601\u06dd\u0890", "\U000110bd\U000110cd", "ᠮᠣᠩᠭᠣᠯ\u180b\u180e" * 20, "\u302e\u302f\u3099" * 30,
    "か\u3099" * 60, "𛄢𛄣" * 60, "𠀀𪜀𫝀" * 60, "𐍈𝄞𝒜" * 60, "\U0001f1ae\U0001f6d9\U0001faff\U0001fadd" * 20, "𒀀𓀀" * 60,
    "◌" * 100, "◌\u0301" * 60, "\ufffd" * 100, "\ufffc\ufff9a\ufffab\ufffb", "\u2400\u241b\u2421",
    "\u2028\u2029\x85\x0b\x0c", "↔↕⇄" * 60,
]  # fmt: skip
LARGE = [
    "x" * 10_000, "\n" * 10_000, "a\n" * 10_000, "日" * 5_000, "\u0301" * 10_000, "👨\u200d" * 3_000,
    "\x1b[31m" * 2_000, "\t" * 5_000, "word " * 2_000, "\u202e\u2066" * 5_000, " " * 10_000, "a\r" * 5_000,
    "\x9b" * 10_000, "https://a.example/" + "b" * 10_000, "[b]" * 3_000, "\U000e0041" * 5_000,
    "🇩" * 5_000, "(" * 10_000, "─" * 10_000,
    "\ud800" * 5_000, "a" * 511 + "日" * 511 + "\u0301" * 511,
]  # fmt: skip
SPACES = [
    "", " ", "\t", "\n", "\r\n", "\r", "\v", "\f", "\x85", "\u2028", "\u2029", "\u200b", "\u00a0", "\u3000",
    "\u2003" * 30, "\u1680", "a\tb\tc", "\ta", "a\t", "\t\t\t\t\t\t\t\t\t\t\t\t\t\tend",
    "a\rb\r\nc\vd\fe\x85f\u2028g\u2029h", "\n\n\n\na", "a\n\n\n\n", "  a   b  ",
    *(f"before{gap}after" for gap in "\u2000\u2004\u2009\u200a\u202f\u205f\u3164\u115f\u2800\u180e\ufeff"),
]  # fmt: skip
UNKNOWN = [
    "\ud800", "\udfff", "\ud83d alone", "\udc00\ud800", "\ud83d\ude00", "\ue000", "\uf8ff", "\ue0b0\ue0b2",
    "\U000f0000", "\U0010fffd", "\U0010ffff", "\ufffe", "\uffff", "\ufdd0", "\u0378", "\u0530", "\u2fe0", "\U0001fffe",
    "\U00030000", "\U000323b0",
]  # fmt: skip
READABLE = [
    "Hi, I was charged twice for order 8812.", "Grüße, señor Ærøskøbing — «ça va» … 100 €", "שלום עולם", "שָׁלוֹם",
    "مرحبا بالعالم", "می‌خواهم", "नमस्ते दुनिया", "สวัสดีครับ", "안녕하세요", "こんにちは、ｶﾀｶﾅ", "退款还没到。",
    "👩‍⚕️ 👨‍👩‍👧‍👦 🏳️‍🌈 👍🏽 ❤️ 1️⃣ 🇩🇪 ©️", "x ≤ y → z ☂ ✓", "a\nb\n\nc",
]  # fmt: skip


def planes() -> Iterator[str]:
    """Of every plane: ordinary characters, private and unassigned ones, its two noncharacters."""
    for plane in range(17):
        yield from (chr(plane << 16 | low) for low in (0x20, 0x61, 0x4E00, 0xF300, 0xFFFD))
        yield f"plane {plane}: " + "".join(chr(plane << 16 | low) for low in range(0, 0xFFFF, 0x0AF7)) + "\uffff"


def categories() -> Iterator[str]:
    """A line of each general category of Unicode, alone and between letters."""
    found: dict[str, list[str]] = {}
    for code in range(0x20, 0x110000, 53):
        found.setdefault(unicodedata.category(chr(code)), []).append(chr(code))
    for name, characters in sorted(found.items()):
        yield f"{name}{''.join(characters[:40])}"
        yield "a".join(characters[-12:])


SEQUENCES = [*seven_bit(), *eight_bit(), *unended()]
FAMILIES: dict[str, list[str]] = {
    "controls": [f"a{one}b" for one in CONTROLS],
    "reordering": [*(f"a{one}b" for one in REORDERING), *("abc" + one + "txt.exe" * 3 for one in REORDERING[3:])],
    "hiding": [f"a{one}b" for one in HIDING],
    "sequences, seven-bit": list(seven_bit()),
    "sequences, eight-bit": list(eight_bit()),
    "sequences without an end": list(unended()),
    "markup": MARKUP,
    "fakes": FAKES,
    "links": LINKS,
    "widths": WIDTHS,
    "large": LARGE,
    "spaces": SPACES,
    "unknown": UNKNOWN,
    "planes": list(planes()),
    "categories": list(categories()),
    "joined": [one + other for one, other in itertools.product(SEQUENCES[::23], (*WIDTHS[:9], *UNKNOWN[:3]))],
    "readable": READABLE,
}


def distinct(strings: Iterable[str]) -> list[str]:
    return list(dict.fromkeys(strings))


CORPUS = distinct(itertools.chain.from_iterable(FAMILIES.values()))
ACTING = distinct((*FAMILIES["controls"], *FAMILIES["reordering"], *FAMILIES["hiding"], *SEQUENCES))
SAMPLE = distinct(one for family in FAMILIES.values() for one in family[:: max(len(family) // 3, 1)][:3])
"""A few of each family, for what takes its time."""
