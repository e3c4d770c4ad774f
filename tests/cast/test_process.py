"""The cast's process: it plays by itself, one at a time, and ends with the stack it plays in."""

import shutil
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import psycopg
import pytest

from chattui.local import stack as local_stack
from chattui.local.cast.start import start
from chattui.local.places import DataDirectory

PATIENCE = 30.0


@pytest.fixture
def directory(tmp_path: Path) -> Iterator[Path]:
    """A data directory of its own, taken down afterwards."""
    directory = DataDirectory.at(tmp_path / "world")
    yield directory.root
    local_stack.end(directory.root)
    shutil.rmtree(directory.cluster, ignore_errors=True)


def until(condition: Callable[[], object]) -> None:
    deadline = time.monotonic() + PATIENCE
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.1)


def test_it_plays_and_ends_with_its_stack(directory: Path) -> None:
    with local_stack.join(directory) as lease, psycopg.connect(lease.endpoint.db_url, autocommit=True) as database:
        began = database.execute("select now()").fetchone()
        casts = [start(directory, seed=1, rate=10) for _ in range(2)]

        def spoke(sender: str) -> bool:
            query = "select exists (select from messages where sender_type = %s and created_at > %s)"
            return database.execute(query, (sender, *(began or ()))).fetchone() == (True,)

        until(lambda: spoke("customer") and spoke("ai"))
        # The second one waits for the first to end, and gives up.
        until(lambda: any(cast.poll() == 0 for cast in casts))
        assert not all(cast.poll() == 0 for cast in casts)
        names = database.execute("select count(*), count(distinct name) from contacts where created_at > %s", began)
        assert len(set(names.fetchone() or ())) == 1  # two casts of one seed would have brought everybody twice
    local_stack.end(directory)
    assert [cast.wait(PATIENCE) for cast in casts] == [0, 0]
