"""The cast's process: `python -m chattui.local.cast DIRECTORY …`, started by the first demo."""

import asyncio
import logging
import os
import sys
from pathlib import Path

import click
from filelock import FileLock, Timeout

from chattui.gateway.protocol import CustomerGateway, Gateway
from chattui.gateway.sessions import MemorySession
from chattui.gateway.supabase import open_agent, open_customer, sign_in_with_password
from chattui.local.cast.backend import Backend
from chattui.local.cast.bot import Bot
from chattui.local.cast.colleagues import Colleagues
from chattui.local.cast.persona import Contact
from chattui.local.cast.script import script
from chattui.local.cast.troupe import Door, Troupe
from chattui.local.places import DataDirectory
from chattui.local.state import Endpoint, State, running

HANDOVER = 10.0
"""Seconds that a new cast waits for one whose stack has just ended."""
WATCH = 0.5
"""Seconds between two looks whether the stack still stands."""


@click.command()
@click.argument("directory", type=click.Path(path_type=Path))
@click.option("--seed", type=int, default=1)
@click.option("--rate", type=float, default=1.0)
def main(directory: Path, seed: int, rate: float) -> None:
    """Play in the stack of DIRECTORY until it ends."""
    os.chdir("/")
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(name)s %(message)s")
    for noisy in ("httpx", "realtime"):
        logging.getLogger(noisy).setLevel(logging.CRITICAL)
    data = DataDirectory.at(directory)
    try:
        with FileLock(data.root / "cast.lock", timeout=HANDOVER, mode=0o600):
            asyncio.run(_play(data, seed, rate))
    except Timeout:
        sys.exit(0)


async def _play(data: DataDirectory, seed: int, rate: float) -> None:
    state = running(data)
    if state is None:
        return
    cast = asyncio.create_task(_cast(state.endpoint, seed, rate))
    await asyncio.wait([cast, asyncio.create_task(_end_of(state))], return_when=asyncio.FIRST_COMPLETED)
    cast.cancel()
    await asyncio.wait([cast], timeout=2)


async def _end_of(state: State) -> None:
    while state.server.alive():  # noqa: ASYNC110 - of another process there is no event to await
        await asyncio.sleep(WATCH)


async def _cast(endpoint: Endpoint, seed: int, rate: float) -> None:
    backend, colleagues = Backend(endpoint.db_url), Colleagues(endpoint)
    gateway = await _bot(endpoint)
    troupe = Troupe(door_of(endpoint, backend), backend, colleagues.close, script(), seed=seed, rate=rate)
    try:
        async with asyncio.TaskGroup() as group:
            group.create_task(Bot(gateway, script(), rate, colleagues.see).run())
            group.create_task(troupe.run())
    finally:
        await gateway.close()
        await colleagues.leave()


def door_of(endpoint: Endpoint, backend: Backend) -> Door:
    """The way that every customer takes; then the backend is told who it is."""

    async def door(contact: Contact) -> CustomerGateway:
        gateway = await open_customer(endpoint.url, endpoint.anon_key, MemorySession())
        try:
            await backend.introduce(contact, gateway.me)
        except BaseException:
            await gateway.close()
            raise
        return gateway

    return door


async def _bot(endpoint: Endpoint) -> Gateway:
    storage = MemorySession()
    account = next(one for one in endpoint.accounts if one.role == "bot")
    await sign_in_with_password(endpoint.url, endpoint.anon_key, storage, account.email, account.password)
    return await open_agent(endpoint.url, endpoint.anon_key, storage)


if __name__ == "__main__":
    main()
