"""The server dies under an open inbox: what can be seen and done meanwhile, and what comes after."""

from uuid import uuid4

import psycopg
import pytest

from chattui.local.state import Endpoint
from tests.e2e.conftest import LocalStack, Open, Plain, Says, id_of
from tests.e2e.hands import ALL, ENTER, ESCAPE, RESYNC, find, take_over, write

pytestmark = pytest.mark.timeout(150)
OFFLINE = r"○ offline \d:\d\d"


def customer_wrote(project: Endpoint, name: str, bodies: list[str]) -> None:
    """Straight into the database, while nobody serves it."""
    with psycopg.connect(project.db_url, autocommit=True) as connection:
        found = connection.execute(
            "select c.id, k.user_id from conversations c join contacts k on k.id = c.contact_id where k.name = %s",
            [name],
        ).fetchone()
        assert found
        for body in bodies:
            connection.execute(
                "insert into messages (id, conversation_id, sender_type, sender_id, body)"
                " values (%s, %s, 'customer', %s, %s)",
                [uuid4(), found[0], found[1], body],
            )


def test_the_server_is_killed_and_comes_back(
    local_start: LocalStack, project: Endpoint, desk: Open, says: Says, plain: Plain
) -> None:
    says("Rosa Quill", "I was charged twice")
    says("Liam Reed", "Where is my parcel")
    ana, bo = desk("ana"), desk("bo", columns=80, rows=24)
    take_over(ana, "Rosa Quill")
    write(ana, "Before the fall")
    ana.sees("✓ stored")
    find(bo, "Rosa Quill")
    bo.sees("Before the fall")

    local_start.kill()
    for terminal in (ana, bo):
        terminal.sees(OFFLINE)
    ana.sees("You can go on reading and writing; Ctrl\\+R tries again at once")
    ana.type("Written in the dark")
    ana.press(ENTER)
    ana.sees("◌ queued")
    ana.sees("1 queued")
    ana.type("And a second one\r")
    ana.sees("2 queued")
    ana.type("a draft that waits")
    ana.sees("a draft that waits")
    ana.press(ESCAPE, ESCAPE, ALL, "/")
    ana.type("Liam Reed")
    ana.press(ENTER)
    ana.sees("Where is my parcel")
    ana.press("t")
    ana.sees("offline|no link|not taken|cannot|can not")
    ana.sees("Liam Reed +|◌ Liam Reed")
    customer_wrote(project, "Rosa Quill", ["gap one", "gap two", "gap three"])
    assert plain("ana", "list").returncode == 4

    again = local_start.start()
    assert (again.url, again.anon_key) == (project.url, project.anon_key)
    ana.press(RESYNC)
    ana.sees("● live", seconds=5)
    bo.sees("● live", seconds=30)
    find(ana, "Rosa Quill")
    ana.press(ENTER)
    ana.sees("a draft that waits")
    order = ("Before the fall", "gap one", "gap two", "gap three", "Written in the dark", "And a second one")
    ana.loses("queued")
    for terminal in (ana, bo):
        picture = terminal.sees("And a second one(.|\n)*")
        assert [picture.count(words) for words in order[1:5]] == [1, 1, 1, 1]
        places = [picture.index(words) for words in order[:5]]
        assert places == sorted(places)
    shown = plain("ana", "show", id_of(plain, "Rosa Quill")).stdout
    assert [shown.count(words) for words in order] == [1] * len(order)
    assert sorted(order, key=shown.index) == list(order)


def test_it_comes_back_by_itself(local_start: LocalStack, desk: Open, says: Says) -> None:
    says("Mia Okoye", "Hello")
    ana = desk("ana")
    local_start.kill()
    ana.sees(OFFLINE)
    local_start.start()
    ana.sees("● live", seconds=15)
    says("Mia Okoye", "Are you there")
    ana.press(ESCAPE, ALL)
    ana.sees("Are you there")
