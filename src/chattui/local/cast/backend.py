"""What a project's own backend does: it knows its customers by name, whatever device they come with."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from uuid import UUID

import psycopg
from msgspec import Struct
from psycopg.rows import class_row
from psycopg.types.json import Jsonb

from chattui.gateway.errors import Unreachable
from chattui.local.cast.persona import Contact
from chattui.model.records import UserId

INTRODUCE = """
insert into contacts (id, org_id, user_id, name, email, attributes)
select %(id)s, id, %(user)s, %(name)s, %(email)s, %(attributes)s from organizations order by created_at limit 1
on conflict (id) do update set user_id = excluded.user_id
"""
LEFT = """
select k.id as contact_id, c.id as conversation_id, c.status::text
from contacts k join conversations c on c.contact_id = k.id
where k.id between %s and %s and c.status <> 'closed' order by c.created_at desc
"""


class Left(Struct, frozen=True):
    """A conversation that is open."""

    contact_id: UUID
    conversation_id: UUID
    status: str


class Backend:
    """Raises `Unreachable` while the database is away."""

    def __init__(self, db_url: str) -> None:
        self._db_url = db_url

    async def introduce(self, contact: Contact, user_id: UserId) -> None:
        """From here on this user is that customer, whoever was before; one who is new is made."""
        row = {
            "id": contact.id,
            "user": user_id,
            "name": contact.name,
            "email": contact.email,
            "attributes": Jsonb(dict(contact.attributes)),
        }
        async with self._connected() as database:
            await database.execute(INTRODUCE, row)

    async def left_open(self, first: UUID, last: UUID) -> list[Left]:
        """Open conversations of the customers from `first` to `last`, newest first."""
        async with self._connected() as database, database.cursor(row_factory=class_row(Left)) as cursor:
            return await (await cursor.execute(LEFT, (first, last))).fetchall()

    async def newest(self, first: UUID, last: UUID) -> UUID | None:
        """The greatest id of a customer from `first` to `last`."""
        query = "select id from contacts where id between %s and %s order by id desc limit 1"
        async with self._connected() as database:
            row = await (await database.execute(query, (first, last))).fetchone()
        return None if row is None else UUID(str(row[0]))

    @asynccontextmanager
    async def _connected(self) -> AsyncIterator[psycopg.AsyncConnection]:
        try:
            async with await psycopg.AsyncConnection.connect(self._db_url, autocommit=True) as database:
                yield database
        except psycopg.OperationalError as error:
            raise Unreachable("The demo's database does not answer.") from error
