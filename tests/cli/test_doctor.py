"""What the doctor says of projects that are not well: servers of our own that misbehave on purpose."""

import json
import os
import shutil
import sys
from typing import Any

import psycopg
import pytest

from chattui import doctor
from tests.cli.conftest import Home, SignIn
from tests.cli.misbehaving import serving
from tests.conftest import MakeOrganisation
from tests.stack import Stack


def examined(home: Home, url: str, code: int = 1) -> dict[str, dict[str, Any]]:
    """The findings by their check."""
    patient = Home(home.path, {**home.env, "CHATTUI_URL": url, "CHATTUI_KEY": "anon"})
    done = patient.run("doctor", "--json")
    assert done.returncode == code, done.stderr
    return {one["check"]: one for one in json.loads(done.stdout)}


@pytest.mark.parametrize(("columns", "rows", "state"), [(80, 24, "ok"), (79, 50, "warning"), (200, 23, "warning")])
def test_a_window_that_is_small_one_way_or_the_other(
    monkeypatch: pytest.MonkeyPatch, columns: int, rows: int, state: str
) -> None:
    monkeypatch.setattr(shutil, "get_terminal_size", lambda: os.terminal_size((columns, rows)))
    monkeypatch.setattr(sys.stdout, "isatty", lambda: True)
    assert next(doctor._terminal()).state == state


def closed(method: str, path: str) -> tuple[int, str]:
    del method
    return (200, "{}") if path.startswith("/auth") else (401, '{"code": "42501"}')


def test_tables_that_anybody_can_read_and_write(home: Home) -> None:
    def open_to_all(method: str, path: str) -> tuple[int, str]:
        if path.startswith("/rest/v1/messages"):
            return (200, '[{"body": "secret"}]') if method == "GET" else (204, "")
        return closed(method, path)

    with serving(open_to_all) as url:
        found = examined(home, url)["anon"]
    assert found["state"] == "failed"
    assert "read messages, write messages" in found["said"]
    assert found["remedy"]


def test_tables_that_answer_nothing_to_strangers_are_well(home: Home) -> None:
    def empty(method: str, path: str) -> tuple[int, str]:
        return (200, "[]") if path.startswith("/rest") and method == "GET" else closed(method, path)

    with serving(empty) as url:
        assert examined(home, url)["anon"]["state"] == "ok"


def test_a_clock_that_is_wrong(home: Home) -> None:
    with serving(closed, date="Thu, 01 Jan 2026 00:00:00 GMT") as url:
        found = examined(home, url)["clock"]
    assert found["state"] == "failed"
    assert "fast" in found["said"]


@pytest.mark.parametrize(("status", "words"), [(401, "key"), (404, "no Supabase project"), (502, "HTTP 502")])
def test_a_server_that_is_not_the_project(home: Home, status: int, words: str) -> None:
    with serving(lambda _method, _path: (status, "{}")) as url:
        findings = examined(home, url)
    assert words in findings["server"]["said"]
    assert "sign-in" not in findings


def test_nobody_is_signed_in(home: Home) -> None:
    with serving(closed) as url:
        found = examined(home, url)["sign-in"]
    assert (found["state"], found["remedy"]) == ("failed", "run `chattui login`")


def test_somebody_without_a_profile(stack: Stack, make_organisation: MakeOrganisation, signed_in: SignIn) -> None:
    agent = make_organisation().agents[0]
    home = signed_in(agent)
    with psycopg.connect(stack.db_url) as database:
        database.execute("delete from profiles where id = %s", (agent.id,))
    done = home.run("doctor", "--json")
    found = {one["check"]: one for one in json.loads(done.stdout)}["sign-in"]
    assert found["state"] == "failed"
    assert "no agent here" in found["said"]


def test_nothing_is_set_up(home: Home) -> None:
    done = home.run("doctor")
    assert done.returncode == 1
    assert "✗ config" in done.stdout
    assert "chattui login" in done.stdout


def test_it_leaves_the_profile_as_it_was(make_organisation: MakeOrganisation, signed_in: SignIn, stack: Stack) -> None:
    agent = make_organisation().agents[0]
    signed_in(agent).ok("doctor")
    with psycopg.connect(stack.db_url) as database:
        row = database.execute("select notifications_enabled, version from profiles where id = %s", (agent.id,))
        enabled, version = row.fetchone() or (None, 0)
    assert enabled is True
    assert version >= 3
