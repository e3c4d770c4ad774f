"""The top line: whose desk this is, whether it is live, and how much waits."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, ClassVar

from textual.reactive import reactive

from chattui.model.events import LinkState
from chattui.model.records import Availability
from chattui.ui.widgets.bar import Bar, Part, width
from chattui.ui.widgets.looks import STRONG, Look

if TYPE_CHECKING:
    from chattui.store.projections import Header

SIGNS = {
    LinkState.LIVE: "●",
    LinkState.CATCHING_UP: "◐",
    LinkState.CONNECTING: "◌",
    LinkState.OFFLINE: "○",
}
PRESENCE = {Availability.ONLINE: "◉", Availability.AWAY: "◎", Availability.OFFLINE: "○"}


class HeaderBar(Bar):
    """Tells the truth about the link, in words."""

    LOOKS: ClassVar[Mapping[str, Look]] = {
        "name": STRONG,
        "muted": Look("muted"),
        "live": Look("active"),
        "trouble": Look("warning", style="bold"),
        "unread": Look("accent", style="bold"),
    }
    DEFAULT_CSS = "HeaderBar { background: $panel; color: $foreground; }"

    header: "reactive[Header | None]" = reactive(None)
    trouble: reactive[bool] = reactive(default=False)
    """There will be no header: the inbox cannot open."""
    elapsed: reactive[int] = reactive(0)
    """Seconds that the link has been in its state; drawn while it is down."""

    def show(self, header: "Header", now: datetime) -> None:
        """Draw it as of `now`, server time."""
        self.header = header
        down = header.link is not LinkState.LIVE
        self.elapsed = max(0, int((now - header.link_since).total_seconds())) if down else 0

    def parts(self, room: int) -> tuple[Sequence[Part], Sequence[Part]]:
        """The organisation left; link, unread, me and my load right."""
        if self.header is None:
            return [Part(" chattui", "name")], [] if self.trouble else [Part("◌ opening… ", "muted")]
        right = self._right(self.header, short=room < len(self.header.organization) + 58)
        name = [Part(f" {self.header.organization or 'chattui'}", "name")]
        return (name if width(name) + width(right) < room else [Part(" ")]), right

    def _right(self, header: "Header", *, short: bool) -> list[Part]:
        dot = Part(" · ", "muted")
        parts = [self._link(header)]
        if header.queued:
            parts.append(Part(f" · {header.queued} queued", parts[0].look, "unsent"))
        if not header.me:  # nothing is known yet
            return [*parts, Part(" ")]
        if header.refused:
            parts += [dot, Part(f"{header.refused} refused", "trouble", "unsent")]
        parts += [dot, Part(f"{header.unread} unread", "unread" if header.unread else "muted", "next-needing-me")]
        me = header.me.split(" ")[0] if short else header.me
        status = f"{PRESENCE[header.availability]} {header.availability}"
        quiet = [] if header.notifications else [Part(" ⊘ quiet", "muted", "notices")]
        load = f"{header.active}/{header.max_active}"
        return [*parts, dot, Part(f"{me} "), Part(f"{status} {load}", "muted", "availability"), *quiet, Part(" ")]

    def _link(self, header: "Header") -> Part:
        words = f"{SIGNS[header.link]} {header.link}"
        match header.link:
            case LinkState.CATCHING_UP | LinkState.CONNECTING if header.link_pending:
                words += f" {header.link_pending:,}"
            case LinkState.OFFLINE:
                words += f" {self.elapsed // 60}:{self.elapsed % 60:02}"
        return Part(words, "live" if header.link is LinkState.LIVE else "trouble", "resync")
