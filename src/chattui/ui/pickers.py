"""What can be picked, as lines."""

from collections.abc import Iterable
from datetime import datetime, timedelta, tzinfo

from msgspec import Struct

from chattui.model.records import Availability
from chattui.store.projections import Colleague, LabelChip, Reply
from chattui.store.words import PRIORITIES
from chattui.text.times import morning, until
from chattui.ui.widgets import signs
from chattui.ui.widgets.header import PRESENCE


class Choice(Struct, frozen=True):
    """One line of a picker, or two: `text`, and what stands `below`, are searched; `detail` stands beside it."""

    id: str
    text: str
    detail: str = ""
    marked: bool = False
    below: str = ""


def narrowed(choices: Iterable[Choice], words: str) -> list[Choice]:
    """Those with these words in them; those that have them below come last."""
    sought, every = words.casefold(), list(choices)
    first = [one for one in every if sought in one.text.casefold()]
    return [*first, *(one for one in every if one not in first and sought in one.below.casefold())]


def label_choices(labels: Iterable[tuple[LabelChip, bool]]) -> list[Choice]:
    """Every label of the organisation; those it has are marked."""
    return [Choice(chip.id, chip.name, marked=on) for chip, on in labels]


def colleague_choices(colleagues: Iterable[Colleague]) -> list[Choice]:
    """Who is online first, the least busy first."""
    order = list(Availability)
    ranked = sorted(colleagues, key=lambda one: (order.index(one.availability), one.active, one.name))
    return [
        Choice(one.id, one.name, f"{PRESENCE[one.availability]} {one.availability} {one.active}/{one.max_active}")
        for one in ranked
    ]


def reply_choices(replies: Iterable[Reply]) -> list[Choice]:
    """Every canned reply, by its shortcut."""
    return [Choice(reply.id, f"/{reply.shortcut}  {reply.title}", reply.preview) for reply in replies]


def snooze_choices(now: datetime, asleep_until: datetime | None, zone: tzinfo | None = None) -> list[Choice]:
    """Until when, as ISO 8601 writes it; empty: wake it. Mornings are those of the agent's own place."""
    today = now.astimezone(zone).date()
    tomorrow, monday = today + timedelta(days=1), today + timedelta(days=7 - today.weekday())
    offered = {
        "1 hour": now + timedelta(hours=1),
        "4 hours": now + timedelta(hours=4),
        "tomorrow morning": morning(tomorrow, zone),
        **({"Monday morning": morning(monday, zone)} if monday != tomorrow else {}),
    }
    wake = [Choice("", "wake it now", f"it sleeps until {until(asleep_until, now, zone)}")] if asleep_until else []
    return [*wake, *(Choice(at.isoformat(), words, until(at, now, zone)) for words, at in offered.items())]


def priority_choices(priority: int) -> list[Choice]:
    """From none to urgent; the one it has says so."""
    return [
        Choice(str(level), word, f"{signs.PRIORITY[level]}{'as it is' if level == priority else ''}")
        for level, word in enumerate(PRIORITIES)
    ]
