"""One look at everything, for commands: conversations by a prefix of their id, people and labels by name."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from msgspec import Struct, structs

from chattui.cli.failures import Misused
from chattui.model.events import SnapshotTaken
from chattui.model.records import (
    Contact,
    Conversation,
    ConversationEvent,
    ConversationId,
    Label,
    LabelId,
    Labelling,
    Message,
    Note,
    Profile,
    Role,
    Row,
    Sender,
    Status,
    Tail,
    UserId,
    key_of,
)
from chattui.store import Queries, Store
from chattui.store.projections import View

UUID_LENGTH = 36


class Listed(Struct, frozen=True):
    """One conversation for a program: what was written, untouched."""

    id: ConversationId
    status: Status
    name: str | None
    assigned_to: UserId | None
    assignee: str | None
    subject: str | None
    channel: str
    priority: int
    reason: str | None
    waiting_since: datetime | None
    snoozed_until: datetime | None
    unread: int
    last_seq: int
    last_message_at: datetime | None
    last_sender: Sender | None
    preview: str | None
    labels: list[str]


class Overview:
    """A snapshot that answers by name."""

    def __init__(self, taken: SnapshotTaken) -> None:
        self.now = taken.now
        self.me = taken.me
        self._taken = taken
        store = Store()
        store.apply([taken])
        self._queries = Queries(store)
        self._of: Mapping[type[Row], list[Any]] = _by_type(taken.rows)
        self._contacts = {row.id: row for row in self._of[Contact]}
        self._people = {row.id: row for row in self._of[Profile]}
        self._tails = {row.conversation_id: row for row in self._of[Tail]}
        self._conversations = {row.id: row for row in self._of[Conversation]}
        self._named = {one.id: one.name for one in self._of[Label] if not one.deleted_at}
        self._labelled = defaultdict[ConversationId, list[LabelId]](list)
        for one in self._of[Labelling]:
            if not one.removed_at:
                self._labelled[one.conversation_id].append(one.label_id)

    def conversation_id(self, written: str) -> ConversationId:
        """The conversation whose id is, or begins with, what was written.

        Raises:
            Misused: none does, or several do.
        """
        wanted = written.lower()
        if len(wanted) == UUID_LENGTH:
            return ConversationId(wanted)  # closed long ago, it may be unknown here and known to the database
        found = _one("conversation", written, {one: one for one in self._conversations if one.startswith(wanted)})
        return ConversationId(found)

    def colleague(self, written: str) -> UserId:
        """The agent with this id, or with this in their name."""
        people = {one.id: one.display_name for one in self._people.values() if one.role != Role.BOT}
        return UserId(_one("agent", written, _fitting(written, people)))

    def label(self, written: str) -> LabelId:
        """The label of this name."""
        labels = {one.id: one.name for one in self._of[Label] if not one.deleted_at}
        return LabelId(_one("label", written, _fitting(written, labels)))

    def name(self, conversation_id: ConversationId) -> str:
        """The customer's, as they wrote it; "the customer" where it is not known."""
        conversation = self._conversations.get(conversation_id)
        contact = self._contacts.get(conversation.contact_id) if conversation else None
        return (contact and contact.name) or "the customer"

    def person(self, user_id: UserId | None) -> str | None:
        """An agent's name."""
        return self._people[user_id].display_name if user_id in self._people else user_id

    def joined(self, rows: Iterable[Row]) -> "Overview":
        """The same, knowing these rows too; where both know a row, these are the newer."""
        newer = {(row.TABLE, key_of(row)): row for row in (*self._taken.rows, *rows)}
        return Overview(structs.replace(self._taken, rows=tuple(newer.values())))

    def thread(self, conversation_id: ConversationId) -> list[Message | Note | ConversationEvent]:
        """What is known of what was said, noted and done in one conversation, in no order."""
        kinds = (Message, Note, ConversationEvent)
        return [row for kind in kinds for row in self._of[kind] if row.conversation_id == conversation_id]

    def one(self, conversation_id: ConversationId) -> Listed:
        """One conversation."""
        return self._listed(self._conversations[conversation_id])

    def listed(self, view: View) -> list[Listed]:
        """A view's conversations, in its order."""
        return [self._listed(self._conversations[one]) for one in self._queries.view(view)]

    def _listed(self, row: Conversation) -> Listed:
        tail = self._tails.get(row.id)
        return Listed(
            id=row.id,
            status=row.status,
            name=self.name(row.id),
            assigned_to=row.assigned_to,
            assignee=self.person(row.assigned_to),
            subject=row.subject,
            channel=row.channel,
            priority=row.priority,
            reason=row.handoff_reason,
            waiting_since=row.waiting_since,
            snoozed_until=row.snoozed_until,
            unread=self._queries.row(row.id, self.now).unread,
            last_seq=tail.last_seq if tail else 0,
            last_message_at=tail.last_message_at if tail else None,
            last_sender=tail.last_sender_type if tail else None,
            preview=tail.last_message_preview if tail else None,
            labels=self._labels(row.id),
        )

    def _labels(self, conversation_id: ConversationId) -> list[str]:
        on = self._labelled.get(conversation_id, ())
        return sorted(self._named[one] for one in on if one in self._named)


def _by_type(rows: Iterable[Row]) -> dict[type[Row], list[Any]]:
    kinds: dict[type[Row], list[Any]] = defaultdict(list)
    for row in rows:
        kinds[type(row)].append(row)
    return kinds


def _fitting(written: str, names: Mapping[str, str]) -> dict[str, str]:
    wanted = written.casefold()
    exact = {one: name for one, name in names.items() if wanted in {one, name.casefold()}}
    return exact or {one: name for one, name in names.items() if wanted in name.casefold()}


def _one(kind: str, written: str, fitting: Mapping[str, str]) -> str:
    if len(fitting) == 1:
        return next(iter(fitting))
    if not fitting:
        raise Misused(f"there is no {kind} {written!r}; `chattui list --view all` shows what there is.")
    raise Misused(f"{written!r} may be several: {', '.join(sorted(fitting.values())[:5])}. Write more of it.")
