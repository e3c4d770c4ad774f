"""What came below the end of what is in sight: a reply that does not know of it is asked about first."""

from collections.abc import Callable, Iterator, Sequence
from itertools import takewhile
from typing import TYPE_CHECKING

from chattui.model.records import ConversationId, Sender
from chattui.store.projections import Entry, EntryKind
from chattui.ui.questions import Questions
from chattui.ui.settings import Settings
from chattui.ui.widgets.thread import ThreadView

if TYPE_CHECKING:
    from chattui.desk import Desk

SEND = "send"


class Unseen:
    """Asks before a reply goes out below messages that its writer never had in sight. `key` is the one that sends."""

    def __init__(
        self, desk: "Desk", thread: ThreadView, questions: Questions, settings: Settings, key: Callable[[], str]
    ) -> None:
        self._desk, self._thread, self._questions, self._settings, self._key = desk, thread, questions, settings, key
        self._asked = 0

    def lets_go(self, conversation_id: ConversationId) -> bool:
        """True where a reply may go now; else the question stands from here on."""
        count = self.count(conversation_id) if self._settings.confirm else 0
        if not count or (self._questions.insisted(SEND, conversation_id) and count == self._asked):
            return True
        self._asked = count
        messages = "newer message" if count == 1 else "newer messages"
        self._questions.ask(SEND, conversation_id, f"{count} {messages}: send anyway? {self._key()} again sends")
        return False

    def count(self, conversation_id: ConversationId) -> int:
        """Messages of others that were never in sight, those that are not loaded among them."""
        thread = self._desk.queries.thread(conversation_id)
        seen = max(self._thread.seen_seq, thread.my_read_seq)
        loaded = list(takewhile(lambda entry: entry.seq > seen, _stored_backwards(thread.entries)))
        last = loaded[0].seq if loaded else next((one.seq for one in _stored_backwards(thread.entries)), seen)
        others = sum(not entry.mine and entry.sender is not Sender.SYSTEM for entry in loaded)
        return others + max(thread.last_seq - max(last, seen), 0)


def _stored_backwards(entries: Sequence[Entry]) -> Iterator[Entry]:
    return (entry for entry in reversed(entries) if entry.kind is EntryKind.MESSAGE and entry.delivery is None)
