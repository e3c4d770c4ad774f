"""What can be in the way of the embedded stack: one sentence, what to do, a code; and nothing is lost."""

import socket
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from chattui.local import stack as local_stack
from chattui.local.places import DataDirectory
from tests.cli.conftest import Home
from tests.stack import Stack, forget


@pytest.fixture
def directory(tmp_path: Path) -> Iterator[Path]:
    """A data directory of `local start`; nothing of it stays."""
    data = tmp_path / "a data directory"
    yield data
    if data.is_dir():
        forget(data)


def told(home: Home, directory: Path, *options: str) -> str:
    """How `chattui local start` ends: with nothing on stdout, and one line that is no step of progress."""
    done = home.run("local", "start", "--dir", str(directory), *options)
    assert done.returncode == 1
    assert done.stdout == ""
    [said] = [line for line in done.stderr.splitlines() if not line.startswith("  ")]
    assert said.startswith("chattui: ")
    return said


@contextmanager
def made(directory: Path) -> Iterator[DataDirectory]:
    """A directory in which a stack has once run."""
    local_stack.join(directory).close()
    local_stack.end(directory)
    yield DataDirectory.at(directory)


def test_a_port_that_is_taken(home: Home, directory: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        assert f"Port {port} is taken" in told(home, directory, "--port", port)


def test_a_directory_of_another_postgresql(home: Home, directory: Path) -> None:
    with made(directory) as data:
        (data.cluster / "data" / "PG_VERSION").write_text("15\n")
        said = told(home, directory)
        assert "was made by PostgreSQL 15, and this is PostgreSQL 18" in said
        assert "chattui demo --fresh" in said
        assert (data.cluster / "data" / "base").exists()


def test_a_file_that_is_not_the_secrets(home: Home, directory: Path) -> None:
    with made(directory) as data:
        data.secrets.write_text("{}")
        assert "secrets.json can not be read" in told(home, directory)
        assert (data.cluster / "data" / "base").exists()


def test_a_directory_that_can_not_be(home: Home, tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    said = told(home, tmp_path / "file" / "data")
    assert "can not be used (Not a directory)" in said
    assert "--dir" in said


def test_a_stack_that_runs_already(stack: Stack, stack_directory: Path, home: Home) -> None:
    said = told(home, stack_directory)
    assert f"already runs for {stack_directory} at {stack.url}" in said


@pytest.mark.parametrize("port", ["-1", "65536", "http"])
def test_a_port_that_is_none(home: Home, directory: Path, port: str) -> None:
    done = home.run("local", "start", "--dir", str(directory), "--port", port)
    assert done.returncode == 2
    assert "Invalid value for '--port'" in done.stderr
    assert not directory.exists()
