"""Stacks that a test may break."""

import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from chattui.local import stack
from chattui.local.places import DataDirectory


@pytest.fixture
def directory() -> Iterator[Path]:
    """A data directory for one test; whatever runs in it is stopped."""
    with tempfile.TemporaryDirectory(prefix="chattui-test-") as name:
        path = Path(name)
        yield path
        data = DataDirectory.at(path)
        stack.end(path)
        shutil.rmtree(data.cluster, ignore_errors=True)
