"""Hand-offs and what else is asked for and answered at once: never believed before the database has said so."""

import asyncio
from collections.abc import Callable

from chattui.gateway.errors import GatewayError, Unreachable
from chattui.gateway.protocol import Accepted, Gateway, Refused
from chattui.model.events import Event, HandOffAnswered, HandOffAsked, RowsStored
from chattui.model.intents import Intent

OFFLINE = "chattui is offline, so nothing was asked. It works again when the link is back; Ctrl+R tries at once."
UNKNOWN = "The server did not answer, so it may or may not have happened. The screen shows it once the link is back."
AGAIN = 0.5
"""Seconds until an intent without an answer is repeated, once."""


class HandOffs:
    """Asks one thing at a time for each caller, and shows `…` meanwhile."""

    def __init__(
        self,
        gateway: Gateway,
        apply: Callable[..., None],
        offline: Callable[[], bool],
        doubt: Callable[[str], None],
    ) -> None:
        """`doubt` hears of a refusal: what the screen showed may have been old."""
        self._gateway = gateway
        self._apply = apply
        self._offline = offline
        self._doubt = doubt

    async def ask(self, intent: Intent) -> Accepted | Refused:
        """Accepted: it holds, and the store knows. Else the sentence for the agent."""
        if self._offline():
            return Refused("offline", OFFLINE)
        conversation_id = getattr(intent, "conversation_id", None)
        ended: tuple[Event, ...] = (HandOffAnswered(conversation_id),) if conversation_id else ()
        if conversation_id:
            self._apply(HandOffAsked(conversation_id))
        try:
            answer = await self._insist(intent)
            if isinstance(answer, Accepted):
                ended = (RowsStored(answer.rows), *ended)
            else:
                self._doubt(answer.code)
            return answer
        finally:
            self._apply(*ended)

    async def _insist(self, intent: Intent) -> Accepted | Refused:
        try:
            return await self._gateway.submit(intent)
        except Unreachable:
            await asyncio.sleep(AGAIN)
        except GatewayError as error:
            return Refused("unavailable", str(error))
        return Refused("unknown", UNKNOWN) if self._offline() else await self._once_more(intent)

    async def _once_more(self, intent: Intent) -> Accepted | Refused:
        try:
            return await self._gateway.submit(intent)
        except Unreachable:
            return Refused("unknown", UNKNOWN)
        except GatewayError as error:
            return Refused("unavailable", str(error))
