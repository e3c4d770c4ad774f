"""Who the next customer is: drawn from the seed and their number alone, whatever happens around them."""

import random
import unicodedata
from typing import TypeVar

from msgspec import Struct

from chattui.local.cast.script import Script, Topic

T = TypeVar("T")


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
