"""The demo's words, as data: `script.toml`."""

from functools import cache
from importlib.resources import files
from uuid import UUID

import msgspec
from msgspec import Struct, field


class Exchange(Struct, frozen=True):
    """One line of the AI, and what the customer answers."""

    ai: str
    customer: list[str]


class Topic(Struct, frozen=True):
    """Something that customers write about."""

    name: str
    keywords: list[str]
    opening: list[str]
    lines: list[Exchange]
    details: list[str]
    """What the customer tells a person who asks, one at a time."""
    handoff: str | None = None
    """Why the AI asks for a person once its lines are used up; None where it solves the matter."""


class AiLines(Struct, frozen=True):
    """What the AI says whatever the topic."""

    unsure: list[str]
    anything_else: str
    hands_over: str
    farewell: str
    asked_for: list[str]
    asked_reason: str
    lost_reason: str
    further_reason: str
    thanks: list[str]


class CustomerLines(Struct, frozen=True):
    """What customers say whatever the topic."""

    answers: list[str]
    acknowledges: list[str]
    no_more: str
    farewells: list[str]
    calls: list[str]
    """Into the silence, before a person has answered."""
    nudges: list[str]
    """To a person who has fallen silent."""
    returns: list[str]
    impatience: list[str]


class Regular(Struct, frozen=True):
    """Somebody of the seed: what they tell a person who asks, and how they speak where it is not as everybody does."""

    contact: UUID
    details: list[str]
    acknowledges: list[str] = []
    farewells: list[str] = []


class Script(Struct, frozen=True):
    """All of it."""

    names: list[str]
    cities: list[str]
    amounts: list[str]
    ai: AiLines
    customer: CustomerLines
    topics: list[Topic] = field(default_factory=list)
    regulars: list[Regular] = field(default_factory=list)


@cache
def script() -> Script:
    """The script of this package."""
    return msgspec.toml.decode((files(__package__) / "script.toml").read_bytes(), type=Script)
