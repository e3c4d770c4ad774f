"""Seeded schedules of faults: the same seed is the same schedule, and each is a list that can be printed and shrunk."""

from collections.abc import Callable
from random import Random

from tests.faults.faults import (
    Answer,
    BlackHole,
    Close,
    Cut,
    Delay,
    Direction,
    Drop,
    Duplicate,
    Fault,
    Frames,
    LoseAnswer,
    LoseRequest,
    Refuse,
    Reorder,
    Requests,
    Reset,
    SlowBody,
    Throttle,
    Truncate,
)
from tests.faults.proxy import Step

REST = Requests("/rest/v1")
Make = Callable[[Random], Fault]


def _way(random: Random) -> frozenset[Direction]:
    return random.choice([frozenset(Direction), frozenset({Direction.UP}), frozenset({Direction.DOWN})])


def _said(random: Random) -> Frames:
    return random.choice([Frames(event="postgres_changes"), Frames(), Frames(Direction.UP)])


def _row(_random: Random) -> Frames:
    return Frames(event="postgres_changes")


STANDING: dict[Make, int] = {
    lambda _random: Cut(): 2,
    lambda _random: Refuse(): 2,
    lambda random: BlackHole(_way(random)): 2,
    lambda random: Delay(random.uniform(0.01, 0.3), random.uniform(0, 0.2), _way(random)): 3,
    lambda random: Throttle(random.choice([2_000, 20_000, 200_000])): 2,
}
"""Those that last, and how often they are chosen."""
AT_ONCE: dict[Make, int] = {
    lambda _random: Reset(): 3,
    lambda random: Close(random.choice([1000, 1001, 1006, 1012])): 3,
    lambda random: Drop(_row(random), times=random.randint(1, 5)): 4,
    lambda random: Duplicate(_row(random), times=random.randint(1, 5)): 4,
    lambda random: Reorder(_row(random), times=random.randint(1, 3), places=random.randint(1, 4)): 4,
    lambda random: Drop(_said(random)): 1,
    lambda random: Answer(REST, status=random.choice([502, 503])): 3,
    lambda _random: Answer(REST, status=429, headers=(("Retry-After", "1"),), body=b"{}"): 1,
    lambda random: SlowBody(REST, seconds=random.uniform(0.2, 1.5)): 2,
    lambda random: Truncate(REST, keep=random.uniform(0.05, 0.95), broken=random.random() < 0.5): 3,
    lambda _random: LoseAnswer(REST): 4,
    lambda _random: LoseRequest(REST): 2,
}
"""Those that strike and are over."""


def storm(seed: int, faults: int, *, every: float = 0.2, longest: float = 2.0) -> list[Step]:
    """So many faults, on average `every` seconds apart; those that last do so for `longest` seconds at most."""
    random = Random(seed)  # noqa: S311 - it plays, it keeps no secret
    makes = {**STANDING, **AT_ONCE}
    chosen = random.choices(list(makes), weights=list(makes.values()), k=faults)
    return [
        Step(random.expovariate(1 / every), make(random), random.uniform(0.05, longest) if make in STANDING else None)
        for make in chosen
    ]
