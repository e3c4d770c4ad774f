"""Starting the cast from outside."""

import subprocess
import sys
from pathlib import Path

from chattui.local.places import DataDirectory, opened_private


def start(directory: Path, *, seed: int, rate: float) -> "subprocess.Popen[bytes]":
    """Let a cast play in the running stack of `directory`; where one does already, it goes on and this one ends.

    Nobody has to wait for it: it outlives its parent.
    """
    data = DataDirectory.at(directory)
    command = [sys.executable, "-m", "chattui.local.cast", str(data.root), "--seed", str(seed), "--rate", str(rate)]
    with open(data.root / "cast.log", "ab", opener=opened_private) as log:
        return subprocess.Popen(  # noqa: S603 - a fixed command
            command, stdin=subprocess.DEVNULL, stdout=log, stderr=log, start_new_session=True
        )
