"""A few words of each family on every screen of the real program; `python -m tests.hostile` does it with all."""

from pathlib import Path

import pytest

from tests.hostile.corpus import SAMPLE
from tests.hostile.rows import SLOTS
from tests.hostile.screens import SIZES, Finding, frames, judged

SLOTS_SEEN = (0, 5)
"""A conversation that waits, and one of mine."""


@pytest.mark.timeout(240)
@pytest.mark.parametrize("size", SIZES)
def test_nothing_that_others_wrote_acts_on_the_terminal(size: tuple[int, int], tmp_path: Path) -> None:
    every = SIZES.index(size)
    words = SAMPLE[every :: len(SIZES)][:SLOTS]
    pages = [words[first : first + SLOTS] for first in range(0, len(words), SLOTS)]
    known = frames(size, tmp_path, SLOTS_SEEN, turns=2)
    seen = list(judged(pages, size, tmp_path, known, SLOTS_SEEN))
    assert [one for one in seen if isinstance(one, Finding)] == []
    assert len(seen) > 20 * len(pages)
