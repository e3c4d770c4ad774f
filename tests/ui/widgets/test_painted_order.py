from hypothesis import given
from hypothesis import strategies as st

from chattui.model.records import ConversationId
from chattui.ui.widgets.painted_order import PaintedOrder, longest_rising


def ids(*names: str) -> list[ConversationId]:
    return [ConversationId(name) for name in names]


def rows(order: PaintedOrder) -> list[str | None]:
    return [order.at(row) for row in range(order.top, order.bottom)]


@given(st.permutations(range(9)))
def test_the_longest_rising_part_rises_and_none_is_longer(places: list[int]) -> None:
    rising = longest_rising(places)
    assert rising == sorted(rising)
    longest = [1] * len(places)
    for end in range(len(places)):
        before = (longest[start] + 1 for start in range(end) if places[start] < places[end])
        longest[end] = max(before, default=1)
    assert len(rising) == max(longest)


def test_rows_stay_while_the_live_order_moves() -> None:
    live = ids("a", "b", "c", "d", "e")
    order = PaintedOrder(lambda: live)
    order.take(range(4))
    live[:] = ids("new", "d", "a", "b", "c", "e")
    assert rows(order) == ["a", "b", "c", "d"]


def test_growing_repeats_nobody_and_skips_nobody() -> None:
    live = ids(*"abcdefgh")
    order = PaintedOrder(lambda: live)
    order.take(range(2, 5))
    live[:] = ids(*"dabcexfgh")
    assert order.cover(range(1, 7))
    assert rows(order) == list("bcdexf")


def test_a_row_at_the_edge_that_moved_away_does_not_mislead() -> None:
    live = ids(*"abcdefghijkl")
    order = PaintedOrder(lambda: live)
    order.take(range(2, 10))
    live[:] = ids(*"cabdefghikjl")
    assert order.cover(range(1, 11))
    assert rows(order) == list("bcdefghijk")


def test_what_is_far_off_is_let_go() -> None:
    live = ids(*"abcdefgh")
    order = PaintedOrder(lambda: live)
    order.take(range(4))
    assert order.cover(range(3, 6))
    assert rows(order) == list("def")


def test_a_jump_can_not_be_covered() -> None:
    live = ids(*"abcdefgh")
    order = PaintedOrder(lambda: live)
    order.take(range(2))
    assert not order.cover(range(5, 7))


def test_rows_that_the_live_order_no_longer_has_can_not_be_covered() -> None:
    live = ids(*"abcd")
    order = PaintedOrder(lambda: live)
    order.take(range(3))
    del live[3]
    assert not order.cover(range(4))


def test_what_moved_is_counted_once_each() -> None:
    live = ids(*"abcdef")
    order = PaintedOrder(lambda: live)
    order.take(range(6))
    assert order.moved(range(6)) == 0
    live[:] = ids(*"fabcde")
    assert order.moved(range(6)) == 1
    live[:] = ids(*"fnabde")
    assert order.moved(range(6)) == 3  # f moved, n came, c went


def test_what_comes_above_the_rows_in_sight_is_not_counted() -> None:
    live = ids(*"abcdef")
    order = PaintedOrder(lambda: live)
    order.take(range(6))
    live.insert(0, ConversationId("new"))
    assert order.moved(range(2, 5)) == 0
    assert order.moved(range(3)) == 1
