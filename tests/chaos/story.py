"""What happened to those of whom something is wrong, in order: the least that a person needs to see."""

from collections.abc import Iterable, Iterator, Mapping, Sequence

from tests.chaos.crew import Worker
from tests.chaos.plan import AGENTS, CUSTOMERS, STACK
from tests.chaos.storm import Struck

MOST = 60
"""Lines; the last ones matter."""


def story(complaints: Iterable[str], workers: Mapping[str, Worker], log: Sequence[Struck], began: float) -> list[str]:
    """Faults that fell on them and on the server, and what their links did, by seconds since the start."""
    who = concerned(complaints)
    happened = [*_struck(log, who), *_lives(workers, who)]
    return [f"{at - began:7.1f} s  {what}" for at, what in sorted(happened)][-MOST:]


def concerned(complaints: Iterable[str]) -> set[str]:
    """Whoever is named in them; everybody where nobody is."""
    people = (*AGENTS, *CUSTOMERS)
    named = {name for complaint in complaints for name in people if complaint.startswith(name)}
    return named or set(people)


def _struck(log: Sequence[Struck], who: set[str]) -> Iterator[tuple[float, str]]:
    for struck in log:
        if struck.blow.target in {*who, STACK}:
            what = f"#{struck.blow.number} {struck.blow.kind}: {struck.blow.target}"
            yield struck.began, f"{what} {struck.blow.fault or ''}"
            yield struck.ended, f"{what} is over {struck.error}"


def _lives(workers: Mapping[str, Worker], who: set[str]) -> Iterator[tuple[float, str]]:
    for name in who & workers.keys():
        for number, life in enumerate(workers[name].lives):
            yield life.began, f"{name} begins life {number}"
            yield from ((said.at, f"{name} is {said.words}") for said in life.said if said.what == "link")
