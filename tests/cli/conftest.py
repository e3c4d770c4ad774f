"""An empty home, and the program in it."""

import os
import subprocess
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from tests.stack import PASSWORD, Person, Stack

PATIENCE = 30


@dataclass(frozen=True, slots=True)
class Home:
    """One person's machine: nothing is set up, and no keyring is near."""

    path: Path
    env: Mapping[str, str] = field(default_factory=dict)

    @property
    def settings(self) -> Path:
        return self.path / ".config" / "chattui" / "config.toml"

    def write_settings(self, text: str) -> None:
        self.settings.parent.mkdir(parents=True, exist_ok=True)
        self.settings.write_text(text)

    def environment(self) -> dict[str, str]:
        kept = {name: value for name, value in os.environ.items() if not name.startswith(("CHATTUI", "XDG"))}
        own = {"HOME": str(self.path), "PYTHON_KEYRING_BACKEND": "keyring.backends.fail.Keyring"}
        return kept | own | dict(self.env)

    def run(self, *arguments: str, stdin: str = "") -> subprocess.CompletedProcess[str]:
        """The real program, without a terminal."""
        command = [sys.executable, "-m", "chattui", *arguments]
        return subprocess.run(
            command, input=stdin, capture_output=True, text=True, timeout=PATIENCE, env=self.environment(), check=False
        )

    def ok(self, *arguments: str, stdin: str = "") -> str:
        """Its stdout; anything but success fails the test with what was said."""
        done = self.run(*arguments, stdin=stdin)
        assert done.returncode == 0, done.stderr
        return done.stdout


@pytest.fixture
def home(tmp_path: Path) -> Home:
    return Home(tmp_path)


SignIn = Callable[[Person], Home]


@pytest.fixture
def signed_in(stack: Stack, tmp_path_factory: pytest.TempPathFactory) -> SignIn:
    """Somebody's home after `chattui login`."""

    def sign_in(person: Person) -> Home:
        home = Home(tmp_path_factory.mktemp("home"))
        project = ("--url", stack.url, "--key", stack.anon_key)
        home.ok("login", *project, "--email", person.email or "", "--password-stdin", stdin=PASSWORD + "\n")
        return home

    return sign_in
