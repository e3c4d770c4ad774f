"""Who plays when: those of the seed, those whom an earlier run left behind, and new ones one after another."""

import asyncio
import logging
import random
from collections.abc import Awaitable, Callable
from typing import Protocol
from uuid import UUID

from msgspec import Struct

from chattui.gateway.errors import GatewayError
from chattui.gateway.protocol import CustomerGateway
from chattui.local.cast.backend import Left
from chattui.local.cast.customer import Customer
from chattui.local.cast.persona import (
    FIRST,
    LAST,
    NUMBERS,
    Contact,
    Persona,
    contact,
    contact_id,
    dice,
    origin,
    persona,
    regular,
)
from chattui.local.cast.script import Regular, Script
from chattui.local.cast.talk import Over, Talk, recalled, stay, visit
from chattui.model.records import ConversationId, Status

logger = logging.getLogger(__name__)

MOST_FOR_A_PERSON = 8
"""Customers at a time who need a person: more would bury a single agent."""
MOST_FOR_THE_AI = 4
"""Those whom the AI helps still come and go while nobody looks after the others."""
FIRST_GAPS = (0.5, 2.0, 4.0, 7.0)
"""Seconds between the first ones: a demo has to show something at once."""
USUAL_GAP = 25.0
REGULARS_GAP = 0.2
"""Seconds between two of the seed: all at once would slow the first picture."""

Door = Callable[[Contact], Awaitable[CustomerGateway]]
"""Opens the way in for a customer."""


class Register(Protocol):
    """What is known of who has come before."""

    async def left_open(self, first: UUID, last: UUID) -> list[Left]:
        """Open conversations of the customers from `first` to `last`, newest first."""

    async def newest(self, first: UUID, last: UUID) -> UUID | None:
        """The greatest id of a customer from `first` to `last`."""


class Guest(Struct, frozen=True):
    """A customer with a matter."""

    seed: int
    number: int
    who: Persona


class Troupe:
    """Sends customers in. Who they are and what they decide follows from `seed`; `rate` speeds up or slows down.

    A conversation has its customer until it is closed, so there are never more than the two limits and the seed's.
    """

    def __init__(  # noqa: PLR0913 - what a world consists of
        self, door: Door, register: Register, over: Over, script: Script, *, seed: int, rate: float
    ) -> None:
        self._door = door
        self._register = register
        self._over = over
        self._script = script
        self._seed = seed
        self._rate = rate
        self._for_a_person = asyncio.Semaphore(MOST_FOR_A_PERSON)
        self._for_the_ai = asyncio.Semaphore(MOST_FOR_THE_AI)

    async def run(self) -> None:
        """Until cancelled."""
        async with asyncio.TaskGroup() as group:
            group.create_task(self._regulars(group))
            for left in await self._register.left_open(FIRST, LAST):
                if not await self._admit(group, self._guest(*origin(left.contact_id))) and left.status != Status.ACTIVE:
                    group.create_task(self._end(ConversationId(str(left.conversation_id))))
            await self._arrivals(group)

    async def _arrivals(self, group: asyncio.TaskGroup) -> None:
        gaps = dice(self._seed, "arrivals")
        newest = await self._register.newest(contact_id(self._seed, 0), contact_id(self._seed, NUMBERS - 1))
        number = 0 if newest is None else origin(newest)[1] + 1
        for turn in range(NUMBERS):
            await asyncio.sleep(_gap(turn, gaps) / self._rate)
            await self._admit(group, self._guest(self._seed, number + turn))

    def _guest(self, seed: int, number: int) -> Guest:
        return Guest(seed, number, persona(seed, number, self._script))

    async def _admit(self, group: asyncio.TaskGroup, guest: Guest) -> bool:
        """Whether there is room; else this one does not come."""
        room = self._for_a_person if guest.who.needs_person else self._for_the_ai
        if room.locked():
            return False
        await room.acquire()
        group.create_task(self._visit(guest, room))
        return True

    async def _visit(self, guest: Guest, room: asyncio.Semaphore) -> None:
        try:
            await self._play(guest)
        except GatewayError as error:
            logger.warning("customer %d left: %s", guest.number, error)
        finally:
            room.release()

    async def _play(self, guest: Guest) -> None:
        gateway = await self._door(contact(guest.seed, guest.number, guest.who))
        try:
            customer = Customer(guest.who, self._script, dice(guest.seed, f"customer {guest.number}"))
            talk = Talk(gateway, customer, await gateway.start(guest.who.name), self._rate)
            first = recalled(customer, await gateway.messages())
            await _heard(talk, visit(talk, first, self._over))
        finally:
            await gateway.close()

    async def _end(self, conversation_id: ConversationId) -> None:
        try:
            await self._over(conversation_id)
        except GatewayError as error:
            logger.warning("it stays open: %s", error)

    async def _regulars(self, group: asyncio.TaskGroup) -> None:
        for one in self._script.regulars:
            await asyncio.sleep(REGULARS_GAP / self._rate)
            group.create_task(self._stay(one))

    async def _stay(self, one: Regular) -> None:
        try:
            gateway = await self._door(Contact(one.contact))
            try:
                customer = Customer(
                    regular(self._seed, one, self._script), self._script, dice(self._seed, f"{one.contact}")
                )
                talk = Talk(gateway, customer, await gateway.thread(), self._rate)
                await _heard(talk, stay(talk))
            finally:
                await gateway.close()
        except GatewayError as error:
            logger.warning("somebody of the seed left: %s", error)


async def _heard(talk: Talk, play: Awaitable[None]) -> None:
    """Play, with open ears."""
    listening = asyncio.create_task(talk.listen())
    try:
        await play
    finally:
        listening.cancel()


def _gap(turn: int, gaps: random.Random) -> float:
    drawn = gaps.expovariate(1 / USUAL_GAP)
    return FIRST_GAPS[turn] if turn < len(FIRST_GAPS) else drawn
