"""The line above a thread: who it is, whose it is, and who else is looking."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import ClassVar

from textual.reactive import reactive

from chattui.model.records import Status
from chattui.store.projections import ThreadHead
from chattui.store.words import PRIORITIES
from chattui.text.cells import cut
from chattui.text.inert import Inert
from chattui.text.times import until
from chattui.ui.widgets.bar import Bar, Part, width
from chattui.ui.widgets.looks import STRONG, Look
from chattui.ui.widgets.signs import PRIORITY, SNOOZED, STATUS_SIGN

SHORTEST = 12
"""Cells of a name that is cut, however long the rest."""


def spell(seconds: float) -> str:
    """A short stretch of time: `2m`, `3h`, `5d`."""
    minutes = max(0, int(seconds)) // 60
    if minutes < 60:  # noqa: PLR2004
        return f"{minutes}m"
    return f"{minutes // 60}h" if minutes < 48 * 60 else f"{minutes // 1440}d"


class ThreadHeadBar(Bar):
    """Name, status in a sign and a word, labels; viewers at the right."""

    LOOKS: ClassVar[Mapping[str, Look]] = {
        "name": STRONG,
        "muted": Look("muted"),
        "waiting": Look("waiting"),
        "active": Look("active"),
        "ai": Look("ai"),
        "closed": Look("muted"),
        "label": Look("accent"),
    }
    DEFAULT_CSS = "ThreadHeadBar { background: $surface; }"

    head: reactive[ThreadHead | None] = reactive(None)
    waited: reactive[str] = reactive("")
    asleep: reactive[str] = reactive("")
    """Until when; empty: it is awake."""
    preview: reactive[bool] = reactive(default=True)

    def show(self, head: ThreadHead | None, now: datetime, *, preview: bool) -> None:
        """Draw it as of `now`, server time."""
        self.head, self.preview = head, preview
        since = head.waiting_since if head else None
        self.waited = spell((now - since).total_seconds()) if since else ""
        self.asleep = until(head.snoozed_until, now) if head and head.snoozed_until else ""

    def parts(self, room: int) -> tuple[Sequence[Part], Sequence[Part]]:
        """Viewers give way to who it is, labels to both; what is urgent or asleep keeps at least its sign.

        A name that is too long is cut, so that what follows it stands whole.
        """
        if self.head is None:
            return [], []
        name, right = Part(f" {self.head.name}", "name"), self._right(self.head)
        stands = [self._standing(self.head), *self._triage(self.head, words=True)]
        if width([name, *stands, *right]) >= room:
            stands = [stands[0], *self._triage(self.head, words=False)]
        if width([name, *stands, *right]) >= room:
            right = []
        left = [Part(cut(Inert(name.text), max(room - width(stands), SHORTEST)), "name"), *stands]
        for label in self.head.labels:
            chip = Part(f"  #{label.name}", "label", "label")
            if width([*left, chip, *right]) < room:
                left.append(chip)
        return left, right

    def _standing(self, head: ThreadHead) -> Part:
        status = "…" if head.pending else self._status(head)
        return Part(f"  {STATUS_SIGN[head.status]} {status}", str(head.status))

    def _triage(self, head: ThreadHead, *, words: bool) -> list[Part]:
        level = min(max(head.priority, 0), 3)
        urgent = f"  {PRIORITY[level].strip()}{f' {PRIORITIES[level]}' if words else ''}"
        asleep = f"  {SNOOZED} {'until ' if words else ''}{self.asleep}"
        return [
            *([Part(urgent, "waiting", "priority")] if level else []),
            *([Part(asleep, "muted", "snooze")] if self.asleep else []),
        ]

    def _status(self, head: ThreadHead) -> str:
        match head.status:
            case Status.ACTIVE:
                return "active · you" if head.mine else f"active · {head.assignee or 'a colleague'}"
            case Status.WAITING:
                return f"waiting {self.waited}"
            case _:
                return str(head.status)

    def _right(self, head: ThreadHead) -> list[Part]:
        if head.viewers:
            verb = "is" if len(head.viewers) == 1 else "are"
            return [Part(f"◉ {' and '.join(head.viewers)} {verb} here ", "muted")]
        return [Part("preview ", "muted", "open")] if self.preview else []
