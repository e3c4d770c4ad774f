"""chattui without its screen: what scripts read and do, and how it says that it could not."""

import json
import signal
import subprocess
from pathlib import Path

import pytest

from chattui.local.state import Endpoint
from tests.e2e.conftest import CHATTUI, Plain, Run, Says, SignedIn, id_of
from tests.program import bare

pytestmark = pytest.mark.timeout(120)


def test_a_conversation_from_the_first_word_to_its_transcript(plain: Plain, says: Says) -> None:
    says("Rosa Quill", "I was charged twice")
    listed = json.loads(plain("ana", "list", "--view", "ai", "--json").stdout)
    rosa = next(row for row in listed if row["name"] == "Rosa Quill")
    assert (rosa["status"], rosa["unread"], rosa["preview"]) == ("ai", 1, "I was charged twice")
    one = rosa["id"]

    early = plain("ana", "send", one, "Too early")
    assert (early.returncode, early.stdout) == (3, "")

    taken = plain("ana", "take", one[:12])
    assert (taken.returncode, taken.stdout, taken.stderr) == (0, "", "Rosa Quill is yours.\n")
    for command in (("take", one), ("send", one, "Hello"), ("close", one)):
        refused = plain("bo", *command)
        assert refused.returncode == 3
        assert refused.stdout == ""
        assert "Ana Torres" in refused.stderr, "who has it is named"
        assert len(refused.stderr.splitlines()) == 1

    message = plain("ana", "send", one, "-", words="Let me look\ninto that\n").stdout.strip()
    again = plain("ana", "send", one, "Let me look\ninto that", "--id", message)
    assert again.stdout.strip() == message, "a repeat changes nothing"
    assert plain("ana", "note", one, "Check Stripe first").returncode == 0
    assert plain("ana", "label", one, "billing").returncode == 0
    assert plain("ana", "close", one, "--json").returncode == 0
    assert plain("ana", "send", one, "Too late").returncode == 3
    assert json.loads(plain("bo", "reopen", one, "--json").stdout)["status"] == "active"
    assert plain("bo", "requeue", one).stderr == "Rosa Quill is waiting.\n"

    shown = plain("ana", "show", one).stdout
    assert shown.splitlines()[0] == "Rosa Quill · waiting"
    assert shown.count("into that") == 1
    assert "[note] Ana Torres: Check Stripe first" in shown
    lines = [json.loads(line) for line in plain("ana", "export", one, "--format", "jsonl").stdout.splitlines()]
    assert [line["body"] for line in lines if line["kind"] == "message"] == [
        "I was charged twice",
        "Let me look\ninto that",
    ]
    assert plain("ana", "export", one, "--format", "md").stdout.startswith("# Rosa Quill\n")
    assert json.loads(plain("ana", "show", one, "--json").stdout)["customer"] == "Rosa Quill"


def test_tail_has_a_line_for_a_message_at_once(signed_in: SignedIn, plain: Plain, says: Says) -> None:
    says("Liam Reed", "Hello")
    with subprocess.Popen(
        [*CHATTUI, "tail", "--json"],
        env=signed_in("ana"),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as tail:
        assert tail.stdout is not None
        assert tail.stderr is not None
        assert tail.stderr.readline() == "Listening.\n"
        says("Liam Reed", "Where is my parcel")
        happened = (json.loads(line) for line in tail.stdout)
        said = next(one["row"] for one in happened if one.get("table") == "messages")
        assert (said["body"], said["conversation_id"]) == ("Where is my parcel", id_of(plain, "Liam Reed"))
        tail.send_signal(signal.SIGINT)
        assert tail.wait(10) in {0, 130}


def test_the_doctor_finds_nothing_wrong_with_a_good_project(plain: Plain) -> None:
    examined = plain("ana", "doctor")
    assert examined.returncode == 0, examined.stdout
    findings = json.loads(plain("ana", "doctor", "--json").stdout)
    assert len(findings) >= 8
    assert plain("ana", "whoami").stdout.startswith("ana@acme.example\tAna Torres\tagent\tAcme Support")


def test_what_cannot_be_is_one_sentence(project: Endpoint, signed_in: SignedIn, home: Path, run: Run) -> None:
    nowhere = {**signed_in("ana"), "CHATTUI_URL": "http://127.0.0.1:9"}
    wrong_key = {**signed_in("ana"), "CHATTUI_KEY": "not a key"}
    for env, arguments, code in (
        (nowhere, ("login", "--email", "ana@acme.example", "--password-stdin"), 4),
        (wrong_key, ("login", "--email", "ana@acme.example", "--password-stdin"), 1),
        ({**bare(home), "CHATTUI_URL": project.url, "CHATTUI_KEY": project.anon_key}, ("list",), 1),
        (bare(home), ("list",), 2),
        (signed_in("ana"), ("take", "ffffffff"), 2),
        (signed_in("ana"), ("take", "ffffffff-ffff-4fff-8fff-ffffffffffff"), 3),
        (signed_in("ana"), (), 2),
        (signed_in("ana"), ("customer",), 2),
        (bare(home), ("demo",), 2),
    ):
        done = subprocess.run(
            [*CHATTUI, *arguments], env=env, input="wrong\n", text=True, check=False, capture_output=True
        )
        assert (arguments, done.returncode, done.stdout) == (arguments, code, "")
        assert len(done.stderr.splitlines()) == 1, done.stderr
        assert "Traceback" not in done.stderr

    tiny = run(env=signed_in("ana"), columns=30, rows=8)
    assert tiny.ends() == 1
    assert "30 columns and 8 rows" in " ".join(tiny.text.split())
