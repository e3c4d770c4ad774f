"""The other side: a customer's window, or one message of theirs."""

import asyncio
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from functools import partial
from typing import TYPE_CHECKING
from uuid import UUID, uuid4

import click

from chattui import paths
from chattui.cli.demo import target_of
from chattui.cli.failures import Misused
from chattui.cli.inbox import need_terminal
from chattui.cli.local import need_stack, step
from chattui.cli.project import Choice, pass_choice
from chattui.config import Target
from chattui.model.records import MessageId, OrgId

if TYPE_CHECKING:
    from chattui.gateway.protocol import CustomerGateway

    Opened = Callable[[], Awaitable[CustomerGateway]]

DEFAULT_NAME = "Robin Park"


@click.command()
@click.option("--name", default=DEFAULT_NAME, show_default=True, help="Who you are; the same name goes on.")
@click.option("--say", metavar="TEXT", help="Write one message and leave, without a screen.")
@click.option("--org", metavar="ID", type=click.UUID, help="Whom you turn to, where the project has several.")
@pass_choice
def customer(choice: Choice, name: str, say: str | None, org: UUID | None) -> None:
    """Be a customer: of the project that was chosen, or else of the demo."""
    if say is None:
        need_terminal("Scripts use `chattui customer --say TEXT`.")
    elif not say.strip():
        raise Misused("there is nothing to say: --say needs words.")
    with _project(choice) as target:
        opened = partial(_opened, target, name, OrgId(str(org)) if org else None)
        if say is None:
            _window(opened, name)
        else:
            asyncio.run(_said(opened, name, say))


@contextmanager
def _project(choice: Choice) -> Iterator[Target]:
    """The one that was named; else the demo where it runs or nothing is set up, which is kept up meanwhile."""
    target = None if _demo_meant(choice) else choice.target()
    if target is not None:
        yield target
        return
    need_stack()
    from chattui.local import stack  # noqa: PLC0415 - it brings a web server along

    with stack.join(paths.demo_dir(), progress=step) as lease:
        yield target_of(lease.endpoint)


def _demo_meant(choice: Choice) -> bool:
    return choice.implicit() and paths.demo_dir().exists() and _demo_runs()


def _demo_runs() -> bool:
    need_stack()
    from chattui.local.places import DataDirectory  # noqa: PLC0415
    from chattui.local.state import running  # noqa: PLC0415

    return running(DataDirectory.at(paths.demo_dir())) is not None


async def _opened(target: Target, name: str, org_id: OrgId | None) -> "CustomerGateway":
    """A name is a person of its own: its session is kept, and its conversation goes on the next time."""
    from chattui.credentials import Credentials  # noqa: PLC0415
    from chattui.gateway.supabase import open_customer  # noqa: PLC0415

    return await open_customer(target.url, target.key, Credentials(target.url, f"customer {name}"), org_id)


def _window(opened: "Opened", name: str) -> None:
    from chattui.ui.customer import CustomerApp  # noqa: PLC0415

    app = CustomerApp(opened, name)
    app.run()
    if app.failure:
        click.echo(f"chattui: {app.failure}", err=True)
    raise click.exceptions.Exit(app.return_code or 0)


async def _said(opened: "Opened", name: str, words: str) -> None:
    gateway = await opened()
    try:
        await gateway.start(name)
        message = await gateway.send(MessageId(str(uuid4())), words)
    finally:
        await gateway.close()
    click.echo(message.id)
