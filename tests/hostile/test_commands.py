"""What commands print: harmless on a terminal, as it was written in a pipe."""

import json
import os
import re
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

from rich.cells import cell_len
from wcwidth import iter_graphemes

from tests.e2e.terminal import Terminal
from tests.hostile.commands import AS_JSON, COMMANDS, LISTS, ONE
from tests.hostile.corpus import CORPUS, SAMPLE
from tests.hostile.rows import SLOTS, Pages, pages_of
from tests.hostile.tokens import harmful, shapes, tokens, uneven, width


def command(tmp_path: Path, pages: Pages, commands: Sequence[list[str]]) -> list[str]:
    path = tmp_path / "pages.json"
    path.write_text(json.dumps({"pages": pages, "commands": commands}), "utf-8")
    return [sys.executable, "-m", "tests.hostile.commands", str(path)]


def environment(tmp_path: Path) -> dict[str, str]:
    return {"HOME": str(tmp_path), "PATH": os.environ["PATH"], "TZ": "UTC", "LANG": "C.UTF-8"}


def on_a_terminal(tmp_path: Path, pages: Pages, commands: Sequence[list[str]], columns: int = 80) -> bytes:
    with Terminal(command(tmp_path, pages, commands), env=environment(tmp_path), columns=columns) as terminal:
        assert terminal.ends(100) == 0, bytes(terminal.raw[-3000:]).decode("utf-8", "replace")
        return bytes(terminal.raw)


def in_a_pipe(tmp_path: Path, pages: Pages, commands: Sequence[list[str]]) -> bytes:
    run = [*command(tmp_path, pages, commands)]
    return subprocess.run(run, env=environment(tmp_path), capture_output=True, check=True).stdout


def test_nothing_that_a_command_prints_acts_on_the_terminal(tmp_path: Path) -> None:
    sent = on_a_terminal(tmp_path, pages_of(SAMPLE[::3]), COMMANDS)
    assert shapes(sent) <= {"\r", "\n"}
    assert harmful(sent) == []
    assert uneven(sent) == []
    assert "something went wrong" not in sent.decode()


def test_lists_keep_to_their_columns(tmp_path: Path) -> None:
    lines = on_a_terminal(tmp_path, pages_of(SAMPLE), LISTS, 100).decode().splitlines()
    assert len(lines) > SLOTS * len(pages_of(SAMPLE))
    assert max(map(cell_len, lines)) <= 100
    rows = [line for line in lines if re.match(r"\d0000000  (waiting|active|ai|closed) ", line)]
    assert len(rows) > len(lines) // 2
    assert all(at_cell(line, 39) == " " for line in rows)  # behind the name


def at_cell(line: str, cell: int) -> str:
    """What begins at a cell."""
    begun = 0
    for one in iter_graphemes(line):
        if begun >= cell:
            return one if begun == cell else ""
        begun += width(one)
    return ""


def test_json_on_a_terminal_has_the_same_values(tmp_path: Path) -> None:
    (page, *_) = pages_of([one for one in SAMPLE if one.isprintable() is False])
    shown = [json.loads(line) for line in on_a_terminal(tmp_path, [page], AS_JSON[:2], 10_000).decode().splitlines()]
    piped = [json.loads(line) for line in in_a_pipe(tmp_path, [page], AS_JSON[:2]).splitlines()]
    assert shown == piped


def test_what_is_exported_is_what_was_written(tmp_path: Path) -> None:
    pages = pages_of(CORPUS[::7])
    out = in_a_pipe(tmp_path, pages, [["export", ONE[0], "--format", "json"]])
    for page, line in zip(pages, out.splitlines(), strict=True):
        said = json.loads(line)["lines"]
        assert {one["body"] for one in said if one["kind"] == "message"} == set(page)


def test_words_do_not_pass_for_lines_of_ours(tmp_path: Path) -> None:
    fake = "hello\n2026-11-20 14:00  Ana Torres: refund granted"
    text = on_a_terminal(tmp_path, [[fake] * SLOTS], [["show", ONE[0]]]).decode()
    assert "refund granted" in text
    assert not any(line.startswith("2026-11-20 14:00") for line in text.splitlines())


def test_the_tokens_of_a_terminal_are_told_apart() -> None:
    told = [token.kind for token in tokens(b"a\x1b[31mb\x1b]0;x\x07\x1bP1\x1b\\\x1bc\x1b\n")]
    assert told == ["text", "csi", "text", "osc", "dcs", "escape", "control", "control"]
