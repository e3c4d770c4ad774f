"""What a sign-out leaves on the disk, and what it does not where that is asked for."""

import os
import pty
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest

from chattui import paths
from chattui.desk.forgetting import Left, left, wipe
from chattui.desk.keeping import Unkept
from chattui.desk.remembering import memory_file
from chattui.desk.shelf import Shelf
from chattui.model.records import ConversationId, UserId
from tests.cli.conftest import Home
from tests.conftest import MakeOrganisation
from tests.desk.keeping import mark_item, message_item, note_item
from tests.security.test_sessions import email_of, login
from tests.stack import Stack

URL, ME = "https://work.supabase.co", UserId("ana")
CANARY = "canary words of mine"


def write(directory: Path, address: str, me: UserId, database_id: str = "one") -> Path:
    """A message, a note, a mark and two drafts, as a desk leaves them."""
    paths.write_private(directory / f"{paths.name_for(address, me)}.last", database_id)
    path = directory / f"{paths.name_for(database_id, me)}.db"
    with closing(Shelf(path)) as shelf:
        for item in (message_item(CANARY, "one"), note_item(f"{CANARY} 2", "one"), mark_item("three", "one")):
            shelf.put(item)
        shelf.keep_drafts({(ConversationId("one"), kind): f"{CANARY} {kind} " * 50 for kind in ("reply", "note")})
    return path


def traces(directory: Path) -> list[str]:
    """The files in which any of the words can be read."""
    return [path.name for path in directory.rglob("*") if path.is_file() and CANARY.encode() in path.read_bytes()]


@pytest.fixture
def _leaves_traces(monkeypatch: pytest.MonkeyPatch) -> None:
    """SQLite leaves deleted words in its file, as it does by itself; some systems build it to overwrite them."""
    connect = sqlite3.connect

    def connected(*arguments: Any, **options: Any) -> sqlite3.Connection:
        connection: sqlite3.Connection = connect(*arguments, **options)
        connection.execute("pragma secure_delete = off")
        return connection

    monkeypatch.setattr(sqlite3, "connect", connected)


@pytest.mark.usefixtures("_leaves_traces")
def test_what_is_left_is_counted_and_nothing_of_it_after_a_wipe(tmp_path: Path) -> None:
    path = write(tmp_path, URL, ME)
    (tmp_path / f"{path.name}.damaged-20260101").write_text(CANARY)
    assert left(tmp_path, URL, ME) == Left(2, 2)
    assert str(Left(2, 1)) == "2 unsent messages and 1 draft"
    assert traces(tmp_path)
    wipe(tmp_path, URL, ME)
    assert traces(tmp_path) == []
    assert left(tmp_path, URL, ME) == Left()
    assert not list(tmp_path.glob("*.last"))


def test_another_person_s_and_another_project_s_words_stay(tmp_path: Path) -> None:
    write(tmp_path, URL, ME)
    write(tmp_path, URL, UserId("bo"))
    write(tmp_path, "https://other.supabase.co", ME, "other")
    wipe(tmp_path, URL, ME)
    assert [left(tmp_path, *who) for who in ((URL, UserId("bo")), ("https://other.supabase.co", ME))] == [
        Left(2, 2)
    ] * 2


def test_a_window_that_is_open_sees_its_queue_empty_and_can_go_on(tmp_path: Path) -> None:
    path = write(tmp_path, URL, ME)
    with closing(Shelf(path)) as shelf:
        assert len(shelf.items()) == 3
        wipe(tmp_path, URL, ME)
        assert shelf.items() == []
        shelf.put(message_item("later", "one"))
        assert traces(tmp_path) == []
    with closing(Shelf(path)) as shelf:
        assert [item.id for item in shelf.items()] == ["later"]


def test_what_cannot_be_read_is_a_sentence(tmp_path: Path) -> None:
    write(tmp_path, URL, ME).write_bytes(b"no database " * 100)
    for act in (left, wipe):
        with pytest.raises(Unkept, match="To be rid of it, delete it"):
            act(tmp_path, URL, ME)


def test_nothing_there_is_nothing_left(tmp_path: Path) -> None:
    wipe(tmp_path, URL, ME)
    assert not left(tmp_path, URL, ME)


def test_signing_out_keeps_words_unless_they_are_to_be_forgotten(
    stack: Stack, make_organisation: MakeOrganisation, tmp_path: Path
) -> None:
    acme, home = make_organisation(), Home(tmp_path)
    words = tmp_path / ".local/state/chattui/words"
    login(home, stack, acme.agents[0])
    me = UserId(str(acme.agents[0].id))
    write(words, stack.url, me, str(uuid4()))
    last_state = memory_file(tmp_path / ".cache/chattui/last", stack.url, me)
    paths.write_private(last_state, CANARY)
    kept = home.run("logout")
    assert not last_state.exists(), "what others wrote is fetched again by who may"
    assert "On this machine, for when you sign in again: 2 unsent messages and 2 drafts." in kept.stderr
    unknown = home.run("logout", "--forget-words", "--yes")
    assert (unknown.returncode, "nobody knows whose words" in unknown.stderr) == (2, True)
    login(home, stack, acme.agents[0])
    asked = home.run("logout", "--forget-words")
    assert (asked.returncode, "2 unsent messages and 2 drafts would be lost" in asked.stderr) == (2, True)
    assert email_of(acme) in home.ok("whoami"), "nothing has happened yet"
    assert traces(words)
    done = home.run("logout", "--forget-words", "--yes")
    assert (done.returncode, "Deleted: 2 unsent messages and 2 drafts." in done.stderr) == (0, True)
    assert traces(words) == []
    assert home.run("whoami").returncode == 1


@pytest.mark.parametrize("answer", ["n", "y"])
def test_at_a_terminal_it_says_what_would_be_lost_and_asks(
    stack: Stack, make_organisation: MakeOrganisation, tmp_path: Path, answer: str
) -> None:
    acme, home = make_organisation(), Home(tmp_path)
    words = tmp_path / ".local/state/chattui/words"
    login(home, stack, acme.agents[0])
    write(words, stack.url, UserId(str(acme.agents[0].id)), str(uuid4()))
    ours, theirs = pty.openpty()
    os.write(ours, f"{answer}\n".encode())
    command = [sys.executable, "-m", "chattui", "logout", "--forget-words"]
    done = subprocess.run(
        command, stdin=theirs, capture_output=True, text=True, env=home.environment(), timeout=30, check=False
    )
    for end in (ours, theirs):
        os.close(end)
    assert "2 unsent messages and 2 drafts would be lost. Delete them?" in done.stderr
    stays = answer == "n"
    assert (done.returncode, bool(traces(words))) == (int(stays), stays)
    assert (home.run("whoami").returncode == 0) == stays, "who says no stays signed in"
