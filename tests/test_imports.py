"""What a command loads: seconds that every prompt completion and every script would pay for."""

import json
import subprocess
import sys

import pytest

HEAVY = {
    "textual",
    "supabase",
    "realtime",
    "postgrest",
    "httpx",
    "psycopg",
    "starlette",
    "uvicorn",
    "keyring",
    "asyncpg",
}


def loaded_by(arguments: list[str]) -> set[str]:
    """The modules in memory after a command, told by the process itself at its very end."""
    program = (
        "import atexit, json, sys\n"
        "atexit.register(lambda: print(json.dumps(sorted(sys.modules)), file=sys.stderr))\n"
        f"from chattui.cli import main\nmain({arguments!r}, prog_name='chattui')\n"
    )
    command = [sys.executable, "-c", program]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    return set(json.loads(done.stderr.splitlines()[-1]))


@pytest.mark.parametrize("arguments", [["--help"], ["--version"], ["demo", "--help"], ["config", "path"]])
def test_light_commands_load_nothing_heavy(arguments: list[str]) -> None:
    assert not {module.partition(".")[0] for module in loaded_by(arguments)} & HEAVY


@pytest.mark.parametrize("arguments", [["--help"], ["--version"]])
def test_help_is_there_at_once(arguments: list[str]) -> None:
    """Neither settings nor records nor an event loop: 40 ms, of which half is Python's own."""
    assert not loaded_by(arguments) & {"asyncio", "msgspec", "platformdirs", "chattui.store", "chattui.config"}


def test_the_key_table_needs_no_screen() -> None:
    assert "textual" not in loaded_by(["keys"])


def test_the_gateway_is_cheap_until_it_is_used() -> None:
    program = "import sys, chattui.gateway.supabase\nassert not {'supabase', 'realtime', 'httpx'} & set(sys.modules)"
    subprocess.run([sys.executable, "-c", program], check=True)
