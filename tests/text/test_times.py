from datetime import UTC, datetime, timedelta, timezone

import pytest

from chattui.text.times import ago, clock, day, lasted, stopwatch

NOW = datetime(2026, 11, 20, 14, 2, 30, tzinfo=UTC)  # a Friday


@pytest.mark.parametrize(
    ("passed", "words"),
    [
        (timedelta(seconds=-30), "now"),
        (timedelta(seconds=59), "now"),
        (timedelta(minutes=2, seconds=59), "2m"),
        (timedelta(minutes=59), "59m"),
        (timedelta(hours=3), "3h"),
        (timedelta(hours=23, minutes=59), "23h"),
        (timedelta(days=1), "Thu"),
        (timedelta(days=6), "Sat"),
        (timedelta(days=7), "13 Nov"),
        (timedelta(days=300), "24 Jan"),
        (timedelta(days=700), "2024"),
    ],
)
def test_how_long_ago(passed: timedelta, words: str) -> None:
    assert ago(NOW - passed, NOW, UTC) == words


@pytest.mark.parametrize(
    ("passed", "words"),
    [
        (timedelta(seconds=5), "<1m"),
        (timedelta(minutes=2), "2m"),
        (timedelta(hours=30), "1d"),
        (timedelta(days=400), "400d"),
    ],
)
def test_how_long_it_lasted(passed: timedelta, words: str) -> None:
    assert lasted(NOW - passed, NOW) == words


@pytest.mark.parametrize(("seconds", "words"), [(-1, "0:00"), (42, "0:42"), (725, "12:05"), (3723, "1:02:03")])
def test_the_stopwatch(seconds: int, words: str) -> None:
    assert stopwatch(NOW - timedelta(seconds=seconds), NOW) == words


def test_clock_and_day_are_those_of_the_zone() -> None:
    east = timezone(timedelta(hours=10))
    assert (clock(NOW, UTC), clock(NOW, east)) == ("14:02", "00:02")
    assert (day(NOW, NOW, UTC), day(NOW, NOW, east)) == ("Friday 20 November", "Saturday 21 November")


def test_another_year_is_named() -> None:
    assert day(NOW - timedelta(days=365), NOW, UTC) == "Thursday 20 November 2025"


def test_yesterday_evening_is_hours_ago_and_not_a_day() -> None:
    assert ago(NOW - timedelta(hours=20), NOW, UTC) == "20h"
