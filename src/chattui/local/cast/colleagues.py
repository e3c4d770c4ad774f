"""Agents of the demo whom no person plays: one of them closes what is over, which the AI may not do."""

import asyncio
import logging
from collections.abc import Collection, Iterable

from chattui.gateway.protocol import Gateway, Identity, Refused
from chattui.gateway.sessions import MemorySession
from chattui.gateway.supabase import open_agent, sign_in_with_password
from chattui.local.state import Endpoint
from chattui.local.vault import Account
from chattui.model.intents import Close
from chattui.model.records import ConversationId, UserId

logger = logging.getLogger(__name__)


class Colleagues:
    """They never join, so nobody sees them present; what they do stands in the thread under their names."""

    def __init__(self, endpoint: Endpoint) -> None:
        self._endpoint = endpoint
        self._people = list(_by_turn(endpoint.accounts))
        self._desks: dict[str, tuple[Identity, Gateway]] = {}
        self._joined: Collection[UserId] = ()
        self._known = asyncio.Event()

    def see(self, joined: Collection[UserId]) -> None:
        """Take note of who is joined: a person plays them, so nothing is closed in their names."""
        self._joined = joined
        self._known.set()

    async def close(self, conversation_id: ConversationId) -> None:
        """Close a conversation, if anybody is free to. Raises as `Gateway` does."""
        await self._known.wait()
        for account in self._people:
            who, gateway = await self._desk(account)
            if who.user_id not in self._joined:
                answer = await gateway.submit(Close(conversation_id))
                if isinstance(answer, Refused):
                    logger.info("%s does not close it: %s", account.name, answer.sentence)
                return

    async def leave(self) -> None:
        """Close the connections."""
        for _, gateway in self._desks.values():
            await gateway.close()

    async def _desk(self, account: Account) -> tuple[Identity, Gateway]:
        if account.email not in self._desks:
            url, key, storage = self._endpoint.url, self._endpoint.anon_key, MemorySession()
            who = await sign_in_with_password(url, key, storage, account.email, account.password)
            self._desks[account.email] = who, await open_agent(url, key, storage)
        return self._desks[account.email]


def _by_turn(accounts: Iterable[Account]) -> Iterable[Account]:
    """The last agent first, as a demo begins with the first one; an admin where nobody else is free."""
    people = list(accounts)
    yield from reversed([one for one in people if one.role == "agent"])
    yield from (one for one in people if one.role == "admin")
