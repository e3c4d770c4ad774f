"""One PostgreSQL cluster: made, started, watched over and stopped."""

import contextlib
import os
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psutil

from chattui.local.binaries import MAJOR, Programs
from chattui.local.errors import ANEW, ELSEWHERE, StackFailed
from chattui.local.processes import ProcessId

SUPERUSER = "supabase_admin"
"""As on a hosted project, where `postgres` is not a superuser."""

HOST = "127.0.0.1"

START_PATIENCE = 60.0
STOP_PATIENCE = 20.0

ORIGIN = "origin"

SETTINGS = {
    "listen_addresses": HOST,
    "unix_socket_directories": "",
    "wal_level": "logical",
    "password_encryption": "scram-sha-256",
    "shared_buffers": "32MB",
    "max_connections": "60",
    "max_wal_senders": "8",
    "max_replication_slots": "8",
    # A replication slot that nobody reads must not fill the disk.
    "max_slot_wal_keep_size": "512MB",
    "max_wal_size": "256MB",
    "max_parallel_workers_per_gather": "0",
    "jit": "off",
    "timezone": "UTC",
    "log_timezone": "UTC",
    "log_min_messages": "warning",
}
if sys.platform == "linux":
    # After a kill PostgreSQL would otherwise sync its 1,100 files one by one: 3 s, on a busy disk most of a minute.
    SETTINGS["recovery_init_sync_method"] = "syncfs"


class Postgres:
    """The server of one cluster directory, a child of this process while it runs."""

    def __init__(self, programs: Programs, directory: Path) -> None:
        self._programs = programs
        self._directory = directory
        self._cluster = directory / "data"
        self._process: subprocess.Popen[bytes] | None = None
        self.port = 0

    @property
    def made(self) -> bool:
        """Whether the cluster has been made."""
        return (self._cluster / "PG_VERSION").exists()

    def make(self, password: str) -> None:
        """Make the cluster; its superuser has `password`. A half-made one is never mistaken for a whole."""
        self._directory.mkdir(mode=0o700, parents=True, exist_ok=True)
        self._programs.own(self._directory)
        for left in self._directory.glob("unfinished*"):
            shutil.rmtree(left, ignore_errors=True)
        # A name of its own: the initdb of a server that was killed may still be at work.
        unfinished = self._directory / f"unfinished-{os.getpid()}"
        with self._password_file(password) as file:
            self._initdb(unfinished, file)
        unfinished.rename(self._cluster)

    def check_version(self) -> None:
        """Refuse a cluster that this PostgreSQL can not read."""
        version = (self._cluster / "PG_VERSION").read_text().strip()
        if version != str(MAJOR):
            raise StackFailed(
                f"{self._cluster} was made by PostgreSQL {version}, and this is PostgreSQL {MAJOR}; "
                f"{ANEW}, or use {ELSEWHERE}."
            )

    def start(self, preferred_port: int = 0) -> None:
        """Start it and wait until it answers. Whatever an earlier run left behind is stopped first.

        Raises:
            StackFailed: it did not come up; the sentence quotes its log.
        """
        for port in (preferred_port, 0, 0):
            self.sweep()
            if self._started(port or _free_port()):
                return
        raise StackFailed(f"PostgreSQL did not start: {self._last_words()} (see {self._log})")

    def alive(self) -> bool:
        """Whether the server that `start` started still runs."""
        return self._process is not None and self._process.poll() is None

    def stop(self) -> None:
        """Stop it, cleanly if it can be, and wait until it is gone."""
        if self._process is None:
            return
        self._process.send_signal(2)  # SIGINT: the "fast" shutdown
        try:
            self._process.wait(STOP_PATIENCE)
        except subprocess.TimeoutExpired:
            self._process.send_signal(3)  # SIGQUIT: recovery at the next start
            self._process.wait(STOP_PATIENCE)
        self._process = None

    def sweep(self) -> None:
        """Stop a server that outlived its parent, and forget one that is dead."""
        postmaster = self._postmaster()
        if postmaster is not None:
            with contextlib.suppress(psutil.NoSuchProcess):
                psutil.Process(postmaster.pid).send_signal(2)
            if not postmaster.ended(STOP_PATIENCE):
                raise StackFailed(f"An earlier PostgreSQL (process {postmaster.pid}) does not stop; end it by hand.")
        # Left there, a pid that now belongs to someone else would keep the new server from starting.
        (self._cluster / "postmaster.pid").unlink(missing_ok=True)
        _wait_for_backends(self._cluster)

    def belongs_to(self, root: Path) -> None:
        """Note whose cluster this is, so that `wipe_orphans` can tell when its data directory is gone."""
        (self._directory / ORIGIN).write_bytes(os.fsencode(root))

    def wipe(self) -> None:
        """Stop and delete everything."""
        self.sweep()
        shutil.rmtree(self._directory, ignore_errors=True)

    @property
    def _log(self) -> Path:
        return self._directory / "postgres.log"

    @contextmanager
    def _password_file(self, password: str) -> Iterator[Path]:
        file = self._directory / "initial-password"
        file.touch(mode=0o600)
        self._programs.own(file)
        file.write_text(password)
        try:
            yield file
        finally:
            file.unlink()

    def _initdb(self, target: Path, password_file: Path) -> None:
        command = self._programs.command(
            *("initdb", "--pgdata", target, "--username", SUPERUSER, "--pwfile", password_file),
            *("--auth", "scram-sha-256", "--encoding", "UTF8", "--no-sync", "--no-instructions"),
            *("--locale", "C", "--locale-provider", "builtin", "--builtin-locale", "C.UTF-8"),
        )
        done = subprocess.run(  # noqa: S603 - a fixed command
            command,
            check=False,
            capture_output=True,
            text=True,
            cwd="/",
            **self._programs.identity(),  # type: ignore[call-overload]
        )
        if done.returncode:
            raise StackFailed(f"PostgreSQL could not make its cluster in {target}: {done.stderr.strip()}")

    def _started(self, port: int) -> bool:
        settings = [word for name, value in SETTINGS.items() for word in ("-c", f"{name}={value}")]
        with self._log.open("ab") as log:
            self._process = subprocess.Popen(  # noqa: S603 - a fixed command
                self._programs.command("postgres", "-D", self._cluster, "-p", str(port), *settings),
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                cwd="/",
                start_new_session=True,
                **self._programs.identity(),  # type: ignore[call-overload]
            )
        self.port = port
        return self._ready()

    def _ready(self) -> bool:
        deadline = time.monotonic() + START_PATIENCE
        while time.monotonic() < deadline and self.alive():
            lines = _lines(self._cluster / "postmaster.pid")
            if len(lines) > 7 and lines[7].strip() == "ready":  # noqa: PLR2004 - the line that pg_ctl waits for
                return True
            time.sleep(0.02)
        self.stop()
        return False

    def _last_words(self) -> str:
        said = _lines(self._log)
        return said[-1] if said else "it said nothing"

    def _postmaster(self) -> ProcessId | None:
        lines = _lines(self._cluster / "postmaster.pid")
        with contextlib.suppress(IndexError, ValueError, psutil.Error):
            process = psutil.Process(int(lines[0]))
            if str(self._cluster) in process.cmdline() and process.status() != psutil.STATUS_ZOMBIE:
                return ProcessId.of(process.pid)
        return None


def wipe_orphans(programs: Programs, clusters: Path) -> None:
    """Delete the clusters whose data directories have been deleted."""
    for note in clusters.glob(f"*/{ORIGIN}"):
        if not Path(os.fsdecode(note.read_bytes())).exists():
            Postgres(programs, note.parent).wipe()


def _wait_for_backends(cluster: Path) -> None:
    """Wait until the children of a killed postmaster have noticed; until then a new one would be refused."""
    deadline = time.monotonic() + STOP_PATIENCE
    while time.monotonic() < deadline and any(_works_in(process, cluster) for process in psutil.process_iter()):
        time.sleep(0.05)


def _works_in(process: psutil.Process, cluster: Path) -> bool:
    with contextlib.suppress(psutil.Error, OSError):
        return process.name().startswith("postgres") and process.cwd() == str(cluster)
    return False


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        port: int = probe.getsockname()[1]
        return port


def _lines(path: Path) -> list[str]:
    try:
        return path.read_text(errors="replace").splitlines()
    except FileNotFoundError:
        return []
