import logging
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from chattui import logs

TOKEN = "eyJhbGciOiJIUzI1NiJ9.eyJyb2xlIjoiYW5vbiJ9.c2lnbmF0dXJl"


LogAt = Callable[[str], Path]


@pytest.fixture
def log_at(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[LogAt]:
    """Begins the log file at a level; logging is as it was afterwards."""
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path))
    root = logging.getLogger()
    handlers, level, last = root.handlers, root.level, logging.lastResort
    levels = {name: logging.getLogger(name).level for name in ("chattui", "realtime")}
    begun: list[logging.Handler] = []

    def begin(level: str) -> Path:
        monkeypatch.setenv("CHATTUI_LOG", level)
        logs.start()
        begun.extend(root.handlers)
        return logs.log_file()

    yield begin
    for handler in begun:
        handler.close()
    logging.captureWarnings(capture=False)
    root.handlers, logging.lastResort = handlers, last
    root.setLevel(level)
    for name, before in levels.items():
        logging.getLogger(name).setLevel(before)


@pytest.fixture
def log(log_at: LogAt) -> Path:
    return log_at("")


PASSWORD = r"correct horse, \"battery\" & staple"
SECRETS = [
    f"Authorization: Bearer {TOKEN}",
    "Authorization: Bearer abcdefgh12345678",
    "authorization: abcdefgh12345678",
    "[('apikey', 'abcdefgh12345678'), (b'Authorization', b'Bearer abcdefgh12345678')]",
    f"?apikey={TOKEN}&vsn=1.0.0",
    "?vsn=1.0.0&apikey=abcdefgh12345678&x=1",
    "wss://x.supabase.co/realtime/v1/websocket?access_token%3Dabcdefgh12345678",
    f'> TEXT \'{{"topic": "realtime:org", "access_token": "{TOKEN[:45]}...\' [912 bytes]',
    '{"refresh_token": "abcdefgh12345678"}',
    "{'refresh_token': 'abcdefgh12345678'}",
    r'"{\"refresh_token\": \"abcdefgh12345678\"}"',
    "Session(refresh_token='abcdefgh12345678', expires_in=3600)",
    "refresh_token=abcdefgh12345678",
    '{"email": "a@b.c", "token": "abcdefgh12345678", "type": "email"}',
    "key sb_secret_abcdef012345-6",
    "key sb_publishable_abcdef012345",
    f'{{"password": "{PASSWORD}"}}',
    "{'password': 'correct horse, battery'}",
    "password=battery&x=1",
    "postgresql://postgres:battery@127.0.0.1:5432/postgres",
]


@pytest.mark.parametrize("level", ["info", "debug"])
@pytest.mark.parametrize("secret", SECRETS)
def test_no_token_is_ever_written(log_at: LogAt, secret: str, level: str) -> None:
    log = log_at(level)
    logging.getLogger("chattui.gateway").warning("request %s", secret)
    logging.getLogger("websockets.client").error(secret)
    try:
        int(secret)
    except ValueError:
        logging.getLogger("chattui").exception("it failed")
    text = log.read_text()
    assert text.count("[secret]") >= 2
    for word in (TOKEN[:40], "abcdefgh", "abcdef012345", "battery", "horse"):
        assert word not in text


@pytest.mark.parametrize(
    "words",
    [
        "Token has expired 3 seconds ago",
        "the e-mail address or the password is wrong",
        "a refresh token, and a key",
        "https://x.supabase.co/rest/v1/rpc/page and a@b.c",
        "sb_ is a beginning",
    ],
)
def test_what_is_no_secret_stays(log: Path, words: str) -> None:
    logging.getLogger("chattui").info("%s", words)
    assert words in log.read_text()


def test_blotting_out_takes_no_time(log: Path) -> None:
    """Words of strangers may come near a log: no text makes the search slow."""
    began = time.perf_counter()
    floods = ("token" * 20_000, 'password="' + "\\" * 100_000, "eyJ" * 30_000, "token" + " " * 100_000, "://" * 30_000)
    for text in floods:
        logging.getLogger("chattui").info("%s", text)
    assert time.perf_counter() - began < 2
    assert log.exists()


def test_what_an_error_says_is_written_when_debugging_alone(log_at: LogAt) -> None:
    words = "words of a customer"

    def fail() -> None:
        try:
            dict[str, str]()[words]
        except KeyError as error:
            raise ExceptionGroup(words, [ValueError(words)]) from error

    for level, written in (("info", False), ("debug", True)):
        log = log_at(level)
        try:
            fail()
        except ExceptionGroup:
            logging.getLogger("chattui").exception("it failed")
        logging.getLogger("asyncio").error("Task exception was never retrieved\nfuture: %s", words)
        text = log.read_text()
        assert (words in text) == written
        for there in ("in fail", "KeyError", "ValueError", "ExceptionGroup", "Task exception was never retrieved"):
            assert there in text
        log.unlink()


@pytest.mark.parametrize("level", ["loud", "10", "info "])
def test_a_level_that_is_none_is_named(log_at: LogAt, level: str) -> None:
    assert "CHATTUI_LOG is none of debug, info" in log_at(level).read_text()


def test_nobody_else_reads_the_log(log: Path) -> None:
    logging.getLogger("chattui").info("said")
    for path in (log, log.parent):
        assert not path.stat().st_mode & 0o077


def test_nothing_reaches_the_screen(log: Path, capfd: pytest.CaptureFixture[str]) -> None:
    logging.getLogger("somebody.else").error("a loud library")
    logging.getLogger("chattui").info("said quietly")
    assert capfd.readouterr() == ("", "")
    assert "a loud library" in log.read_text()
    assert "said quietly" in log.read_text()


def test_what_was_said_is_not_written_by_default(log: Path) -> None:
    logging.getLogger("realtime").error("frame with words of a customer")
    logging.getLogger("httpx").info("POST with words of a customer")
    logging.getLogger("chattui").debug("words of a customer")
    assert "customer" not in log.read_text()


def test_seven_files_are_kept(log_at: LogAt, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(logs, "SIZE", 10_000)
    log = log_at("info")
    for _ in range(100):
        logging.getLogger("chattui").info("x" * 1000)
    files = list(log.parent.iterdir())
    assert len(files) == logs.KEPT
    assert not [file for file in files if file.stat().st_mode & 0o077]


def test_a_home_that_cannot_be_written_stops_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "file").write_text("")
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "file" / "below"))
    root = logging.getLogger()
    before = root.handlers
    logs.start()
    logging.getLogger("chattui").error("unheard")
    assert isinstance(root.handlers[0], logging.NullHandler)
    root.handlers = before
    logging.captureWarnings(capture=False)
