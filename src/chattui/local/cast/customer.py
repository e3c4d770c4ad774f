"""What a customer does about what they are told: pure decisions, a turn at a time.

    customer = Customer(persona(seed, 3, script), script, dice(seed, "customer 3"))
    for line in customer.opens(): …
    for line in customer.hears(Voice.AI, "Are both charges booked?"): …

The same persona, dice and words heard give the same lines.
"""

import random
import re
from enum import StrEnum

from msgspec import Struct

from chattui.local.cast.persona import Persona
from chattui.local.cast.script import Script

SECONDS_A_LETTER = 0.06
"""A quick typist: 200 letters a minute would be 0.3, but nobody wants to watch that."""
WITHIN_A_BURST = 2.5
"""Seconds of typing after which the next line of a burst comes: whoever goes on has thought of it before."""
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
        self._words = persona.words or script.customer
        self._ai = script.ai
        self._chance = chance
        self._ai_lines = 0
        self._agent_lines = 0
        self._details = list(persona.topic.details)
        self._called = 0
        self._has_returned = False
        self.satisfied = False
        """Has said goodbye; nothing more will come unless the conversation is closed and they return."""

    def opens(self) -> list[Line]:
        """The first burst."""
        return self._burst(self._who.topic.opening, think=0.5)

    def hears(self, voice: Voice, text: str) -> list[Line]:
        """What is said to that; often nothing."""
        self._called = 0
        if self.satisfied:
            return self._farewell() if voice is Voice.AGENT and not self._agent_lines else []
        return self._to_agent(text) if voice is Voice.AGENT else self._to_ai(text)

    def recalls(self, text: str) -> list[Line]:
        """Has said these lines at an earlier time."""
        said = text.splitlines()
        self._called += sum(line in said for line in self._into_silence)
        if set(said) & set(self._words.returns):
            self._returns()
        return []

    @property
    def may_call(self) -> bool:
        """Whether there is anything left to say into this silence."""
        return self._called < len(self._into_silence)

    def calls(self) -> list[Line]:
        """Nobody has answered for a while; at last there is nothing more to say."""
        if not self.may_call:
            return []
        self._called += 1
        return self._burst([self._into_silence[self._called - 1]], think=1.0)

    @property
    def _into_silence(self) -> list[str]:
        return self._words.nudges if self._agent_lines else self._words.calls

    def comes_back(self) -> list[Line]:
        """The conversation was closed; some have one more thing, once."""
        if not self._who.returns or self._has_returned:
            return []
        self._returns()
        return self._burst([self._chance.choice(self._words.returns)], think=20.0)

    def begins_anew(self) -> None:
        """A person has taken the conversation: what was said to others counts no more."""
        self.satisfied, self._agent_lines = False, 0
        self._details = list(self._who.topic.details)

    def _returns(self) -> None:
        self._has_returned, self.satisfied, self._agent_lines = True, False, 0

    def _to_ai(self, text: str) -> list[Line]:
        lines = self._who.topic.lines
        if text == self._ai.hands_over:
            return []
        if self._ai_lines >= len(lines):
            self.satisfied = True
            return self._burst([self._words.no_more], think=1.5) if text == self._ai.anything_else else []
        exchange, self._ai_lines = lines[self._ai_lines], self._ai_lines + 1
        last = self._ai_lines == len(lines)
        if last and self._who.impatient and not self._who.topic.handoff:
            return self._burst([self._chance.choice(self._words.impatience)], think=2.0)
        return self._burst(exchange.customer, think=2.0)

    def _to_agent(self, text: str) -> list[Line]:
        self._agent_lines += 1
        if self._agent_lines >= PATIENCE_WITH_AGENT or (self._agent_lines > 1 and "?" not in text):
            return self._farewell()
        if "?" in text:
            answer = self._detail(text) if self._details else self._chance.choice(self._words.answers)
            return self._burst([answer], think=2.5)
        return self._burst([self._chance.choice(self._words.acknowledges)], think=2.0)

    def _farewell(self) -> list[Line]:
        self.satisfied, self._agent_lines = True, self._agent_lines + 1
        return self._burst([self._chance.choice(self._words.farewells)], think=2.0)

    def _detail(self, question: str) -> str:
        """What of the details comes nearest to the question; the next one in turn where none does."""
        asked = _words_of(question)
        nearest = max(self._details, key=lambda detail: len(asked & _words_of(detail)))
        self._details.remove(nearest)
        return nearest

    def _burst(self, lines: list[str], think: float) -> list[Line]:
        said = [self._who.says(line) for line in lines]
        pauses = [think * self._chance.uniform(0.7, 1.5), *(self._chance.uniform(0.2, 0.7) for _ in said[1:])]
        return [
            Line(text, round(pause * self._who.pace, 2), self._typing(text, begun=bool(number)))
            for number, (text, pause) in enumerate(zip(said, pauses, strict=True))
        ]

    def _typing(self, text: str, *, begun: bool) -> float:
        seconds = len(text) * SECONDS_A_LETTER * self._who.pace
        return round(min(seconds, WITHIN_A_BURST) if begun else seconds, 2)


def _words_of(text: str) -> set[str]:
    """What matters in a line: its words of more than three letters."""
    return set(re.findall(r"\w{4,}", text.casefold()))
