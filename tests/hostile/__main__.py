"""Every hostile string in every field on every screen, in real terminals: `python -m tests.hostile [--json FILE]`."""

import argparse
import sys
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from random import Random

import msgspec
from msgspec import Struct, field

from tests.e2e.terminal import Impatience
from tests.hostile.corpus import CORPUS
from tests.hostile.rows import FIELDS, SLOTS, Pages, pages_of
from tests.hostile.screens import SIZES, Finding, Frame, frames, judged, scenes

TURNS = 3
"""Pages of harmless words that show what a frame is."""


class Walked(Struct):
    """What came of one size."""

    size: tuple[int, int]
    strings: int = 0
    """Each of them in every field."""
    screens: int = 0
    """Looked at."""
    findings: list[Finding] = field(default_factory=list)


class Told(Struct):
    """What a whole walk has to say."""

    strings: int
    fields: int
    scenes: int
    seconds: float
    walks: list[Walked]


class Walker:
    """Goes through pages at one size until there are no more, or no time is left."""

    def __init__(self, size: tuple[int, int], directory: Path, asked: argparse.Namespace) -> None:
        self.told = Walked(size)
        self._directory, self._slots = directory, range(0, SLOTS, asked.every)
        self._end = time.monotonic() + asked.minutes * 60

    def walk(self, pages: Pages) -> Walked:
        """A program that ends is a finding; another one goes on with the next page."""
        known = frames(self.told.size, self._directory, self._slots, TURNS)
        first = 0
        while first < len(pages) and time.monotonic() < self._end:
            first += self._part(pages[first:], known)
            self.told.strings = min(first, len(pages)) * SLOTS
        return self.told

    def _part(self, pages: Pages, known: dict[str, Frame]) -> int:
        """How many pages are done with."""
        looked = 0
        try:
            for one in judged(pages, self.told.size, self._directory, known, self._slots):
                if isinstance(one, Finding):
                    self._found(one)
                    continue
                looked += 1
                self.told.screens += 1
                if looked % len(known) == 0 and time.monotonic() > self._end:
                    break
        except Impatience as end:
            page = looked // len(known)
            self._found(Finding("the program has ended", ascii(pages[page])[:500], self.told.size, page, str(end)))
            return page + 1
        return looked // len(known)

    def _found(self, one: Finding) -> None:
        self.told.findings.append(one)
        sys.stderr.write(f"{one.what} · {one.scene} · {one.size} · {one.detail[:200]}\n")


def main() -> int:
    """0 where nothing was found."""
    options = argparse.ArgumentParser(prog="python -m tests.hostile", description=__doc__)
    options.add_argument("--json", type=Path, help="write what was found there")
    options.add_argument("--seed", type=int, default=1, help="the order of the strings")
    options.add_argument("--minutes", type=float, default=60, help="stop after so many, wherever it stands")
    options.add_argument("--every", type=int, default=1, help="open only every so many of the ten conversations")
    asked = options.parse_args()
    words, begun = [*CORPUS], time.monotonic()
    Random(asked.seed).shuffle(words)  # noqa: S311 - no secret
    pages = pages_of(words)
    with tempfile.TemporaryDirectory() as name, ThreadPoolExecutor(len(SIZES)) as pool:
        walks = list(pool.map(lambda size: Walker(size, Path(name), asked).walk(pages), SIZES))
    count = len(list(scenes(range(0, SLOTS, asked.every))))
    told = Told(len(words), len(FIELDS), count, round(time.monotonic() - begun), walks)
    report = msgspec.json.format(msgspec.json.encode(told)).decode()
    if asked.json:
        asked.json.write_text(report)
    sys.stdout.write(report + "\n")
    return 1 if any(walk.findings for walk in walks) else 0


if __name__ == "__main__":
    sys.exit(main())
