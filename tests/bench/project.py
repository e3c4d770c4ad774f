"""A project to measure against: the real stack, an organisation of any size, and homes of agents who are signed in."""

import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from uuid import UUID, uuid4

import psycopg

from tests import program
from tests import stack as real
from tests.bench.measuring import Size
from tests.stack import PASSWORD, Organisation, Person, Stack

CHATTUI = (sys.executable, "-m", "chattui")
PYTHON = (sys.executable,)
STEP = 20_000
"""Conversations that are written in one transaction."""

TABLES = ("contacts", "conversations", "messages", "conversation_tail")
SILENT = tuple(f"alter table public.{table} disable trigger user" for table in TABLES)
HEARD = tuple(f"alter table public.{table} enable trigger user" for table in TABLES)

CONTACTS = """
insert into public.contacts (id, org_id, name, email, created_at, updated_at)
select (lpad(to_hex(n), 8, '0') || substr(%(org)s::uuid::text, 9))::uuid, %(org)s, 'Customer ' || n,
  n || '@example.com', now(), now()
from generate_series(%(first)s::int, %(last)s::int) n
"""
CONVERSATIONS = """
insert into public.conversations (id, org_id, contact_id, status, waiting_since, created_at, updated_at)
select (lpad(to_hex(n), 8, '0') || substr(%(org)s::uuid::text, 9))::uuid, %(org)s,
  (lpad(to_hex(n), 8, '0') || substr(%(org)s::uuid::text, 9))::uuid, 'waiting', now() - n * interval '1 second',
  now() - interval '1 day', now()
from generate_series(%(first)s::int, %(last)s::int) n
"""
MESSAGES = """
insert into public.messages
  (id, org_id, conversation_id, seq, inbound_no, sender_type, body, created_at, updated_at)
select gen_random_uuid(), %(org)s, (lpad(to_hex(n), 8, '0') || substr(%(org)s::uuid::text, 9))::uuid, seq, seq,
  'customer', 'line ' || seq || ' of customer ' || n, now() - interval '1 day', now()
from generate_series(%(first)s::int, %(last)s::int) n, generate_series(1, %(each)s::int) seq
"""
TAILS = """
insert into public.conversation_tail (conversation_id, org_id, last_seq, inbound_count, last_message_at,
  last_message_preview, last_sender_type, created_at, updated_at)
select (lpad(to_hex(n), 8, '0') || substr(%(org)s::uuid::text, 9))::uuid, %(org)s, %(each)s::int, %(each)s::int,
  now() - interval '1 day', 'line ' || %(each)s::int || ' of customer ' || n, 'customer', now(), now()
from generate_series(%(first)s::int, %(last)s::int) n
"""


class Desk:
    """One organisation with one agent, and conversations that wait: the one of customer 1 the shortest time."""

    def __init__(self, stack: Stack) -> None:
        self.stack = stack
        self.organisation: Organisation = real.make_organisation(stack, agents=1)

    @property
    def agent(self) -> Person:
        """Who works here."""
        return self.organisation.agents[0]

    def fill(self, conversations: int, messages: int) -> None:
        """So many conversations with so many messages each, as an import writes them: triggers do not run."""
        for first in range(1, conversations + 1, STEP):
            numbers = {"first": first, "last": min(first + STEP - 1, conversations)}
            with psycopg.connect(self.stack.db_url) as database:
                for statement in (*SILENT, CONTACTS, CONVERSATIONS, MESSAGES, TAILS, *HEARD):
                    database.execute(statement, {"org": self.organisation.id, "each": messages, **numbers})

    def analyse(self) -> None:
        """Let the planner know."""
        with psycopg.connect(self.stack.db_url, autocommit=True) as database:
            database.execute("vacuum analyze")

    def conversation(self, number: int) -> UUID:
        """The id of customer `number`'s."""
        return UUID(f"{number:08x}{str(self.organisation.id)[8:]}")

    def say(self, number: int, *bodies: str) -> None:
        """Customer `number` writes, in one transaction."""
        with psycopg.connect(self.stack.db_url) as database, database.cursor() as cursor:
            cursor.executemany(
                "insert into public.messages (id, conversation_id, sender_type, body) values (%s, %s, 'customer', %s)",
                [(uuid4(), self.conversation(number), body) for body in bodies],
            )

    @contextmanager
    def home(self) -> Iterator[dict[str, str]]:
        """The environment of a shell in which the agent is signed in, with a home of its own."""
        with tempfile.TemporaryDirectory(prefix="chattui-bench-") as path:
            env = bare(Path(path)) | {"CHATTUI_URL": self.stack.url, "CHATTUI_KEY": self.stack.anon_key}
            command = [*CHATTUI, "login", "--email", self.agent.email or "", "--password-stdin"]
            subprocess.run(command, input=PASSWORD.encode(), env=env, check=True, capture_output=True)
            yield env


def bare(home: Path) -> dict[str, str]:
    """An empty home in which this project's own modules are found as well."""
    return program.bare(home) | {"PYTHONPATH": str(Path(__file__).resolve().parents[2])}


@contextmanager
def running(size: Size) -> Iterator[Stack]:
    """The stack to measure on; unless all share one, it has a database of its own."""
    if size.stack:
        yield size.stack
        return
    with real.directory() as path, real.started(path) as stack:
        yield stack


@contextmanager
def at_work(size: Size) -> Iterator[tuple[Desk, dict[str, str]]]:
    """A desk of a thousand conversations (twenty for a look whether it runs), and a shell of its agent's."""
    with running(size) as stack:
        desk = Desk(stack)
        desk.fill(size.of(1_000, 20), 3)
        with desk.home() as env:
            yield desk, env
