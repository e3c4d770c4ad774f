"""What a desk stands on, of who is signed in. Loaded once Textual runs."""

import asyncio
from typing import TYPE_CHECKING

from msgspec import Struct

from chattui import paths
from chattui.config import Target
from chattui.desk.drawer import DiskDrawer
from chattui.desk.keeping import Drawer
from chattui.desk.remembering import DiskMemory, Forgetful, Memory
from chattui.explained import Explained
from chattui.gateway.errors import Misconfigured
from chattui.gateway.opening import OpeningGateway
from chattui.gateway.protocol import Gateway
from chattui.gateway.sessions import user_of
from chattui.gateway.supabase import open_agent

if TYPE_CHECKING:
    from collections.abc import Awaitable

    from chattui.gateway.protocol import SessionStorage


class Parts(Struct, frozen=True):
    """The way to the database, and what is kept on this machine."""

    gateway: Gateway
    drawer: Drawer
    memory: Memory


async def opened(target: Target, storage: "SessionStorage", *, remember: bool) -> Parts:
    """Returns at once: supabase is loaded with the first question. Raises as `open_agent` where nobody is signed in."""

    def gateway() -> "Awaitable[Gateway]":
        return open_agent(target.url, target.key, storage)

    try:
        me = user_of(await asyncio.to_thread(storage.load))
    except Explained as error:
        raise Misconfigured(str(error)) from error
    way = await gateway() if me is None else OpeningGateway(me, gateway)
    memory = DiskMemory(paths.memory_dir(), target.url, way.me) if remember else Forgetful()
    return Parts(way, DiskDrawer(paths.state_dir() / "words", target.url), memory)
