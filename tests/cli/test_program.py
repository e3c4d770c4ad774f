"""The table of commands, and what a failure looks like."""

import click
import pytest
from click.testing import CliRunner

from chattui.cli import main
from chattui.cli.program import COMMANDS, Commands, Program
from chattui.gateway.errors import Unreachable


@pytest.mark.parametrize("name", COMMANDS)
def test_every_name_of_the_table_is_a_command_with_help(name: str) -> None:
    command = Program().get_command(click.Context(main), name)
    assert command is not None
    assert command.name == name
    shown = CliRunner().invoke(main, [name, "--help"])
    assert shown.exit_code == 0
    assert command.get_short_help_str() in " ".join(shown.output.split()) or command.get_short_help_str().endswith(
        "..."
    )


def test_the_help_lists_them_all() -> None:
    shown = CliRunner().invoke(main, ["--help"]).output
    assert all(f"  {name} " in shown for name in COMMANDS)


@pytest.mark.parametrize(
    ("error", "code", "words"),
    [
        (Unreachable("The server can not be reached."), 4, "doctor"),
        (KeyError("unforeseen"), 1, "something went wrong inside chattui (KeyError)"),
    ],
)
def test_any_error_is_one_sentence(
    error: Exception, code: int, words: str, monkeypatch: pytest.MonkeyPatch, tmp_path: object
) -> None:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path))
    monkeypatch.setattr("chattui.logs.start", lambda: None)

    @click.group(cls=Commands)
    def group() -> None:
        """A group."""

    @group.command()
    def fail() -> None:
        raise error

    done = CliRunner().invoke(group, ["fail"])
    assert done.exit_code == code
    assert words in done.output
    assert done.output.startswith("chattui: ")
