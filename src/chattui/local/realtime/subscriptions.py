"""Who wants to hear of which changes, and whose conditions a change meets."""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from typing import NamedTuple, Protocol

from chattui.local.realtime.bindings import Binding, BindingRefusedError
from chattui.local.realtime.database import Session
from chattui.local.realtime.filters import Filters, Test
from chattui.local.realtime.frames import Outgoing
from chattui.local.realtime.pgoutput import Unchanged
from chattui.local.realtime.row_events import RowEvent
from chattui.local.realtime.tokens import Claims

ANY = "*"
_PUBLISHED = """select schemaname::text, tablename::text from pg_publication_tables
    where pubname = %(publication)s
    and %(schema)s::text in ('*', schemaname::text) and %(table)s::text in ('*', tablename::text)"""


class Subscriber(Protocol):
    """A joined channel that asked for row events."""

    @property
    def topic(self) -> str:
        """The topic that its frames carry."""

    @property
    def claims(self) -> Claims:
        """Whose policies decide: those of the last token."""

    def deliver(self, message: Outgoing) -> None:
        """Hand over a frame."""


class Interest(NamedTuple):
    """One binding of one channel on one table."""

    subscriber: Subscriber
    binding: Binding
    tests: tuple[Test, ...]


@dataclass(frozen=True, slots=True)
class Match:
    """A channel that a change concerns, with all its bindings that ask for the same columns."""

    subscriber: Subscriber
    select: tuple[str, ...] | None
    ids: tuple[int, ...]


class Subscriptions:
    """All bindings of one server, by table."""

    def __init__(self, session: Session, publication: str) -> None:
        self._session, self._publication = session, publication
        self._filters = Filters(session)
        self._interests: defaultdict[tuple[str, str], list[Interest]] = defaultdict(list)

    async def subscribe(self, subscriber: Subscriber, bindings: list[Binding]) -> None:
        """Add all of a channel's bindings, or none, in place of those it had.

        Raises:
            BindingRefusedError: one of them asks for what is not there.
            psycopg.OperationalError: the database is not there.
        """
        found = [each for binding in bindings for each in await self._resolve(subscriber, binding)]
        self.unsubscribe(subscriber)
        for table, interest in found:
            self._interests[table].append(interest)

    def unsubscribe(self, subscriber: Subscriber) -> None:
        """Forget a channel's bindings."""
        for table, interests in list(self._interests.items()):
            self._interests[table] = [each for each in interests if each.subscriber is not subscriber]
            if not self._interests[table]:
                del self._interests[table]

    async def matches(self, event: RowEvent) -> list[Match]:
        """Answer which channels a change concerns, before anybody's policies are asked."""
        ids: dict[tuple[Subscriber, tuple[str, ...] | None], list[int]] = {}
        verdicts: dict[Test, bool] = {}
        for interest in self._concerned(event):
            if await self._holds(interest.tests, event, verdicts):
                ids.setdefault((interest.subscriber, interest.binding.select), []).append(interest.binding.id)
        return [Match(subscriber, select, tuple(found)) for (subscriber, select), found in ids.items()]

    def _concerned(self, event: RowEvent) -> Iterator[Interest]:
        schema, table = event.table.name
        for place in ((schema, table), (schema, ANY), (ANY, ANY)):
            yield from (each for each in self._interests.get(place, ()) if each.binding.wants(event.change.action))

    async def _holds(self, tests: tuple[Test, ...], event: RowEvent, verdicts: dict[Test, bool]) -> bool:
        for test in tests:
            if test not in verdicts:
                verdicts[test] = await self._decide(test, event)
            if not verdicts[test]:
                return False
        return True

    async def _decide(self, test: Test, event: RowEvent) -> bool:
        """A column that the log left out meets no condition."""
        values = event.compared
        if test.column not in values or isinstance(value := values[test.column], Unchanged):
            return False
        return await self._filters.holds(test, value)

    async def _resolve(self, subscriber: Subscriber, binding: Binding) -> list[tuple[tuple[str, str], Interest]]:
        tables = await self._published(binding)
        if not tables:
            raise BindingRefusedError(
                "Unable to subscribe to changes with given parameters. Please check Realtime is enabled for the given "
                f"connect parameters: {binding}",
            )
        if not binding.conditions and not binding.select:
            return [((binding.schema, binding.table), Interest(subscriber, binding, ()))]
        role = subscriber.claims.role
        tests = [(table, await self._filters.tests(binding, table, role)) for table in tables]
        return [(table, Interest(subscriber, binding, found)) for table, found in tests]

    async def _published(self, binding: Binding) -> list[tuple[str, str]]:
        names = {"publication": self._publication, "schema": binding.schema, "table": binding.table}
        async with self._session.use() as connection:
            return [(row[0], row[1]) async for row in await connection.execute(_PUBLISHED, names)]
