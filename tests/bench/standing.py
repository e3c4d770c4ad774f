"""What chattui takes while nothing happens, and what it holds."""

import json
import subprocess
from collections.abc import Callable, Sequence
from pathlib import Path
from statistics import median

import msgspec

from tests.bench.measuring import Row, Size, interleaved
from tests.bench.project import CHATTUI, PYTHON, at_work, bare
from tests.bench.terminal import Terminal

SKELETON = (*PYTHON, "-m", "tests.bench.floors.skeleton")


class Idle(msgspec.Struct):
    """Of a program that is left alone."""

    cpu: float
    """Milliseconds of processor time in a second."""
    written: float
    """Bytes in a second."""


def idle_of(command: Sequence[str], ready: str, env: dict[str, str], seconds: float) -> Idle:
    """Once it is ready and has come to rest."""
    with Terminal(command, env=env) as terminal:
        terminal.painted(ready)
        terminal.rests()
        before = terminal.cpu()
        written = terminal.written(seconds)
        return Idle((terminal.cpu() - before) / seconds * 1000, written / seconds)


def idle(size: Size) -> list[Row]:
    """A quiet desk, live."""
    seconds = size.of(20, 2)
    with at_work(size) as (_, env):
        contestants: dict[str, Callable[[], Idle]] = {
            "floor": lambda: idle_of(SKELETON, "line 49", env, seconds),
            "value": lambda: idle_of(CHATTUI, "● live", env, seconds),
        }
        samples = interleaved(size.rounds, contestants)
    cpu, floor = (median(one.cpu for one in samples[which]) for which in ("value", "floor"))
    written = median(one.written for one in samples["value"])
    return [
        Row("idle processor time, live", "a Textual app of the same shape", cpu, "ms/s", 2, floor),
        Row("idle, bytes written", "", written, "bytes/s", 0),
    ]


MEASURE = """
import gc, json, resource, sys
from pathlib import Path
import msgspec
from chattui.model.events import PageLoaded, SnapshotTaken
from chattui.store.store import Store
from tests.bench.programs.thread import said
from tests.scripted import ANA, ORG, T0, contact, conversation, tail
from chattui.model.records import ConversationId

def resident():
    gc.collect()
    return int(Path("/proc/self/statm").read_text().split()[1]) * resource.getpagesize()

many = int(sys.argv[1])
store = Store()
store.apply([SnapshotTaken(ANA, ORG, T0, (contact(), conversation("one"), tail("one", many, many)))])
size, before = 0, resident()
for lo in range(many - 999, 0, -1000):
    texts = [msgspec.json.encode(said(seq)) for seq in range(lo, lo + 1000)]
    size += sum(map(len, texts))
    rows = tuple(msgspec.json.decode(text, type=type(said(1))) for text in texts)
    store.apply([PageLoaded(ConversationId("one"), lo, lo + 999, rows)])
    del texts, rows
print(json.dumps([resident() - before, size]))
"""


def messages(size: Size) -> Row:
    """Resident memory of one long thread in the store, read a page at a time, over its length as JSON."""
    many = size.of(100_000, 2_000)
    samples = []
    for _ in range(size.rounds):
        command = [*PYTHON, "-c", MEASURE, str(many)]
        told = subprocess.run(command, capture_output=True, check=True, env=bare(Path()))
        samples.append(json.loads(told.stdout))
    held, as_json = (median(sample[place] for sample in samples) / (1 << 20) for place in (0, 1))
    return Row(f"{many:,} messages in the store", "their JSON", held, "MiB", 2, as_json)
