from collections.abc import Iterator

import pytest

from tests.database.api import Api, Desk, desk_of, opened
from tests.stack import Stack, make_organisation


@pytest.fixture(scope="session")
def api(stack: Stack) -> Iterator[Api]:
    with opened(stack) as api:
        yield api


@pytest.fixture
def desk(stack: Stack) -> Iterator[Desk]:
    with desk_of(make_organisation(stack, agents=2, admins=1)) as desk:
        yield desk


@pytest.fixture(scope="module")
def shared_desk(stack: Stack) -> Iterator[Desk]:
    """For tests that each bring their own conversation."""
    with desk_of(make_organisation(stack, agents=2, admins=1)) as desk:
        yield desk
