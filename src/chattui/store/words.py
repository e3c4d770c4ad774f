"""Audit lines in words for a person."""

from collections.abc import Callable
from typing import Any

from chattui.model.records import ConversationEvent, UserId
from chattui.text.inert import Inert, inert_line

Naming = Callable[[UserId | None], str]

PRIORITIES = ("none", "low", "high", "urgent")


def told(event: ConversationEvent, naming: Naming) -> Inert:
    """One line: who did what, and why where that is known."""
    actor = naming(event.actor_id) if event.actor_id else None
    return inert_line(_sentence(event.kind, event.data, actor, naming))


def _sentence(kind: str, data: dict[str, Any], actor: str | None, naming: Naming) -> str:
    match kind:
        case "requested":
            return _with("asked for a person", _text(data, "handoff_reason", "reason"))
        case "transferred":
            receiver = naming(UserId(_text(data, "assigned_to", "to")))
            return f"{actor} gave it to {receiver}" if actor else f"given to {receiver}"
        case "labelled" | "unlabelled":
            done = "added" if kind == "labelled" else "removed"
            return _said(actor, f"{done} a label", f"label {done}", _text(data, "name", "label"))
        case "prioritised":
            return _said(actor, "set the priority", "priority set", _priority(data.get("priority")))
        case "snoozed":
            return _said(actor, "snoozed it", "snoozed", "")
        case _:
            return _plain(kind, actor)


def _plain(kind: str, actor: str | None) -> str:
    active, passive = {
        "taken": ("took over", "taken over"),
        "handed_back": ("handed back to the AI", "handed back to the AI"),
        "requeued": ("put it back in the queue", "put back in the queue"),
        "reopened": ("opened it again", "opened again"),
        "woken": ("woke it", "snooze is over"),
    }.get(kind, (kind.replace("_", " "), kind.replace("_", " ")))
    if kind == "closed":
        return f"closed by {actor}" if actor else "closed"
    return f"{actor} {active}" if actor else passive


def _said(actor: str | None, active: str, passive: str, detail: str) -> str:
    return _with(f"{actor} {active}" if actor else passive, detail)


def _with(sentence: str, detail: str) -> str:
    return f"{sentence}: {detail}" if detail else sentence


def _text(data: dict[str, Any], *keys: str) -> str:
    return next((value for key in keys if isinstance(value := data.get(key), str) and value), "")


def _priority(value: object) -> str:
    return PRIORITIES[value] if isinstance(value, int) and 0 <= value < len(PRIORITIES) else ""
