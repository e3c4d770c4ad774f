"""The other side: a customer's window, or one message of theirs."""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from uuid import uuid4

import click

from chattui import logs, paths
from chattui.cli.demo import target_of
from chattui.cli.failures import Misused
from chattui.cli.inbox import need_terminal
from chattui.cli.local import need_stack, step
from chattui.cli.project import Choice, pass_choice
from chattui.config import Target
from chattui.model.records import MessageId

DEFAULT_NAME = "Robin Park"


@click.command()
@click.option("--name", default=DEFAULT_NAME, show_default=True, help="Who you are; the same name goes on.")
@click.option("--say", metavar="TEXT", help="Write one message and leave, without a screen.")
@pass_choice
def customer(choice: Choice, name: str, say: str | None) -> None:
    """Be a customer: of the project that was chosen, or else of the demo."""
    if say is None:
        need_terminal("Scripts use `chattui customer --say TEXT`.")
    elif not say.strip():
        raise Misused("there is nothing to say: --say needs words.")
    with _project(choice) as target:
        if say is None:
            _window(target, name)
        else:
            asyncio.run(_said(target, name, say))


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


def _window(target: Target, name: str) -> None:
    logs.start()
    from chattui.credentials import Credentials  # noqa: PLC0415
    from chattui.gateway.protocol import CustomerGateway  # noqa: PLC0415
    from chattui.gateway.supabase import open_customer  # noqa: PLC0415
    from chattui.ui.customer import CustomerApp  # noqa: PLC0415

    async def opened() -> CustomerGateway:
        return await open_customer(target.url, target.key, Credentials(target.url, _who(name)))

    app = CustomerApp(opened, name)
    app.run()
    if app.failure:
        click.echo(f"chattui: {app.failure}", err=True)
    raise click.exceptions.Exit(app.return_code or 0)


def _who(name: str) -> str:
    return f"customer {name}"


async def _said(target: Target, name: str, words: str) -> None:
    from chattui.credentials import Credentials  # noqa: PLC0415
    from chattui.gateway.supabase import open_customer  # noqa: PLC0415

    gateway = await open_customer(target.url, target.key, Credentials(target.url, _who(name)))
    try:
        await gateway.start(name)
        message = await gateway.send(MessageId(str(uuid4())), words)
    finally:
        await gateway.close()
    click.echo(message.id)
