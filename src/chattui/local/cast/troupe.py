"""Customers one after another, for as long as the world stands."""

import asyncio
import contextlib
import logging
import random
from collections.abc import Awaitable, Callable
from uuid import uuid4

from chattui.gateway.errors import GatewayError, SignedOut
from chattui.gateway.protocol import CustomerGateway
from chattui.local.cast.customer import Customer, Line, Voice
from chattui.local.cast.persona import Persona, dice, persona
from chattui.local.cast.script import Script
from chattui.model.records import Message, MessageId, Sender, Status

logger = logging.getLogger(__name__)

MOST_FOR_A_PERSON = 8
"""Customers at a time who need a person: more would bury a single agent."""
MOST_FOR_THE_AI = 4
"""Those whom the AI helps still come and go while nobody looks after the others."""
FIRST_GAPS = (0.5, 2.0, 4.0, 7.0)
"""Seconds between the first ones: a demo has to show something at once."""
USUAL_GAP = 25.0
NUDGE_AFTER = 45.0
LISTENS = 1.5
"""Seconds in which somebody who has written may add a line before it is answered."""
LOOK_AFTER = 8.0
"""Seconds of silence after which a customer looks whether their conversation was closed."""
LINGER = 90.0
"""Seconds that a customer who has said goodbye stays to see it closed."""

Door = Callable[[], Awaitable[CustomerGateway]]
"""Opens the way in for one more anonymous customer."""


class Troupe:
    """Sends customers in. Who they are and what they decide follows from `seed`; `rate` speeds up or slows down."""

    def __init__(self, door: Door, script: Script, *, seed: int, rate: float) -> None:
        self._door = door
        self._script = script
        self._seed = seed
        self._rate = rate
        self._for_a_person = asyncio.Semaphore(MOST_FOR_A_PERSON)
        self._for_the_ai = asyncio.Semaphore(MOST_FOR_THE_AI)

    async def run(self) -> None:
        """Until cancelled."""
        gaps = dice(self._seed, "arrivals")
        async with asyncio.TaskGroup() as group:
            number = 0
            while True:
                await asyncio.sleep(_gap(number, gaps) / self._rate)
                who = persona(self._seed, number, self._script)
                room = self._for_a_person if who.needs_person else self._for_the_ai
                if not room.locked():  # else this one does not come
                    await room.acquire()
                    group.create_task(self._visit(number, who, room))
                number += 1

    async def _visit(self, number: int, who: Persona, room: asyncio.Semaphore) -> None:
        try:
            await self._play(number, who)
        except GatewayError as error:
            logger.warning("customer %d left: %s", number, error)
        finally:
            room.release()

    async def _play(self, number: int, who: Persona) -> None:
        customer = Customer(who, self._script, dice(self._seed, f"customer {number}"))
        gateway = await self._door()
        try:
            await Visit(gateway, who, customer, self._rate).run()
        finally:
            await gateway.close()


def _gap(number: int, gaps: random.Random) -> float:
    drawn = gaps.expovariate(1 / USUAL_GAP)
    return FIRST_GAPS[number] if number < len(FIRST_GAPS) else drawn


class Visit:
    """One customer's time in the world, from the first words until they have what they came for."""

    def __init__(self, gateway: CustomerGateway, who: Persona, customer: Customer, rate: float) -> None:
        self._gateway = gateway
        self._who = who
        self._customer = customer
        self._rate = rate
        self._heard: asyncio.Queue[Message] = asyncio.Queue()

    async def run(self) -> None:
        """Returns when there is no more to say."""
        await self._gateway.start(self._who.name)
        listening = asyncio.create_task(self._listen())
        try:
            await self._say(self._customer.opens())
            await self._converse()
        finally:
            listening.cancel()

    async def _listen(self) -> None:
        async for event in self._gateway.events():
            if isinstance(event, Message) and event.sender_type in {Sender.AI, Sender.AGENT}:
                self._heard.put_nowait(event)

    async def _converse(self) -> None:
        silence, nudges = 0.0, 0
        while silence < (LINGER if self._customer.satisfied else NUDGE_AFTER * 100):
            if said := await self._next():
                silence, nudges = 0.0, 0
                await self._answer(said)
                continue
            silence += LOOK_AFTER
            if await self._closed():
                lines = self._customer.comes_back()
                if not lines:
                    return
                await self._say(lines)
            elif not self._customer.satisfied and silence > NUDGE_AFTER * (nudges + 1):
                await self._say(self._customer.waits(nudges))
                nudges += 1

    async def _next(self) -> list[Message]:
        """What was said next, as a whole: lines that follow one another closely are one turn. Nothing after a while."""
        said: list[Message] = []
        with contextlib.suppress(TimeoutError):
            said.append(await self._soon(LOOK_AFTER))
            while True:
                said.append(await self._soon(LISTENS))
        return said

    async def _soon(self, patience: float) -> Message:
        return await asyncio.wait_for(self._heard.get(), patience / self._rate)

    async def _answer(self, said: list[Message]) -> None:
        await self._gateway.mark_read(said[-1].seq)
        voice = Voice.AGENT if said[-1].sender_type is Sender.AGENT else Voice.AI
        await self._say(self._customer.hears(voice, "\n".join(message.body for message in said)))

    async def _closed(self) -> bool:
        return (await self._gateway.thread()).status == Status.CLOSED

    async def _say(self, lines: list[Line]) -> None:
        for line in lines:
            await asyncio.sleep(line.think / self._rate)
            await self._gateway.typing(is_typing=True)
            await asyncio.sleep(line.typing / self._rate)
            await self._send(MessageId(str(uuid4())), line.text)

    async def _send(self, message_id: MessageId, text: str) -> None:
        while True:
            try:
                await self._gateway.send(message_id, text)
            except SignedOut:
                raise
            except GatewayError as error:
                logger.info("said again in a second: %s", error)
                await asyncio.sleep(1)
            else:
                return
