"""Where it takes place: an embedded server of our own, or any Supabase project that has the migrations."""

import asyncio
import os
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from uuid import uuid4

import psutil
import psycopg
from msgspec import Struct
from psycopg.types.json import Json

from chattui.local import stack as local_stack
from chattui.local import vault
from chattui.local.keys import Keys
from chattui.local.leases import LINGER
from chattui.local.places import DataDirectory
from chattui.local.schema import HASHER
from chattui.local.state import running
from tests.chaos.plan import AGENTS
from tests.stack import directory

PASSWORD = "a password of chaos"


class Place(Struct, frozen=True):
    """Addresses and keys of a project."""

    url: str
    key: str
    db_url: str
    directory: Path | None = None
    """The server's data directory, where the server is our own."""

    @property
    def keys(self) -> Keys | None:
        """The server's signing key, where the server is our own."""
        return Keys(vault.load(DataDirectory.at(self.directory))) if self.directory else None


class Cast(Struct, frozen=True):
    """An organisation of our own, and who works in it."""

    org_id: str
    emails: dict[str, str]
    labels: dict[str, str]
    """One for each agent, and `shared`."""


class Server:
    """The embedded one: ended, killed, and started again."""

    def __init__(self, directory: Path) -> None:
        self._directory = directory
        self._lease = local_stack.join(directory)
        end = self._lease.endpoint
        self.place = Place(end.url, end.anon_key, end.db_url, directory)

    async def restart(self, seconds: float) -> None:
        """End it properly, and start it again after so many seconds."""
        self._lease.close()
        await asyncio.to_thread(local_stack.end, self._directory)
        await asyncio.sleep(seconds)
        await self.start()

    async def kill(self, seconds: float) -> None:
        """Its process is killed; its database goes on until the next start sweeps it away."""
        self._lease.close()
        if (state := running(DataDirectory.at(self._directory))) is not None:
            os.kill(state.server.pid, signal.SIGKILL)
            await asyncio.to_thread(state.server.ended, LINGER)
        await asyncio.sleep(seconds)
        await self.start()

    async def kill_postgres(self) -> None:
        """The database's processes die; the server starts them again, or is started anew where it does not."""
        for process in self._postgres():
            process.kill()
        await asyncio.sleep(1)
        if running(DataDirectory.at(self._directory)) is None:
            await self.start()

    async def start(self) -> None:
        """Start it, or join it where it runs; one that is about to end is waited for."""
        self._lease.close()
        self._lease = await asyncio.to_thread(local_stack.join, self._directory)

    def end(self) -> None:
        """For good."""
        self._lease.close()
        local_stack.end(self._directory)

    def _postgres(self) -> list[psutil.Process]:
        state = running(DataDirectory.at(self._directory))
        children = psutil.Process(state.server.pid).children() if state else []
        return [child for child in children if "postgres" in child.name()]


@contextmanager
def embedded() -> Iterator[Server]:
    """A server with a new database; nothing of it stays."""
    with directory() as path:
        server = Server(path)
        try:
            yield server
        finally:
            server.end()


def hire(db_url: str, visibility: str = "all") -> Cast:
    """An organisation with three agents and four labels."""
    cast = Cast(
        str(uuid4()),
        {name: f"{name}-{uuid4().hex[:12]}@example.com" for name in AGENTS},
        {name: str(uuid4()) for name in (*AGENTS, "shared")},
    )
    with psycopg.connect(db_url) as database:
        database.execute(
            "insert into organizations (id, name, slug, settings) values (%s, 'Chaos', %s, %s)",
            (cast.org_id, f"chaos-{cast.org_id}", Json({"reopen_to": "waiting", "visibility": visibility})),
        )
        for name, email in cast.emails.items():
            _hire_one(database, cast.org_id, name, email)
        for name, label_id in cast.labels.items():
            database.execute("insert into labels (id, org_id, name) values (%s, %s, %s)", (label_id, cast.org_id, name))
    return cast


def _hire_one(database: psycopg.Connection, org_id: str, name: str, email: str) -> None:
    """Tokens are empty, not null: the auth server of a hosted project cannot read nulls."""
    user_id = uuid4()
    database.execute(
        "insert into auth.users (instance_id, id, aud, role, email, encrypted_password, email_confirmed_at,"
        " confirmation_token, recovery_token, email_change_token_new, email_change,"
        " raw_app_meta_data, raw_user_meta_data, created_at, updated_at)"
        " values ('00000000-0000-0000-0000-000000000000', %s, 'authenticated', 'authenticated', %s, %s, now(),"
        " '', '', '', '', '{\"provider\": \"email\", \"providers\": [\"email\"]}', '{}', now(), now())",
        (user_id, email, HASHER.hash(PASSWORD)),
    )
    database.execute(
        "insert into profiles (id, org_id, display_name) values (%s, %s, %s)", (user_id, org_id, name.title())
    )


OWN = (
    "conversation_metadata",
    "conversation_contact_labels",
    "conversation_notes",
    "conversation_read_status",
    "conversation_events",
    "messages",
    "conversation_tail",
    "conversations",
    "templates",
    "labels",
)
"""Tables of an organisation, in an order in which they can be emptied."""


def dismiss(db_url: str, cast: Cast) -> None:
    """Leave nothing in somebody else's project: the organisation, its people, and those who wrote to it."""
    with psycopg.connect(db_url) as database:
        users = database.execute(
            "select user_id from contacts where org_id = %(org)s and user_id is not null"
            " union select id from profiles where org_id = %(org)s",
            {"org": cast.org_id},
        ).fetchall()
        for table in (*OWN, "contacts", "profiles"):
            database.execute(f"delete from {table} where org_id = %s", (cast.org_id,))  # noqa: S608 - our own names
        database.execute("delete from organizations where id = %s", (cast.org_id,))
        database.execute("delete from auth.users where id = any(%s)", ([user_id for (user_id,) in users],))
