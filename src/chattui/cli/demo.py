"""The whole thing on this machine alone."""

import asyncio
from pathlib import Path
from typing import TYPE_CHECKING

import click

from chattui import paths
from chattui.cli.failures import Misused
from chattui.cli.inbox import need_terminal, show_inbox
from chattui.cli.local import need_stack, step
from chattui.cli.project import Choice, pass_choice
from chattui.config import Target

if TYPE_CHECKING:
    from chattui.gateway.protocol import SessionStorage
    from chattui.local.state import Endpoint
    from chattui.local.vault import Account


@click.command()
@click.option("--agent", metavar="NAME", help="Who you are: a name of the demo's agents, or the beginning of one.")
@click.option("--fresh", is_flag=True, help="Begin with a new database.")
@click.option("--quiet", is_flag=True, help="No customers come by themselves; those who are there fall silent.")
@click.option(
    "--seed",
    type=click.IntRange(0, 2**32 - 1),
    show_default="1",
    help="A fresh demo of the same seed has the same customers.",
)
@click.option("--rate", type=click.FloatRange(0.05, 50), show_default="1.0", help="How fast they live.")
@pass_choice
def demo(  # noqa: PLR0913 - one for each option
    choice: Choice, agent: str | None, seed: int | None, rate: float | None, *, fresh: bool, quiet: bool
) -> None:
    """Try it: a support desk with customers, an AI and colleagues, on a PostgreSQL of its own.

    A second one, in another terminal, joins the first as another agent (--agent bo); `chattui customer` joins as a
    customer. --seed, --rate and --quiet count for everybody who is joined. Quitting the last one stops everything.
    """
    need_terminal("`chattui local start` runs the same stack without a screen.")
    need_stack()
    from chattui.local import stack  # noqa: PLC0415 - it brings a web server along

    directory = paths.demo_dir()
    with stack.join(directory, fresh=fresh, progress=step) as lease:
        account = chosen(lease.endpoint.accounts, agent)
        if changed := _cast(directory, seed, rate, quiet=quiet):
            step(changed)
        storage = _signed_in(lease.endpoint, account)
        show_inbox(choice.config(), target_of(lease.endpoint), storage, choice.record)


def _cast(directory: Path, seed: int | None, rate: float | None, *, quiet: bool) -> str | None:
    """Have the cast play as was asked; what that changes for those who are joined already."""
    from chattui.local.cast import start  # noqa: PLC0415 - it comes with the stack

    if quiet:
        return "the demo's customers and its AI fall silent" if start.end(directory) else None
    before, now = start.play(directory, seed=seed, rate=rate), start.playing(directory)
    if before is None or now is None or (now.seed, now.rate) == (before.seed, before.rate):
        return None
    return f"the demo goes on with seed {now.seed} at rate {now.rate:g}"


def _signed_in(endpoint: "Endpoint", account: "Account") -> "SessionStorage":
    """A session that ends with this process: the demo's people are not this person's accounts."""
    from chattui.gateway.sessions import MemorySession  # noqa: PLC0415
    from chattui.gateway.supabase import sign_in_with_password  # noqa: PLC0415

    step(f"signing in as {account.name}")
    storage = MemorySession()
    asyncio.run(sign_in_with_password(endpoint.url, endpoint.anon_key, storage, account.email, account.password))
    return storage


def target_of(endpoint: "Endpoint") -> Target:
    """The demo as a project."""
    return Target("demo", endpoint.url, endpoint.anon_key)


def chosen(accounts: "tuple[Account, ...]", name: str | None) -> "Account":
    """The agent of this name; without one the first.

    Raises:
        Misused: nobody, or several, are called so.
    """
    people = [one for one in accounts if one.role in {"agent", "admin"}]
    fitting = [one for one in people if name is None or one.name.casefold().startswith(name.casefold())]
    if name is not None and len(fitting) != 1:
        raise Misused(f"no single agent of the demo is called {name!r}: {', '.join(one.name for one in people)}.")
    return fitting[0]
