"""The database as a client sees it, over HTTP, and conversations in any state to try it on."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, NamedTuple
from uuid import UUID, uuid4

import httpx
import psycopg
from psycopg.rows import dict_row

from tests.stack import Organisation, Person, Stack


class Answer(NamedTuple):
    status: int
    body: Any

    @property
    def code(self) -> str | None:
        """The SQLSTATE of a refusal."""
        return self.body.get("code") if self.status >= 400 else None

    @property
    def sentence(self) -> str:
        return str(self.body["message"])


@dataclass(slots=True)
class Api:
    stack: Stack
    http: httpx.Client

    def call(self, token: str | None, name: str, /, **parameters: Any) -> Answer:
        """One RPC as the bearer of `token` (None: anon)."""
        return self.request(token, "POST", f"rpc/{name}", json=_plain(parameters))

    def request(
        self, token: str | None, method: str, path: str, *, headers: Mapping[str, str] | None = None, **options: Any
    ) -> Answer:
        said = self.stack.headers(token) | {"Prefer": "return=representation"} | dict(headers or {})
        response = self.http.request(method, f"/rest/v1/{path}", headers=said, **options)
        return Answer(response.status_code, response.json() if response.content else None)


def _plain(parameters: dict[str, Any]) -> dict[str, Any]:
    return {name: str(value) if isinstance(value, UUID) else value for name, value in parameters.items()}


@contextmanager
def opened(stack: Stack) -> Iterator[Api]:
    limits = httpx.Limits(max_connections=64, max_keepalive_connections=64)
    with httpx.Client(base_url=stack.url, limits=limits, timeout=30) as http:
        yield Api(stack, http)


@dataclass(slots=True)
class Desk:
    """One organisation with somebody of every kind, and ways to set a scene behind the functions' backs."""

    organisation: Organisation
    database: psycopg.Connection[dict[str, Any]]
    me: Person
    colleague: Person
    admin: Person
    bot: Person
    customer: Person
    contact_ids: list[UUID] = field(default_factory=list)

    def conversation(self, status: str = "ai", holder: Person | None = None, *, waited_min: int = 5) -> UUID:
        """A conversation of this desk's customer; `holder` goes with `active`, `waited_min` with `waiting`."""
        row = self.database.execute(
            "insert into conversations"
            " (org_id, contact_id, status, assigned_to, last_agent_id, waiting_since, closed_at)"
            " select %(org)s, %(contact)s, s.status, s.holder, s.holder,"
            " case when s.status = 'waiting' then now() - make_interval(mins => %(waited)s) end,"
            " case when s.status = 'closed' then now() end"
            " from (select %(status)s::conversation_status, %(holder)s::uuid) as s(status, holder) returning id",
            {
                "org": self.organisation.id,
                "contact": self.customer.contact_id,
                "status": status,
                "holder": holder.id if holder else None,
                "waited": waited_min,
            },
        ).fetchone()
        assert row is not None
        return UUID(str(row["id"]))

    def row(self, conversation_id: UUID) -> dict[str, Any]:
        row = self.database.execute("select * from conversations where id = %s", (conversation_id,)).fetchone()
        assert row is not None
        return row

    def messages(self, conversation_id: UUID) -> list[dict[str, Any]]:
        return self.database.execute(
            "select * from messages where conversation_id = %s order by seq", (conversation_id,)
        ).fetchall()

    def bodies(self, conversation_id: UUID) -> list[str]:
        return [str(message["body"]) for message in self.messages(conversation_id)]

    def say(self, conversation_id: UUID, *bodies: str, sender: str = "customer") -> None:
        for body in bodies:
            self.database.execute(
                "insert into messages (id, conversation_id, sender_type, body) values (%s, %s, %s, %s)",
                (uuid4(), conversation_id, sender, body),
            )


@contextmanager
def desk_of(organisation: Organisation) -> Iterator[Desk]:
    with psycopg.connect(organisation.stack.db_url, autocommit=True, row_factory=dict_row) as database:
        me, colleague = organisation.agents[:2]
        bot = organisation.agent("Robin", "bot")
        yield Desk(organisation, database, me, colleague, organisation.admins[0], bot, organisation.customer("Rosa"))
