"""Who comes when: how many at a time, and what becomes of those whom an earlier run left behind."""

import asyncio
from uuid import UUID, uuid4

import pytest

from chattui.gateway.errors import Unreachable
from chattui.gateway.protocol import CustomerGateway
from chattui.local.cast.backend import Left
from chattui.local.cast.persona import Contact, Persona, contact_id, persona
from chattui.local.cast.script import script
from chattui.local.cast.troupe import MOST_FOR_A_PERSON, MOST_FOR_THE_AI, Guest, Troupe
from chattui.model.records import ConversationId
from tests.cast.test_live import playing

PATIENCE = 10.0
RATE = 10_000.0
SEED = 14


class Past:
    """What the desk knows of those who came before."""

    def __init__(self, *left: Left, newest: UUID | None = None) -> None:
        self._left = list(left)
        self._newest = newest

    async def left_open(self, first: UUID, last: UUID) -> list[Left]:
        return [one for one in self._left if first <= one.contact_id <= last]

    async def newest(self, first: UUID, last: UUID) -> UUID | None:
        assert self._newest is None or first <= self._newest <= last
        return self._newest


class Doors:
    """Tells who comes; nobody who needs a person ever leaves, the AI's customers do at once."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.stayed = self.left = 0
        self.busy = asyncio.Event()
        self.over: asyncio.Queue[ConversationId] = asyncio.Queue()

        async def play(_self: Troupe, guest: Guest) -> None:
            await self._come(guest.who)

        monkeypatch.setattr(Troupe, "_play", play)

    async def _come(self, who: Persona) -> None:
        if who.needs_person:
            self.stayed += 1
            await asyncio.Event().wait()
        self.left += 1
        if self.stayed == MOST_FOR_A_PERSON and self.left > 20:
            self.busy.set()

    async def done(self, conversation_id: ConversationId) -> None:
        self.over.put_nowait(conversation_id)


async def nobody(_contact: Contact) -> CustomerGateway:
    raise Unreachable("nobody plays here")


def left(number: int, status: str) -> Left:
    return Left(contact_id(SEED, number), uuid4(), status)


async def test_the_ais_customers_come_and_go_while_the_others_wait(monkeypatch: pytest.MonkeyPatch) -> None:
    doors = Doors(monkeypatch)
    troupe = Troupe(nobody, Past(), doors.done, script(), seed=1, rate=RATE)
    async with playing(troupe.run()):
        await asyncio.wait_for(doors.busy.wait(), PATIENCE)
    assert doors.stayed == MOST_FOR_A_PERSON


async def test_who_was_left_behind_without_room_is_over_unless_a_person_has_them(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    doors = Doors(monkeypatch)
    numbers = [number for number in range(60) if persona(SEED, number, script()).needs_person]
    fitting, held, waiting = numbers[:MOST_FOR_A_PERSON], numbers[-2], numbers[-1]
    past = [left(number, "waiting") for number in fitting] + [left(held, "active"), left(waiting, "waiting")]
    troupe = Troupe(nobody, Past(*past), doors.done, script(), seed=1, rate=RATE)
    async with playing(troupe.run()):
        assert await asyncio.wait_for(doors.over.get(), PATIENCE) == str(past[-1].conversation_id)
    assert doors.over.empty()
    assert doors.stayed == MOST_FOR_A_PERSON


async def test_a_seed_goes_on_where_it_had_come_to() -> None:
    met: asyncio.Queue[UUID] = asyncio.Queue()

    async def door(contact: Contact) -> CustomerGateway:
        if contact.name:
            met.put_nowait(contact.id)
        raise Unreachable("nobody plays here")

    async def done(_conversation_id: ConversationId) -> None:
        raise AssertionError("nobody came")

    past = Past(newest=contact_id(SEED, 6))
    async with playing(Troupe(door, past, done, script(), seed=SEED, rate=RATE).run()):
        came = [await asyncio.wait_for(met.get(), PATIENCE) for _ in range(MOST_FOR_THE_AI)]
    assert came == [contact_id(SEED, 7 + turn) for turn in range(MOST_FOR_THE_AI)]
