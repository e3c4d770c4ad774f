"""Supabase behind the protocols of `chattui.gateway`.

Importing this is cheap; the first call loads supabase and realtime in a thread, so that a screen can be painted before.
Every function raises `Unreachable`, `SignedOut` or `Misconfigured`.
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

from chattui.gateway.errors import SignedOut
from chattui.gateway.protocol import CustomerGateway, Gateway, Identity, SessionStorage
from chattui.gateway.sessions import MemorySession
from chattui.model.records import OrgId

if TYPE_CHECKING:
    from chattui.gateway.supabase.client import Connection
    from chattui.gateway.supabase.signing import Signing


async def open_agent(url: str, key: str, storage: SessionStorage) -> Gateway:
    """A gateway for who is signed in. Nothing is sent yet; `SignedOut` where nobody is."""
    connection = await _connection(url, key, storage)
    from chattui.gateway.supabase.agent import SupabaseGateway  # noqa: PLC0415 - loaded by now, in a thread

    try:
        await connection.session.restore()
    except BaseException:  # a cancelled start closes its sockets too
        await connection.aclose()
        raise
    return SupabaseGateway(connection)


async def open_customer(url: str, key: str, storage: SessionStorage, org_id: OrgId | None = None) -> CustomerGateway:
    """A gateway for the customer of this session; a new customer where there is none.

    `org_id` says which organisation they turn to, where the project has several.
    """
    connection = await _connection(url, key, storage)
    from chattui.gateway.supabase.customer import SupabaseCustomerGateway  # noqa: PLC0415

    try:
        await _restored_or_new(connection)
    except BaseException:  # a cancelled start closes its sockets too
        await connection.aclose()
        raise
    return SupabaseCustomerGateway(connection, org_id)


async def sign_in_with_password(url: str, key: str, storage: SessionStorage, email: str, password: str) -> Identity:
    """Sign in and save the session."""
    async with _signing(url, key, storage) as signing:
        return await signing.by_password(email, password)


async def send_code(url: str, key: str, email: str) -> None:
    """Have a code for signing in sent to somebody who has an account."""
    async with _signing(url, key, MemorySession()) as signing:
        await signing.send_code(email)


async def sign_in_with_code(url: str, key: str, storage: SessionStorage, email: str, code: str) -> Identity:
    """Sign in with the code that was sent, and save the session."""
    async with _signing(url, key, storage) as signing:
        return await signing.by_code(email, code)


async def sign_out(url: str, key: str, storage: SessionStorage) -> None:
    """End this session, here in any case; other devices of the same person stay signed in."""
    async with _signing(url, key, storage) as signing:
        await signing.out()


async def whoami(url: str, key: str, storage: SessionStorage) -> Identity:
    """Who is signed in, as the server sees it now."""
    async with _signing(url, key, storage) as signing:
        return await signing.who()


@asynccontextmanager
async def _signing(url: str, key: str, storage: SessionStorage) -> AsyncIterator["Signing"]:
    connection = await _connection(url, key, storage)
    from chattui.gateway.supabase.signing import Signing  # noqa: PLC0415

    try:
        yield Signing(connection)
    finally:
        await connection.aclose()


async def _connection(url: str, key: str, storage: SessionStorage) -> "Connection":
    return await asyncio.to_thread(_loaded, url, key, storage)


def _loaded(url: str, key: str, storage: SessionStorage) -> "Connection":
    from chattui.gateway.supabase import agent, customer, signing  # noqa: F401, PLC0415 - the slow part, out of the loop
    from chattui.gateway.supabase.client import Connection  # noqa: PLC0415

    return Connection(url, key, storage)


async def _restored_or_new(connection: "Connection") -> None:
    from chattui.gateway.supabase.signing import Signing  # noqa: PLC0415

    try:
        await connection.session.restore()
    except SignedOut:
        await Signing(connection).anonymously()
