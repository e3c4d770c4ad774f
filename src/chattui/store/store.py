"""The store: everything this program knows, changed by events alone."""

from collections.abc import Iterable, Iterator
from typing import assert_never

from chattui.model.events import (
    ConversationGone,
    CustomerRead,
    DeliveryChanged,
    DraftChanged,
    Event,
    HandOffAnswered,
    HandOffAsked,
    LinkChanged,
    MessageQueued,
    NoteQueued,
    OutboxDiscarded,
    PageLoaded,
    PresenceSeen,
    RowPatched,
    RowsLoaded,
    RowsStored,
    SnapshotTaken,
    ThreadDropped,
    TypingSeen,
    ViewingSeen,
)
from chattui.model.records import Contact, Conversation, ConversationId, Tail
from chattui.store.bells import Bells
from chattui.store.changes import Changes, RowKey, Touched
from chattui.store.intake import Intake
from chattui.store.placing import placement, searchable
from chattui.store.state import State
from chattui.store.views import Placement


class Store:
    """In-memory state. `apply` is its only way to change; `Queries(store)` reads it."""

    def __init__(self) -> None:
        self.state = State()
        self._bells = Bells(self.state)

    def apply(self, events: Iterable[Event]) -> Changes:
        """Take events in any order, twice, or with some missing; what is lost is told in `holes` and `stale`.

        Costs O(log n) for each conversation touched, but for a snapshot and for a renamed colleague.
        """
        touched = Touched()
        intake = Intake(self.state, touched, self._bells)
        for event in events:
            self._take(event, intake, touched)
        self._settle(touched)
        return touched.changes()

    def _take(self, event: Event, intake: Intake, touched: Touched) -> None:  # noqa: C901, PLR0912 - a line for each event
        match event:
            case RowsStored():
                intake.rows(event.rows)
            case RowPatched():
                intake.patch(event)
            case ConversationGone():
                intake.gone(event)
            case SnapshotTaken():
                intake.snapshot(event)
            case RowsLoaded():
                intake.loaded(event)
            case PageLoaded():
                intake.page(event)
            case ThreadDropped():
                if self.state.windows.pop(event.conversation_id, None):
                    touched.threads.add(event.conversation_id)
            case TypingSeen() | ViewingSeen() | PresenceSeen() | CustomerRead():
                self._seen(event, touched)
            case MessageQueued() | NoteQueued() | DeliveryChanged() | OutboxDiscarded():
                self._wrote(event, touched)
            case DraftChanged() | HandOffAsked() | HandOffAnswered():
                self._local(event, touched)
            case LinkChanged():
                touched.header |= event != self.state.link
                self.state.link = event
            case _:
                assert_never(event)

    def _seen(self, event: TypingSeen | ViewingSeen | PresenceSeen | CustomerRead, touched: Touched) -> None:
        people = self.state.people
        match event:
            case TypingSeen():
                known = event.conversation_id in self.state.conversations
                if known and people.type(event, self.state.customer_id(event.conversation_id)):
                    touched.conversation(event.conversation_id)
            case ViewingSeen():
                touched.conversations |= {one for one in people.look(event) if one in self.state.conversations}
            case PresenceSeen():
                touched.header |= not people.here(event.agents)
                touched.conversations |= people.arrive(event.agents)
            case CustomerRead():
                self._customer_read(event, touched)

    def _customer_read(self, event: CustomerRead, touched: Touched) -> None:
        conversation_id = event.conversation_id
        own = self.state.customer_id(conversation_id) == event.user_id
        if own and event.last_read_seq > self.state.customer_read(conversation_id):
            self.state.seen_by_customer[conversation_id] = event.last_read_seq
            touched.conversation(conversation_id, thread=True)

    def _wrote(self, event: MessageQueued | NoteQueued | DeliveryChanged | OutboxDiscarded, touched: Touched) -> None:
        outbox = self.state.outbox
        found: ConversationId | None
        match event:
            case DeliveryChanged():
                found = outbox.change(event)
            case OutboxDiscarded():
                found = outbox.drop(event.id)
            case _:
                found = event.conversation_id if outbox.put(event) else None
        if found is not None:
            touched.conversation(found, thread=True)
            touched.header = True

    def _local(self, event: DraftChanged | HandOffAsked | HandOffAnswered, touched: Touched) -> None:
        state, conversation_id = self.state, event.conversation_id
        match event:
            case DraftChanged(present=True):
                state.drafts.add(conversation_id)
            case DraftChanged():
                state.drafts.discard(conversation_id)
            case HandOffAsked():
                state.pending[conversation_id] += 1
            case HandOffAnswered():
                state.pending[conversation_id] = max(0, state.pending[conversation_id] - 1)
        touched.conversation(conversation_id)

    def _settle(self, touched: Touched) -> None:
        """Once for each conversation touched: its place in the views, and whether its thread is whole."""
        state = self.state
        unread = state.views.unread
        if touched.anew:
            state.views.fill({one.id: self._placed(one, touched) for one in state.conversations})
        else:
            self._move(touched)
        touched.unknown -= state.people.profiles.keys()
        for conversation_id in touched.threads & state.windows.keys():
            if state.windows[conversation_id].hi < state.tail(conversation_id).last_seq:
                touched.holes.add(conversation_id)
        touched.header |= unread != state.views.unread

    def _move(self, touched: Touched) -> None:
        for conversation_id in touched.conversations:
            conversation = self.state.conversations.get(conversation_id)
            if conversation is not None:
                touched.views |= self.state.views.put(conversation_id, self._placed(conversation, touched))

    def _placed(self, conversation: Conversation, touched: Touched) -> Placement:
        self.state.searchable[conversation.id] = searchable(self.state, conversation)
        if conversation.id in touched.newcomers:
            touched.stale.update(self._lacking(conversation))
        return placement(self.state, conversation)

    def _lacking(self, newcomer: Conversation) -> Iterator[RowKey]:
        """What should have come with it: its customer, and how far it has come where it is not new but newly seen."""
        if newcomer.contact_id not in self.state.contacts:
            yield Contact.TABLE, newcomer.contact_id
        if newcomer.version > 1 and newcomer.id not in self.state.progress:
            yield Tail.TABLE, newcomer.id
