"""Root's copies of PostgreSQL's programs: made once for each environment, gone with it."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from chattui.local import binaries
from chattui.local.binaries import PACKAGE, PROGRAMS


@pytest.fixture
def shared(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(binaries, "shared_root", lambda: tmp_path / "shared")
    return tmp_path / "shared"


def environment(directory: Path) -> Path:
    """An environment's package directory; its one program sleeps."""
    package = directory / PACKAGE
    (package / PROGRAMS).mkdir(parents=True)
    shutil.copy(shutil.which("sleep") or "/bin/sleep", package / PROGRAMS / "postgres")
    os.utime(package / PROGRAMS / "postgres", ns=(0, hash(directory) % 10**15))
    return package


def test_a_copy_goes_with_its_environment(shared: Path, tmp_path: Path) -> None:
    first, second = environment(tmp_path / "first"), environment(tmp_path / "second")
    copies = [binaries._copied(package).parent for package in (first, second, first)]
    assert copies[0] == copies[2] != copies[1]
    assert sorted(shared.iterdir()) == sorted(set(copies))
    shutil.rmtree(first)
    binaries._copied(second)
    assert list(shared.iterdir()) == [copies[1]]


@pytest.mark.usefixtures("shared")
def test_a_copy_at_work_stays_until_it_is_done(tmp_path: Path) -> None:
    first, second = environment(tmp_path / "first"), environment(tmp_path / "second")
    copy = binaries._copied(first)
    shutil.rmtree(first)
    with subprocess.Popen([copy / PROGRAMS / "postgres", "60"]) as postgres:
        binaries._copied(second)
        assert copy.exists()
        postgres.kill()
    binaries._copied(second)
    assert not copy.exists()


def test_what_a_killed_start_left_half_copied_goes(shared: Path, tmp_path: Path) -> None:
    with subprocess.Popen([sys.executable, "-c", ""]) as dead:
        pass
    half, growing = (shared / f"postgresql-18-1-1.{pid}" for pid in (dead.pid, os.getpid()))
    half.mkdir(parents=True)
    growing.mkdir()
    binaries._copied(environment(tmp_path / "one"))
    assert not half.exists()
    assert growing.exists()


def test_other_directories_keep_their_mode(shared: Path, tmp_path: Path) -> None:
    shared.mkdir(mode=0o700)
    package = environment(tmp_path / "one")
    before = (tmp_path.stat().st_mode, package.stat().st_mode, shared.stat().st_mode)
    binaries._copied(package)
    assert (tmp_path.stat().st_mode, package.stat().st_mode, shared.stat().st_mode) == before
