"""The real stack for tests, and people to fill it with.

    async def test_something(stack, make_organisation):
        acme = make_organisation(agents=2)
        acme.agents[0].token           # a signed access token, an hour long, with a session behind it
        acme.agents[0].email           # signs in with the password `PASSWORD` as well
        rosa = acme.customer("Rosa")   # an anonymous user with a contact (and no conversation yet)
        stack.url, stack.anon_key, stack.service_role_key, stack.db_url

Every organisation is new and nobody else sees it, so that tests can share one database.
"""

import shutil
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from uuid import UUID, uuid4

import psycopg

from chattui.local import stack as local_stack
from chattui.local import vault
from chattui.local.keys import Keys
from chattui.local.places import DataDirectory
from chattui.local.schema import HASHER
from chattui.local.vault import Account

PASSWORD = "a password of tests"
_HASH = HASHER.hash(PASSWORD)


@dataclass(frozen=True, slots=True)
class Stack:
    url: str
    anon_key: str
    service_role_key: str
    db_url: str
    accounts: tuple[Account, ...]
    keys: Keys
    """Signs tokens that the stack accepts."""

    def headers(self, token: str | None = None) -> dict[str, str]:
        """What a client sends: the API key, and the token of the person who asks (nobody: anon)."""
        return {"apikey": self.anon_key, "Authorization": f"Bearer {token or self.anon_key}"}


@contextmanager
def directory() -> Iterator[Path]:
    """A data directory; what root's PostgreSQL keeps elsewhere for it is deleted as well."""
    with tempfile.TemporaryDirectory(prefix="chattui-tests-") as path:
        try:
            yield Path(path)
        finally:
            forget(Path(path))


def forget(data: Path) -> None:
    """End what may still run for a data directory, and delete what root's PostgreSQL keeps elsewhere for it."""
    local_stack.end(data)
    shutil.rmtree(DataDirectory.at(data).cluster, ignore_errors=True)


@contextmanager
def started(data: Path) -> Iterator[Stack]:
    """The stack of a data directory; it has ended when this has."""
    lease = local_stack.join(data)
    told, keys = lease.endpoint, Keys(vault.load(DataDirectory.at(data)))
    yield Stack(told.url, told.anon_key, told.service_role_key, told.db_url, told.accounts, keys)
    lease.close()
    local_stack.end(data)


@dataclass(frozen=True, slots=True)
class Person:
    id: UUID
    name: str
    email: str | None
    token: str
    """An access token, valid for an hour."""
    contact_id: UUID | None = None


@dataclass(slots=True)
class Organisation:
    id: UUID
    stack: Stack
    agents: list[Person] = field(default_factory=list)
    admins: list[Person] = field(default_factory=list)
    bots: list[Person] = field(default_factory=list)

    def agent(self, name: str = "Ana", role: str = "agent") -> Person:
        """One more profile; `role` is agent, admin or bot."""
        with psycopg.connect(self.stack.db_url) as database:
            return self.add(database, name, role)

    def add(self, database: psycopg.Connection, name: str, role: str) -> Person:
        person = _sign_up(database, self.stack, name, f"{name.lower()}-{uuid4().hex[:12]}@example.com")
        database.execute(
            "insert into profiles (id, org_id, display_name, role) values (%s, %s, %s, %s)",
            (person.id, self.id, name, role),
        )
        {"agent": self.agents, "admin": self.admins, "bot": self.bots}[role].append(person)
        return person

    def customer(self, name: str = "Rosa") -> Person:
        """An anonymous user with a contact of this organisation."""
        with psycopg.connect(self.stack.db_url) as database:
            person = _sign_up(database, self.stack, name, None)
            contact_id = uuid4()
            database.execute(
                "insert into contacts (id, org_id, user_id, name) values (%s, %s, %s, %s)",
                (contact_id, self.id, person.id, name),
            )
        return Person(person.id, name, None, person.token, contact_id)


def make_organisation(stack: Stack, *, agents: int = 1, admins: int = 0, settings: str = "{}") -> Organisation:
    """A new organisation with so many agents and admins, in one transaction."""
    organisation = Organisation(uuid4(), stack)
    with psycopg.connect(stack.db_url) as database:
        database.execute(
            "insert into organizations (id, name, slug, settings) values (%s, 'Acme', %s, %s)",
            (organisation.id, f"acme-{organisation.id}", settings),
        )
        for number in range(agents + admins):
            role = "agent" if number < agents else "admin"
            organisation.add(database, f"{role.title()}{number + 1}", role)
    return organisation


def _sign_up(database: psycopg.Connection, stack: Stack, name: str, email: str | None) -> Person:
    user_id, session_id = uuid4(), uuid4()
    database.execute(
        "insert into auth.users (id, aud, role, email, encrypted_password, email_confirmed_at, is_anonymous,"
        " raw_app_meta_data, raw_user_meta_data, created_at, updated_at)"
        " values (%s, 'authenticated', 'authenticated', %s, %s, now(), %s, '{}', '{}', now(), now())",
        (user_id, email, _HASH if email else "", email is None),
    )
    database.execute(
        "insert into auth.sessions (id, user_id, created_at, updated_at, aal) values (%s, %s, now(), now(), 'aal1')",
        (session_id, user_id),
    )
    return Person(user_id, name, email, _token(stack, user_id, session_id, email))


def _token(stack: Stack, user_id: UUID, session_id: UUID, email: str | None) -> str:
    now = int(time.time())
    return stack.keys.sign(
        {
            "iss": f"{stack.url}/auth/v1",
            "sub": str(user_id),
            "aud": "authenticated",
            "role": "authenticated",
            "email": email or "",
            "phone": "",
            "session_id": str(session_id),
            "is_anonymous": email is None,
            "app_metadata": {},
            "user_metadata": {},
            "aal": "aal1",
            "amr": [{"method": "password" if email else "anonymous", "timestamp": now}],
            "iat": now,
            "exp": now + 3600,
        }
    )
