"""A gateway for as long as a command runs."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import TypeVar

import click

from chattui.cli.failures import Denied, Failure
from chattui.cli.overview import Overview
from chattui.cli.printing import json_line
from chattui.cli.progress import Progress
from chattui.cli.project import Choice
from chattui.config import Target
from chattui.gateway.paging import whole
from chattui.gateway.protocol import Gateway, Refused
from chattui.model.intents import Intent
from chattui.model.records import Row

Result = TypeVar("Result")
STOPPED = "stopped before the answer came. Nothing was printed; a change that was asked for may have been made."


def ask(choice: Choice, question: Callable[[Gateway], Awaitable[Result]]) -> Result:
    """Connect, ask, leave."""

    async def asked(target: Target) -> Result:
        async with connected(target) as gateway:
            return await question(gateway)

    try:
        return asyncio.run(asked(choice.project()))
    except KeyboardInterrupt:
        raise Failure(STOPPED) from None


@asynccontextmanager
async def connected(target: Target) -> AsyncIterator[Gateway]:
    """The gateway of who is signed in there."""
    from chattui.credentials import Credentials  # noqa: PLC0415 - the keyring library is slow to load
    from chattui.gateway.supabase import open_agent  # noqa: PLC0415

    gateway = await open_agent(target.url, target.key, Credentials(target.url))
    try:
        yield gateway
    finally:
        await gateway.close()


async def overview(gateway: Gateway) -> Overview:
    """What there is, now."""
    with Progress("conversations") as progress:
        return Overview((await whole(gateway, progress.come)).event)


async def submitted(gateway: Gateway, intent: Intent) -> tuple[Row, ...]:
    """The rows as they are once the database has agreed.

    Raises:
        Denied: it has not.
    """
    answer = await gateway.submit(intent)
    if isinstance(answer, Refused):
        raise Denied(answer.sentence)
    return answer.rows


def print_json(value: object) -> None:
    """One line of JSON on stdout."""
    click.echo(json_line(value))
