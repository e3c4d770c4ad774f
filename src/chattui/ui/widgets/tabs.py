"""The views of the list, with how many stand in each."""

from collections.abc import Mapping, Sequence
from typing import ClassVar

from textual.reactive import reactive

from chattui.store.projections import View
from chattui.ui.widgets.bar import Bar, Part, width
from chattui.ui.widgets.looks import Look

NAMES = {View.WAITING: "Waiting", View.MINE: "Mine", View.AI: "AI", View.ALL: "All", View.CLOSED: "Closed"}
SHORTER = {**NAMES, View.WAITING: "Wait"}
SHORT = {**SHORTER, View.CLOSED: "Cl"}


class ViewTabs(Bar):
    """Every view's count as long as there is room for it: names give way first; the current view keeps its count."""

    LOOKS: ClassVar[Mapping[str, Look]] = {
        "tab": Look("muted"),
        "current": Look("accent", style="bold underline"),
        "count": Look("foreground"),
    }
    DEFAULT_CSS = "ViewTabs { color: $muted; }"

    view: reactive[View] = reactive(View.WAITING)
    counts: reactive[Mapping[View, int]] = reactive(dict)

    def parts(self, room: int) -> tuple[Sequence[Part], Sequence[Part]]:
        """The widest form that fits."""
        forms = (
            self._form(NAMES, list(View), "   "),
            self._form(NAMES, list(View), "  "),
            self._form(NAMES, list(View), " "),
            self._form(SHORTER, list(View), " "),
            self._form(SHORT, list(View), " "),
            self._compact(NAMES, "  "),
            self._compact(SHORTER, " "),
        )
        return next((form for form in forms if width(form) <= room), self._compact(SHORT, " ")), []

    def _compact(self, names: Mapping[View, str], gap: str) -> list[Part]:
        return self._form(names, [View.WAITING, View.MINE, self.view], gap)

    def _form(self, names: Mapping[View, str], counted: Sequence[View], gap: str) -> list[Part]:
        parts = [Part(" ")]
        for view in View:
            if len(parts) > 1:
                parts.append(Part(gap))
            look, action = ("current" if view is self.view else "tab"), f"view-{view}"
            parts.append(Part(names[view], look, action))
            if view in counted and view is not View.CLOSED and self.counts.get(view):
                parts += [Part(" "), Part(str(self.counts[view]), "count", action)]
        return parts
