"""Signing in and out."""

import logging
from collections.abc import Awaitable, Callable
from typing import Any

import msgspec

from chattui.gateway.errors import GatewayError, SignedOut, Unreachable
from chattui.gateway.protocol import Identity
from chattui.gateway.supabase.client import Connection
from chattui.gateway.supabase.faults import auth_error
from chattui.gateway.supabase.rest import Rest

_log = logging.getLogger(__name__)


class Signing:
    """What one connection's session can begin and end with. Raises `SignedOut` where it is refused."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._auth = connection.supabase.auth

    async def by_password(self, email: str, password: str) -> Identity:
        """Sign in; the session is saved."""
        await _told(lambda: self._auth.sign_in_with_password({"email": email, "password": password}))
        return await self.who()

    async def send_code(self, email: str) -> None:
        """Have a code sent to somebody who has an account."""
        await _told(lambda: self._auth.sign_in_with_otp({"email": email, "options": {"should_create_user": False}}))

    async def by_code(self, email: str, code: str) -> Identity:
        """Sign in with the code that was sent; the session is saved."""
        await _told(lambda: self._auth.verify_otp({"email": email, "token": code, "type": "email"}))
        return await self.who()

    async def anonymously(self) -> None:
        """Be a new customer; the session is saved."""
        await _told(self._auth.sign_in_anonymously)

    async def who(self) -> Identity:
        """Who is signed in, and what their profile says."""
        session = self._connection.session
        await session.fresh()
        columns = "display_name, role, organizations(name)"
        found = await Rest(self._connection).select(
            lambda rest: rest.from_("profiles").select(columns).eq("id", session.user_id)
        )
        profile = msgspec.convert(found[0], _Profile) if found else _Profile()
        organization = profile.organizations.get("name") if profile.organizations else None
        return Identity(session.user_id, session.email, profile.display_name, profile.role, organization)

    async def out(self) -> None:
        """End this session here, whatever the network does; on the server too, where it can be reached."""
        try:
            await self._connection.session.restore()
            await _told(lambda: self._auth.sign_out({"scope": "local"}))
        except (SignedOut, Unreachable) as error:
            _log.info("signed out here alone: %s", error)
        finally:
            await self._connection.session.forget()


class _Profile(msgspec.Struct, frozen=True):
    display_name: str | None = None
    role: str | None = None
    organizations: dict[str, Any] | None = None


async def _told(call: Callable[[], Awaitable[object]]) -> None:
    try:
        await call()
    except GatewayError:
        raise
    except Exception as error:
        raise auth_error(error) from error
