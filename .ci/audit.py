"""Asks PyPI, and where it does not know OSV, for known vulnerabilities of what the lock names: .ci/audit.py.

Ends with 1 where one is known. Where nobody answers, or nothing could be looked up, one line says so and it ends
with 0: a machine without the internet can be developed on. Takes a minute at most.
"""  # noqa: INP001 - a script

import json
import subprocess
import sys
import tempfile
import time
import venv
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent
LOCK = HERE / "requirements.lock"
SECONDS = 60.0
Report = dict[str, Any]


def main() -> int:
    """Install pip-audit in an environment of its own, ask, and tell."""
    until = time.monotonic() + SECONDS
    with tempfile.TemporaryDirectory() as directory:
        python = made(Path(directory), until)
        if python is None:
            return told("pip-audit cannot be installed here", None)
        for service in ("pypi", "osv"):
            report = asked(python, service, until)
            if report is not None and looked_up(report):
                return told(service, report)
    return told("no database of vulnerabilities answers", None)


def made(directory: Path, until: float) -> Path | None:
    """The Python of an environment with pip-audit; None where it cannot be had."""
    try:
        venv.create(directory, with_pip=True)
    except (OSError, subprocess.CalledProcessError):  # some systems keep venv's own pip in another package
        return None
    python = directory / ("Scripts" if sys.platform == "win32" else "bin") / "python"
    install = ("-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--require-hashes")
    return python if run([str(python), *install, "-r", str(HERE / "audit.lock")], until) is not None else None


def asked(python: Path, service: str, until: float) -> Report | None:
    """What a service knows; None where it does not answer."""
    how = ("--require-hashes", "--disable-pip", "--format", "json", "--progress-spinner", "off", "--timeout", "5")
    answer = run([str(python), "-m", "pip_audit", "-r", str(LOCK), "-s", service, *how], until)
    try:
        report: Report = json.loads(answer or "")
    except ValueError:
        return None
    return report


def run(command: list[str], until: float) -> str | None:
    """What it says; None where it fails without a word, or takes too long."""
    try:
        done = subprocess.run(  # noqa: S603 - our own words
            command, capture_output=True, text=True, timeout=max(1.0, until - time.monotonic()), check=False
        )
    except subprocess.TimeoutExpired:
        return None
    return done.stdout if done.returncode == 0 or done.stdout else None


def looked_up(report: Report) -> list[Report]:
    """The packages that a service knows: of others it says why it skipped them."""
    return [package for package in report["dependencies"] if "skip_reason" not in package]


def told(what: str, report: Report | None) -> int:
    """One line, and one more for each vulnerability; the exit code."""
    if report is None:
        sys.stdout.write(f"Audit: {what}, so nothing was audited.\n")
        return 0
    known = looked_up(report)
    found = [(package, one) for package in known for one in package["vulns"]]
    of = f"{len(known)} of {len(report['dependencies'])} packages looked up ({what})"
    sys.stdout.write(f"Audit: known vulnerabilities: {len(found)}; {of}.\n")
    for package, one in found:
        mended = ", ".join(one["fix_versions"]) or "no version yet"
        sys.stdout.write(f"  {package['name']} {package['version']}: {one['id']}, mended by {mended}\n")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
