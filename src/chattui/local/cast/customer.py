"""What a customer does about what they are told: pure decisions, a turn at a time.

    customer = Customer(persona(seed, 3, script), script, dice(seed, "customer 3"))
    for line in customer.opens(): …
    for line in customer.hears(Voice.AI, "Are both charges booked?"): …

The same persona, dice and words heard give the same lines.
"""

import random
from enum import StrEnum

from msgspec import Struct

from chattui.local.cast.persona import Persona
from chattui.local.cast.script import Script

SECONDS_A_LETTER = 0.06
"""A quick typist: 200 letters a minute would be 0.3, but nobody wants to watch that."""
PATIENCE_WITH_AGENT = 4
"""Messages of an agent after which a customer has what they need."""


class Voice(StrEnum):
    """Who speaks to the customer."""

    AI = "ai"
    AGENT = "agent"


class Line(Struct, frozen=True):
    """One message: think for so long, type for so long, send."""

    text: str
    think: float
    typing: float


class Customer:
    """One customer's side of one conversation."""

    def __init__(self, persona: Persona, script: Script, chance: random.Random) -> None:
        self._who = persona
        self._words = script.customer
        self._chance = chance
        self._ai_lines = 0
        self._agent_lines = 0
        self._details = list(persona.topic.details)
        self.satisfied = False
        """Has said goodbye; nothing more will come unless the conversation is closed and they return."""

    def opens(self) -> list[Line]:
        """The first burst."""
        return self._burst(self._who.topic.opening, think=0.5)

    def hears(self, voice: Voice, text: str) -> list[Line]:
        """What is said to that; often nothing."""
        if self.satisfied:
            return []
        return self._to_agent(text) if voice is Voice.AGENT else self._to_ai()

    def waits(self, nudges: int) -> list[Line]:
        """Nobody has answered for a while; the third time there is nothing more to say."""
        return self._burst([self._words.nudges[nudges]], think=1.0) if nudges < len(self._words.nudges) - 1 else []

    def comes_back(self) -> list[Line]:
        """The conversation was closed; some have one more thing."""
        if not self._who.returns:
            return []
        self.satisfied, self._agent_lines = False, 0
        return self._burst([self._chance.choice(self._words.returns)], think=20.0)

    def _to_ai(self) -> list[Line]:
        lines = self._who.topic.lines
        if self._ai_lines >= len(lines):  # the AI has said goodbye, or that a person comes
            self.satisfied = not self._who.topic.handoff and not self._who.impatient
            return []
        exchange, self._ai_lines = lines[self._ai_lines], self._ai_lines + 1
        last = self._ai_lines == len(lines)
        if last and self._who.impatient and not self._who.topic.handoff:
            return self._burst([self._chance.choice(self._words.impatience)], think=2.0)
        return self._burst(exchange.customer, think=2.0)

    def _to_agent(self, text: str) -> list[Line]:
        self._agent_lines += 1
        if self._agent_lines >= PATIENCE_WITH_AGENT or (self._agent_lines > 1 and "?" not in text):
            self.satisfied = True
            return self._burst([self._chance.choice(self._words.farewells)], think=2.0)
        if "?" in text:
            answers = [self._details.pop(0)] if self._details else [self._chance.choice(self._words.answers)]
            return self._burst(answers, think=2.5)
        return self._burst([self._chance.choice(self._words.acknowledges)], think=2.0)

    def _burst(self, lines: list[str], think: float) -> list[Line]:
        said = [self._who.says(line) for line in lines]
        pauses = [think * self._chance.uniform(0.7, 1.5), *(self._chance.uniform(0.2, 0.7) for _ in said[1:])]
        return [
            Line(text, round(pause * self._who.pace, 2), round(len(text) * SECONDS_A_LETTER * self._who.pace, 2))
            for text, pause in zip(said, pauses, strict=True)
        ]
