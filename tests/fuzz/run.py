"""Throws so many inputs at every target, and keeps those that led somewhere new to make the next ones from."""

import json
import time
import traceback
from collections import Counter
from collections.abc import Callable, Iterator
from random import Random
from resource import RUSAGE_SELF, getrusage
from typing import Any

from msgspec import Struct, field

from tests.fuzz.mutating import Mutator, encoded
from tests.fuzz.seeds import ANSWERS, FRAMES, PGOUTPUT, SAID
from tests.fuzz.targets import targets

SHARES = ("frame",) * 11 + ("answer",) * 3 + ("said",) * 4 + ("logged",) * 2
"""Of twenty inputs, how many go where."""
KEPT = 1_500
"""Inputs of each target that the next ones are made from."""
SHORT = 8_000
"""Bytes of those."""
GARBLED = 0.12
"""The part of JSON inputs that is changed as bytes."""
NEWER = 0.8
"""The part of rows that are newer than all before: others would only be left out."""
INSIDE = 0.9
"""The part of frames of which only the payload is changed."""
PATIENCE = 0.25, 4e-6
"""CPU seconds that an input may take: at least, and for each byte."""
LARGE = 8 * 2**20
"""Bytes: the longest frame that a socket takes."""
ROOM = 600 * 2**20
"""Bytes that the process may grow by: a frame of 8 MB is a tree of ten times that, and a store keeps some."""


class Fault(Struct):
    """An input that something could not bear."""

    target: str
    what: str
    input: str


class Told(Struct):
    """What came of it."""

    seed: int
    inputs: int
    seconds: float = 0.0
    by_target: dict[str, int] = field(default_factory=dict)
    outcomes: int = 0
    """Different ones: how far the nonsense has come."""
    taken: int = 0
    """Inputs that got into a store."""
    slowest: float = 0.0
    """Seconds."""
    largest: int = 0
    """Bytes."""
    grown: int = 0
    """Bytes that the process has grown by."""
    faults: list[Fault] = field(default_factory=list)


class Run:
    """One seed, one stream of inputs."""

    def __init__(self, inputs: int, seed: int) -> None:
        self.told = Told(seed, inputs)
        self._random = Random(seed)  # noqa: S311 - no secret
        self._targets = targets()
        self._seeds: dict[str, list[Any]] = {
            "frame": [*FRAMES],
            "answer": [*ANSWERS],
            "said": [*SAID, *FRAMES[-9:]],
            "logged": [*PGOUTPUT],
        }
        self._mutators = {name: Mutator(self._random, pool) for name, pool in self._seeds.items()}
        self._outcomes: set[tuple[str, str]] = set()
        self._counted: Counter[str] = Counter()

    def whole(self) -> Told:
        """Until all inputs were thrown; at most 20 faults are kept, one of each kind."""
        begun, before = time.monotonic(), getrusage(RUSAGE_SELF).ru_maxrss
        large = max(self.told.inputs // 40, 1)
        giants = giants_of(min(LARGE, self.told.inputs * 40))
        for number in range(self.told.inputs):
            giant = next(giants, None) if number % large == large - 1 else None
            if giant is not None:
                self._throw(*giant)
            else:
                self._one()
        self.told.seconds = round(time.monotonic() - begun, 1)
        self.told.grown = (getrusage(RUSAGE_SELF).ru_maxrss - before) * 1024
        self.told.by_target, self.told.outcomes = dict(self._counted), len(self._outcomes)
        if self.told.grown > ROOM:
            self._fault("all", f"the process has grown by {self.told.grown} bytes", b"")
        return self.told

    def _one(self) -> None:
        name = self._random.choice(SHARES)
        pool, mutator = self._seeds[name], self._mutators[name]
        seed = self._random.choice(pool)
        if name == "logged":
            new = mutator.garbled(seed)
            if self._throw(name, new):
                _grow(pool, new, new)
            return
        inside = name == "frame" and self._random.random() < INSIDE
        tree = seed | {"payload": mutator.changed(seed["payload"])} if inside else mutator.changed(seed)
        if self._random.random() < NEWER:
            tree = newer(tree, 10 + sum(self._counted.values()))
        data = encoded(tree)
        if self._random.random() < GARBLED:
            self._throw(name, mutator.garbled(data))
        elif self._throw(name, data) and _framed_so(name, tree):
            _grow(pool, tree, data)

    def _throw(self, name: str, data: bytes) -> bool:
        """Whether it led somewhere new."""
        self._counted[name] += 1
        begun = time.perf_counter()
        try:
            outcome = self._targets[name](data)
        except Exception:  # noqa: BLE001 - this is what is looked for
            self._fault(name, traceback.format_exc(limit=-3), data)
            return False
        took = time.perf_counter() - begun
        self.told.slowest = max(self.told.slowest, round(took, 4))
        self.told.largest = max(self.told.largest, len(data))
        self.told.taken += outcome.startswith("[")
        if took > _patience(data):
            self._time(name, data)
        new = (name, outcome) not in self._outcomes
        self._outcomes.add((name, outcome))
        return new

    def _time(self, name: str, data: bytes) -> None:
        """Again, by this thread's own clock: the machine may have been busy."""
        begun = time.thread_time()
        self._targets[name](data)
        if (took := time.thread_time() - begun) > _patience(data):
            self._fault(name, f"took {took:.2f} s for {len(data)} bytes", data)

    def _fault(self, name: str, what: str, data: bytes) -> None:
        kind = what.strip().splitlines()[-1][:60]
        known = any(fault.what.strip().splitlines()[-1][:60] == kind for fault in self.told.faults)
        if not known and len(self.told.faults) < 20:
            self.told.faults.append(Fault(name, what, ascii(data[:3_000])))


def _grow(pool: list[Any], new: Any, data: bytes) -> None:
    if len(pool) < KEPT and len(data) < SHORT:
        pool.append(new)


def newer(tree: Any, version: int) -> Any:
    """The same, every row of it in this version, where it has a number for one."""
    if isinstance(tree, list):
        return [newer(one, version) for one in tree]
    if not isinstance(tree, dict):
        return tree
    if type(tree.get("version")) is int and tree["version"] >= 0:
        return tree | {"version": version}
    return {name: newer(value, version) for name, value in tree.items()}


def _framed_so(name: str, tree: Any) -> bool:
    """Whether it can be changed inside."""
    return name != "frame" or (isinstance(tree, dict) and "payload" in tree)


def _patience(data: bytes) -> float:
    least, each = PATIENCE
    return least + each * len(data)


def giants_of(size: int) -> Iterator[tuple[str, bytes]]:
    """Inputs as large as a socket takes them, each of another kind."""
    makers: tuple[Callable[[], bytes], ...] = (
        lambda: b"[" * size,
        lambda: b'{"a":' * (size // 5),
        lambda: framed(body="x" * size),
        lambda: framed(body="\n" * (size // 2)),
        lambda: framed(body="\u0301" * (size // 6)),
        lambda: framed(body="\x1b[31m" * (size // 12)),
        lambda: framed(body=["x"] * (size // 4)),
        lambda: framed(body={str(number): 1 for number in range(size // 16)}),
        lambda: framed(metadata={str(number): "\x1b" for number in range(size // 20)}),
        lambda: framed(table="contacts", attributes={f"{number}\u202e": ["\x1b"] for number in range(size // 40)}),
        lambda: framed(table="contacts", attributes={"deep": _deep(900)}),
        lambda: framed(table="contacts", attributes={"wide": "🇩" * (size // 12)}),
        lambda: framed(table="contacts", name="👨\u200d" * (size // 18)),
        lambda: framed(table="labels", name="\u202e" * (size // 6)),
        lambda: framed(table="conversation_metadata", summary="क्" * (size // 12)),
        lambda: framed(body="9" * 1_000_000),
        lambda: b'{"topic":"t","event":"e","payload":' + b"9" * min(size, 4_000) + b"}",
        lambda: encoded({"topic": "t", "event": "presence_state", "payload": {str(n): {} for n in range(size // 16)}}),
        lambda: encoded({"topic": "t" * size, "event": "presence_diff", "payload": {}}),
    )
    for make in makers:
        data = make()[:LARGE]
        yield from (("frame", data), ("said", data))


def _deep(depth: int) -> Any:
    return json.loads("[" * depth + "]" * depth)


def framed(table: str = "messages", **columns: Any) -> bytes:
    """A row event with these columns."""
    frame = next(one for one in FRAMES if one["payload"].get("data", {}).get("table") == table)
    data = frame["payload"]["data"]
    record = data["record"] | {"version": 900} | columns
    return encoded(frame | {"payload": {"ids": [1], "data": data | {"record": record}}})
