"""A real shift, recorded in a terminal and shown again without its project."""

import stat
import subprocess
from pathlib import Path

import pytest

from tests.e2e.conftest import CHATTUI, Run, Says, SignedIn
from tests.e2e.hands import QUIT, take_over, write
from tests.program import bare

pytestmark = pytest.mark.timeout(120)


def test_a_replay_ends_with_the_screen_that_the_shift_ended_with(
    signed_in: SignedIn, run: Run, says: Says, tmp_path: Path
) -> None:
    says("Rosa Quill", "I was charged twice")
    tape = tmp_path / "tape"
    ana = run("--record", str(tape), env=signed_in("ana"))
    ana.sees("● live")
    take_over(ana, "Rosa Quill")
    write(ana, "Let me look")
    last = ana.sees("Let me look +✓ stored(.|\n)*").splitlines()
    ana.press(QUIT)
    assert ana.ends() == 0
    assert stat.S_IMODE(tape.stat().st_mode) == 0o600
    assert signed_in("ana")["CHATTUI_KEY"] not in tape.read_text()
    assert "eyJ" not in tape.read_text(), "no token is in it"

    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    again = subprocess.run(
        [*CHATTUI, "replay", str(tape), "--last"], env=bare(elsewhere), capture_output=True, text=True, check=True
    )
    assert again.stdout.splitlines() == [line.rstrip() for line in last]

    watched = run("replay", str(tape), "--speed", "20")
    watched.sees("Let me look +✓ stored")
    watched.press("q")
    assert watched.ends() == 0

    refused = run("--record", str(tape), env=signed_in("ana"))
    refused.sees("is there already")
    assert refused.ends() == 1

    small = run("replay", str(tape), columns=80, rows=24)
    small.sees("recorded in a window of 120 × 36")
    assert small.ends() == 1
