"""Customers: each writes, reads and types, leaves and comes back; nothing they do is given up before it is answered."""

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass, field
from random import Random
from typing import Any, TypeVar
from uuid import UUID

from chattui.gateway import supabase
from chattui.gateway.errors import Declined, GatewayError
from chattui.gateway.protocol import CustomerGateway
from chattui.gateway.sessions import MemorySession
from chattui.model.records import ConversationId, Message, MessageId, OrgId

T = TypeVar("T")

AGAIN = 0.3
"""Seconds, on average, until something without an answer is asked again."""
WORDS = ("hello?", "it does not work", "where is my order", "مرحبا", "👩‍👩‍👧", "thanks!", "line one\nline two")


@dataclass
class Visit:
    """One stay of a customer in one conversation: what they were told in it."""

    conversation_id: ConversationId
    began_after: int
    told: list[dict[str, Any]] = field(default_factory=list)
    over: bool = False

    def hear(self, message: Message) -> None:
        """Note a message that the customer was shown."""
        self.told.append({"seq": message.seq, "id": message.id})


@dataclass
class Letter:
    """Something a customer wrote. `conversation_id` is where it stands, once that was answered."""

    words: str
    conversation_id: ConversationId | None = None
    declined: str = ""


class Customer:
    """One customer with one browser. They live in this process: nothing but their network fails."""

    def __init__(self, name: str, url: str, key: str, org_id: str, seed: int) -> None:
        self.name = name
        self.letters: dict[str, Letter] = {}
        self.visits: list[Visit] = []
        self._url, self._key, self._org_id = url, key, OrgId(org_id)
        self._random = Random(f"{seed} {name}")  # noqa: S311 - no secret
        self._session = MemorySession()
        self._gateway: CustomerGateway | None = None
        self._ear: asyncio.Task[None] | None = None
        self._here = ConversationId("")

    async def come(self) -> None:
        """A new visit: sign in where nobody is, begin or go on, read what was said, listen from there."""
        self._gateway = await self._insist(
            lambda: supabase.open_customer(self._url, self._key, self._session, self._org_id)
        )
        thread = await self._insist(lambda: self._at.start(self.name.title()))
        self._here = thread.conversation_id
        said = await self._insist(self._at.messages)
        self.visits.append(Visit(thread.conversation_id, said[-1].seq if said else 0))
        self._ear = asyncio.create_task(self._listen(self.visits[-1]))

    async def leave(self) -> None:
        """The visit is over."""
        if self.visits:
            self.visits[-1].over = True
        if self._gateway is not None:
            await self._gateway.close()
        if self._ear is not None:
            self._ear.cancel()
            await asyncio.wait([self._ear])
        self._gateway = self._ear = None

    async def work(self, pace: float) -> None:
        """One thing after another, until cancelled; `pace` is the mean of seconds between two."""
        while True:
            await asyncio.sleep(self._random.expovariate(1 / pace))
            act = self._random.choices((self._write, self._type, self._read, self._ask, self._anew), (70, 6, 8, 6, 0.4))
            await act[0]()

    def expire(self) -> None:
        """The token counts as expired here."""
        if self._gateway is not None:
            self._gateway._connection.session._good_until = 0.0  # type: ignore[attr-defined]

    # What a customer does

    async def _write(self) -> None:
        message_id = MessageId(str(UUID(int=self._random.getrandbits(128), version=4)))
        letter = Letter(f"{self.name} {len(self.letters)} {self._random.choice(WORDS)}")
        self.letters[message_id] = letter
        try:
            stored = await self._insist(lambda: self._at.send(message_id, letter.words))
        except Declined as refusal:
            letter.declined = str(refusal)
        else:
            letter.conversation_id = stored.conversation_id

    async def _type(self) -> None:
        with suppress(GatewayError):
            await self._at.typing(is_typing=self._random.random() < 0.7)

    async def _read(self) -> None:
        if self.visits[-1].told:
            with suppress(GatewayError):
                await self._at.mark_read(self.visits[-1].told[-1]["seq"])

    async def _ask(self) -> None:
        with suppress(GatewayError):
            await self._at.request_human("a person, please")

    async def _anew(self) -> None:
        await self.leave()
        await self.come()

    # How

    @property
    def _at(self) -> CustomerGateway:
        assert self._gateway is not None
        return self._gateway

    async def _listen(self, visit: Visit) -> None:
        async for news in self._at.events():
            if isinstance(news, Message):
                visit.hear(news)

    async def _insist(self, ask: Callable[[], Awaitable[T]]) -> T:
        while True:
            try:
                return await ask()
            except Declined:
                raise
            except GatewayError:
                await asyncio.sleep(self._random.expovariate(1 / AGAIN))
