"""What stays while keys come, and what of the list is in sight."""

from collections.abc import Callable

import pytest

from chattui.ui.widgets.hold import HOLD, Hold
from chattui.ui.widgets.sight import Sight


class Put:
    """Something that was put off; a test lets it happen."""

    def __init__(self) -> None:
        self.now = 100.0
        self.waiting: list[tuple[float, Callable[[], None]]] = []

    def later(self, seconds: float, run: Callable[[], None]) -> "Put":
        self.waiting.append((self.now + seconds, run))
        return self

    def stop(self) -> None:
        raise AssertionError("a hold is never taken back")

    def until(self, now: float) -> None:
        self.now = now
        due = [run for at, run in self.waiting if at <= now]
        self.waiting = [(at, run) for at, run in self.waiting if at > now]
        for run in due:
            run()


@pytest.fixture
def put() -> Put:
    return Put()


def test_it_follows_a_second_after_the_last_key_and_not_before(put: Put) -> None:
    followed: list[float] = []
    held = Hold(lambda: followed.append(put.now), put.later, lambda: put.now)
    held.key()
    held.lag()
    put.until(100.9)
    held.key()
    put.until(101.1)
    assert held.stands
    assert followed == []
    put.until(101.9 + 0.001)
    assert followed == [pytest.approx(100.9 + HOLD, abs=0.01)]
    assert put.waiting == []


def test_what_is_up_to_date_follows_nothing(put: Put) -> None:
    held = Hold(lambda: pytest.fail("there was nothing to follow"), put.later, lambda: put.now)
    held.key()
    held.lag()
    held.catch_up()
    put.until(102)
    assert not held.stands


@pytest.mark.parametrize(
    ("sight", "rows", "around"),
    [
        (Sight(0, 10, 100), range(5), range(10)),
        (Sight(41, 9, 100), range(20, 25), range(16, 29)),
        (Sight(0, 10, 3), range(3), range(3)),
        (Sight(0, 0, 3), range(0), range(1)),
    ],
)
def test_a_half_row_is_in_sight_and_a_page_is_held_around(sight: Sight, rows: range, around: range) -> None:
    assert (sight.rows, sight.around) == (rows, around)


@pytest.mark.parametrize(("row", "top"), [(20, 40), (22, 40), (24, 40), (25, 42), (19, 38), (0, 0)])
def test_a_row_is_brought_into_sight_with_the_least_scrolling(row: int, top: int) -> None:
    assert Sight(40, 10, 100).showing(row) == top


def test_a_row_that_moved_keeps_its_line_but_where_the_top_shows_it() -> None:
    assert Sight(40, 10, 100).keeping(30, 4) == 56
    assert Sight(0, 10, 100).keeping(3, 8) == 0
    assert Sight(0, 10, 100).keeping(9, 8) == 10
