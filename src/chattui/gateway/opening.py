"""A gateway that is still being opened: the screen is drawn meanwhile, and whoever asks waits."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable
from contextlib import suppress

from chattui.gateway.errors import GatewayError
from chattui.gateway.protocol import Accepted, Cursor, Found, Gateway, Refused, Reset, Snapshot, Synced
from chattui.model.events import GatewayEvent, PageLoaded
from chattui.model.intents import Intent, Signal
from chattui.model.records import ConversationId, Row, UserId


class OpeningGateway:
    """Implements `chattui.gateway.protocol.Gateway`. The first call opens it; each one raises why it could not be."""

    def __init__(self, me: UserId, opened: Callable[[], Awaitable[Gateway]]) -> None:
        self._me = me
        self._opened = opened
        self._opening: asyncio.Task[Gateway] | None = None

    @property
    def me(self) -> UserId:
        """Who is signed in."""
        return self._me

    async def snapshot(self, after: str | None = None) -> Snapshot:
        """As the gateway's."""
        return await (await self._gateway()).snapshot(after)

    async def sync(self, cursor: Cursor) -> Synced | Reset:
        """As the gateway's."""
        return await (await self._gateway()).sync(cursor)

    async def page(self, conversation_id: ConversationId, before_seq: int | None = None) -> PageLoaded:
        """As the gateway's."""
        return await (await self._gateway()).page(conversation_id, before_seq)

    async def search(self, query: str) -> list[Found]:
        """As the gateway's."""
        return await (await self._gateway()).search(query)

    async def people(self, user_ids: Iterable[UserId]) -> tuple[Row, ...]:
        """As the gateway's."""
        return await (await self._gateway()).people(user_ids)

    async def wake_due(self) -> int:
        """As the gateway's."""
        return await (await self._gateway()).wake_due()

    async def submit(self, intent: Intent) -> Accepted | Refused:
        """As the gateway's."""
        return await (await self._gateway()).submit(intent)

    async def say(self, signal: Signal) -> None:
        """Best effort: nobody hears it before the gateway is open."""
        if self._opening is not None and self._opening.done():
            with suppress(GatewayError):
                await self._opening.result().say(signal)

    async def events(self) -> AsyncIterator[GatewayEvent]:
        """As the gateway's, from its opening on."""
        async for event in (await self._gateway()).events():
            yield event

    def retry_now(self) -> None:
        """As the gateway's; while it is being opened nothing waits."""
        if self._opening is not None and self._opening.done() and not self._opening.exception():
            self._opening.result().retry_now()

    async def close(self) -> None:
        """Leave, or do not open it after all."""
        if self._opening is None:
            return
        self._opening.cancel()
        with suppress(GatewayError, asyncio.CancelledError):
            await (await self._opening).close()

    async def _gateway(self) -> Gateway:
        """Whoever waits may be cancelled; the opening goes on."""
        if self._opening is None:
            self._opening = asyncio.ensure_future(self._opened())
        return await asyncio.shield(self._opening)
