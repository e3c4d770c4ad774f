"""A client that syncs sees all that the tables hold, however writers' transactions overlap."""

import random
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor, wait
from typing import Any
from uuid import UUID, uuid4

import psycopg
import pytest

from tests.conftest import MakeOrganisation
from tests.database.api import Answer, Api, Desk, desk_of
from tests.stack import Person

TABLES = (
    "messages",
    "conversations",
    "conversation_events",
    "conversation_notes",
    "contacts",
    "conversation_contact_labels",
)


class Replica:
    """Rows by table and id; syncs as a client does."""

    def __init__(self, api: Api, person: Person) -> None:
        self.api, self.person = api, person
        first = api.call(person.token, "snapshot").body
        self.epoch, self.cursor = first["epoch"], first["cursor"]
        self.rows: dict[str, dict[str, dict[str, Any]]] = {}
        self.gone: dict[str, int] = {}
        self.pages = 0
        self._keep(first["rows"])

    def sync(self) -> Answer:
        after = None
        while True:
            page = self.api.call(self.person.token, "sync", since=self.cursor, epoch=self.epoch, after=after)
            if "reset" in page.body:
                return page
            self.pages += 1
            self._keep(page.body["rows"])
            self.gone |= {gone["id"]: gone["version"] for gone in page.body["gone"]}
            after = page.body["more"]
            if after is None:
                self.cursor = page.body["cursor"]
                return page

    def _keep(self, rows: dict[str, list[dict[str, Any]]]) -> None:
        for table, found in rows.items():
            kept = self.rows.setdefault(table, {})
            for row in found:
                key = row.get("id") or f"{row['conversation_id']}/{row.get('user_id', '')}"
                if key not in kept or kept[key]["version"] <= row["version"]:
                    kept[key] = row

    def versions(self, table: str) -> dict[str, int]:
        return {key: row["version"] for key, row in self.rows.get(table, {}).items()}


def _final(desk: Desk, table: str) -> dict[str, int]:
    rows = desk.database.execute(
        f"select id, version from {table} where org_id = %s".encode(),  # noqa: S608 -- one of TABLES
        (desk.organisation.id,),
    ).fetchall()
    return {str(row["id"]): row["version"] for row in rows}


@pytest.fixture
def quiet_desk(make_organisation: MakeOrganisation) -> Iterator[Desk]:
    with desk_of(make_organisation(agents=2, admins=1)) as desk:
        yield desk


def _write(desk: Desk, conversations: list[UUID], seed: int) -> None:
    """Sixty transactions that overlap with others', pause inside, use savepoints, and now and then end in nothing."""
    chance = random.Random(seed)  # noqa: S311 -- repeatable, not secret
    with psycopg.connect(desk.organisation.stack.db_url, autocommit=True) as connection:
        for _ in range(60):
            here = chance.choice(conversations)
            with connection.transaction(force_rollback=chance.random() < 0.1), connection.transaction():
                connection.execute("select from conversations where id = %s for no key update", (here,))
                connection.execute(
                    "insert into messages (id, conversation_id, sender_type, body) values (%s, %s, 'customer', 'x')",
                    (uuid4(), here),
                )
                connection.execute("update conversations set priority = %s where id = %s", (chance.randrange(4), here))
                connection.execute(
                    "insert into conversation_notes (id, conversation_id, after_seq, body) values (%s, %s, 0, 'n')",
                    (uuid4(), here),
                )
                connection.execute("select pg_sleep(%s)", (chance.choice((0, 0, 0.002, 0.03)),))


def test_no_row_is_missed_while_six_write(api: Api, quiet_desk: Desk) -> None:
    conversations = [quiet_desk.conversation() for _ in range(8)]
    replica = Replica(api, quiet_desk.me)
    with ThreadPoolExecutor(6) as pool:
        writers = [pool.submit(_write, quiet_desk, conversations, seed) for seed in range(6)]
        syncs = 0
        while wait(writers, timeout=0).not_done:
            replica.sync()
            syncs += 1
        for writer in writers:
            writer.result()
    replica.sync()
    assert syncs > 5
    assert len(_final(quiet_desk, "messages")) > 250
    for table in TABLES:
        assert replica.versions(table) == _final(quiet_desk, table), table
    tails = replica.rows["conversation_tail"]
    assert sum(tail["last_seq"] for tail in tails.values()) == len(replica.rows["messages"])


def test_a_transaction_that_commits_late_is_not_lost(api: Api, quiet_desk: Desk) -> None:
    conversation_id, late = quiet_desk.conversation(), uuid4()
    replica = Replica(api, quiet_desk.me)
    with psycopg.connect(quiet_desk.organisation.stack.db_url) as slow:
        slow.execute(
            "insert into messages (id, conversation_id, sender_type, body) values (%s, %s, 'customer', 'late')",
            (late, conversation_id),
        )
        other = quiet_desk.conversation()
        quiet_desk.say(other, "early")
        replica.sync()
        assert str(late) not in replica.rows["messages"]
        slow.commit()
    replica.sync()
    assert str(late) in replica.rows["messages"]


def test_a_transaction_that_was_open_at_the_snapshot_is_not_lost(api: Api, quiet_desk: Desk) -> None:
    conversation_id, late = quiet_desk.conversation(), uuid4()
    with psycopg.connect(quiet_desk.organisation.stack.db_url) as slow:
        slow.execute(
            "insert into messages (id, conversation_id, sender_type, body) values (%s, %s, 'customer', 'late')",
            (late, conversation_id),
        )
        quiet_desk.say(quiet_desk.conversation(), "early")
        replica = Replica(api, quiet_desk.me)
        slow.commit()
    replica.sync()
    assert str(late) in replica.rows["messages"]


def test_one_large_transaction_is_paged_through(api: Api, quiet_desk: Desk) -> None:
    conversation_id = quiet_desk.conversation()
    replica = Replica(api, quiet_desk.me)
    with psycopg.connect(quiet_desk.organisation.stack.db_url) as database:
        database.execute(
            "insert into messages (id, conversation_id, sender_type, body)"
            " select gen_random_uuid(), %s, 'customer', 'x' from generate_series(1, 4100)",
            (conversation_id,),
        )
    replica.sync()
    assert (len(replica.rows["messages"]), replica.pages) == (4100, 3)
    assert replica.rows["conversation_tail"][f"{conversation_id}/"]["last_seq"] == 4100


def test_too_much_is_a_reset(api: Api, quiet_desk: Desk) -> None:
    conversation_id = quiet_desk.conversation()
    replica = Replica(api, quiet_desk.me)
    with psycopg.connect(quiet_desk.organisation.stack.db_url) as database:
        database.execute(
            "insert into conversation_events (conversation_id, after_seq, kind)"
            " select %s, 0, 'taken' from generate_series(1, 40001)",
            (conversation_id,),
        )
    assert replica.sync().body["reset"] == "Too much has changed."


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"epoch": "elsewhere"}, "another database"),
        ({"since": "9000000000000"}, "later time"),
        ({"since": "all"}, "malformed"),
        ({"since": "-1"}, "malformed"),
        ({"since": "18446744073709551615"}, "malformed"),
        ({"since": ""}, "malformed"),
        ({"since": None}, "malformed"),
        ({"after": "next"}, "malformed"),
        ({"after": "1.20.1.messages/0"}, "Too much"),
    ],
)
def test_a_cursor_of_no_use_is_a_reset(api: Api, quiet_desk: Desk, change: dict[str, Any], reason: str) -> None:
    replica = Replica(api, quiet_desk.me)
    asked = {"since": replica.cursor, "epoch": replica.epoch, "after": None} | change
    answer = api.call(quiet_desk.me.token, "sync", **asked)
    assert answer.status == 200
    assert reason in answer.body["reset"]


def test_nothing_new_is_next_to_nothing(api: Api, quiet_desk: Desk) -> None:
    replica = Replica(api, quiet_desk.me)
    replica.sync()
    answer = replica.sync()
    assert (answer.body["rows"], answer.body["gone"]) == ({}, [])


def test_what_a_colleague_takes_is_gone_and_comes_back_whole(api: Api, make_organisation: MakeOrganisation) -> None:
    with desk_of(make_organisation(agents=2, admins=1, settings='{"visibility": "assigned"}')) as desk:
        conversation_id = desk.conversation("waiting")
        desk.say(conversation_id, "hello")
        for person in (desk.colleague, desk.customer):
            api.call(person.token, "mark_read", conversation_id=conversation_id, last_read_seq=1)
        replica = Replica(api, desk.colleague)
        taken = api.call(desk.me.token, "take_over", conversation_id=conversation_id).body
        api.call(desk.me.token, "insert_message", id=uuid4(), conversation_id=conversation_id, body="only ours")
        replica.sync()
        assert replica.gone == {str(conversation_id): taken["version"]}
        assert "only ours" not in {row["body"] for row in replica.rows.get("messages", {}).values()}
        api.call(desk.me.token, "transfer", conversation_id=conversation_id, assigned_to=desk.colleague.id)
        replica.rows.clear()
        replica.sync()
        assert set(replica.rows) >= {"conversations", "contacts", "conversation_tail"}
        assert replica.rows["conversation_tail"][f"{conversation_id}/"]["last_seq"] == 2
        marks = {f"{conversation_id}/{person.id}" for person in (desk.colleague, desk.customer)}
        assert replica.rows["conversation_read_status"].keys() == marks


def test_a_change_of_sight_is_a_reset(api: Api, quiet_desk: Desk) -> None:
    replica = Replica(api, quiet_desk.me)
    quiet_desk.database.execute(
        """update organizations set settings = '{"visibility": "assigned"}' where id = %s""",
        (quiet_desk.organisation.id,),
    )
    assert "what you may see has changed" in replica.sync().body["reset"]


def test_read_marks_are_mine_and_the_customers(api: Api, quiet_desk: Desk) -> None:
    conversation_id = quiet_desk.conversation()
    quiet_desk.say(conversation_id, "hello")
    for person in (quiet_desk.me, quiet_desk.colleague, quiet_desk.customer):
        api.call(person.token, "mark_read", conversation_id=conversation_id, last_read_seq=1)
    page = api.call(quiet_desk.me.token, "page", conversation_id=conversation_id).body
    snapshot = api.call(quiet_desk.me.token, "snapshot").body
    sync = api.call(quiet_desk.me.token, "sync", since="0", epoch=snapshot["epoch"]).body
    for answer in (page, snapshot, sync):
        marks = {mark["user_id"] for mark in answer["rows"]["conversation_read_status"]}
        assert marks == {str(quiet_desk.me.id), str(quiet_desk.customer.id)}


def test_pages_of_a_thread_meet(api: Api, quiet_desk: Desk) -> None:
    conversation_id = quiet_desk.conversation("active", quiet_desk.me)
    empty = api.call(quiet_desk.me.token, "page", conversation_id=conversation_id).body
    assert (empty["lo"], empty["hi"], empty["rows"]["messages"]) == (1, 0, [])
    quiet_desk.say(conversation_id, *(f"{n}" for n in range(1, 121)))
    seen: list[int] = []
    before: int | None = None
    while before != 1:
        page = api.call(quiet_desk.me.token, "page", conversation_id=conversation_id, before_seq=before).body
        numbers = [row["seq"] for row in page["rows"]["messages"]]
        assert numbers == list(range(page["lo"], page["hi"] + 1))
        seen, before = numbers + seen, page["lo"]
    assert seen == list(range(1, 121))


def test_a_page_brings_notes_audit_lines_and_other_conversations(api: Api, quiet_desk: Desk) -> None:
    other, conversation_id = quiet_desk.conversation("closed"), quiet_desk.conversation()
    api.call(quiet_desk.me.token, "add_note", id=uuid4(), conversation_id=conversation_id, body="before all")
    quiet_desk.say(conversation_id, "one")
    api.call(quiet_desk.me.token, "take_over", conversation_id=conversation_id)
    rows = api.call(quiet_desk.me.token, "page", conversation_id=conversation_id).body["rows"]
    assert [(note["body"], note["after_seq"]) for note in rows["conversation_notes"]] == [("before all", 0)]
    assert [(line["kind"], line["after_seq"]) for line in rows["conversation_events"]] == [("taken", 1)]
    assert [row["id"] for row in rows["conversations"]] == [str(conversation_id), str(other)]


def test_search_finds_words_beginnings_and_addresses(api: Api, quiet_desk: Desk) -> None:
    conversation_id = quiet_desk.conversation()
    quiet_desk.say(conversation_id, "Where is my refund?", "see https://example.com/t/9034?x=1", "Größe und Farbe")
    found = {
        query: [hit["seq"] for hit in api.call(quiet_desk.me.token, "search_messages", query=query).body]
        for query in (
            "refund",
            "REFU",
            "my refund",
            "https://example.com/t/9034?x=1",
            "größe",
            "nothing",
            "-",
            "%",
            "'",
        )
    }
    assert found == {
        "refund": [1],
        "REFU": [1],
        "my refund": [1],
        "https://example.com/t/9034?x=1": [2],
        "größe": [3],
        "nothing": [],
        "-": [],
        "%": [],
        "'": [],
    }
