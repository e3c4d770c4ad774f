"""One person's session: restored, kept fresh, and shared with other chattui of the same person."""

import asyncio
import logging
import random
import time
from collections.abc import Callable
from functools import partial

from pydantic import ValidationError
from supabase import AsyncClient
from supabase_auth import AsyncSupportedStorage
from supabase_auth.types import AuthChangeEvent, AuthResponse, Session

from chattui.gateway.attempts import Attempt
from chattui.gateway.errors import Misconfigured, SignedOut, Unreachable
from chattui.gateway.protocol import SessionStorage
from chattui.gateway.supabase.faults import SIGNED_OUT, auth_error
from chattui.model.records import UserId

_log = logging.getLogger(__name__)

MARGIN = 60.0
"""Seconds before its end at which a token is exchanged."""
LOOK = 15.0
"""Seconds between two looks at the clock: a laptop that slept has skipped some."""
NO_TOKEN = "signed out"  # noqa: S105
"""A server ends the channel that it is given to."""


class Vault(AsyncSupportedStorage):
    """What supabase_auth believes to be its storage: memory, written through to the real one."""

    def __init__(self, storage: SessionStorage) -> None:
        self._storage = storage
        self._items: dict[str, str] = {}
        self.saving = False

    def seed(self, key: str, text: str) -> None:
        """A session that was read from the real storage."""
        self._items[key] = text

    async def get_item(self, key: str) -> str | None:
        """From memory."""
        return self._items.get(key)

    async def set_item(self, key: str, value: str) -> None:
        """To memory and to the real storage; where that fails the session lives on for this run."""
        if self._items.get(key) == value:  # what was just read: another chattui may have written a newer one since
            return
        self._items[key] = value
        self.saving = True
        try:
            await asyncio.to_thread(self._storage.save, value)
        except Exception as error:  # noqa: BLE001 - any keyring or file error; losing the session would be worse
            _log.error("the session could not be saved: %s", type(error).__name__)
        finally:
            self.saving = False

    async def remove_item(self, key: str) -> None:
        """From memory alone: a session that cannot be read now may be readable again. `SessionKeeper.forget` clears."""
        self._items.pop(key, None)


class SessionKeeper:
    """Keeps one session good. One exchange at a time in this process, and, by the storage's lock, on this machine."""

    def __init__(self, client: AsyncClient, vault: Vault, storage: SessionStorage) -> None:
        self._client = client
        self._vault = vault
        self._storage = storage
        self._session: Session | None = None
        self._good_until = 0.0
        self._one = asyncio.Lock()
        self._renewals: set[asyncio.Task[None]] = set()
        self._exchanging: Attempt[AuthResponse] | None = None
        self._dead: str | None = None
        self._told: str | None = None
        self._listeners: list[Callable[[str], None]] = []
        client.auth.on_auth_state_change(self._heard)

    def listen(self, listener: Callable[[str], None]) -> None:
        """Have it called with each new access token."""
        self._listeners.append(listener)

    @property
    def user_id(self) -> UserId:
        """Whose session it is. Raises `SignedOut` where there is none."""
        return UserId(self._known().user.id)

    @property
    def email(self) -> str | None:
        """Their address, where they have one."""
        return self._known().user.email

    async def restore(self) -> None:
        """Take the session from the storage.

        Raises:
            SignedOut: there is none.
            Misconfigured: the storage refuses.
        """
        async with self._one:
            if self._session is None:
                await self._adopt(await self._stored())

    async def fresh(self) -> Session:
        """A session whose access token is good for a while.

        Raises:
            SignedOut: the session is over.
            Unreachable: it could not be exchanged for now.
        """
        if self._session is None:
            await self.restore()
        if self._expiring():
            await self.renew(self._known())
        return self._known()

    async def renew(self, stale: Session) -> None:
        """Exchange the tokens of a session that was refused, unless that has happened meanwhile. Raises as `fresh`.

        Refresh tokens tell sessions apart: access tokens that were made in the same second can be equal.
        """
        renewal = asyncio.get_running_loop().create_task(self._renew_once(stale))
        self._renewals.add(renewal)
        renewal.add_done_callback(self._renewed)
        # Whoever asked may be cancelled; a new refresh token that the server has given out must still be saved.
        await asyncio.shield(renewal)

    def hurry(self) -> None:
        """Ask anew for what is being exchanged. What was answered is saved first."""
        if self._exchanging is not None and not self._vault.saving:
            self._exchanging.anew()

    async def settle(self, seconds: float) -> None:
        """Wait until what is being exchanged is saved, but no longer than this."""
        if self._renewals:
            await asyncio.wait(self._renewals, timeout=seconds)

    async def keep(self) -> None:
        """Exchange the token in time, for ever; what goes wrong here is seen by the next call.

        A sign-out by another chattui of this machine ends the session here too, the channel first.
        """
        failures = 0
        kept = False
        while True:
            await asyncio.sleep(LOOK if not failures else random.uniform(1, min(LOOK, 2**failures)))  # noqa: S311
            kept, before = await self._is_kept(otherwise=kept), kept
            if before and not kept:
                self._end()
            try:
                if self._session is not None and self._dead is None:
                    await self.fresh()
                failures = 0
            except (SignedOut, Misconfigured):
                failures = 0
            except Unreachable:
                failures += 1

    async def forget(self) -> None:
        """The session is over here, in memory and in the storage."""
        self._session = None
        await asyncio.to_thread(self._storage.clear)

    # Inside

    async def _renew_once(self, stale: Session) -> None:
        async with self._one:
            if self._session is None or self._session.refresh_token == stale.refresh_token:
                try:
                    await self._renew(stale)
                except TimeoutError as error:
                    raise Unreachable("Another chattui is renewing the session. Try again.") from error
                except OSError as error:  # without the lock two programs could end each other's session
                    raise Unreachable(f"The session cannot be renewed: {error}") from error

    def _renewed(self, renewal: asyncio.Task[None]) -> None:
        self._renewals.discard(renewal)
        if not renewal.cancelled():
            renewal.exception()  # told to whoever asked, if they still wait

    async def _renew(self, stale: Session) -> None:
        async with self._storage.refresh_lock():
            kept = await self._stored()
            if kept.refresh_token != stale.refresh_token:
                await self._adopt(kept)
                if not self._expiring():
                    return
            if kept.refresh_token == self._dead:
                raise SignedOut(SIGNED_OUT)
            await self._exchange(kept.refresh_token)

    async def _exchange(self, refresh_token: str) -> None:
        self._exchanging = Attempt(partial(self._client.auth.refresh_session, refresh_token))
        try:
            await self._exchanging.answer()
        except Exception as error:
            fault = auth_error(error)
            if isinstance(fault, SignedOut):
                self._dead = refresh_token
                raise SignedOut(SIGNED_OUT) from error
            raise fault from error
        _log.info("the session was renewed")

    async def _is_kept(self, *, otherwise: bool) -> bool:
        try:
            return await asyncio.to_thread(self._storage.load) is not None
        except Exception:  # noqa: BLE001 - what cannot be read now has not been cleared
            return otherwise

    def _end(self) -> None:
        """The next call looks at the storage; the channel is left, as its token is one no more."""
        _log.info("signed out by another chattui")
        self._good_until = 0.0
        for listener in self._listeners:
            listener(NO_TOKEN)

    async def _stored(self) -> Session:
        try:
            text = await asyncio.to_thread(self._storage.load)
        except Exception as error:
            raise Misconfigured(str(error)) from error
        try:
            session = Session.model_validate_json(text or "")
        except ValidationError as error:
            raise SignedOut(SIGNED_OUT) from error
        if self._session is not None and session.user.id != self._session.user.id:
            raise SignedOut("Somebody else has signed in meanwhile. Start chattui again to go on as them.")
        return session

    async def _adopt(self, session: Session) -> None:
        good_until = float(session.expires_at or 0)
        if time.time() > good_until - MARGIN:
            self._session, self._good_until = session, good_until
            return
        # supabase_auth tells REST of a restored session only when asked to.
        self._vault.seed("supabase.auth.token", session.model_dump_json())
        await self._client.auth.initialize_from_storage()
        self._good_until = good_until

    def _heard(self, _event: AuthChangeEvent, session: Session | None) -> None:
        if session is None:
            return
        # By this machine's clock, whatever the server's says.
        self._good_until = time.time() + session.expires_in
        self._session = session
        self._dead = None
        if session.access_token != self._told:
            for listener in self._listeners:
                listener(session.access_token)
        self._told = session.access_token

    def _expiring(self) -> bool:
        return time.time() > self._good_until - min(MARGIN, self._known().expires_in / 2)

    def _known(self) -> Session:
        if self._session is None:
            raise SignedOut(SIGNED_OUT)
        return self._session
