"""When the terminal's title changes, and when it rings."""

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

from chattui.store.changes import Changes
from chattui.store.projections import Notice, NoticeKind
from chattui.text.inert import Inert
from chattui.ui import escapes
from chattui.ui.settings import Settings

if TYPE_CHECKING:
    from chattui.model.records import ConversationId
    from chattui.store.queries import Queries

APART = 60.0
"""Seconds between two notices of one conversation."""
WORDS = {
    NoticeKind.WAITING: "asks for a person",
    NoticeKind.MESSAGE: "wrote",
    NoticeKind.ASSIGNED: "was given to you",
    NoticeKind.MENTION: "you are mentioned in a note",
    NoticeKind.TAKEN: "is no longer yours",
}


class Notices:
    """Turns repaints into escape sequences for the terminal."""

    def __init__(self, settings: Settings, environment: Mapping[str, str], clock: Callable[[], float]) -> None:
        self._settings, self._environment, self._clock = settings, environment, clock
        self._way = escapes.way(environment) if settings.notices == "desktop" else settings.notices
        self._last: dict[ConversationId, float] = {}
        self._titled = 0

    def sequences(self, queries: "Queries", changes: Changes, *, here: bool) -> str:
        """What to say to the terminal after a repaint; nothing rings while somebody is `here`."""
        header = queries.header()
        title = escapes.title(header.unread) if header.unread != self._titled else ""
        self._titled = header.unread
        if here or not header.notifications or not changes.causes:
            return title
        return title + "".join(self._notice(notice) for notice in queries.unread_notices(changes) if self._due(notice))

    def _due(self, notice: Notice) -> bool:
        now = self._clock()
        due = now - self._last.get(notice.conversation_id, float("-inf")) >= APART
        if due:
            self._last[notice.conversation_id] = now
        return due

    def _notice(self, notice: Notice) -> str:
        what = WORDS[notice.kind]
        words = f"{what}: {notice.text}" if self._settings.notice_text and notice.text else what
        return escapes.notice(self._way, notice.name, Inert(words), self._environment)
