"""What colleagues sort conversations by."""

from typing import TYPE_CHECKING

from chattui.model.records import LabelId
from chattui.ui.doing import Doers, Host, Target
from chattui.ui.pickers import label_choices

if TYPE_CHECKING:
    from chattui.desk import Desk


class Triage:
    """Labels."""

    def __init__(self, desk: "Desk", host: Host) -> None:
        self._desk, self._host = desk, host

    def doers(self) -> Doers:
        """What it is."""
        return {"label": self._label}

    def _label(self, target: Target) -> None:
        if target is None:
            return
        labels = self._desk.queries.labels

        def toggle(label_id: str) -> None:
            present = any(chip.id == label_id and on for chip, on in labels(target))
            self._desk.label(target, LabelId(label_id), present=not present)

        self._host.choose("Labels", lambda: label_choices(labels(target)), toggle, stay=True)
