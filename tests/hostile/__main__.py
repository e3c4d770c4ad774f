"""Every hostile string in every field on every screen, in real terminals: `python -m tests.hostile [--json FILE]`."""

import argparse
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import msgspec
from msgspec import Struct

from tests.e2e.terminal import Impatience
from tests.hostile.corpus import CORPUS
from tests.hostile.rows import FIELDS, SLOTS
from tests.hostile.screens import BENIGN, SIZES, Finding, Pages, frames, judged, scenes


class Told(Struct):
    """What a whole walk has to say."""

    strings: int
    fields: int
    screens: int
    sizes: list[tuple[int, int]]
    screens_looked_at: int
    seconds: float
    findings: list[Finding]


def walked(pages: Pages, size: tuple[int, int], directory: Path) -> tuple[int, list[Finding]]:
    """How many screens were looked at, and what was wrong. A program that ends is a finding; the next page goes on."""
    known = frames(size, directory, range(SLOTS), len(BENIGN))
    looked, found, first = 0, list[Finding](), 0
    while first < len(pages):
        before = looked
        try:
            for one in judged(pages[first:], size, directory, known):
                if isinstance(one, Finding):
                    found.append(one)
                else:
                    looked += 1
            break
        except Impatience as end:
            first += (looked - before) // len(known)
            found.append(Finding("the program has ended", ascii(pages[first])[:500], size, first, str(end)[-2_000:]))
            first += 1
    return looked, found


def dealt(words: Sequence[str]) -> Iterator[Sequence[str]]:
    """Pages, each of as many words as there are slots."""
    for first in range(0, len(words), SLOTS):
        yield (*words[first : first + SLOTS], *words[:SLOTS])[:SLOTS]


def main() -> int:
    """0 where nothing was found."""
    options = argparse.ArgumentParser(prog="python -m tests.hostile", description=__doc__)
    options.add_argument("--json", type=Path, help="write what was found there")
    options.add_argument("--strings", type=int, default=len(CORPUS), help="no more than the first so many")
    asked = options.parse_args()
    words, begun = CORPUS[: asked.strings], time.monotonic()
    pages = list(dealt(words))
    with tempfile.TemporaryDirectory() as name, ThreadPoolExecutor(len(SIZES)) as pool:
        walks = list(pool.map(lambda size: walked(pages, size, Path(name)), SIZES))
    findings = [one for _, found in walks for one in found]
    looked = sum(count for count, _ in walks)
    told = Told(len(words), len(FIELDS), len(list(scenes())), [*SIZES], looked, time.monotonic() - begun, findings)
    report = msgspec.json.format(msgspec.json.encode(told, enc_hook=str)).decode("utf-8", "replace")
    if asked.json:
        asked.json.write_text(report)
    sys.stdout.write(report + "\n")
    return 1 if findings else 0


if __name__ == "__main__":
    sys.exit(main())
