"""The customer's window: what agents wrote, their names, and what a server says of itself."""

import asyncio
from collections.abc import AsyncIterator

from chattui.gateway.errors import Declined
from chattui.gateway.protocol import AgentTyping, CustomerEvent, Standing
from chattui.model.events import ChannelLost
from chattui.model.records import ConversationId, Message, MessageId, Sender, Status, UserId
from chattui.ui.composing import lines_of
from chattui.ui.customer import CustomerApp
from tests.hostile.corpus import SAMPLE
from tests.hostile.tokens import harmful, shapes, uneven
from tests.scripted import message


class Agents:
    """Agents who write what they are told to, and refuse everything."""

    me = UserId("me")

    def __init__(self, words: str) -> None:
        self._words = words
        self._next: asyncio.Queue[CustomerEvent] = asyncio.Queue()

    async def start(self, name: str | None = None) -> Standing:
        del name
        return await self.thread()

    async def thread(self) -> Standing:
        return Standing(ConversationId("c"), Status.ACTIVE, self._words)

    async def messages(self, after_seq: int = 0) -> list[Message]:
        senders = (Sender.AGENT, Sender.AI, Sender.CUSTOMER, Sender.SYSTEM)
        return [message("c", after_seq + seq, self._words, sender=one) for seq, one in enumerate(senders, 1)]

    async def send(self, message_id: MessageId, body: str) -> Message:
        del message_id, body
        raise Declined(self._words)

    async def typing(self, *, is_typing: bool) -> None:
        del is_typing

    async def mark_read(self, last_read_seq: int) -> None:
        del last_read_seq

    async def request_human(self, reason: str) -> None:
        raise Declined(reason)

    async def events(self) -> AsyncIterator[CustomerEvent]:
        yield AgentTyping(is_typing=True)
        yield ChannelLost(self._words)
        while True:
            yield await self._next.get()

    async def close(self) -> None:
        return


async def test_nothing_of_it_acts_on_the_customer_s_terminal() -> None:
    for words in (one for one in SAMPLE[::4] if len(one) < 5_000):
        gateway = Agents(words)

        async def opened(gateway: Agents = gateway) -> Agents:
            return gateway

        app = CustomerApp(opened, words)
        async with app.run_test(size=(60, 20)) as pilot:
            await pilot.pause()
            await pilot.press("h", "i", "enter")
            await pilot.pause()
            lines = lines_of(app)
        drawn = "\n".join(lines).encode()
        assert shapes(drawn) <= {"\n"}, words[:80]
        assert harmful(drawn) == [], words[:80]
        assert uneven(drawn) == [], words[:80]
