import logging
from collections.abc import Iterator
from pathlib import Path

import pytest

from chattui import logs

TOKEN = "eyJhbGciOiJIUzI1NiJ9.eyJyb2xlIjoiYW5vbiJ9.c2lnbmF0dXJl"


@pytest.fixture
def log(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """The log file; logging is as it was afterwards."""
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path))
    root = logging.getLogger()
    handlers, level, last = root.handlers, root.level, logging.lastResort
    levels = {name: logging.getLogger(name).level for name in ("chattui", "realtime")}
    logs.start()
    yield logs.log_file()
    for handler in root.handlers:
        handler.close()
    logging.captureWarnings(capture=False)
    root.handlers, logging.lastResort = handlers, last
    root.setLevel(level)
    for name, before in levels.items():
        logging.getLogger(name).setLevel(before)


@pytest.mark.parametrize(
    "secret",
    [
        f"Authorization: Bearer {TOKEN}",
        f"?apikey={TOKEN}&vsn=1.0.0",
        '{"refresh_token": "abcdefgh12345678"}',
        "refresh_token=abcdefgh12345678",
        "key sb_secret_abcdef012345",
        '{"password": "correct-horse"}',
    ],
)
def test_no_token_is_ever_written(log: Path, secret: str) -> None:
    logging.getLogger("chattui.gateway").warning("request %s", secret)
    try:
        int(secret)
    except ValueError:
        logging.getLogger("chattui").exception("it failed")
    text = log.read_text()
    assert text.count("[secret]") >= 2
    for word in (TOKEN, "abcdefgh12345678", "abcdef012345", "correct-horse"):
        assert word not in text


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


def test_seven_files_are_kept(log: Path) -> None:
    line = "x" * 1000
    for _ in range(10 * logs.SIZE // 1000):
        logging.getLogger("chattui").info(line)
    assert len(list(log.parent.iterdir())) == logs.KEPT


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
