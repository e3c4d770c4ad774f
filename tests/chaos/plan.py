"""What goes wrong, when, and to whom: all of it follows from the seed."""

from collections.abc import Callable, Sequence
from random import Random

from msgspec import Struct

from tests.faults.faults import (
    ROWS,
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
    Kind,
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

AGENTS = ("ana", "ben", "cleo")
CUSTOMERS = ("rosa", "samuel", "tom", "uma")
MORTAL = ("ana", "ben")
"""Agents whose processes are killed and stopped; Cleo's lives on, so that what it leaves behind can be measured."""
STACK = "the server"

WRITES = Requests("/rest/v1/rpc/insert_message")
CALLS = Requests("/rest/v1/rpc")
JSON = (("Content-Type", "application/json"),)


class Blow(Struct, frozen=True):
    """One fault of the plan. `at` and `seconds` count from the start of the work."""

    number: int
    at: float
    seconds: float
    """How long it stands, or a process is gone."""
    target: str
    kind: str
    fault: Fault | None = None
    """What the target's proxy does; None for what happens to a process or a token."""

    def __str__(self) -> str:
        return f"#{self.number} {self.kind} for {self.seconds:.1f} s at {self.at:.1f} s: {self.target}"


Draw = Callable[[Random], Fault]

ON_THE_LINE: dict[str, tuple[float, Draw]] = {
    "cut": (0.4, lambda _: Cut()),
    "refuse": (0.3, lambda _: Refuse()),
    "reset": (0.0, lambda r: Reset(r.choice((None, *Kind)), all=r.random() < 0.5)),
    "black hole": (1.0, lambda r: BlackHole(frozenset(r.choice((list(Direction), [Direction.UP], [Direction.DOWN]))))),
    "silent socket": (1.0, lambda _: BlackHole(kind=Kind.SOCKET)),
    "delay": (1.0, lambda r: Delay(r.uniform(0.05, 0.8), jitter=r.uniform(0, 0.8))),
    "throttle": (0.6, lambda r: Throttle(r.choice((4_000, 20_000, 60_000)))),
    "drop": (1.0, lambda r: Drop(ROWS, times=r.randint(1, 12))),
    "drop anything": (0.6, lambda r: Drop(Frames(), times=r.randint(1, 6))),
    "duplicate": (1.0, lambda r: Duplicate(r.choice((ROWS, Frames())), times=r.randint(1, 20))),
    "reorder": (1.0, lambda r: Reorder(ROWS, times=r.randint(1, 12), places=r.randint(1, 4))),
    "close 1000": (0.0, lambda _: Close(1000)),
    "close 1006": (0.0, lambda _: Close(1006)),
    "502": (0.6, lambda r: Answer(CALLS, r.randint(1, 6), 502)),
    "503": (0.6, lambda r: Answer(Requests(), r.randint(1, 6), 503, body=b"")),
    "429": (0.6, lambda r: Answer(CALLS, r.randint(1, 4), 429, body=b'{"message": "Too Many Requests"}')),
    "portal": (0.6, lambda r: Answer(CALLS, r.randint(1, 6), 200, body=b"<html>Accept our terms</html>")),
    "someone else's answer": (0.6, lambda r: Answer(CALLS, r.randint(1, 4), 200, JSON, b'{"blocked": "yes"}')),
    "empty answer": (0.6, lambda r: Answer(CALLS, r.randint(1, 4), 200, JSON, b"")),
    "slow body": (1.0, lambda r: SlowBody(CALLS, r.randint(1, 4), seconds=r.uniform(0.2, 4))),
    "truncated": (0.8, lambda r: Truncate(CALLS, r.randint(1, 4), keep=r.random(), broken=r.random() < 0.5)),
    "answer lost": (0.8, lambda r: LoseAnswer(r.choice((WRITES, CALLS)), r.randint(1, 4))),
    "request lost": (0.8, lambda r: LoseRequest(r.choice((WRITES, CALLS)), r.randint(1, 4))),
}
"""Kind → (how much of the longest time it stands at most, what the proxy does)."""

TO_PROCESSES = ("kill", "stop")
TWIN = "a second window"
"""Another process of the same agent, that works beside the first for a while and is then closed, or killed."""
TWINNED = "ben"
TO_TOKENS = ("token expires", "token expired long ago")
TO_THE_SERVER = ("server restarts", "server is killed", "postgres is killed")
EVERY = (*ON_THE_LINE, *TO_PROCESSES, TWIN, *TO_TOKENS, *TO_THE_SERVER)


class Scale(Struct, frozen=True):
    """How much, how long, and what may be done to the server."""

    faults: int
    seconds: float
    """Of work, over which the faults are spread."""
    longest: float = 15.0
    """Seconds that a fault stands at most."""
    own_server: bool = True
    """Whether the server is ours to end; without it tokens cannot be forged either."""


def plan(seed: int, scale: Scale) -> list[Blow]:
    """The same for the same arguments. Each kind comes once before any comes again; the server's are rarer."""
    random = Random(f"plan {seed}")  # noqa: S311 - no secret
    kinds = _kinds(random, scale)
    times = sorted(random.uniform(0, scale.seconds) for _ in kinds)
    return [_blow(number, at, kind, random, scale) for number, (at, kind) in enumerate(zip(times, kinds, strict=True))]


def only(blows: Sequence[Blow], numbers: Sequence[int]) -> list[Blow]:
    """These alone, at their times."""
    return [blow for blow in blows if blow.number in set(numbers)]


def _kinds(random: Random, scale: Scale) -> list[str]:
    possible = [kind for kind in EVERY if scale.own_server or kind not in {*TO_THE_SERVER, "token expired long ago"}]
    weights = [0.25 if kind in TO_THE_SERVER else 1.0 for kind in possible]
    once = random.sample(possible, len(possible))
    more = random.choices(possible, weights, k=max(0, scale.faults - len(once)))
    chosen = once[: scale.faults] + more
    random.shuffle(chosen)
    return chosen


def _blow(number: int, at: float, kind: str, random: Random, scale: Scale) -> Blow:
    length = scale.longest * random.random() ** 2  # most are short
    if kind in ON_THE_LINE:
        share, draw = ON_THE_LINE[kind]
        return Blow(number, at, share * length, random.choice((*AGENTS, *CUSTOMERS)), kind, draw(random))
    if kind in TO_PROCESSES:
        return Blow(number, at, length, random.choice(MORTAL), kind)
    if kind == TWIN:
        return Blow(number, at, 2.0 + length, TWINNED, kind)
    if kind == "token expired long ago":
        return Blow(number, at, 0.3 * length, random.choice(MORTAL), kind)
    if kind in TO_TOKENS:
        return Blow(number, at, 0.0, random.choice((*AGENTS, *CUSTOMERS)), kind)
    return Blow(number, at, 0.2 * length, STACK, kind)
