"""Telling whether a process still works."""

import subprocess
import sys
import time

from chattui.local.processes import ProcessId

NEVER_REAPS = """
import subprocess, sys
child = subprocess.Popen(["sleep", "60"])
print(child.pid, flush=True)
sys.stdin.readline()
child.kill()
sys.stdin.read()
"""


def test_a_zombie_has_ended() -> None:
    """As left by a container's first process that reaps late, or never."""
    with subprocess.Popen(
        [sys.executable, "-c", NEVER_REAPS], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, bufsize=1
    ) as parent:
        assert parent.stdin
        assert parent.stdout
        child = ProcessId.of(int(parent.stdout.readline()))
        assert not child.ended(0.1)
        parent.stdin.write("now\n")
        begun = time.monotonic()
        assert child.ended(10)
        assert time.monotonic() - begun < 5
        parent.stdin.close()


def test_another_process_under_the_number_is_not_it() -> None:
    with subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE) as stranger:
        told = ProcessId.of(stranger.pid)
        assert told.alive()
        assert not ProcessId(told.pid, told.started - 60).alive()
        assert ProcessId(told.pid, told.started - 60).ended(5)
        stranger.kill()
