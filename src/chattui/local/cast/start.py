"""The cast from outside: who plays, starting it, and having it play otherwise."""

import contextlib
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import msgspec
from filelock import FileLock, Timeout

from chattui.local.errors import StackFailed
from chattui.local.places import DataDirectory, opened_private
from chattui.local.processes import ProcessId
from chattui.local.state import running
from chattui.paths import write_private

SEED = 1
RATE = 1.0
PATIENCE = 5.0
"""Seconds for which a cast that was told to end is waited for."""


class Cast(msgspec.Struct, frozen=True):
    """The content of `cast.json`."""

    process: ProcessId
    server: ProcessId
    """Whose world it plays in; it ends with it."""
    seed: int
    rate: float


def playing(directory: Path) -> Cast | None:
    """The cast of the running stack of `directory`."""
    data = DataDirectory.at(directory)
    with contextlib.suppress(OSError, msgspec.DecodeError):
        cast = msgspec.json.decode(_file(data).read_bytes(), type=Cast)
        state = running(data)
        if state is not None and cast.server == state.server and cast.process.alive():
            return cast
    return None


def play(directory: Path, *, seed: int | None = None, rate: float | None = None) -> Cast | None:
    """Let a cast play in the running stack of `directory`; it outlives this process, and nobody has to wait for it.

    Where one plays already it goes on, with the seed and the rate that are given here: its customers stay, new ones
    are of the new seed. Answers the cast that played before; None where none did.

    Raises:
        StackFailed: another one has been about it for too long.
    """
    data = DataDirectory.at(directory)
    with _locked(data):
        before = playing(directory)
        now_seed, now_rate = (before.seed, before.rate) if before else (SEED, RATE)
        seed, rate = now_seed if seed is None else seed, now_rate if rate is None else rate
        if before is None or (seed, rate) != (before.seed, before.rate):
            _end(before)
            _start(data, seed, rate)
    return before


def end(directory: Path) -> Cast | None:
    """End the cast of `directory`; its conversations stay as they are. Answers, and raises, as `play` does."""
    with _locked(DataDirectory.at(directory)):
        before = playing(directory)
        _end(before)
    return before


def _start(data: DataDirectory, seed: int, rate: float) -> None:
    state = running(data)
    if state is None:
        return
    command = [sys.executable, "-m", "chattui.local.cast", str(data.root), "--seed", str(seed), "--rate", str(rate)]
    with open(data.root / "cast.log", "ab", opener=opened_private) as log:
        process = subprocess.Popen(  # noqa: S603 - a fixed command
            command, stdin=subprocess.DEVNULL, stdout=log, stderr=log, start_new_session=True
        )
    # When it ends before us, somebody has to reap it.
    threading.Thread(target=process.wait, name="cast process", daemon=True).start()
    cast = Cast(ProcessId.of(process.pid), state.server, seed, rate)
    write_private(_file(data), msgspec.json.encode(cast))


def _end(cast: Cast | None) -> None:
    if cast is not None:
        with contextlib.suppress(ProcessLookupError):
            os.kill(cast.process.pid, signal.SIGTERM)
        cast.process.ended(PATIENCE)


def _file(data: DataDirectory) -> Path:
    return data.root / "cast.json"


@contextlib.contextmanager
def _locked(data: DataDirectory) -> Iterator[None]:
    """Two demos that start at once bring one cast."""
    lock = FileLock(data.root / "cast.start.lock", timeout=2 * PATIENCE, mode=0o600)
    try:
        lock.acquire()
    except Timeout:
        raise StackFailed("Another chattui has been starting the demo's customers for too long; end it.") from None
    try:
        yield
    finally:
        lock.release()
