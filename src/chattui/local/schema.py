"""Making a bare cluster a Supabase database with chattui's schema in it.

First `base.sql`, what every Supabase project has; then `supabase/migrations` and `supabase/seed.sql`, the very files
that a user pushes to a hosted project, recorded as the Supabase CLI records them.
"""

import hashlib
from collections.abc import Callable, Iterable
from importlib import resources
from pathlib import Path

import msgspec
import psycopg
from argon2 import PasswordHasher
from psycopg import sql

from chattui.local import vault
from chattui.local.errors import ANEW, StackFailed
from chattui.local.places import DataDirectory
from chattui.local.state import Progress
from chattui.local.vault import Account, Secrets

HASHER = PasswordHasher(time_cost=1, memory_cost=19 * 1024, parallelism=1)
"""19 MiB and one pass, the least that OWASP recommends: a sign-in takes 20 ms."""

HISTORY = """
create schema if not exists supabase_migrations;
create table if not exists supabase_migrations.schema_migrations (
    version text primary key, statements text[], name text);
create table if not exists supabase_migrations.seed_files (path text primary key, hash text not null);
"""


def project() -> Path:
    """The `supabase` directory: inside the wheel, or beside the package's checkout."""
    packaged = Path(str(resources.files("chattui.local"))) / "supabase"
    candidates = (packaged, Path(__file__).parents[3] / "supabase")
    for directory in candidates:
        if (directory / "migrations").is_dir():
            return directory
    raise StackFailed("chattui is installed without its migrations; install it again.")


def prepare(superuser_dsn: str, postgres_dsn: Callable[[], str], secrets: Secrets, progress: Progress) -> None:
    """Bring the database of a running cluster up to date; everything already there stays.

    Raises:
        StackFailed: the directory holds migrations that this version does not know, or one fails.
    """
    with psycopg.connect(superuser_dsn, autocommit=True) as superuser:
        if superuser.execute("select to_regnamespace('auth') is null").fetchone() == (True,):
            progress("Preparing the database")
            _apply(superuser, "base.sql", resources.files("chattui.local").joinpath("base.sql").read_text("utf-8"))
        superuser.execute("select realtime.make_partitions()")
        _set_passwords(superuser, secrets)
    with psycopg.connect(postgres_dsn(), autocommit=True) as owner:
        owner.execute(HISTORY)
        _migrate(owner, sorted(project().glob("migrations/*.sql")), progress)
        _seed(owner, project() / "seed.sql", progress)


def enrol(superuser_dsn: str, data: DataDirectory) -> tuple[Account, ...]:
    """Give everybody of the seed who has no password one, bots too, random for each data directory; answer them all."""
    secrets = vault.load(data)
    with psycopg.connect(superuser_dsn, autocommit=True) as superuser:
        known = {account.email: account for account in secrets.accounts}
        people = [known.get(email) or _account(email, name, role) for email, name, role in _without_password(superuser)]
        accounts = tuple({account.email: account for account in (*secrets.accounts, *people)}.values())
        # The file first: a password that the database knows and nobody else would be lost for good.
        vault.keep(data, msgspec.structs.replace(secrets, accounts=accounts))
        for account in people:
            superuser.execute(
                "update auth.users set encrypted_password = %s where email = %s",
                (HASHER.hash(account.password), account.email),
            )
        present = {email for (email,) in superuser.execute("select email from auth.users where email is not null")}
    return tuple(account for account in accounts if account.email in present)


def _account(email: str, name: str, role: str) -> Account:
    return Account(email=email, password=vault.password(), name=name, role=role)


def _without_password(superuser: psycopg.Connection) -> Iterable[tuple[str, str, str]]:
    if superuser.execute("select to_regclass('public.profiles') is null").fetchone() == (True,):
        return []
    return superuser.execute(
        "select u.email, p.display_name, p.role::text from auth.users u join public.profiles p on p.id = u.id"
        " where coalesce(u.encrypted_password, '') = '' and u.email is not null"
        " order by p.role = 'bot', p.role::text desc, p.display_name"
    ).fetchall()


def _set_passwords(superuser: psycopg.Connection, secrets: Secrets) -> None:
    for role, password in (("postgres", secrets.postgres_password), ("authenticator", secrets.authenticator_password)):
        superuser.execute(
            sql.SQL("alter role {} with login password {}").format(sql.Identifier(role), sql.Literal(password))
        )


def _migrate(owner: psycopg.Connection, files: list[Path], progress: Progress) -> None:
    applied = dict(_applied(owner))
    known = {_version(file) for file in files}
    if unknown := sorted(set(applied) - known):
        raise StackFailed(
            f"The data directory has migration {unknown[-1]}, which this chattui does not know: it is from a newer "
            f"version; update chattui, or {ANEW}."
        )
    for number, file in enumerate(files, 1):
        text = file.read_text("utf-8")
        if _version(file) not in applied:
            progress(f"Applying migration {number} of {len(files)}: {file.stem}")
            _apply(owner, file.name, text, _record(file, text))
        elif len(applied[_version(file)]) == 1 and applied[_version(file)] != [text]:  # the CLI splits what it records
            raise StackFailed(f"{file.name} has changed since it was applied here; {ANEW}.")


def _applied(owner: psycopg.Connection) -> list[tuple[str, list[str]]]:
    return owner.execute("select version, statements from supabase_migrations.schema_migrations").fetchall()


def _record(file: Path, text: str) -> sql.Composed:
    return sql.SQL("insert into supabase_migrations.schema_migrations values ({}, array[{}], {})").format(
        _version(file), text, file.stem.partition("_")[2]
    )


def _version(file: Path) -> str:
    return file.stem.partition("_")[0]


def _seed(owner: psycopg.Connection, file: Path, progress: Progress) -> None:
    if not file.exists() or owner.execute("select 1 from supabase_migrations.seed_files").fetchone():
        return
    progress("Sowing the seed")
    text = file.read_text("utf-8")
    digest = hashlib.sha256(text.encode()).hexdigest()
    record = sql.SQL("insert into supabase_migrations.seed_files values ({}, {})").format("supabase/seed.sql", digest)
    _apply(owner, file.name, text, record)


def _apply(connection: psycopg.Connection, name: str, text: str, record: sql.Composed | None = None) -> None:
    """Run the statements of one file, and note it down, in one transaction."""
    try:
        with connection.transaction():
            connection.execute(text.encode())
            # A file may leave settings of the session behind (search_path, role).
            connection.execute("reset all")
            if record is not None:
                connection.execute(record)
    except psycopg.Error as error:
        raise StackFailed(f"{name} does not apply: {str(error).strip()}") from error
