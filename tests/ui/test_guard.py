from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chattui.ui.guard import Guard

GAP = 0.08


class Agenda:
    """Timers that go off when a test says what time it is."""

    def __init__(self) -> None:
        self.now = 0.0
        self._timers: list[tuple[float, Callable[[], None], list[bool]]] = []

    class Timer:
        def __init__(self, stopped: list[bool]) -> None:
            self._stopped = stopped

        def stop(self) -> None:
            self._stopped.append(True)

    def later(self, seconds: float, run: Callable[[], None]) -> "Agenda.Timer":
        stopped: list[bool] = []
        self._timers.append((self.now + seconds, run, stopped))
        return Agenda.Timer(stopped)

    def until(self, now: float) -> None:
        for due, run, stopped in sorted(self._timers, key=lambda timer: timer[0]):
            if due <= now and not stopped:
                stopped.append(True)
                self.now = due
                run()
        self.now = now


class Desk:
    def __init__(self, gap: float = GAP) -> None:
        self.agenda = Agenda()
        self.done: list[str] = []
        self.refused: list[str] = []
        self.guard = Guard(gap, self.agenda.later, self.refused.append)

    def act(self, key: str, at: float) -> None:
        self.agenda.until(at)
        self.guard.acting(key, at, lambda: self.done.append(key))

    def type(self, at: float) -> None:
        self.agenda.until(at)
        self.guard.printable(at)


@pytest.fixture
def desk() -> Desk:
    return Desk()


def test_a_key_that_stands_alone_acts_when_the_gap_is_over(desk: Desk) -> None:
    desk.act("c", 1.0)
    assert desk.done == []
    desk.agenda.until(1.0 + GAP)
    assert desk.done == ["c"]
    assert desk.refused == []


def test_a_key_after_a_letter_does_nothing_and_says_so(desk: Desk) -> None:
    desk.type(1.0)
    desk.act("c", 1.0 + GAP / 2)
    desk.agenda.until(5)
    assert desk.done == []
    assert desk.refused == ["c"]


def test_a_key_before_a_letter_does_nothing_and_says_so(desk: Desk) -> None:
    desk.act("c", 1.0)
    desk.type(1.0 + GAP / 2)
    desk.agenda.until(5)
    assert desk.done == []
    assert desk.refused == ["c"]


def test_a_held_down_key_never_acts(desk: Desk) -> None:
    for beat in range(20):
        desk.act("c", 1 + beat * 0.033)
    desk.agenda.until(1 + 19 * 0.033)
    assert desk.done == []


def test_a_paste_stops_the_key_before_it_and_the_one_after(desk: Desk) -> None:
    desk.act("t", 1.0)
    desk.guard.pasted(1.01)
    desk.act("c", 1.02)
    desk.agenda.until(5)
    assert desk.done == []
    assert desk.refused == ["t", "", "c"]


def test_two_keys_apart_both_act(desk: Desk) -> None:
    desk.act("c", 1.0)
    desk.act("c", 1.5)
    desk.agenda.until(5)
    assert desk.done == ["c", "c"]


def test_without_a_gap_a_key_acts_at_once() -> None:
    desk = Desk(gap=0)
    desk.act("c", 1.0)
    assert desk.done == ["c"]


@given(st.lists(st.tuples(st.floats(0.001, 0.5), st.booleans()), min_size=1, max_size=30))
def test_exactly_the_keys_with_room_on_both_sides_act(keys: list[tuple[float, bool]]) -> None:
    desk, now, times = Desk(), 1.0, []
    for index, (pause, acts) in enumerate(keys):
        now += pause
        times.append(now)
        if acts:
            desk.act(str(index), now)
        else:
            desk.type(now)
    desk.agenda.until(now + 1)
    alone = [
        str(index)
        for index, (_, acts) in enumerate(keys)
        if acts
        and (index == 0 or times[index] - times[index - 1] >= GAP)
        and (index + 1 == len(keys) or times[index + 1] >= times[index] + GAP)
    ]
    assert desk.done == alone
    assert sorted(desk.done + desk.refused) == sorted(str(index) for index, (_, acts) in enumerate(keys) if acts)
