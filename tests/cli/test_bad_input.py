"""Everything that a person can get wrong: one sentence, what to do, and a code; never a traceback."""

import os
import subprocess
import sys
from pathlib import Path

import httpx
import keyring
import pytest
from keyring.backends import fail

from chattui.credentials import Credentials
from tests.cli.conftest import Home, SignIn
from tests.cli.misbehaving import serving
from tests.conftest import MakeOrganisation
from tests.stack import Stack

NOWHERE = "http://127.0.0.1:9"
PROJECT = '[profiles.work]\nurl = "http://127.0.0.1:9"\nkey = "anon"\n'


def refused(home: Home, *command: str, code: int, words: str, stdin: str = "") -> None:
    """One line on stderr, with these words; nothing on stdout."""
    done = home.run(*command, stdin=stdin)
    assert done.returncode == code, done.stderr
    assert done.stdout == ""
    assert words in done.stderr, done.stderr
    assert "Traceback" not in done.stderr
    assert "Ctrl+R" not in done.stderr


def test_the_first_run_explains_itself(home: Home) -> None:
    done = home.run()
    assert done.returncode == 2
    assert "chattui demo" in done.stderr
    assert "chattui login" in done.stderr


@pytest.mark.parametrize(
    ("command", "words"),
    [
        (("list",), "no project is set up"),
        (("-P", "work", "list"), "has no profile 'work'"),
        (("login",), "--url is needed"),
        (("login", "--url", NOWHERE, "--key", "k"), "--email is needed"),
        (("login", "--url", NOWHERE, "--key", "k", "-e", "a@b.c"), "--password-stdin is needed"),
        (("login", "--url", "work.supabase.co", "--key", "k", "-e", "a@b.c"), "not the URL of a project"),
        (("login", "--code", "--password-stdin"), "choose one"),
        (("take",), "take --next"),
        (("take", "abc", "--next"), "take --next"),
        (("demo",), "needs a terminal"),
        (("customer",), "needs a terminal"),
        (("customer", "--say", " "), "nothing to say"),
        (("lst",), "No such command"),
        (("list", "--view", "mien"), "'mien' is not one of"),
        (("export",), "Missing argument"),
        (("send", "abc", "hi", "--id", "no-uuid"), "not a valid UUID"),
    ],
)
def test_a_command_that_makes_no_sense(home: Home, command: tuple[str, ...], words: str) -> None:
    refused(home, *command, code=2, words=words)


@pytest.mark.parametrize(
    ("settings", "words"),
    [
        ("[ui]\nconfrim = true", "did you mean 'confirm'?"),
        ("[profiles.work]\nurl = 'http://127.0.0.1:9'", "'key' is missing"),
        ("= 3", "not TOML"),
        (PROJECT + PROJECT.replace("work", "spare"), "-P NAME"),
        (PROJECT.replace("anon", "sb_secret_x"), "service_role"),
    ],
)
def test_settings_that_make_no_sense(home: Home, settings: str, words: str) -> None:
    home.write_settings(settings)
    refused(home, "list", code=2, words=words)


def test_a_key_that_no_action_has(home: Home) -> None:
    home.write_settings("[keys]\ntake-ovr = ['x']")
    refused(
        home, "keys", code=1, words="[keys] in the settings: there is no action 'take-ovr'; did you mean 'take-over'?"
    )


def test_no_terminal_for_the_inbox(home: Home) -> None:
    home.write_settings(PROJECT)
    refused(home, code=2, words="chattui list --json")


def test_nobody_is_signed_in(home: Home) -> None:
    home.write_settings(PROJECT)
    refused(home, "list", code=1, words="chattui login")


def test_nobody_answers(home: Home) -> None:
    login = ("login", "--url", NOWHERE, "--key", "k", "-e", "a@b.c", "--password-stdin")
    refused(home, *login, code=4, words="chattui doctor", stdin="secret\n")
    assert not home.settings.exists()


def test_a_server_that_goes_away_after_login(make_organisation: MakeOrganisation, signed_in: SignIn) -> None:
    home = signed_in(make_organisation().agents[0])
    refused(moved(home, NOWHERE), "list", code=4, words="chattui doctor")


def moved(home: Home, url: str) -> Home:
    """The same person, whose project is now at `url`."""
    session = next((home.path / ".local/state/chattui/sessions").glob("*.json"))
    state = home.path / "moved"
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("XDG_STATE_HOME", str(state))
        keyring.set_keyring(fail.Keyring())  # type: ignore[no-untyped-call]
        Credentials(url).save(session.read_text())
    return Home(home.path, {"CHATTUI_URL": url, "CHATTUI_KEY": "k", "XDG_STATE_HOME": str(state)})


@pytest.mark.parametrize(
    ("answer", "code", "words"),
    [
        ((404, '{"code": "PGRST202", "message": "Could not find the function"}'), 1, "supabase db push"),
        ((200, '{"me": 3}'), 4, "makes no sense"),
        ((200, "<html>a page</html>"), 4, "makes no sense"),
        ((502, "<html>bad gateway</html>"), 4, "can not be reached"),
        ((401, '{"message": "Invalid API key"}'), 1, "does not accept this key"),
    ],
)
def test_a_project_that_is_not_ready(
    make_organisation: MakeOrganisation, signed_in: SignIn, answer: tuple[int, str], code: int, words: str
) -> None:
    home = signed_in(make_organisation().agents[0])
    with serving(lambda _method, _path: answer) as url:
        refused(moved(home, url), "list", code=code, words=words)


def test_a_wrong_key(stack: Stack, home: Home) -> None:
    login = ("login", "--url", stack.url, "--key", "nonsense", "-e", "a@b.c", "--password-stdin")
    refused(home, *login, code=1, words="does not accept this key", stdin="secret\n")


def test_a_wrong_password(stack: Stack, home: Home) -> None:
    login = ("login", "--url", stack.url, "--key", stack.anon_key, "-e", "a@b.c", "--password-stdin")
    refused(home, *login, code=1, words="password is wrong", stdin="secret\n")


def test_a_page_that_is_no_project(stack: Stack, home: Home) -> None:
    """The database's port speaks, but not HTTP."""
    port = stack.db_url.rpartition(":")[2].partition("/")[0]
    login = ("login", "--url", f"http://127.0.0.1:{port}", "--key", "k", "-e", "a@b.c", "--password-stdin")
    refused(home, *login, code=4, words="chattui doctor", stdin="secret\n")


def test_a_session_that_is_over(stack: Stack, make_organisation: MakeOrganisation, signed_in: SignIn) -> None:
    agent = make_organisation().agents[0]
    home = signed_in(agent)
    everywhere = f"{stack.url}/auth/v1/logout?scope=global"
    httpx.post(everywhere, headers=stack.headers(agent.token), trust_env=False).raise_for_status()
    [session] = (home.path / ".local/state/chattui/sessions").glob("*.json")
    session.write_text(session.read_text().replace('"access_token":"ey', '"access_token":"xx'))
    refused(home, "list", code=1, words="chattui login")


def test_a_person_who_is_no_agent(stack: Stack, make_organisation: MakeOrganisation, signed_in: SignIn) -> None:
    import psycopg  # noqa: PLC0415 - only here

    agent = make_organisation(agents=2).agents[1]
    home = signed_in(agent)
    with psycopg.connect(stack.db_url) as database:
        database.execute("delete from profiles where id = %s", (agent.id,))
    done = home.run("list")
    assert done.returncode == 1
    assert "Traceback" not in done.stderr
    assert "chattui:" in done.stderr


def test_a_session_that_others_could_read(make_organisation: MakeOrganisation, signed_in: SignIn) -> None:
    home = signed_in(make_organisation().agents[0])
    [session] = (home.path / ".local/state/chattui/sessions").glob("*.json")
    session.chmod(0o644)
    refused(home, "list", code=1, words="chmod")


def test_a_home_that_cannot_be_written(stack: Stack, make_organisation: MakeOrganisation, tmp_path: Path) -> None:
    """A file where a directory should be: root may write anywhere else."""
    (tmp_path / "file").write_text("")
    home = Home(tmp_path, {"XDG_STATE_HOME": str(tmp_path / "file")})
    agent = make_organisation().agents[0]
    login = ("login", "--url", stack.url, "--key", stack.anon_key, "-e", agent.email or "", "--password-stdin")
    done = home.run(*login, stdin="a password of tests\n")
    assert done.returncode == 1
    assert "cannot write" in done.stderr
    assert len(done.stderr.splitlines()) == 1


def test_an_id_that_means_several_or_none(make_organisation: MakeOrganisation, signed_in: SignIn) -> None:
    home = signed_in(make_organisation().agents[0])
    refused(home, "take", "abc", code=2, words="there is no conversation 'abc'")
    nobody = "00000000-0000-4000-8000-000000000000"
    refused(home, "take", nobody, code=3, words="conversation")
    refused(home, "send", nobody, "", code=2, words="nothing to send")


def test_a_pipe_that_closes_early_is_no_failure(make_organisation: MakeOrganisation, signed_in: SignIn) -> None:
    home = signed_in(make_organisation().agents[0])
    read, write = os.pipe()
    os.close(read)
    done = subprocess.run(
        [sys.executable, "-m", "chattui", "keys"],
        stdout=write, stderr=subprocess.PIPE, text=True, env=home.environment(), check=False, timeout=20,
    )  # fmt: skip
    os.close(write)
    assert "Traceback" not in done.stderr
    assert "went wrong" not in done.stderr


def test_a_theme_that_is_not_there(home: Home) -> None:
    """Told before any screen is drawn."""
    home.write_settings("[ui]\ntheme = 'drak'\n" + PROJECT)
    program = "from chattui import config\nfrom chattui.cli.inbox import ui_settings\nui_settings(config.load())"
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, env=home.environment(), check=False
    )
    assert "there is no theme 'drak'; did you mean 'dark'?" in done.stderr
