"""What the demo's AI makes of a conversation: a pure function of what stands in it.

It has no memory of its own, so it may be killed and started again at any time, and answers whoever writes, a person at
`chattui customer` as well as the cast.
"""

import re
from collections.abc import Sequence

from msgspec import Struct

from chattui.local.cast.script import Script, Topic
from chattui.model.records import Message, Sender

PATIENCE = 2
"""Questions that the AI asks somebody it does not understand before it calls for a person."""


class Answer(Struct, frozen=True):
    """Say this, and, where there is a reason, ask for a person."""

    text: str
    handoff: str | None = None
    intent: str | None = None
    """What it takes the matter to be."""


def answer(script: Script, messages: Sequence[Message], facts: dict[str, str]) -> Answer | None:
    """What the AI says now, None where it is not its turn. `messages` are in order."""
    if not messages or messages[-1].sender_type is not Sender.CUSTOMER:
        return None
    latest = _latest_burst(messages)
    if _any(script.ai.asked_for, latest):
        return Answer(script.ai.hands_over, script.ai.asked_reason)
    said = sum(message.sender_type is Sender.AI for message in messages)
    if said and "?" not in latest and _any(script.ai.thanks, latest):
        return Answer(script.ai.farewell)
    topic = _topic(script, messages)
    if topic and said < len(topic.lines):
        return Answer(_filled(topic.lines[said].ai, facts), intent=topic.name)
    return _beyond(topic, script, said, latest, facts) if topic else _unsure(script, said)


def _beyond(topic: Topic, script: Script, said: int, latest: str, facts: dict[str, str]) -> Answer:
    """The topic is played out and the customer goes on."""
    if topic.handoff:
        return Answer(script.ai.hands_over, _filled(topic.handoff, facts), topic.name)
    if "?" in latest or said > len(topic.lines):
        return Answer(script.ai.hands_over, script.ai.further_reason.format(topic=topic.name), topic.name)
    return Answer(script.ai.anything_else, intent=topic.name)


def facts_of(messages: Sequence[Message]) -> dict[str, str]:
    """What the customer has mentioned, for the AI to take up; a neutral word for the rest."""
    text = "\n".join(message.body for message in messages if message.sender_type is Sender.CUSTOMER)
    return {name: _found(pattern, text, instead) for name, (pattern, instead) in _MENTIONS.items()}


_MENTIONS = {
    "order": (r"\b(\d{4})\b", "your order"),
    "amount": (r"([€£$]\s?\d+[.,]\d\d)", "the amount"),
    "city": (r"\bin ([^\W\d_]\w+)[.?!]", "your city"),
    "email": (r"([\w.+-]+@[\w.-]+\w)", "your address"),
}


def _found(pattern: str, text: str, instead: str) -> str:
    match = re.search(pattern, text)
    return match[1] if match else instead


def _filled(line: str, facts: dict[str, str]) -> str:
    return line.format_map(facts)


def _unsure(script: Script, said: int) -> Answer:
    if said < PATIENCE:
        return Answer(script.ai.unsure[said])
    return Answer(script.ai.hands_over, script.ai.lost_reason)


def _latest_burst(messages: Sequence[Message]) -> str:
    burst: list[str] = []
    for message in reversed(messages):
        if message.sender_type is not Sender.CUSTOMER:
            break
        burst.append(message.body)
    return "\n".join(burst)


def _topic(script: Script, messages: Sequence[Message]) -> Topic | None:
    text = "\n".join(message.body for message in messages if message.sender_type is Sender.CUSTOMER)
    scores = [(sum(word in text.casefold() for word in topic.keywords), topic) for topic in script.topics]
    score, topic = max(scores, key=lambda scored: scored[0])
    return topic if score else None


def _any(words: Sequence[str], text: str) -> bool:
    return any(re.search(rf"\b{re.escape(word)}\b", text.casefold()) for word in words)
