"""A stack for the cast alone: its customers turn to the only organisation there is."""

from collections.abc import Iterator

import pytest

from tests import stack as real
from tests.stack import Stack


@pytest.fixture(scope="session")
def stack() -> Iterator[Stack]:
    with real.directory() as data, real.started(data) as started:
        yield started
