"""A customer in the world: hears, thinks, types and says, at the pace of a person."""

import asyncio
import contextlib
import logging
from collections.abc import Awaitable, Callable, Iterable, Iterator
from itertools import groupby
from uuid import uuid4

from chattui.gateway.errors import GatewayError, SignedOut
from chattui.gateway.protocol import CustomerEvent, CustomerGateway, Standing
from chattui.local.cast.customer import Customer, Line, Voice
from chattui.model.records import ConversationId, Message, MessageId, Sender, Status

logger = logging.getLogger(__name__)

NUDGE_AFTER = 45.0
"""Seconds of silence after which a customer says something into it; twice, then they wait."""
GIVES_UP = 4500.0
"""Seconds that a customer waits for a person, after the last thing they had to say."""
LISTENS = 1.5
"""Seconds in which somebody who has written may add a line before it is answered."""
AGAIN = 1.0
LINGER = 90.0
"""Seconds that a customer who has said goodbye stays before the conversation counts as over."""

Over = Callable[[ConversationId], Awaitable[None]]
"""Told of a conversation that its customer is done with: somebody may close it."""


class Talk:
    """One customer's conversation, as it happens."""

    def __init__(self, gateway: CustomerGateway, customer: Customer, standing: Standing, rate: float) -> None:
        self.customer = customer
        self.standing = standing
        self._gateway = gateway
        self._rate = rate
        self._heard: asyncio.Queue[Message | Standing] = asyncio.Queue()
        self._next: Standing | None = None
        self._closings = 0

    async def listen(self) -> None:
        """Until cancelled."""
        async for event in self._gateway.events():
            self._hear(event)

    def _hear(self, event: CustomerEvent) -> None:
        match event:
            case Standing() if event != self.standing:
                self.standing = event
                self._closings += event.status == Status.CLOSED
                self._heard.put_nowait(event)
            case Message(sender_type=Sender.AI | Sender.AGENT):
                self._heard.put_nowait(event)

    async def turn(self, patience: float | None) -> list[Message] | Standing:
        """What is said next, as a whole: lines that follow one another closely are one turn. Or how it now stands.

        Raises:
            TimeoutError: nothing has happened for so many seconds.
        """
        first, self._next = self._next or await self._soon(patience), None
        if isinstance(first, Standing):
            return first
        said = [first]
        with contextlib.suppress(TimeoutError):
            while isinstance(more := await self._soon(LISTENS), Message):
                said.append(more)
            self._next = more
        return said

    async def _soon(self, patience: float | None) -> Message | Standing:
        async with asyncio.timeout(None if patience is None else patience / self._rate):
            return await self._heard.get()

    async def answer(self, said: list[Message]) -> None:
        """Read it, and say what there is to say to that."""
        await self._surely(lambda: self._gateway.mark_read(said[-1].seq))
        [(voice, text)] = list(_turns(said))[-1:]
        await self.say(self.customer.hears(voice, text) if voice else [])

    async def say(self, lines: list[Line]) -> None:
        """One after the other; a closing on the way leaves the rest unsaid."""
        closings = self._closings
        for line in lines:
            await asyncio.sleep(line.think / self._rate)
            await self._gateway.typing(is_typing=True)
            await asyncio.sleep(line.typing / self._rate)
            if self._closings != closings:
                await self._gateway.typing(is_typing=False)
                return
            await self._send(MessageId(str(uuid4())), line.text)

    async def _send(self, message_id: MessageId, text: str) -> None:
        await self._surely(lambda: self._gateway.send(message_id, text))

    async def _surely(self, call: Callable[[], Awaitable[object]]) -> None:
        while True:
            try:
                await call()
            except SignedOut:
                raise
            except GatewayError as error:
                logger.info("again in a moment: %s", error)
                await asyncio.sleep(AGAIN)
            else:
                return


def recalled(customer: Customer, messages: Iterable[Message]) -> list[Line]:
    """Let a customer live again through what was said; what they still have to say to it."""
    lines = customer.opens()
    for voice, text in _turns(messages):
        lines = customer.hears(voice, text) if voice else customer.recalls(text)
    return lines


def _turns(messages: Iterable[Message]) -> Iterator[tuple[Voice | None, str]]:
    """Who spoke, and all that they said before another did; the customer has no voice to hear."""
    voices = {Sender.AI: Voice.AI, Sender.AGENT: Voice.AGENT, Sender.CUSTOMER: None}
    spoken = (message for message in messages if message.sender_type in voices)
    for sender, said in groupby(spoken, key=lambda message: message.sender_type):
        yield voices[sender], "\n".join(message.body for message in said)


async def visit(talk: Talk, first: list[Line], over: Over) -> None:
    """Somebody who has come with a matter: from these words until the conversation is closed for good."""
    await talk.say(first)
    while True:
        try:
            turn = await talk.turn(_patience(talk))
        except TimeoutError:
            await _after_silence(talk, over)
            continue
        if not isinstance(turn, Standing):
            await talk.answer(turn)
        elif turn.status == Status.CLOSED:
            if not (lines := talk.customer.comes_back()):
                return
            await talk.say(lines)


def _patience(talk: Talk) -> float | None:
    """Seconds until a customer stirs by themselves; None where it is a person's turn to end it."""
    held = talk.standing.status == Status.ACTIVE
    if talk.customer.satisfied:
        return None if held else LINGER
    if talk.customer.may_call:
        return NUDGE_AFTER
    return None if held else GIVES_UP


async def _after_silence(talk: Talk, over: Over) -> None:
    if not talk.customer.satisfied and talk.customer.may_call:
        await talk.say(talk.customer.calls())
        return
    try:
        await over(talk.standing.conversation_id)
    except GatewayError as error:
        logger.info("nobody closed it: %s", error)


async def stay(talk: Talk) -> None:
    """A customer who was there before the demo began: says nothing unasked, and answers whoever takes them over."""
    while True:
        turn = await talk.turn(None)
        if not isinstance(turn, Standing):
            await talk.answer(turn)
        elif turn.status == Status.ACTIVE:
            talk.customer.begins_anew()
