"""A whole shift, faults included, and then every file of that home: no words in a log, no secret anywhere."""

import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import httpx

from chattui.local.places import DataDirectory
from tests.cli.conftest import Home
from tests.conftest import MakeOrganisation
from tests.database.api import desk_of
from tests.security.test_sessions import ROOT, login
from tests.stack import PASSWORD, Stack

WORDS = "Zebrawords about my divorce"


class Scan(NamedTuple):
    home: Path
    tokens: list[str]
    keys: list[str]

    def files(self, *without: str) -> Iterator[Path]:
        """All but those in folders of these names: their purpose is to keep such things."""
        for path in self.home.rglob("*"):
            if path.is_file() and not set(without) & set(path.relative_to(self.home).parts):
                yield path

    def with_words(self) -> list[str]:
        return [path.name for path in self.files("words") if WORDS.encode() in path.read_bytes()]

    def with_secrets(self) -> list[tuple[str, str]]:
        """File and secret; the settings hold the project's public key."""
        found = []
        for path in self.files("sessions"):
            content = path.read_bytes()
            keys = [] if path.name == "config.toml" else self.keys
            found += [
                (path.name, secret[:12]) for secret in (*self.tokens, *keys, PASSWORD) if secret.encode() in content
            ]
        return found

    def log(self) -> str:
        return (self.home / ".local/state/chattui/log/chattui.log").read_text()


def worked(stack: Stack, make_organisation: MakeOrganisation, path: Path, level: str, how: str = "") -> Scan:
    home = Home(path, {"CHATTUI_LOG": level, "PYTHONWARNINGS": "default"})
    with desk_of(make_organisation(agents=2, admins=1)) as desk:
        conversation_id = desk.conversation("waiting")
        desk.say(conversation_id, WORDS)
        login(home, stack, desk.me)
        done = subprocess.run(
            [sys.executable, "-m", "tests.security.shift", stack.url, stack.anon_key, str(conversation_id), how],
            input=json.dumps({"words": WORDS, "password": PASSWORD}),
            capture_output=True,
            text=True,
            env=home.environment(),
            cwd=ROOT,
            timeout=50,
            check=False,
        )
        assert done.returncode == 0, done.stderr
        assert desk.bodies(conversation_id) == [WORDS, *(f"{WORDS} {number}" for number in range(3))]
    tokens = json.loads(done.stdout)
    # Access tokens that were made in the same second are the same.
    assert sum(not token.startswith("eyJ") for token in tokens) >= 3, "a first session and two that came after it"
    return Scan(path, tokens, [stack.anon_key, stack.service_role_key])


WENT_WRONG = (
    "the session was renewed",
    "an event could not be taken",
    "it went wrong",
    "a line that should not be there",
    "unforeseen",
    "Task exception was never retrieved",
    "an old way to say",
    "The server can not be reached",
)


def test_a_shift_leaves_neither_words_nor_secrets_in_a_log(
    stack: Stack, make_organisation: MakeOrganisation, tmp_path: Path
) -> None:
    scan = worked(stack, make_organisation, tmp_path, "info")
    assert [entry for entry in WENT_WRONG if entry not in scan.log()] == []
    assert scan.with_words() == []
    assert scan.with_secrets() == []


def test_a_log_for_debugging_has_no_secret_either(
    stack: Stack, make_organisation: MakeOrganisation, tmp_path: Path
) -> None:
    """Even where all libraries tell all they can, frames of the socket included."""
    scan = worked(stack, make_organisation, tmp_path, "debug")
    log = scan.log()
    assert [
        entry for entry in (*WENT_WRONG, "GET /realtime/v1/websocket", "> TEXT", "access_token") if entry not in log
    ] == []
    assert scan.with_words() == ["chattui.log"], "that is what the level is for"
    assert scan.with_secrets() == []


def test_the_embedded_server_s_logs_have_neither(
    stack: Stack, make_organisation: MakeOrganisation, tmp_path: Path, stack_directory: Path
) -> None:
    """Its own and PostgreSQL's, while requests of every kind fail; codes for signing in are there on purpose."""
    scan = worked(stack, make_organisation, tmp_path, "info")
    access = next(token for token in scan.tokens if token.startswith("eyJ"))
    refresh = next(token for token in scan.tokens if token != access)
    bearer = stack.headers(access)
    for path, body in (
        ("rest/v1/rpc/insert_message", {"id": "no uuid", "conversation_id": "none", "body": WORDS}),
        ("rest/v1/rpc/search_messages", {"query": WORDS, "page_size": "x"}),
        ("auth/v1/token?grant_type=password", {"email": "x", "password": PASSWORD}),
        ("auth/v1/token?grant_type=refresh_token", {"refresh_token": f"{refresh}, mistyped"}),
        (f"rest/v1/nothing?apikey={stack.anon_key}", {"body": WORDS}),
    ):
        assert httpx.post(f"{stack.url}/{path}", json=body, headers=bearer).status_code >= 400
    logs = [*stack_directory.glob("*.log"), *DataDirectory.at(stack_directory).cluster.rglob("*.log")]
    contents = [log.read_bytes() for log in logs]
    assert any(b"invalid input syntax" in content for content in contents), "there is something to look through"
    for content in contents:
        assert not [secret for secret in (WORDS, PASSWORD, *scan.tokens, *scan.keys) if secret.encode() in content]


def test_this_would_be_seen(stack: Stack, make_organisation: MakeOrganisation, tmp_path: Path) -> None:
    """The same shift with a log that blots out nothing: the search finds words, tokens, keys and the password."""
    scan = worked(stack, make_organisation, tmp_path, "info", "leaking")
    assert scan.with_words() == ["chattui.log"]
    seen = {secret for _, secret in scan.with_secrets()}
    assert stack.anon_key[:12] in seen
    assert any(token[:12] in seen for token in scan.tokens)
    assert PASSWORD[:12] in seen
