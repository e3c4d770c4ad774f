"""What working in a long thread costs, beside the same in a short one."""

import json
import tempfile
from functools import partial
from pathlib import Path
from statistics import median

from tests.bench.measuring import Row, Size, interleaved
from tests.bench.project import PYTHON, bare
from tests.bench.terminal import Terminal

TARGETS = {"append": 1.1, "page": 1.2, "start": 1.5, "resize": 2.0}
NAMES = {"append": "one more message", "page": "a page up", "start": "jump to the start", "resize": "another width"}


def worked(messages: int, times: int) -> dict[str, float]:
    """Milliseconds of processor time for each, in a thread of so many."""
    with tempfile.TemporaryDirectory(prefix="chattui-bench-") as path:
        file = Path(path) / "costs.json"
        command = [*PYTHON, "-m", "tests.bench.programs.thread", str(messages), str(times), str(file)]
        with Terminal(command, env=bare(Path(path))) as terminal:
            terminal.ends()
        costs: dict[str, float] = json.loads(file.read_text())
        return costs


def long_thread(size: Size) -> list[Row]:
    """Four things that agents do."""
    many, few, times = size.of(100_000, 2_000), size.of(1_000, 200), size.of(40, 5)
    samples = interleaved(size.rounds, {"few": partial(worked, few, times), "many": partial(worked, many, times)})

    def row(name: str) -> Row:
        value, floor = (median(costs[name] for costs in samples[which]) for which in ("many", "few"))
        return Row(f"{NAMES[name]}, {many:,} messages", f"the same with {few:,}", value, "ms CPU", TARGETS[name], floor)

    return [row(name) for name in TARGETS]
