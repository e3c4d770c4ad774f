from hypothesis import given
from hypothesis import strategies as st

from chattui.ui.widgets.heights import BLOCK, Heights

SIZES = st.lists(st.integers(1, 9), min_size=1, max_size=3 * BLOCK)


def lined(sizes: list[int]) -> Heights:
    heights = Heights(sizes.__getitem__)
    heights.replace(0, len(sizes))
    return heights


def check(heights: Heights, sizes: list[int]) -> None:
    heights.settle(0, len(sizes) - 1)
    assert heights.total == sum(sizes)
    lines = [(index, number) for index, size in enumerate(sizes) for number in range(size)]
    assert [heights.at(line) for line in range(len(lines))] == lines
    assert [heights.top(index) for index in range(len(sizes))] == [sum(sizes[:index]) for index in range(len(sizes))]
    assert heights.at(len(lines) + 5) == lines[-1]


@given(SIZES)
def test_measured_lines_add_up(sizes: list[int]) -> None:
    check(lined(sizes), sizes)


@given(SIZES, SIZES, st.data())
def test_what_follows_the_kept_ones_is_measured_anew(before: list[int], after: list[int], data: st.DataObject) -> None:
    sizes = [*before]
    heights = lined(sizes)
    heights.settle(0, len(sizes) - 1)
    kept = data.draw(st.integers(0, len(sizes)))
    sizes[kept:] = after
    heights.replace(kept, len(sizes))
    check(heights, sizes)


@given(SIZES, st.lists(SIZES, max_size=4))
def test_older_ones_come_before(sizes: list[int], pages: list[list[int]]) -> None:
    sizes = [*sizes]
    heights = lined(sizes)
    heights.settle(0, len(sizes) - 1)
    for page in pages:
        sizes[:0] = page
        heights.prepend(len(page))
    check(heights, sizes)


def test_only_the_blocks_asked_for_are_measured() -> None:
    asked: list[int] = []

    def measure(index: int) -> int:
        asked.append(index)
        return 2

    heights = Heights(measure)
    heights.replace(0, 100_000)
    heights.settle(99_990, 99_999)
    assert len(asked) <= BLOCK
    heights.replace(100_000, 100_001)
    heights.settle(100_000, 100_000)
    assert len(asked) <= BLOCK + 1


def test_a_wrong_guess_is_counted() -> None:
    heights = lined([9] * 10)
    before = heights.corrections
    heights.settle(0, 9)
    assert heights.corrections > before
    settled = heights.corrections
    heights.settle(0, 9)
    assert heights.corrections == settled
