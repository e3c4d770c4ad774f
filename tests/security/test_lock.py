"""What development is done with: each file by its hash, as pyproject.toml allows it, and audited."""

import importlib.util
import re
import subprocess
import sys
import tomllib
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from packaging.requirements import Requirement
from packaging.version import Version

ROOT = Path(__file__).parents[2]
LOCKS = ("requirements.lock", "audit.lock")
PYTHONS = ("3.11", "3.12", "3.13")


def entries(name: str) -> list[str]:
    """Each package with its hashes, as one line."""
    return (ROOT / ".ci" / name).read_text().replace("\\\n", " ").splitlines()


def pins(name: str) -> dict[str, tuple[Version, Requirement]]:
    found = {}
    for line in entries(name):
        pinned = Requirement(line.partition("--hash")[0])
        [version] = pinned.specifier
        found[pinned.name] = (Version(version.version), pinned)
    return found


def wanted() -> list[Requirement]:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    texts = [
        *project["dependencies"],
        *project["optional-dependencies"]["local"],
        *project["optional-dependencies"]["dev"],
    ]
    return [Requirement(text) for text in texts if not text.startswith("chattui[")]


def normal(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


@pytest.mark.parametrize("requirement", wanted(), ids=lambda requirement: requirement.name)
def test_the_lock_has_what_the_project_asks_for(requirement: Requirement) -> None:
    """Mended by `.ci/lock` (with uv), after a change of the dependencies."""
    version, pinned = pins("requirements.lock")[normal(requirement.name)]
    assert requirement.specifier.contains(version, prereleases=True)
    assert pinned.marker is None or "sys_platform" in str(pinned.marker)


@pytest.mark.parametrize("name", LOCKS)
def test_a_lock_has_hashes_and_names_no_place(name: str) -> None:
    for line in entries(name):
        pinned, *hashes = line.split("--hash=")
        assert "==" in pinned
        assert hashes
        assert all(re.fullmatch(r"sha256:[0-9a-f]{64}\s*", one) for one in hashes)
    text = (ROOT / ".ci" / name).read_text()
    assert not re.search(r"://|index-url|find-links|file:|^-|#", text, re.MULTILINE)


def test_every_python_that_is_supported_gets_one_version_of_each() -> None:
    for python in PYTHONS:
        environment = {"python_version": python, "python_full_version": f"{python}.0"}
        chosen = [
            pin for _, pin in pins("requirements.lock").values() if not pin.marker or pin.marker.evaluate(environment)
        ]
        assert len(chosen) == len({pin.name for pin in chosen}) > 80
    assert len(entries("requirements.lock")) == len(pins("requirements.lock"))


def pip(tmp_path: Path, script: str) -> Path:
    """A Python whose pip answers as the script does, and keeps what it was asked."""
    path = tmp_path / "python"
    path.write_text(f'#!/usr/bin/env bash\necho "$@" >>{tmp_path}/asked\n{script}\n')
    path.chmod(0o755)
    return path


def installed(tmp_path: Path, script: str) -> tuple[subprocess.CompletedProcess[str], list[str]]:
    command = ["bash", str(ROOT / ".ci/install"), str(pip(tmp_path, script))]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    return done, (tmp_path / "asked").read_text().splitlines()


def test_the_lock_is_what_is_installed(tmp_path: Path) -> None:
    done, asked = installed(tmp_path, "exit 0")
    assert (done.returncode, done.stderr) == (0, "")
    assert asked[0].endswith("--require-hashes --requirement .ci/requirements.lock")
    assert asked[1].endswith("--no-deps --no-build-isolation --editable .")


def test_where_the_lock_does_not_fit_one_line_says_so(tmp_path: Path) -> None:
    refuse = (
        'case "$*" in *require-hashes*) echo "No matching distribution found for textual==8.2.8" >&2; exit 1;; esac'
    )
    done, asked = installed(tmp_path, refuse)
    assert done.returncode == 0
    assert done.stderr.startswith("The lock does not fit here (No matching distribution found for textual==8.2.8): ")
    assert asked[-1].endswith("--editable .[dev]")


def test_a_file_with_another_hash_is_never_taken(tmp_path: Path) -> None:
    done, asked = installed(tmp_path, 'echo "ERROR: THESE PACKAGES DO NOT MATCH THE HASHES FROM …" >&2; exit 1')
    assert (done.returncode, "Nothing was installed" in done.stderr, len(asked)) == (1, True, 1)


@pytest.fixture(scope="module")
def audit() -> ModuleType:
    spec = importlib.util.spec_from_file_location("audit", ROOT / ".ci/audit.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def package(name: str, **known: Any) -> dict[str, Any]:
    return {"name": name} | known


CLEAN = package("idna", version="3.20", vulns=[])
BAD = package("httpx", version="0.28.1", vulns=[{"id": "PYSEC-2026-1", "fix_versions": ["0.28.2"]}])
UNKNOWN = package("chattui", skip_reason="not found")


def test_a_known_vulnerability_fails_the_audit(audit: ModuleType, capsys: pytest.CaptureFixture[str]) -> None:
    assert audit.told("pypi", {"dependencies": [CLEAN, BAD, UNKNOWN]}) == 1
    said = capsys.readouterr().out.splitlines()
    assert said == [
        "Audit: known vulnerabilities: 1; 2 of 3 packages looked up (pypi).",
        "  httpx 0.28.1: PYSEC-2026-1, mended by 0.28.2",
    ]
    assert audit.told("pypi", {"dependencies": [CLEAN, UNKNOWN]}) == 0


@pytest.mark.parametrize("answer", ["", "no json", '{"dependencies": [{"name": "idna", "skip_reason": "not found"}]}'])
def test_an_audit_that_nobody_answers_says_so_and_passes(
    audit: ModuleType, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, answer: str
) -> None:
    monkeypatch.setattr(audit, "made", lambda *_: Path(sys.executable))
    monkeypatch.setattr(audit, "run", lambda *_: answer)
    assert audit.main() == 0
    assert capsys.readouterr().out == "Audit: no database of vulnerabilities answers, so nothing was audited.\n"


def test_an_audit_has_an_end(audit: ModuleType) -> None:
    assert audit.run([sys.executable, "-c", "import time; time.sleep(30)"], 0.0) is None
