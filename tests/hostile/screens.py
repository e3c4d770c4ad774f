"""Walks through every screen that shows what others wrote, and compares what the terminal got with a harmless walk."""

import json
import os
import sys
from collections.abc import Iterator, Sequence
from contextlib import suppress
from pathlib import Path
from typing import NamedTuple, Self

from msgspec import Struct, field
from wcwidth import iter_graphemes

from chattui.ui.actions import Keymap
from tests.e2e.terminal import Impatience
from tests.hostile.rows import SLOTS, Pages
from tests.hostile.stage import KEYS, settled
from tests.hostile.tokens import PLACE, attributes, harmful, shapes, tokens, uneven, width
from tests.program import Program

SIZES = ((80, 24), (120, 36))
ESC, ENTER = "\x1b[27u", "\r"
DOWN, RIGHT, PAGE_UP, PAGE_DOWN, END, HOME = "\x1b[B", "\x1b[C", "\x1b[5~", "\x1b[6~", "\x1b[F", "\x1b[H"
BLUR, FOCUS, F1, F2, F8 = "\x1b[O", "\x1b[I", "\x1bOP", "\x1bOQ", "\x1b[19~"
PALETTE, SEARCH = "\x10", "\x06"
ENDS = 14
"""Cells at the right of header and footer: what stands before them follows the conversation under the cursor."""

SOMETIMES = {"links", "not sent", "not sent, chosen"}
"""Scenes with a box only where there is something to put into it."""
BACK = (ESC, ESC + KEYS["tidy"])
BENIGN = (
    "Rosa Díaz",
    "I was charged twice for order 8812, and nobody could tell me when it comes back. " * 6,
    "one\ntwo\nthree\nfour\nfive\nsix\n\nseven",
    "田中さくら 👩‍👩‍👧 ありがとうございます",
    "",
    "x",
    "see https://bücher.example/refunds and mailto:rosa@example.com, or " + "a-very-long-word" * 9,
    "word",
    "a b",
    "line\n" * 40,
)
"""What people write every day, of every length."""


class Scene(NamedTuple):
    """What is looked at, and the keys that lead there, each typed when the one before has been done."""

    name: str
    keys: tuple[str, ...]


class Finding(Struct, frozen=True):
    """Something that must not be."""

    what: str
    scene: str
    size: tuple[int, int]
    page: int
    detail: str


class Frame(Struct):
    """A scene as harmless words leave it: what never changes in it, and all that the terminal was told to do."""

    cells: dict[int, str]
    shapes: set[str] = field(default_factory=set)
    attributes: set[str] = field(default_factory=set)


def key(action_id: str) -> str:
    """The letter of an action."""
    return Keymap().actions[action_id].keys[0]


def scenes(slots: Sequence[int] = range(SLOTS)) -> Iterator[Scene]:
    """In order: each begins where the one before has ended."""
    for view in "12354":
        yield Scene(f"list, view {view}", (*BACK, view + HOME))
    for slot in slots:
        yield from _conversation(slot)
    yield Scene("filter", (*BACK, "4/", "ae"))
    yield Scene("search", (*BACK, SEARCH, "a"))
    yield Scene("labels", (*BACK, HOME, key("label")))
    yield Scene("labels, end", (DOWN * 7,))
    yield Scene("colleagues", (*BACK, key("transfer")))
    yield Scene("colleagues, end", (DOWN * 7,))
    yield Scene("replies", (*BACK, F2))
    yield Scene("replies, end", (DOWN * 7,))
    yield Scene("palette", (*BACK, PALETTE, "an"))
    yield Scene("help", (*BACK, F1))
    yield Scene("refusal", (*BACK, HOME, key("take-over")))
    yield Scene("signs, in the list", (*BACK, KEYS["signs"]))
    yield Scene("signs, in the thread", (ENTER, KEYS["signs"]))
    yield Scene("no link", (*BACK, KEYS["cut"]))
    yield Scene("link again", (*BACK, KEYS["join"]))
    yield Scene("notice", (BLUR, KEYS["ring"]))
    yield Scene("new words", (FOCUS, *BACK, "1"))
    yield Scene("failure", (KEYS["fail"],))
    yield Scene("after all", (KEYS["tidy"], *BACK, "4" + HOME))


def _conversation(slot: int) -> Iterator[Scene]:
    """Threads differ in who it is about alone, so one of them is walked through."""
    view, place = ("5", 0) if slot == SLOTS - 1 else ("4", slot)
    there = "".join(BACK) + view + HOME + DOWN * place
    yield Scene(f"conversation {slot}", (there, ENTER))
    if slot == 5:
        yield Scene("thread, above", (PAGE_UP,))
        yield Scene("thread, further above", (PAGE_UP,))
        yield Scene("thread, top", (PAGE_UP * 9,))
        yield Scene("refused", (PAGE_DOWN * 9, "hi", ENTER))
        yield Scene("links", ("".join(BACK) + RIGHT + HOME + key("open-link"),))
        yield Scene("not sent", ("".join(BACK), F8))
        yield Scene("not sent, chosen", (ENTER,))
        yield Scene("links, closed", ("".join(BACK) + there, ENTER))
    yield Scene(f"completion {slot}", ("/" + DOWN * (slot % 6),))
    yield Scene(f"composer {slot}", (ENTER,))
    yield Scene(f"panel {slot}", ("".join(BACK) + RIGHT + RIGHT + PAGE_DOWN,))
    if slot % 3 == 0:
        yield Scene(f"question {slot}", (there, key("close")))


class Picture:
    """What stands on a terminal of today: what belongs together stands in one cell, as wide as it is counted.

    It obeys only what chattui is known to tell a terminal; that nothing else comes is another test's to say.
    """

    def __init__(self, columns: int, rows: int) -> None:
        self.columns, self.lines = columns, rows
        self._cells = [[" "] * columns for _ in range(rows)]
        self._y = self._x = 0

    @property
    def display(self) -> list[str]:
        """Its lines."""
        return ["".join(line) for line in self._cells]

    def cells(self) -> tuple[str, ...]:
        """All of them, line by line."""
        return tuple(cell for line in self._cells for cell in line)

    def take(self, sent: bytes) -> None:
        """Draw what was sent."""
        for token in tokens(sent):
            if place := PLACE.fullmatch(token.text):
                self._y, self._x = int(place[1]) - 1, int(place[2]) - 1
            elif token.kind == "text":
                self._draw(token.text)
            elif token.text == "\n":
                self._y += 1
            elif token.text == "\r":
                self._x = 0

    def _draw(self, text: str) -> None:
        """From the cursor on; nothing wraps."""
        line = self._cells[min(self._y, self.lines - 1)]
        for one in text if text.isascii() else iter_graphemes(text):
            size = 1 if one.isascii() else width(one)
            if not size:
                line[self._x - 1] += one
            elif self._x + size <= self.columns:
                line[self._x : self._x + size] = [one, *[""] * (size - 1)]
                self._x += size


class Watched(Program):
    """A terminal that hands out what each step has sent. Its picture is drawn step by step; pyte's would be slow."""

    def __init__(self, command: Sequence[str], columns: int, rows: int) -> None:
        env = {name: os.environ[name] for name in ("PATH", "HOME", "PYTHONPATH") if name in os.environ} | {"TZ": "UTC"}
        super().__init__(command, env=env, columns=columns, rows=rows)
        self.picture = Picture(columns, rows)
        self.raw = bytearray()
        self.log = Path(command[-1]).with_suffix(".log")
        self._steps = 0

    def hear(self, data: bytes, at: float) -> None:  # noqa: ARG002 - a picture has no times
        """Keep it for `begun` or `step`."""
        self.raw += data

    def begun(self) -> bytes:
        """What was sent until the inbox is live."""
        with self.changed:
            assert self.changed.wait_for(lambda: b" live" in self.raw, 30), bytes(self.raw)
            sent, self.raw = bytes(self.raw), bytearray()
        return sent

    def step(self, keys: str) -> bytes:
        """Type, wait until all of it is done, and answer with what was sent meanwhile."""
        self._steps += 1
        self.write(keys + KEYS["settle"])
        sign = settled(self._steps).encode()
        with self.changed:
            if not self.changed.wait_for(lambda: sign in self.raw or self.status is not None, 30):
                raise Impatience(f"no answer to {keys!r}; the screen was:\n" + "\n".join(self.picture.display))
            sent, found, self.raw = self.raw.partition(sign)
        if not found:
            raise Impatience(f"ended with {self.status} after {keys!r}: {self.log.read_text()[-3000:]}")
        return bytes(sent)


class Walk:
    """One program at one size, page after page."""

    def __init__(self, pages: Pages, size: tuple[int, int], directory: Path, slots: Sequence[int]) -> None:
        path = directory / f"pages-{size[0]}-{id(self)}.json"
        path.write_text(json.dumps(pages), "utf-8")
        self.terminal = Watched([sys.executable, "-m", "tests.hostile.stage", str(path)], *size)
        self.pages, self.slots = pages, slots

    def __enter__(self) -> Self:
        self.terminal.__enter__()
        return self

    def __exit__(self, *_: object) -> None:
        self.terminal.__exit__(None, None, None)

    def look_again(self) -> None:
        """What has come since."""
        self.terminal.picture.take(b"".join(self.terminal.step("") for _ in range(5)))

    def scenes(self) -> Iterator[tuple[int, Scene, bytes]]:
        """Each scene of each page, with what it sent; the terminal shows it."""
        sent = self.terminal.begun() + self.terminal.step(BACK[0])
        for page in range(len(self.pages)):
            for scene in scenes(self.slots):
                sent += b"".join(map(self.terminal.step, scene.keys))
                with suppress(UnicodeDecodeError):  # a finding, as soon as it is looked at
                    self.terminal.picture.take(sent)
                yield page, scene, sent
                sent = b""
            sent = self.terminal.step(KEYS["turn"]) if page + 1 < len(self.pages) else b""


def frames(size: tuple[int, int], directory: Path, slots: Sequence[int], turns: int) -> dict[str, Frame]:
    """What harmless words leave, by scene; what differs between them is no part of a frame."""
    seen: dict[str, list[tuple[str, ...]]] = {}
    found: dict[str, Frame] = {}
    pages = [[*BENIGN[turn:], *BENIGN[:turn]] for turn in range(0, len(BENIGN), -(-len(BENIGN) // turns))]
    with Walk(pages, size, directory, slots) as walk:
        for _, scene, sent in walk.scenes():
            seen.setdefault(scene.name, []).append(walk.terminal.picture.cells())
            frame = found.setdefault(scene.name, Frame({}))
            frame.shapes |= shapes(sent)
            frame.attributes |= attributes(sent)
    for name, pictures in seen.items():
        found[name].cells = dict(framing(pictures, size, name))
    return found


def framing(pictures: Sequence[tuple[str, ...]], size: tuple[int, int], scene: str) -> Iterator[tuple[int, str]]:
    """What stands in all of the pictures and is no words: bars, outlines of boxes, the ends of header and footer.

    Of the composer, which grows with its words, only the lower corners stay, and nothing of boxes that open for some
    words alone; a refusal stands over the right half, and the longer it is the more of that it covers; a question, or
    why no box opens, has the footer to itself.
    """
    grows, covered = scene.startswith("composer"), scene == "refusal"
    asked = scene.startswith("question") or scene in SOMETIMES
    corner = "" if scene in SOMETIMES else "╰╯" if grows else "╭╮╰╯"
    columns, rows = size
    same = {place: cells[0] for place, cells in enumerate(zip(*pictures, strict=True)) if len(set(cells)) == 1}
    corners = {place for place, cell in same.items() if cell and cell in corner}
    upright = set() if grows else set(_upright(corners, columns))
    for place, cell in same.items():
        y, x = divmod(place, columns)
        if covered and x > columns // 2 and 0 < y < rows - 1:
            continue
        ends = y in ({0} if asked else {0, rows - 1}) and x >= columns - ENDS and cell.strip()
        bar = cell == "▏" and scene not in SOMETIMES
        if place in corners or bar or (cell == "│" and place in upright) or ends:
            yield place, cell


def _upright(corners: set[int], columns: int) -> Iterator[int]:
    """The places between the first and the last corner of a column."""
    for x in {corner % columns for corner in corners}:
        here = [corner for corner in corners if corner % columns == x]
        yield from range(min(here), max(here), columns)


def meant(frames: dict[str, Frame]) -> tuple[set[str], set[str]]:
    """All that chattui itself tells a terminal to do, and every attribute of text, on any screen."""
    return (
        set[str]().union(*(frame.shapes for frame in frames.values())),
        set[str]().union(*(frame.attributes for frame in frames.values())),
    )


def judged(
    pages: Pages, size: tuple[int, int], directory: Path, known: dict[str, Frame], slots: Sequence[int] = range(SLOTS)
) -> Iterator[Finding | Scene]:
    """Walk through every screen with these pages: each scene looked at, and whatever is wrong with it."""
    may_do, may_set = meant(known)
    with Walk(pages, size, directory, slots) as walk:
        for page, scene, sent in walk.scenes():
            yield scene
            wrong = [*_wrong(sent, may_do, may_set)]
            if moved(walk.terminal.picture, known[scene.name]):
                walk.look_again()  # a machine that is busy may have needed longer
                wrong += moved(walk.terminal.picture, known[scene.name])
            yield from (Finding(what, scene.name, size, page, detail) for what, detail in wrong)


def _wrong(sent: bytes, may_do: set[str], may_set: set[str]) -> Iterator[tuple[str, str]]:
    try:
        done = shapes(sent)
    except UnicodeDecodeError as error:
        yield "bytes that are no UTF-8", str(error)
        return
    yield from (("an escape that was not meant", repr(one)) for one in done - may_do)
    yield from (("an attribute that was not meant", one) for one in attributes(sent) - may_set)
    yield from (("what hides or reorders", ascii(one)) for one in harmful(sent))
    yield from (("a width that is wrong", ascii(one)) for one in uneven(sent))


def moved(picture: Picture, frame: Frame) -> list[tuple[str, str]]:
    """Whether bars and boxes stand where they do with harmless words."""
    cells = picture.cells()
    gone = [place for place, cell in frame.cells.items() if cells[place] != cell]
    if not gone:
        return []
    y, x = divmod(gone[0], picture.columns)
    detail = f"{len(gone)} cells, first {y}:{x} {frame.cells[gone[0]]!r} → {cells[gone[0]]!r}"
    return [("a frame that has moved", "\n".join([detail, *picture.display]))]
