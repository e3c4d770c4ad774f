"""The bottom line: the keys that work here, or one sentence that is more important just now."""

from collections.abc import Mapping, Sequence
from typing import ClassVar

from textual.reactive import reactive
from textual.timer import Timer

from chattui.text.inert import inert_line
from chattui.ui.actions import Action, brief
from chattui.ui.widgets.bar import Bar, Part, width
from chattui.ui.widgets.looks import Look

REMARK_FOR = 6.0
"""Seconds."""


class FooterBar(Bar):
    """A question or a remark takes the place of the keys until it is answered, or has stood long enough."""

    LOOKS: ClassVar[Mapping[str, Look]] = {
        "key": Look("footer-key-foreground", style="bold"),
        "label": Look("muted"),
        "question": Look("background", "warning", style="bold"),
        "remark": Look("warning"),
    }
    DEFAULT_CSS = "FooterBar { background: $panel; color: $muted; }"

    actions: reactive[tuple[tuple[str, Action], ...]] = reactive(())
    """(key, action), the most useful first."""
    always: reactive[tuple[tuple[str, Action], ...]] = reactive(())
    """Stand at the right, whatever has the focus."""
    question: reactive[str] = reactive("")
    asked: reactive[str] = reactive("")
    """The action that the question is about: a click on it answers."""
    remark: reactive[str] = reactive("")
    _fading: Timer | None = None

    def say(self, remark: str) -> None:
        """A remark, for a few seconds."""
        self.remark = inert_line(remark)
        if self._fading is not None:
            self._fading.stop()
        self._fading = self.set_timer(REMARK_FOR, self.hush)

    def hush(self) -> None:
        """No remark any more."""
        self.remark = ""

    def ask(self, question: str, action_id: str) -> None:
        """A question about an action; empty: it is answered or withdrawn."""
        self.question, self.asked = question, action_id

    def parts(self, room: int) -> tuple[Sequence[Part], Sequence[Part]]:
        """Question before remark before keys; as many keys as fit whole."""
        if self.question or self.remark:
            text = f" {self.question or self.remark} "
            look = "question" if self.question else "remark"
            return [Part(text.ljust(room), look, self.asked if self.question else "")], []
        right = [part for key, action in self.always for part in _offer(key, action)]
        left: list[Part] = []
        for key, action in self.actions:
            offer = _offer(key, action)
            if width([*left, *offer, *right]) > room:
                break
            left += offer
        return left, right


def _offer(key: str, action: Action) -> list[Part]:
    return [Part(f" {brief(key)} ", "key", action.id), Part(f"{action.label} ", "label", action.id)]
