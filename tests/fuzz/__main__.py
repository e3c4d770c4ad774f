"""Nonsense for everything that reads the network: `python -m tests.fuzz [--inputs N] [--seed N] [--json FILE]`."""

import argparse
import sys
from pathlib import Path

import msgspec

from tests import stack as real
from tests.fuzz.run import Run
from tests.fuzz.server import Siege

EACH = 250
"""Inputs for each request to the local server, which takes as long."""


def main() -> int:
    """0 where nothing was found."""
    options = argparse.ArgumentParser(prog="python -m tests.fuzz", description=__doc__)
    options.add_argument("--inputs", type=int, default=1_000_000)
    options.add_argument("--seed", type=int, default=1)
    options.add_argument("--json", type=Path, help="write what was found there")
    asked = options.parse_args()
    told = Run(asked.inputs, asked.seed).whole()
    with real.directory() as directory, real.started(directory) as stack:
        doors = Siege(real.make_organisation(stack), asked.seed).whole(max(asked.inputs // EACH, 100))
    report = msgspec.json.format(msgspec.json.encode({"readers": told, "doors": doors})).decode()
    if asked.json:
        asked.json.write_text(report)
    sys.stdout.write(report + "\n")
    return 1 if told.faults or doors.faults else 0


if __name__ == "__main__":
    sys.exit(main())
