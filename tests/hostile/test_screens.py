"""A few words of each family on every screen of the real program; `python -m tests.hostile` does it with all."""

from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path

import pytest

from tests.hostile.corpus import SAMPLE
from tests.hostile.rows import SLOTS
from tests.hostile.screens import SIZES, Finding, frames, judged

SLOTS_SEEN = (0, 5)
"""A conversation that waits, and one of mine."""


def walked(directory: Path, size: tuple[int, int]) -> list[Finding]:
    """What is wrong on all screens of a program of this size, with its share of the words."""
    words = SAMPLE[SIZES.index(size) :: len(SIZES)][:SLOTS]
    pages = [words[first : first + SLOTS] for first in range(0, len(words), SLOTS)]
    known = frames(size, directory, SLOTS_SEEN, turns=2)
    seen = list(judged(pages, size, directory, known, SLOTS_SEEN))
    assert len(seen) > 20 * len(pages)
    return [one for one in seen if isinstance(one, Finding)]


@pytest.mark.timeout(240)
def test_nothing_that_others_wrote_acts_on_the_terminal(tmp_path: Path) -> None:
    with ThreadPoolExecutor(len(SIZES)) as pool:  # they wait for what is painted, most of the time
        assert list(pool.map(partial(walked, tmp_path), SIZES)) == [[]] * len(SIZES)
