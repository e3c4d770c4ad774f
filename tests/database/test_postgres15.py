"""The same files on a plain PostgreSQL 15, as old as a hosted project gets, and the pgTAP tests on it."""

import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

ROOT = Path(__file__).parents[2]
BIN = Path("/usr/lib/postgresql/15/bin")
PGTAP = Path("/usr/share/postgresql/15/extension/pgtap.control")
MIGRATIONS = sorted((ROOT / "supabase/migrations").glob("*.sql"))


def _missing() -> str | None:
    if not (BIN / "postgres").exists():
        return "PostgreSQL 15 is not installed; on Debian: apt-get install postgresql-15"
    if not (PGTAP.exists() and shutil.which("pg_prove")):
        packages = "postgresql-15-pgtap libtap-parser-sourcehandler-pgtap-perl"
        return f"pgTAP is not installed; on Debian: apt-get install {packages}"
    return None


def _server(*command: str | Path) -> None:
    """A server program refuses to run as root: Debian's package brings the user postgres for that."""
    user = ("runuser", "-u", "postgres", "--") if os.geteuid() == 0 else ()
    subprocess.run([*user, BIN / command[0], *command[1:]], check=True, stdout=subprocess.DEVNULL, cwd="/")


@pytest.fixture(scope="module")
def socket_directory() -> Iterator[str]:
    """A running cluster that nobody else reaches: it listens on a socket in a directory of its own."""
    if missing := _missing():
        (pytest.fail if os.environ.get("CHATTUI_CI") == "1" else pytest.skip)(missing)
    # Short: a socket's path has 107 bytes at most.
    directory = Path(tempfile.mkdtemp(prefix="pg15-", dir="/tmp"))
    if os.geteuid() == 0:
        shutil.chown(directory, "postgres")
    data = directory / "data"
    try:
        _server("initdb", "-D", data, "-U", "supabase_admin", "-A", "trust", "-E", "UTF8", "--no-locale", "--no-sync")
        options = f"-c listen_addresses='' -k {directory} -c fsync=off -c wal_level=logical"
        _server("pg_ctl", "-D", data, "-w", "-l", directory / "log", "-o", options, "start")
        yield str(directory)
        _server("pg_ctl", "-D", data, "-w", "-m", "immediate", "stop")
    finally:
        shutil.rmtree(directory, ignore_errors=True)


def _apply(socket_directory: str, user: str, *files: Path) -> None:
    with psycopg.connect(host=socket_directory, user=user, dbname="postgres", autocommit=True) as connection:
        for file in files:
            with connection.transaction():
                connection.execute(file.read_bytes())


@pytest.fixture(scope="module")
def database(socket_directory: str) -> str:
    """Everything applied, and then applied again."""
    for _ in range(2):
        _apply(socket_directory, "supabase_admin", ROOT / "src/chattui/local/base.sql")
        _apply(socket_directory, "postgres", *MIGRATIONS, ROOT / "supabase/seed.sql")
    return socket_directory


def test_a_second_application_changes_nothing(database: str) -> None:
    with psycopg.connect(host=database, user="postgres", dbname="postgres") as connection:
        counts = {
            table: (connection.execute(f"select count(*) from {table}".encode()).fetchone() or (0,))[0]  # noqa: S608
            for table in ("organizations", "profiles", "conversations", "messages", "labels", "templates")
        }
        holes = connection.execute(
            "select conversation_id from messages group by conversation_id having max(seq) <> count(*)"
        ).fetchall()
    assert counts == {
        "organizations": 1,
        "profiles": 4,
        "conversations": 12,
        "messages": 53,
        "labels": 6,
        "templates": 6,
    }
    assert holes == []


def test_the_seed_shows_every_state(database: str) -> None:
    with psycopg.connect(host=database, user="postgres", dbname="postgres") as connection:
        rows = connection.execute("select status::text, count(*) from conversations group by status").fetchall()
    assert {status: count for status, count in rows} == {"waiting": 3, "active": 3, "ai": 3, "closed": 3}  # noqa: C416


def test_pgtap(database: str) -> None:
    with psycopg.connect(host=database, user="supabase_admin", dbname="postgres", autocommit=True) as connection:
        connection.execute("create extension if not exists pgtap with schema extensions")
    prove = f"pg_prove --psql-bin {BIN}/psql -h {database} -U postgres -d postgres --ext .sql -r supabase/tests"
    result = subprocess.run(prove.split(), capture_output=True, text=True, check=False, cwd=ROOT)
    assert result.returncode == 0, result.stdout + result.stderr
