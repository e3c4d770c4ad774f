"""Audit lines in words for a person."""

from collections.abc import Callable

from msgspec import Struct

from chattui.model.records import ConversationEvent, LabelId, UserId
from chattui.text.inert import Inert, inert_line

PRIORITIES = ("none", "low", "high", "urgent")

DONE = {
    "taken": ("took over", "taken over"),
    "handed_back": ("handed back to the AI", "handed back to the AI"),
    "requeued": ("put it back in the queue", "put back in the queue"),
    "reopened": ("opened it again", "opened again"),
    "snoozed": ("snoozed it", "snoozed"),
    "woken": ("woke it", "the snooze is over"),
    "labelled": ("added a label", "label added"),
    "unlabelled": ("removed a label", "label removed"),
    "prioritised": ("set the priority", "priority set"),
}
"""Kind → what somebody did, and how it is said where nobody is named."""


class Names(Struct, frozen=True):
    """How to call whom, and what."""

    person: Callable[[UserId], str]
    label: Callable[[LabelId], str]


def told(event: ConversationEvent, names: Names) -> Inert:
    """One line: who did what, and why where that is known. An unknown kind is shown by its name."""
    actor = names.person(event.actor_id) if event.actor_id else ""
    match event.kind:
        case "requested":
            words = "asked for a person"
        case "closed":
            words = f"closed by {actor}" if actor else "closed"
        case "transferred":
            words = _transferred(event, names, actor)
        case kind:
            active, passive = DONE.get(kind, (kind.replace("_", " "),) * 2)
            words = f"{actor} {active}" if actor else passive
    detail = _detail(event, names)
    return inert_line(f"{words}{_from(event, names)}: {detail}" if detail else words + _from(event, names))


def _transferred(event: ConversationEvent, names: Names, actor: str) -> str:
    receiver = names.person(UserId(_text(event, "assigned_to")))
    return f"{actor} gave it to {receiver}" if actor else f"given to {receiver}"


def _from(event: ConversationEvent, names: Names) -> str:
    """Whom it was taken from, where an admin insisted."""
    previous = UserId(_text(event, "previous_agent"))
    forced = event.kind == "taken" and previous and previous != event.actor_id
    return f" from {names.person(previous)}" if forced else ""


def _detail(event: ConversationEvent, names: Names) -> str:
    match event.kind:
        case "labelled" | "unlabelled":
            return names.label(LabelId(_text(event, "label_id")))
        case "prioritised":
            priority = event.data.get("priority")
            return PRIORITIES[priority] if isinstance(priority, int) and priority in range(len(PRIORITIES)) else ""
        case _:
            return _text(event, "reason")


def _text(event: ConversationEvent, key: str) -> str:
    value = event.data.get(key)
    return value if isinstance(value, str) else ""
