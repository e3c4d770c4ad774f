"""Stacks that a test may break."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests import stack as real


@pytest.fixture
def directory() -> Iterator[Path]:
    """A data directory for one test; whatever runs in it is stopped."""
    with real.directory() as path:
        yield path
