"""The cast's process: it plays by itself, one at a time, as the last who joined wants it, and ends with its stack."""

from collections.abc import Callable, Iterator
from pathlib import Path

import psycopg
import pytest

from chattui.cli.demo import _cast
from chattui.local import stack as local_stack
from chattui.local.cast import start
from chattui.local.stack import Lease
from tests.stack import forget

PATIENCE = 30.0


@pytest.fixture(scope="module")
def lease(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Lease]:
    """A stack of its own, taken down afterwards."""
    directory = tmp_path_factory.mktemp("world")
    with local_stack.join(directory) as lease:
        yield lease
    forget(directory)


@pytest.fixture
def directory(lease: Lease, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    del lease
    path = tmp_path_factory.getbasetemp() / "world0"
    yield path
    start.end(path)


@pytest.fixture
def hears(lease: Lease) -> Iterator[Callable[[str], None]]:
    """Wait until somebody of this kind speaks: the database announces each message."""
    url = lease.endpoint.db_url
    with psycopg.connect(url, autocommit=True) as database, psycopg.connect(url, autocommit=True) as ears:
        database.execute("update organizations set settings = settings || '{\"notify\": true}'")
        ears.execute("listen chat_messages")

        def wait(sender: str) -> None:
            query = "select sender_type::text from messages where id = (%s::jsonb ->> 'id')::uuid"
            for notice in ears.notifies(timeout=PATIENCE):
                if database.execute(query, (notice.payload,)).fetchone() == (sender,):
                    return
            raise AssertionError(f"nobody spoke: {sender}")

        yield wait


def test_quiet_silences_it(directory: Path) -> None:
    assert _cast(directory, None, None, quiet=True) is None
    cast = _played(directory, None, None, changes=None)
    assert _cast(directory, None, None, quiet=True) == "the demo's customers and its AI fall silent"
    assert start.playing(directory) is None
    assert not cast.process.alive()


def test_it_plays_as_those_who_join_want_it_and_ends_with_its_stack(
    directory: Path, hears: Callable[[str], None]
) -> None:
    first = _played(directory, 5, 10, changes=None)
    assert (first.seed, first.rate) == (5, 10)
    hears("customer")
    hears("ai")
    assert _played(directory, None, None, changes=None) == first
    assert _played(directory, 5, 10, changes=None) == first
    now = _played(directory, None, 50, changes="the demo goes on with seed 5 at rate 50")
    assert (now.seed, now.rate) == (5, 50)
    assert not first.process.alive()
    hears("customer")
    local_stack.end(directory)
    assert start.playing(directory) is None
    assert now.process.ended(PATIENCE)


def _played(directory: Path, seed: int | None, rate: float | None, *, changes: str | None) -> start.Cast:
    assert _cast(directory, seed, rate, quiet=False) == changes
    cast = start.playing(directory)
    assert cast is not None
    return cast
