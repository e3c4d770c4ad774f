"""The cast's process: it plays by itself, one at a time, as the last who joined wants it, and ends with its stack."""

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import psycopg
import pytest

from chattui.cli.demo import _cast
from chattui.local import stack as local_stack
from chattui.local.cast import start
from chattui.local.places import DataDirectory
from chattui.local.stack import Lease

PATIENCE = 30.0


@pytest.fixture(scope="module")
def lease(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Lease]:
    """A stack of its own, taken down afterwards."""
    directory = DataDirectory.at(tmp_path_factory.mktemp("world"))
    with local_stack.join(directory.root) as lease:
        yield lease
    local_stack.end(directory.root)
    shutil.rmtree(directory.cluster, ignore_errors=True)


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


def test_it_plays_and_who_joins_changes_nothing(directory: Path, hears: Callable[[str], None]) -> None:
    assert _cast(directory, 5, 10, quiet=False) is None
    first = start.playing(directory)
    assert first is not None
    assert (first.seed, first.rate) == (5, 10)
    hears("customer")
    hears("ai")
    assert _cast(directory, None, None, quiet=False) is None
    assert _cast(directory, 5, None, quiet=False) is None
    assert start.playing(directory) == first


def test_another_seed_or_rate_is_played_from_then_on(directory: Path, hears: Callable[[str], None]) -> None:
    assert _cast(directory, None, None, quiet=False) is None
    first = start.playing(directory)
    assert _cast(directory, None, 10, quiet=False) == "the demo goes on with seed 1 at rate 10"
    assert _cast(directory, 6, None, quiet=False) == "the demo goes on with seed 6 at rate 10"
    now = start.playing(directory)
    assert first is not None
    assert now is not None
    assert not first.process.alive()
    assert (now.seed, now.rate) == (6, 10)
    hears("customer")


def test_quiet_silences_it(directory: Path) -> None:
    assert _cast(directory, None, None, quiet=True) is None
    _cast(directory, None, None, quiet=False)
    cast = start.playing(directory)
    assert _cast(directory, None, None, quiet=True) == "the demo's customers and its AI fall silent"
    assert start.playing(directory) is None
    assert cast is not None
    assert not cast.process.alive()


def test_it_ends_with_its_stack(directory: Path, hears: Callable[[str], None]) -> None:
    _cast(directory, 7, 50, quiet=False)
    cast = start.playing(directory)
    hears("customer")
    local_stack.end(directory)
    assert start.playing(directory) is None
    assert cast is not None
    assert cast.process.ended(PATIENCE)
