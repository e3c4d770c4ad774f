"""Rounds, medians, and the row of a table: a value beside its floor, measured in the same run."""

import statistics
from collections.abc import Callable, Mapping, Sequence
from enum import StrEnum
from typing import TypeVar

from msgspec import Struct
from rich.table import Table

from tests.stack import Stack

Sample = TypeVar("Sample")


class Size(Struct, frozen=True):
    """How much is measured."""

    rounds: int
    smoke: bool = False
    """Small, to see that it runs: its ratios mean nothing."""
    stack: Stack | None = None
    """One that runs already and serves all measurements; where there is none, each starts its own."""

    def of(self, full: int, small: int) -> int:
        """One of two numbers."""
        return small if self.smoke else full


class Bound(StrEnum):
    """On which side of its target a ratio has to stay."""

    AT_MOST = "≤"
    AT_LEAST = "≥"


class Row(Struct, frozen=True):
    """One line: `value` is held against `target` times `floor`, or against `target` itself where there is no floor."""

    what: str
    against: str
    """What the floor is."""
    value: float
    unit: str
    target: float
    floor: float | None = None
    bound: Bound = Bound.AT_MOST
    note: str = ""

    @property
    def ratio(self) -> float:
        """Value over floor; the value itself where there is no floor."""
        return self.value if self.floor is None else self.value / self.floor if self.floor else float("inf")

    @property
    def held(self) -> bool:
        """Whether the target is met."""
        return self.ratio <= self.target if self.bound is Bound.AT_MOST else self.ratio >= self.target

    def told(self) -> dict[str, object]:
        """As JSON has it."""
        fields = {name: getattr(self, name) for name in self.__struct_fields__}
        return {**fields, "ratio": round(self.ratio, 4), "held": self.held}


def interleaved(rounds: int, contestants: Mapping[str, Callable[[], Sample]]) -> dict[str, list[Sample]]:
    """Each of them in every round, in turn and beginning with another one each time.

    Of several rounds the first one warms up and is not counted.
    """
    names, samples = list(contestants), {name: list[Sample]() for name in contestants}
    cold = 1 if rounds > 1 else 0
    for number in range(rounds + cold):
        first = number % len(names)
        for name in (*names[first:], *names[:first]):
            sample = contestants[name]()
            if number >= cold:
                samples[name].append(sample)
    return samples


def medians(rounds: int, contestants: Mapping[str, Callable[[], float]]) -> dict[str, float]:
    """The middle of `interleaved` rounds."""
    return {name: statistics.median(samples) for name, samples in interleaved(rounds, contestants).items()}


def percentile(samples: Sequence[float], percent: int) -> float:
    """The sample below which so many in a hundred lie."""
    return sorted(samples)[min(len(samples) * percent // 100, len(samples) - 1)]


def table(rows: Sequence[Row]) -> Table:
    """For people."""
    shown = Table("what", "floor", "floor is", "value", "ratio", "target", "held", box=None, pad_edge=False)
    for row in rows:
        held = "yes" if row.held else "no"
        floor = "–" if row.floor is None else f"{row.floor:.4g} {row.unit}"
        ratio = "–" if row.floor is None else f"{row.ratio:.2f}×"
        target = f"{row.bound} {row.target:g}" + ("" if row.floor is None else "×")
        shown.add_row(row.what, floor, row.against, f"{row.value:.4g} {row.unit}", ratio, target, held)
    return shown
