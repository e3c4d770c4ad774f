"""What can be picked, as lines."""

from collections.abc import Iterable

from msgspec import Struct

from chattui.model.records import Availability
from chattui.store.projections import Colleague, LabelChip, Reply
from chattui.ui.widgets.header import PRESENCE


class Choice(Struct, frozen=True):
    """One line of a picker: `text` is what is searched, `detail` stands beside it."""

    id: str
    text: str
    detail: str = ""
    marked: bool = False


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
