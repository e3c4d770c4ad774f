"""A shift by commands alone: the real program, a real database, one process after another."""

import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from uuid import uuid4

import httpx
import psycopg
import pytest

from tests.cli.conftest import Home, SignIn
from tests.conftest import MakeOrganisation
from tests.stack import Organisation, Person, Stack, forget


def call(stack: Stack, person: Person, function: str, **parameters: Any) -> Any:
    """What somebody else does meanwhile."""
    answer = httpx.post(
        f"{stack.url}/rest/v1/rpc/{function}", json=parameters, headers=stack.headers(person.token), trust_env=False
    )
    answer.raise_for_status()
    return answer.json()


def waiting(stack: Stack, organisation: Organisation, name: str, *words: str) -> str:
    """A customer who has written and asked for a person; their conversation."""
    customer = organisation.customer(name)
    begun = call(stack, customer, "start_conversation", id=str(uuid4()), org_id=str(organisation.id))
    for text in words:
        call(stack, customer, "insert_message", id=str(uuid4()), conversation_id=begun["id"], body=text)
    call(stack, customer, "request_human", conversation_id=begun["id"], handoff_reason="a refund")
    return str(begun["id"])


@pytest.fixture
def acme(make_organisation: MakeOrganisation) -> Organisation:
    return make_organisation(agents=2, admins=1)


@pytest.fixture
def home(acme: Organisation, signed_in: SignIn) -> Home:
    """The first agent's."""
    return signed_in(acme.agents[0])


def listed(home: Home, view: str = "all") -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = json.loads(home.ok("list", "--view", view, "--json"))
    return rows


def test_from_login_to_a_closed_conversation(stack: Stack, acme: Organisation, home: Home) -> None:
    conversation = waiting(stack, acme, "Rosa Díaz", "Hello", "I was charged twice \x1b[31m")
    [row] = listed(home, "waiting")
    assert (row["id"], row["name"], row["unread"], row["reason"]) == (conversation, "Rosa Díaz", 2, "a refund")
    assert row["preview"] == "I was charged twice \x1b[31m"
    home.ok("take", conversation[:13])
    message = home.ok("send", conversation, "The money is on its way.").strip()
    home.ok("note", conversation, "checked with finance")
    home.ok("close", conversation)
    assert listed(home) == []
    [closed] = listed(home, "closed")
    assert (closed["status"], closed["last_seq"]) == ("closed", 3)
    lines = [json.loads(line) for line in home.ok("export", conversation, "--format", "jsonl").splitlines()]
    assert [line["body"] for line in lines if line["kind"] == "message"] == [
        "Hello",
        "I was charged twice \x1b[31m",
        "The money is on its way.",
    ]
    assert message in [line["id"] for line in lines]
    assert [line["body"] for line in lines if line["kind"] == "note"] == ["checked with finance"]


def test_two_at_once_and_the_second_is_told_who_has_it(stack: Stack, acme: Organisation, signed_in: SignIn) -> None:
    conversation = waiting(stack, acme, "Rosa", "Hello")
    first, second, admin = (signed_in(person) for person in (*acme.agents, *acme.admins))
    assert first.run("take", conversation).returncode == 0
    assert first.run("take", conversation).returncode == 0
    refused = second.run("take", conversation)
    assert refused.returncode == 3
    assert acme.agents[0].name in refused.stderr
    assert refused.stdout == ""
    assert second.run("send", conversation, "mine!").returncode == 3
    assert admin.run("take", conversation, "--force").returncode == 0
    assert first.run("back", conversation).returncode == 3


def test_every_hand_off_has_a_command(stack: Stack, acme: Organisation, home: Home) -> None:
    conversation = waiting(stack, acme, "Rosa", "Hello")

    def now(*command: str) -> tuple[str, str | None]:
        row = json.loads(home.ok(*command, "--json"))
        return row["status"], row["assigned_to"]

    me, colleague = (str(agent.id) for agent in acme.agents)
    assert now("take", "--next") == ("active", me)
    assert now("requeue", conversation) == ("waiting", None)
    assert now("back", conversation) == ("ai", None)
    assert now("take", conversation) == ("active", me)
    assert now("close", conversation) == ("closed", None)
    assert now("reopen", conversation) == ("active", me)
    assert now("assign", conversation, acme.agents[1].name) == ("active", colleague)
    assert home.run("take", "--next").returncode == 3


def test_a_repeat_with_the_same_id_is_one_message(stack: Stack, acme: Organisation, home: Home) -> None:
    conversation = waiting(stack, acme, "Rosa", "Hello")
    home.ok("take", conversation)
    message = str(uuid4())
    for _ in range(2):
        assert home.ok("send", conversation, "-", "--id", message, stdin="from a pipe\n").strip() == message
    text = home.ok("show", conversation)
    assert text.count("from a pipe") == 1


def test_labels_come_and_go(stack: Stack, acme: Organisation, home: Home) -> None:
    headers = {**stack.headers(stack.service_role_key), "apikey": stack.service_role_key}
    label = {"org_id": str(acme.id), "name": "billing", "colour": "#ffaa00"}
    httpx.post(f"{stack.url}/rest/v1/labels", json=label, headers=headers, trust_env=False).raise_for_status()
    conversation = waiting(stack, acme, "Rosa", "Hello")
    home.ok("label", conversation, "Billing")
    assert listed(home)[0]["labels"] == ["billing"]
    home.ok("label", conversation, "bill", "--off")
    assert listed(home)[0]["labels"] == []
    assert home.run("label", conversation, "nope").returncode == 2


def test_a_long_conversation_is_exported_whole(stack: Stack, acme: Organisation, home: Home) -> None:
    conversation = waiting(stack, acme, "Rosa", *(f"line {number}" for number in range(120)))
    exported = json.loads(home.ok("export", conversation, "--format", "json"))
    bodies = [line["body"] for line in exported["lines"] if line["kind"] == "message"]
    assert bodies == [f"line {number}" for number in range(120)]
    markdown = home.ok("export", conversation)
    assert markdown.startswith("# Rosa")
    assert "> line 119" in markdown


def test_a_tail_resumes_without_a_hole(stack: Stack, acme: Organisation, home: Home) -> None:
    place = home.path / "place.json"
    conversation = waiting(stack, acme, "Rosa", "first")
    seen = tailed(home, str(place), until="second", during=lambda: say(stack, acme, conversation, "second"))
    assert bodies(seen) == ["second"]
    say(stack, acme, conversation, "while nobody looked")
    seen = tailed(home, str(place), until="third", during=lambda: say(stack, acme, conversation, "third"))
    assert bodies(seen) == ["while nobody looked", "third"]


def say(stack: Stack, acme: Organisation, conversation: str, text: str) -> None:
    agent = acme.agents[1]
    call(stack, agent, "take_over", conversation_id=conversation)
    call(stack, agent, "insert_message", id=str(uuid4()), conversation_id=conversation, body=text)


def tailed(home: Home, place: str, *, until: str, during: Any) -> list[dict[str, Any]]:
    """What `tail` prints until the message `until`; `during` happens once it listens."""
    command = [sys.executable, "-m", "chattui", "tail", "--json", "--cursor-file", place]
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=home.environment()
    ) as process:
        assert process.stderr is not None
        assert process.stdout is not None
        assert "Listening" in process.stderr.readline()
        during()
        lines = []
        for line in process.stdout:
            lines.append(json.loads(line))
            if until in line and '"messages"' in line:
                break
        process.terminate()
    return lines


def bodies(lines: list[dict[str, Any]]) -> list[str]:
    return [line["row"]["body"] for line in lines if line.get("table") == "messages"]


def test_who_am_i_and_goodbye(acme: Organisation, home: Home) -> None:
    who = json.loads(home.ok("whoami", "--json"))
    assert (who["email"], who["role"], who["organization"]) == (acme.agents[0].email, "agent", "Acme")
    home.ok("logout")
    gone = home.run("whoami")
    assert gone.returncode == 1
    assert "chattui login" in gone.stderr
    assert "Ctrl" not in gone.stderr


def test_the_environment_alone_names_a_project(stack: Stack, acme: Organisation, home: Home) -> None:
    waiting(stack, acme, "Rosa", "Hello")
    home.settings.unlink()
    other = Home(home.path, {"CHATTUI_URL": stack.url, "CHATTUI_KEY": stack.anon_key})
    assert [row["name"] for row in listed(other)] == ["Rosa"]


def test_the_doctor_finds_nothing(home: Home) -> None:
    findings = json.loads(home.ok("doctor", "--json"))
    assert {one["check"] for one in findings if one["state"] == "ok"} >= {
        "files", "config", "server", "clock", "anon", "sign-in", "schema", "realtime", "round trip",
    }  # fmt: skip
    assert not [one for one in findings if one["state"] == "failed"]


@pytest.fixture
def demo_home(tmp_path: Path) -> Iterator[Home]:
    """A home whose demo is taken down afterwards."""
    home = Home(tmp_path)
    directory = tmp_path / ".local" / "share" / "chattui" / "demo"
    yield home
    forget(directory)


def test_a_customer_speaks_to_the_demo_without_a_screen_and_goes_on_where_they_were(demo_home: Home) -> None:
    first = demo_home.ok("customer", "--name", "Pat", "--say", "Hello?").strip()
    second = demo_home.ok("customer", "--name", "Pat", "--say", "Still there?").strip()
    state = json.loads((demo_home.path / ".local/share/chattui/demo/stack.json").read_text())
    with psycopg.connect(state["endpoint"]["db_url"]) as database:
        rows = database.execute(
            "select m.id::text, m.seq, m.body from messages m where m.conversation_id ="
            " (select conversation_id from messages where id = %s) order by m.seq",
            (first,),
        ).fetchall()
    assert rows == [(first, 1, "Hello?"), (second, 2, "Still there?")]


def test_a_customer_says_whom_they_turn_to(stack: Stack, make_organisation: MakeOrganisation, tmp_path: Path) -> None:
    home = Home(tmp_path, {"CHATTUI_URL": stack.url, "CHATTUI_KEY": stack.anon_key})
    acme, _ = make_organisation(), make_organisation()
    unclear = home.run("customer", "--name", "Pat", "--say", "Hello?")
    assert unclear.returncode == 1
    assert "say which one" in unclear.stderr
    message_id = home.ok("customer", "--name", "Pat", "--org", str(acme.id), "--say", "Hello?").strip()
    with psycopg.connect(stack.db_url) as database:
        assert database.execute("select org_id from messages where id = %s", (message_id,)).fetchone() == (acme.id,)
