"""What the database holds of one organisation, read past everything that is to be judged."""

from functools import cached_property
from typing import Any

import msgspec
import psycopg
from msgspec import Struct
from psycopg import sql

from chattui.model.records import RECORDS, Row, key_of

Fields = dict[str, Any]


class Truth(Struct, frozen=True, dict=True):
    """Table → key → the row's fields, written as a client's are."""

    tables: dict[str, dict[str, Fields]]

    @cached_property
    def assigned_only(self) -> bool:
        """Whether agents see nothing of what a colleague has."""
        return any(row["settings"].get("visibility") == "assigned" for row in self.rows("organizations"))

    def seen_by(self, agent: str) -> "Truth":
        """What this agent may see of it."""
        if not self.assigned_only:
            return self
        rows = self.tables["conversations"]
        seen = {key for key, row in rows.items() if row["assigned_to"] in {None, agent}}
        contacts = {rows[key]["contact_id"] for key in seen}
        return Truth({table: _seen(table, found, seen, contacts) for table, found in self.tables.items()})

    def rows(self, table: str) -> list[Fields]:
        """Of one table."""
        return list(self.tables[table].values())

    @cached_property
    def threads(self) -> dict[str, list[Fields]]:
        """The messages of each conversation by `seq`."""
        return self._by_conversation(("messages",), lambda row: row["seq"])

    @cached_property
    def sides(self) -> dict[str, list[Fields]]:
        """The notes and audit lines of each conversation as they stand in it."""
        tables = ("conversation_notes", "conversation_events")
        return self._by_conversation(tables, lambda row: (row["after_seq"], row["created_at"], row["id"]))

    @cached_property
    def people(self) -> set[str]:
        """Agents, admins and bots."""
        return set(self.tables["profiles"])

    def _by_conversation(self, tables: tuple[str, ...], order: Any) -> dict[str, list[Fields]]:
        found: dict[str, list[Fields]] = {key: [] for key in self.tables["conversations"]}
        for row in sorted((row for table in tables for row in self.rows(table)), key=order):
            found[row["conversation_id"]].append(row)
        return found


def _seen(table: str, rows: dict[str, Fields], seen: set[str], contacts: set[str]) -> dict[str, Fields]:
    if table in {"conversations", "contacts"}:
        return {key: row for key, row in rows.items() if key in (seen if table == "conversations" else contacts)}
    return {key: row for key, row in rows.items() if row.get("conversation_id") in {None, *seen}}


def read(db_url: str, org_id: str) -> Truth:
    """All of it, as of one moment."""
    with psycopg.connect(db_url, connect_timeout=5) as database:
        database.execute("set transaction isolation level repeatable read, read only")
        return Truth({table: _table(database, table, org_id) for table in RECORDS})


def count(db_url: str, org_id: str) -> int:
    """How many messages there are."""
    with psycopg.connect(db_url, connect_timeout=5) as database:
        row = database.execute("select count(*) from messages where org_id = %s", (org_id,)).fetchone()
    return int(row[0]) if row else 0


def _table(database: psycopg.Connection, table: str, org_id: str) -> dict[str, Fields]:
    query = sql.SQL("select to_jsonb(t) from public.{} t where org_id = %s").format(sql.Identifier(table))
    rows: list[Row] = [msgspec.convert(found, RECORDS[table]) for (found,) in database.execute(query, (org_id,))]
    return {key_of(row): msgspec.to_builtins(row) for row in rows}
