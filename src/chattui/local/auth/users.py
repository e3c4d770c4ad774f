"""Rows of `auth.users`."""

import asyncio
from dataclasses import dataclass
from typing import Any
from uuid import UUID, uuid4

from argon2.exceptions import Argon2Error, InvalidHashError
from psycopg import AsyncConnection
from psycopg.rows import TupleRow
from psycopg.types.json import Jsonb

from chattui.local.schema import HASHER

Connection = AsyncConnection[TupleRow]

_SHOWN = """
select jsonb_build_object(
    'id', u.id, 'aud', u.aud, 'role', u.role, 'email', coalesce(u.email, ''), 'phone', coalesce(u.phone, ''),
    'email_confirmed_at', u.email_confirmed_at, 'confirmed_at', u.confirmed_at, 'last_sign_in_at', u.last_sign_in_at,
    'app_metadata', coalesce(u.raw_app_meta_data, '{}'), 'user_metadata', coalesce(u.raw_user_meta_data, '{}'),
    'identities', '[]'::jsonb, 'created_at', coalesce(u.created_at, now()), 'updated_at', u.updated_at,
    'is_anonymous', u.is_anonymous)
from auth.users u where u.id = %s and u.deleted_at is null
"""

_MADE = """
insert into auth.users (id, aud, role, email, encrypted_password, email_confirmed_at, raw_app_meta_data,
    raw_user_meta_data, is_anonymous, created_at, updated_at)
values (%(id)s, 'authenticated', 'authenticated', %(email)s::text, %(hash)s,
    case when %(email)s::text is not null then now() end, %(app)s, %(data)s, %(email)s::text is null, now(), now())
on conflict do nothing
returning id
"""

_NOBODY = HASHER.hash("nobody has this password")
"""Checked in place of an unknown user's, so that the answer takes as long."""


@dataclass(frozen=True, slots=True)
class User:
    """Somebody found by their address."""

    id: UUID
    password_hash: str


async def by_email(connection: Connection, email: str) -> User | None:
    """Find somebody who may sign in by their address; its case does not matter."""
    cursor = await connection.execute(
        "select id, coalesce(encrypted_password, '') from auth.users"
        " where email = lower(%s) and not is_sso_user and deleted_at is null"
        " and (banned_until is null or banned_until < now())",
        (email,),
    )
    row = await cursor.fetchone()
    return User(*row) if row else None


async def make(connection: Connection, email: str | None, password: str | None, data: dict[str, Any]) -> UUID | None:
    """Make a user; without an address an anonymous one. None when the address is taken."""
    provider = {"provider": "email", "providers": ["email"]} if email else {}
    values = {
        "id": uuid4(),
        "email": email.lower() if email else None,
        "hash": await asyncio.to_thread(HASHER.hash, password) if password else "",
        "app": Jsonb(provider),
        "data": Jsonb(data),
    }
    row = await (await connection.execute(_MADE, values)).fetchone()
    return row[0] if row else None


async def shown(connection: Connection, user_id: UUID | str) -> dict[str, Any] | None:
    """The user as clients see them."""
    row = await (await connection.execute(_SHOWN, (user_id,))).fetchone()
    return row[0] if row else None


async def password_fits(user: User | None, password: str) -> bool:
    """Check a password, in a thread and in the same time whether or not there is such a user."""
    return await asyncio.to_thread(_fits, user.password_hash if user and user.password_hash else _NOBODY, password)


def _fits(password_hash: str, password: str) -> bool:
    try:
        HASHER.verify(password_hash, password)
    except (Argon2Error, InvalidHashError):
        return False
    return password_hash != _NOBODY
