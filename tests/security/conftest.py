"""Two organisations with people of every kind, and all the doors of the stack that a program can knock at."""

from collections.abc import AsyncIterator, Iterator
from typing import NamedTuple
from urllib.parse import urlsplit
from uuid import UUID

import pytest
from psycopg import AsyncConnection

from tests.database.api import Api, Desk, desk_of, opened

pytest.register_assert_rewrite("tests.realtime.wire")

from tests.realtime.wire import Wire  # noqa: E402 - after its asserts may be rewritten
from tests.stack import Person, Stack, make_organisation  # noqa: E402


@pytest.fixture(scope="session")
def api(stack: Stack) -> Iterator[Api]:
    with opened(stack) as api:
        yield api


class Scene(NamedTuple):
    """What is attacked, and by whom."""

    ours: Desk
    theirs: Desk
    conversation_id: UUID
    """Held by `ours.me`: Rosa's, with words of hers."""
    attackers: dict[str, Person]
    """Everybody who signs in, whatever they may see of it."""

    @property
    def strangers(self) -> dict[str, Person]:
        """Those whom it does not concern at all."""
        return {name: self.attackers[name] for name in ("other customer", "stranger", "their customer")}


SECRET = "the PIN is 4711-canary"


@pytest.fixture(scope="module")
def scene(stack: Stack) -> Iterator[Scene]:
    organisations = [make_organisation(stack, agents=2, admins=1) for _ in range(2)]
    with desk_of(organisations[0]) as ours, desk_of(organisations[1]) as theirs:
        conversation_id = ours.conversation("active", ours.me)
        ours.say(conversation_id, SECRET)
        attackers = {
            "customer": ours.customer,
            "other customer": ours.organisation.customer("Liam"),
            "agent": ours.me,
            "colleague": ours.colleague,
            "admin": ours.admin,
            "bot": ours.bot,
            "stranger": theirs.me,
            "their customer": theirs.customer,
        }
        yield Scene(ours, theirs, conversation_id, attackers)


@pytest.fixture
async def wire(stack: Stack) -> AsyncIterator[Wire]:
    """Sockets to the stack; at the end nobody may have been told anything that the test did not expect."""
    async with await AsyncConnection.connect(stack.db_url, autocommit=True) as database:
        wire = Wire(urlsplit(stack.url).netloc, database)
        yield wire
        await wire.settle()
