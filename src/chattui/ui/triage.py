"""What colleagues sort conversations by."""

from datetime import datetime
from typing import TYPE_CHECKING

from chattui.model.intents import SetPriority, Snooze
from chattui.model.records import ConversationId, LabelId
from chattui.store.words import PRIORITIES
from chattui.text.times import until
from chattui.ui.doing import Doers, Host, Target, done
from chattui.ui.pickers import label_choices, priority_choices, snooze_choices

if TYPE_CHECKING:
    from chattui.desk import Desk


class Triage:
    """Labels, priority, and what is put aside until later."""

    def __init__(self, desk: "Desk", host: Host) -> None:
        self._desk, self._host = desk, host

    def doers(self) -> Doers:
        """What they are."""
        return {"label": self._label, "priority": self._priority, "snooze": self._snooze}

    def _label(self, target: Target) -> None:
        if target is None:
            return
        labels = self._desk.queries.labels

        def toggle(label_id: str) -> None:
            present = any(chip.id == label_id and on for chip, on in labels(target))
            self._desk.label(target, LabelId(label_id), present=not present)

        self._host.choose("Labels", lambda: label_choices(labels(target)), toggle, stay=True)

    def _priority(self, target: Target) -> None:
        if target is None:
            return
        choices = priority_choices(self._desk.queries.row(target, self._desk.now()).priority)
        self._host.choose(
            "Priority", lambda: choices, lambda level: self._host.work(self._prioritise(target, int(level)))
        )

    async def _prioritise(self, target: ConversationId, priority: int) -> None:
        if await done(self._desk, self._host, SetPriority(target, priority)):
            self._host.say(f"Priority: {PRIORITIES[priority]}.")

    def _snooze(self, target: Target) -> None:
        if target is None:
            return
        now = self._desk.now()
        choices = snooze_choices(now, self._desk.queries.row(target, now).snoozed_until)

        def put_aside(at: str) -> None:
            self._host.work(self._sleep(target, datetime.fromisoformat(at) if at else None))

        self._host.choose("Snooze until", lambda: choices, put_aside)

    async def _sleep(self, target: ConversationId, at: datetime | None) -> None:
        if await done(self._desk, self._host, Snooze(target, at)):
            self._host.say(f"It sleeps until {until(at, self._desk.now())}." if at else "It is awake.")
