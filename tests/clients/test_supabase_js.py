"""supabase-js against the embedded stack, unchanged."""

import json
import os
import shutil
import subprocess
from pathlib import Path
from typing import NoReturn

import pytest

from tests.stack import PASSWORD, Organisation, Stack

HERE = Path(__file__).parent


def _unavailable(why: str) -> NoReturn:
    if os.environ.get("CHATTUI_CI"):
        pytest.fail(why)
    pytest.skip(why)


@pytest.fixture(scope="session")
def modules(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A directory with supabase-js in it."""
    npm = shutil.which("npm")
    if npm is None or shutil.which("node") is None:
        _unavailable("supabase-js is checked with node and npm; install them to run this")
    directory = tmp_path_factory.mktemp("supabase-js")
    for name in ("package.json", "package-lock.json", "supabase_js.mjs"):
        shutil.copy(HERE / name, directory)
    command = [npm, "ci", "--no-audit", "--no-fund"]
    done = subprocess.run(command, cwd=directory, check=False, capture_output=True, text=True, timeout=300)
    if done.returncode:
        _unavailable(f"npm could not fetch supabase-js: {done.stderr}")
    return directory


@pytest.mark.timeout(400)
@pytest.mark.usefixtures("scratch")
def test_everything_we_promise(modules: Path, stack: Stack, stack_directory: Path, acme: Organisation) -> None:
    ana, bo = acme.agents[0], acme.agent("Bo")
    told = {
        "url": stack.url,
        "anon_key": stack.anon_key,
        "email": ana.email,
        "password": PASSWORD,
        "user_id": str(ana.id),
        "org_id": str(acme.id),
        "other": {"email": bo.email, "password": PASSWORD},
        "log": str(stack_directory / "server.log"),
    }
    command = ["node", "--test", "--test-force-exit", "--test-reporter=tap", "supabase_js.mjs"]
    environment = {**os.environ, "CHATTUI_STACK": json.dumps(told), "NODE_NO_WARNINGS": "1"}
    done = subprocess.run(
        command, cwd=modules, env=environment, check=False, capture_output=True, text=True, timeout=120
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert "# pass 14" in done.stdout, done.stdout
