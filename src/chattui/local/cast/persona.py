"""Who the next customer is: drawn from the seed and their number alone, whatever happens around them."""

import random
import unicodedata
from collections.abc import Mapping
from typing import TypeVar
from uuid import UUID

from msgspec import Struct, structs

from chattui.local.cast.script import CustomerLines, Regular, Script, Topic

T = TypeVar("T")

SEEDS = 2**32
NUMBERS = 2**48
"""A seed and a number stand in a contact's id, so that whoever plays later knows who it was."""
FIRST = UUID("ca570000-0000-4000-8000-000000000000")
LAST = UUID("ca57ffff-ffff-4000-8000-ffffffffffff")
"""Between these are the contacts of the cast."""


class Contact(Struct, frozen=True):
    """A customer as the desk knows them."""

    id: UUID
    name: str | None = None
    email: str | None = None
    attributes: Mapping[str, str] = {}


class Persona(Struct, frozen=True):
    """One customer, decided once."""

    name: str
    topic: Topic
    facts: dict[str, str]
    """What fills the braces of the topic's lines."""
    pace: float
    """Times the usual thinking and typing time: 0.6 hasty … 1.6 slow."""
    returns: bool
    """Comes back once after the conversation was closed."""
    impatient: bool
    """Asks for a person instead of answering the AI's last line."""
    words: CustomerLines | None = None
    """Where they have a way of speaking of their own."""

    @property
    def needs_person(self) -> bool:
        """Whether the AI alone will not do."""
        return self.topic.handoff is not None or self.impatient

    def says(self, line: str) -> str:
        """A line of the script with this customer's facts."""
        return line.format_map(self.facts)


def persona(seed: int, number: int, script: Script) -> Persona:
    """The same for the same seed and number, always."""
    chance = dice(seed, f"persona {number}")
    name = _in_turn(seed, "names", number, script.names)
    facts = {
        "order": str(chance.randint(1000, 9999)),
        "amount": chance.choice(script.amounts),
        "city": chance.choice(script.cities),
        "email": f"{_address(name)}@example.com",
    }
    return Persona(
        name=name,
        topic=_in_turn(seed, "topics", number, script.topics),
        facts=facts,
        pace=round(chance.uniform(0.6, 1.6), 2),
        returns=chance.random() < 0.35,  # noqa: PLR2004 - about one in three
        impatient=chance.random() < 0.2,  # noqa: PLR2004 - one in five
    )


def regular(seed: int, one: Regular, script: Script) -> Persona:
    """Somebody of the desk's history, who answers about what stands in the thread."""
    words = structs.replace(
        script.customer,
        acknowledges=one.acknowledges or script.customer.acknowledges,
        farewells=one.farewells or script.customer.farewells,
    )
    topic = Topic(name="", keywords=[], opening=[], lines=[], details=one.details)
    pace = round(dice(seed, f"regular {one.contact}").uniform(0.6, 1.6), 2)
    return Persona("", topic, facts={}, pace=pace, returns=False, impatient=False, words=words)


def contact(seed: int, number: int, who: Persona) -> Contact:
    """How the desk knows the customer of this seed and number."""
    return Contact(contact_id(seed, number), who.name, who.facts["email"], {"city": who.facts["city"]})


def contact_id(seed: int, number: int) -> UUID:
    """Tells both again, by `origin`; seeds and numbers that are too large begin anew."""
    seed, number = seed % SEEDS, number % NUMBERS
    return UUID(int=FIRST.int + (seed << 80) + number)


def origin(of: UUID) -> tuple[int, int]:
    """The seed and the number of a contact of the cast."""
    offset = of.int - FIRST.int
    return (offset >> 80) % SEEDS, offset % NUMBERS


def dice(seed: int, purpose: str) -> random.Random:
    """Chance of its own for each purpose: one more throw here changes nothing there."""
    return random.Random(f"{seed}/{purpose}")  # noqa: S311 - a play, not a secret


def _in_turn(seed: int, what: str, number: int, choices: list[T]) -> T:
    """All of them in some order before any comes twice: an hour of the demo should show each."""
    turn, place = divmod(number, len(choices))
    return dice(seed, f"{what} {turn}").sample(choices, len(choices))[place]


def _address(name: str) -> str:
    plain = unicodedata.normalize("NFKD", name.split(maxsplit=1)[0]).encode("ascii", "ignore").decode().lower()
    return plain or "customer"
