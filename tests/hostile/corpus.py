"""Strings that were made, or happen, to break a terminal. What each must become is told by `test_inert`."""

import itertools

CONTROLS = [chr(code) for code in (*range(0x20), *range(0x7F, 0xA0))]
REORDERING = [chr(code) for code in (0x61C, 0x200E, 0x200F, *range(0x202A, 0x202F), *range(0x2066, 0x206A))]
HIDING = [
    chr(code)
    for code in (0xAD, 0x34F, 0x115F, 0x1160, 0x180E, 0x200B, 0x2060, 0x2061, 0x2064, 0x206A, 0x3164, 0xFEFF, 0xFFA0)
] + [chr(code) for code in range(0xE0001, 0xE0080, 7)]
SEQUENCES = [
    "\x1b[2J\x1b[H",
    "\x1b[31mred\x1b[0m",
    "\x1b]0;owned\x07",
    "\x1b]52;c;cm0gLXJm\x07",
    "\x1b]8;;http://evil.example\x1b\\click\x1b]8;;\x1b\\",
    "\x1b]777;notify;a;b\x1b\\",
    "\x1bP+q544e\x1b\\",
    "\x1b_Gf=100;AAAA\x1b\\",
    "\x1b^private\x1b\\",
    "\x1bc",
    "\x1b(0lqqk",
    "\x1b[?1049h\x1b[?2004l",
    "\x1b[6n",
    "\x1b[1000000000b",
    "\x9b31m",
    "\x9d0;owned\x9c",
    "\x90q\x9c",
    "\x1b",
    "a\x08\x08\x08b",
    "progress\rdone",
    "bell\x07",
    "\x0e shifted \x0f",
    "\x00nul",
]
MARKUP = [
    "[bold red]not bold[/]",
    "[@click=app.quit]quit[/]",
    "[link=file:///etc/passwd]x[/link]",
    "\\[escaped]",
    "&lt;b&gt; <script>",
    "── closed by Ana Torres ──",
    "$ sudo rm -rf /",
    "%s %n {0} {{contact.name}}",
]
WIDTHS = [
    "Z" + "\u0301" * 500,
    "\u0301leading mark",
    "é" * 3,
    "e\u0301\u0302\u0303\u0304\u0305\u0306",
    "\u200d".join("👨" * 60),
    "👍" + "\U0001f3fd" * 40,
    "\U0001f3fd alone",
    "1\ufe0f2\ufe0f3\ufe0f",
    "❤" + "\ufe0f" * 20,
    "\ufe0f\ufe0e\ufe00",
    "\u200d\u200d\u200c",
    "🇩",
    "🇩🇪🇫",
    "\ufdfd",
    "ﷺ",
    "ก็็็็็็็็็",
    "\u1100\u1161\u11a8" * 9,
    "ｆｕｌｌ",
    "\u3000wide\u3000space",
    "x" * 10_000,
    "\n" * 10_000,
    "日" * 5_000,
]
UNKNOWN = ["\ud800", "\udfff", "\ud83d alone", "\ue000", "\uf8ff", "\U000f0000", "\U0010ffff", "\ufffe", "\u0378"]
READABLE = [
    "Hi, I was charged twice for order 8812.",
    "Grüße, señor Ærøskøbing — «ça va» … 100 €",
    "שלום עולם",
    "שָׁלוֹם",
    "مرحبا بالعالم",
    "می‌خواهم",
    "नमस्ते दुनिया",
    "สวัสดีครับ",
    "안녕하세요",
    "こんにちは、ｶﾀｶﾅ",
    "退款还没到。",
    "👩‍⚕️ 👨‍👩‍👧‍👦 🏳️‍🌈 👍🏽 ❤️ 1️⃣ 🇩🇪 ©️",
    "x ≤ y → z ☂ ✓",
    "a\nb\n\nc",
]
EVERY_PLANE = [chr(plane << 16 | low) for plane in range(17) for low in (0x20, 0x61, 0x4E00, 0xF300, 0xFFFD)]

ACTING = [f"a{one}b" for one in (*CONTROLS, *REORDERING, *HIDING)] + SEQUENCES
HOSTILE = [*ACTING, *MARKUP, *WIDTHS, *UNKNOWN, *EVERY_PLANE]
HOSTILE += [one + other for one, other in itertools.product(SEQUENCES, (*WIDTHS[:12], *UNKNOWN[:3]))]
