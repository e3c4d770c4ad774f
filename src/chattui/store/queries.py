"""What the screen asks a store. Everything that comes back is frozen, or live and sorted, and inert."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime

from chattui.model.events import Delivery, PageLoaded, SnapshotTaken
from chattui.model.records import Conversation, ConversationId, Label, Message, Note, Role, Sender, Status, UserId
from chattui.store.changes import Cause, Changes
from chattui.store.drawing import NOTHING
from chattui.store.entries import Entries, Lines
from chattui.store.outbox import Queued
from chattui.store.panels import panel
from chattui.store.projections import (
    Colleague,
    CustomerPanel,
    Entry,
    Header,
    LabelChip,
    ListRow,
    Notice,
    NoticeKind,
    Reply,
    Thread,
    ThreadHead,
    Unsent,
    View,
)
from chattui.store.replies import replies
from chattui.store.retelling import pages, retold
from chattui.store.store import Store
from chattui.text.inert import Inert, inert_line

PIECE = 4_096
"""Conversations that a filter looks at before it lets go."""


class Queries:
    """Reads one store. `now` is server time everywhere; nothing here costs more than what it answers."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def knows(self, conversation_id: ConversationId) -> bool:
        """Whether its row is here; every other query of one conversation needs it."""
        return conversation_id in self._store.state.conversations

    def counts(self) -> Mapping[View, int]:
        """How many conversations each view has."""
        return self._store.state.views.counts()

    def view(self, view: View) -> Sequence[ConversationId]:
        """One view, live: it changes with the store. `[]`, `index` and `in` are O(log n)."""
        return self._store.state.views.view(view)

    def filtering(self, view: View, text: str) -> Iterator[list[ConversationId]]:
        """Those of a view in which every word of `text` is found, in the view's order.

        In pieces of about a millisecond each: others may have their turn between, and events too.
        """
        words = text.casefold().split()
        for piece in self._store.state.views.view(view).pieces(PIECE):
            searchable = self._store.state.searchable
            found = [one for one in piece if one in searchable]
            for word in words:
                found = [one for one in found if word in searchable[one]]
            yield found

    def row(self, conversation_id: ConversationId, now: datetime) -> ListRow:
        """One line of the list. KeyError where `knows` says no."""
        state = self._store.state
        conversation, tail = self._conversation(conversation_id), state.tail(conversation_id)
        own = self._last_queued(conversation_id)
        ours = own is None and tail.sender_type in {Sender.AGENT, Sender.AI}
        return ListRow(
            id=conversation_id,
            name=state.customer_name(conversation_id),
            status=conversation.status,
            assignee=self._assignee(conversation),
            mine=state.mine(conversation),
            reason=_maybe(conversation.handoff_reason),
            waiting_since=conversation.waiting_since,
            last_at=own.at if own else tail.last_at or conversation.created_at,
            preview=inert_line(own.body[:200] if own else tail.preview),
            preview_sender=Sender.AGENT if own else tail.sender_type,
            preview_mine=own is not None or self._last_is_mine(conversation),
            delivery=own.delivery if own else None,
            read_by_customer=ours and state.customer_read(conversation_id) >= tail.last_seq > 0,
            unread=state.unread(conversation_id),
            typing=self.typing(conversation_id, now),
            viewers=self._viewers(conversation_id),
            labels=self._chips(conversation_id),
            priority=conversation.priority,
            snoozed_until=conversation.snoozed_until,
            pending=state.pending[conversation_id] > 0,
            draft=conversation_id in state.drafts,
        )

    def head(self, conversation_id: ConversationId, now: datetime) -> ThreadHead:
        """The line above a thread. KeyError where `knows` says no."""
        state, conversation = self._store.state, self._conversation(conversation_id)
        return ThreadHead(
            id=conversation_id,
            name=state.customer_name(conversation_id),
            status=conversation.status,
            assignee=self._assignee(conversation),
            mine=state.mine(conversation),
            waiting_since=conversation.waiting_since,
            reason=_maybe(conversation.handoff_reason),
            labels=self._chips(conversation_id),
            viewers=self._viewers(conversation_id),
            typing=self.typing(conversation_id, now),
            priority=conversation.priority,
            snoozed_until=conversation.snoozed_until,
            pending=state.pending[conversation_id] > 0,
        )

    def thread(self, conversation_id: ConversationId) -> Thread:
        """A thread as it is now, at the cost of what is queued in it: entries are drawn when they are looked at."""
        state = self._store.state
        window, mark = state.windows.get(conversation_id), state.my_mark(conversation_id)
        last_seq = state.tail(conversation_id).last_seq
        queued = tuple(
            state.drawing.queued(one, last_seq + place)
            for place, one in enumerate(state.outbox.of(conversation_id), start=1)
        )
        return Thread(
            conversation_id=conversation_id,
            entries=window.entries(queued) if window else Entries(Lines(1, [], state.drawing.message), (), queued),
            loaded=window is not None,
            complete=window is not None and window.lo <= 1,
            last_seq=last_seq,
            my_read_seq=mark.last_read_seq if mark else 0,
            customer_read_seq=state.customer_read(conversation_id),
        )

    def original(self, conversation_id: ConversationId, entry: Entry) -> str:
        """Its words as they were written: for a clipboard or a file, never for the screen. "" where it has none."""
        state = self._store.state
        window = state.windows.get(conversation_id)
        rows = (window.at(entry.seq), window.side(entry.key)) if window else ()
        said = (row for row in rows if isinstance(row, Message | Note) and row.deleted_at is None)
        return next((one.body for one in (*state.outbox.of(conversation_id), *said) if one.id == entry.key), "")

    def unsent(self) -> tuple[Unsent, ...]:
        """What I wrote and is not stored: what was refused comes first, each in the order in which it was written."""
        state = self._store.state
        every = sorted(state.outbox.all(), key=lambda one: one.delivery is not Delivery.REFUSED)
        return tuple(
            Unsent(
                conversation_id=one.conversation_id,
                name=state.customer_name(one.conversation_id) if self.knows(one.conversation_id) else None,
                preview=inert_line(one.body[:200]),
                entry=state.drawing.queued(one, 0),
            )
            for one in every
        )

    def panel(self, conversation_id: ConversationId) -> CustomerPanel:
        """What is known of its customer. KeyError where `knows` says no."""
        return panel(self._store.state, self._conversation(conversation_id), self._chips(conversation_id))

    def header(self) -> Header:
        """The top line."""
        state = self._store.state
        me = state.people.profiles.get(state.people.me)
        colleague = self._colleague(me.id) if me else None
        return Header(
            organization=inert_line(state.organization.name) if state.organization else NOTHING,
            me=colleague.name if colleague else NOTHING,
            availability=me.availability if me else self._store.state.people.availability(UserId("")),
            active=colleague.active if colleague else 0,
            max_active=colleague.max_active if colleague else 0,
            unread=state.views.unread,
            queued=state.outbox.waiting(),
            refused=state.outbox.refused(),
            link=state.link.state,
            link_since=state.link.since,
            link_pending=state.link.pending,
            link_reason=inert_line(state.link.reason),
            notifications=me is None or me.notifications_enabled,
            admin=me is not None and me.role is Role.ADMIN,
        )

    def typing(self, conversation_id: ConversationId, now: datetime) -> tuple[Inert, ...]:
        """Who types there: names, the customer's too."""
        state = self._store.state
        return tuple(
            state.people.name(user_id) or state.customer_name(conversation_id)
            for user_id in state.people.typists(conversation_id, now)
        )

    def next_needing_me(self, after: ConversationId | None, now: datetime) -> ConversationId | None:
        """Unread in Mine first, the oldest first; then who waits longest; asleep ones when their time has come.

        From one of them it goes on to the next, around the end; a waiting one never stands before one of mine.
        None where no other needs me.
        """
        views = self._store.state.views
        needing = views.needing
        key = views.placement(after).need
        first = needing.bisect_right(key) if key else 0
        if key and key[0] > 0 and needing[0][0] == 0:
            first = 0
        for place in range(len(needing)):
            found = needing[(first + place) % len(needing)][-1]
            if found != after and not self._asleep(found, now):
                return found
        return None

    def next_unread(self, view: View, after: ConversationId | None, step: int) -> ConversationId | None:
        """The nearest unread one below (`step` +1) or above (-1), around the end; None where no other is."""
        return self._store.state.views.next_unread(view, after, step)

    def colleagues(self) -> tuple[Colleague, ...]:
        """Everybody else a conversation can be given to, by name."""
        return tuple(self._colleague(profile.id) for profile in self._store.state.people.colleagues())

    def labels(self, conversation_id: ConversationId) -> tuple[tuple[LabelChip, bool], ...]:
        """Every label by name, and whether it is on this conversation."""
        state = self._store.state
        on = {label.id for label in state.labels_of(conversation_id)}
        labels = sorted((one for one in state.labels if not one.deleted_at), key=lambda one: one.name.casefold())
        return tuple((_chip(label), label.id in on) for label in labels)

    def replies(self, prefix: str, conversation_id: ConversationId) -> tuple[Reply, ...]:
        """Templates whose shortcut begins with `prefix` (its slash may be left out), mine before the shared ones."""
        return replies(self._store.state, prefix, conversation_id)

    def retold(self, now: datetime, most: int) -> tuple[bool, SnapshotTaken | None]:
        """The event that brings an empty store to this state, but for its threads, and whether it does: it is all.

        None before a first load.

        Of more than `most` conversations, those that stand first in each view.
        """
        return retold(self._store.state, now, most)

    def pages(self, conversation_ids: Iterable[ConversationId]) -> tuple[PageLoaded, ...]:
        """The newest page of each of these threads that is loaded to its end."""
        return tuple(pages(self._store.state, conversation_ids))

    def unread_notices(self, changes: Changes) -> tuple[Notice, ...]:
        """What became worth a bell: what rang and was not read, taken or closed since. Never what I did."""
        return tuple(
            Notice(
                kind=cause.kind,
                conversation_id=cause.conversation_id,
                name=self._store.state.customer_name(cause.conversation_id),
                text=inert_line(cause.text[:200]),
            )
            for cause in changes.causes
            if self._still(cause)
        )

    def _still(self, cause: Cause) -> bool:
        state = self._store.state
        conversation = state.conversations.get(cause.conversation_id)
        match cause.kind:
            case NoticeKind.WAITING:
                return conversation is not None and conversation.status is Status.WAITING
            case NoticeKind.MESSAGE:
                return state.unread(cause.conversation_id) > 0
            case NoticeKind.ASSIGNED:
                return conversation is not None and state.mine(conversation)
            case NoticeKind.TAKEN:
                return conversation is None or not state.mine(conversation)
            case NoticeKind.MENTION:
                return True

    def _asleep(self, conversation_id: ConversationId, now: datetime) -> bool:
        until = self._conversation(conversation_id).snoozed_until
        return until is not None and until > now

    def _conversation(self, conversation_id: ConversationId) -> Conversation:
        conversation = self._store.state.conversations.get(conversation_id)
        if conversation is None:
            raise KeyError(conversation_id)
        return conversation

    def _assignee(self, conversation: Conversation) -> Inert | None:
        assignee = conversation.assigned_to
        return self._store.state.drawing.colleague(assignee) if assignee else None

    def _viewers(self, conversation_id: ConversationId) -> tuple[Inert, ...]:
        people = self._store.state.people
        return tuple(name for one in people.viewers(conversation_id) if (name := people.name(one)))

    def _chips(self, conversation_id: ConversationId) -> tuple[LabelChip, ...]:
        return tuple(map(_chip, self._store.state.labels_of(conversation_id)))

    def _colleague(self, user_id: UserId) -> Colleague:
        state = self._store.state
        profile = state.people.profiles.get(user_id)
        return Colleague(
            id=user_id,
            name=state.drawing.colleague(user_id),
            availability=state.people.availability(user_id),
            active=state.active[user_id],
            max_active=profile.max_active if profile else 0,
        )

    def _last_queued(self, conversation_id: ConversationId) -> Queued | None:
        queued = [one for one in self._store.state.outbox.of(conversation_id) if not one.note]
        return queued[-1] if queued else None

    def _last_is_mine(self, conversation: Conversation) -> bool:
        """Where only the tail's row is known, the agent who had it last is taken for the one who wrote last."""
        tail, me = self._store.state.tail(conversation.id), self._store.state.people.me
        return tail.sender_type is Sender.AGENT and me == (tail.sender_id or conversation.last_agent_id)


def _chip(label: Label) -> LabelChip:
    return LabelChip(label.id, inert_line(label.name), label.colour)


def _maybe(text: str | None) -> Inert | None:
    return (inert_line(text) or None) if text else None
