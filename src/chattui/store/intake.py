"""Rows, as they come in: each is stored by the rule of versions, and what it touches is written down."""

from collections.abc import Iterable

from chattui.model.events import ConversationGone, PageLoaded, RowPatched, RowsLoaded, SnapshotTaken
from chattui.model.records import (
    Contact,
    Conversation,
    ConversationEvent,
    ConversationId,
    Label,
    Labelling,
    Message,
    Metadata,
    Note,
    Organization,
    Profile,
    ReadMark,
    Row,
    Tail,
    Template,
    UserId,
)
from chattui.store.bells import Bells
from chattui.store.changes import Touched
from chattui.store.patches import known_row
from chattui.store.state import State
from chattui.store.tables import merged, newer
from chattui.store.views import NOWHERE
from chattui.store.window import Window, messages_of

INSIDE = frozenset({Message.TABLE, Note.TABLE, ConversationEvent.TABLE})
"""Tables whose rows are known only where their part of a thread is loaded."""


class Intake:
    """Takes rows into a state. One for each `apply`."""

    def __init__(self, state: State, touched: Touched, bells: Bells) -> None:
        self._state = state
        self._touched = touched
        self._bells = bells

    def snapshot(self, taken: SnapshotTaken) -> None:
        """Start over with what the snapshot names."""
        self._touched.everything = self._touched.header = self._touched.views = self._touched.anew = True
        self._touched.threads.update(self._state.windows)
        self._state.forget()
        self._state.people.me = taken.me
        self._take(taken.rows)
        self._touched.conversations.update(map(ConversationId, self._state.conversations.keys()))

    def loaded(self, loaded: RowsLoaded) -> None:
        """More of a first load."""
        self._take(loaded.rows)

    def rows(self, rows: Iterable[Row]) -> None:
        """Live rows: those that somebody should hear of ring."""
        self._take(rows, live=True)

    def page(self, page: PageLoaded) -> None:
        """A part of a thread, with all that stands around it."""
        conversation_id, windows = page.conversation_id, self._state.windows
        self._take(row for row in page.rows if not isinstance(row, Message | Note | ConversationEvent))
        if conversation_id in self._state.gone:
            return
        if conversation_id not in windows:
            windows[conversation_id] = Window(self._state.drawing, page.hi + 1)
            self._touched.conversation(conversation_id, thread=True)
        loaded = windows[conversation_id].load(page)
        if loaded.changed:
            self._touched.conversation(conversation_id, thread=True)
        for message in loaded.messages:
            self._delivered(message.id, message.sender_id)
            self._message(message, live=False)
        for row in page.rows:
            if isinstance(row, Note | ConversationEvent):
                self._met(row)
        self._overtaken(conversation_id)

    def _overtaken(self, conversation_id: ConversationId) -> None:
        """What came while the page was on its way is newer than the page."""
        for _, item in [found for found in self._state.adrift if found[0] == conversation_id]:
            if isinstance(item, RowPatched):
                self.patch(item)
            else:
                self._take([item])

    def patch(self, patch: RowPatched) -> None:
        """Merge a partial row, or tell that it could not be."""
        known = known_row(self._state, patch)
        row = merged(known, patch) if known is not None else None
        if row is not None:
            self._take([row], live=True)
        elif known is None:
            self._unmet(patch)
        elif patch.version > known.version:
            self._touched.stale.add((patch.table, patch.key))

    def _unmet(self, patch: RowPatched) -> None:
        """A patch of a row that is not known: kept for a page on its way, told where the row should be known."""
        conversation_id = ConversationId(str(patch.fields.get("conversation_id", patch.key)))
        if conversation_id in self._state.gone:
            return
        if patch.table in INSIDE:
            self._state.adrift.append((conversation_id, patch))
        if self._wanted(patch, conversation_id):
            self._touched.stale.add((patch.table, patch.key))

    def _wanted(self, patch: RowPatched, conversation_id: ConversationId) -> bool:
        """Whether a row that is not known should be: not one that stands in the unseen part of a thread."""
        if patch.table not in INSIDE or "conversation_id" not in patch.fields:
            return True
        if conversation_id in self._state.windows:
            return True
        return bool(patch.fields.get("seq") == self._state.tail(conversation_id).last_seq)

    def gone(self, gone: ConversationGone) -> None:
        """I may not see it any more: nothing of it stays, and nothing older brings it back."""
        state, conversation_id = self._state, gone.conversation_id
        known = state.conversations.get(conversation_id)
        if known is not None and known.version > gone.version:
            return
        state.gone[conversation_id] = max(gone.version, state.gone.get(conversation_id, 0))
        if known is not None:
            self._forget(known)
        for label_id in state.labellings.pop(conversation_id, ()):
            state.labelled[label_id].discard(conversation_id)
        for rows in (state.windows, state.progress, state.marks, state.seen_by_customer, state.searchable):
            rows.pop(conversation_id, None)
        state.metadata.drop(conversation_id)

    def _forget(self, known: Conversation) -> None:
        state = self._state
        state.conversations.drop(known.id)
        state.of_contact[known.contact_id].discard(known.id)
        self._reassign(known.assigned_to, None)
        self._touched.views |= state.views.put(known.id, NOWHERE)
        self._touched.header = True
        self._touched.conversation(known.id, thread=True)

    def _take(self, rows: Iterable[Row], *, live: bool = False) -> None:
        """Conversations come first, messages after what they are judged by, tails last: they fill what was skipped."""
        rows = tuple(rows)
        for conversation in (row for row in rows if isinstance(row, Conversation)):
            self._conversation(conversation, live=live)
        visible = [row for row in rows if getattr(row, "conversation_id", None) not in self._state.gone]
        for row in visible:
            self._row(row, live=live)
        skipped = {one.conversation_id for one in messages_of(visible) if self._message(one, live=live)}
        skipped -= {row.conversation_id for row in visible if isinstance(row, Tail) and self._tail(row)}
        if live:
            self._touched.holes |= skipped

    def _row(self, row: Row, *, live: bool) -> None:  # noqa: C901 - one line for each table
        """Whatever is no conversation, no message and no tail."""
        match row:
            case Contact():
                self._contact(row)
            case ReadMark():
                self._mark(row)
            case Labelling():
                self._labelling(row)
            case Metadata():
                if self._state.metadata.put(row.conversation_id, row):
                    self._touched.conversation(row.conversation_id)
            case Note() | ConversationEvent():
                self._side(row, live=live)
            case Profile():
                self._profile(row)
            case Label():
                if self._state.labels.put(row.id, row):
                    self._redraw(self._state.labelled.get(row.id, ()))
            case Template():
                self._state.templates.put(row.id, row)
            case Organization():
                self._organization(row)

    def _organization(self, row: Organization) -> None:
        if newer(row, self._state.organization):
            self._state.organization = row
            self._touched.header = True

    def _profile(self, row: Profile) -> None:
        people = self._state.people
        known = people.profiles.get(row.id)
        if not people.profiles.put(row.id, row):
            return
        self._touched.header = True
        if known is None or known.display_name != row.display_name:
            self._touched.everything = True
            self._redraw(self._state.windows)

    def _contact(self, row: Contact) -> None:
        state = self._state
        if not state.contacts.put(row.id, row):
            return
        self._redraw(state.of_contact.get(row.id, ()))

    def _redraw(self, conversations: Iterable[ConversationId]) -> None:
        for conversation_id in conversations:
            self._touched.conversation(conversation_id, thread=True)
            if conversation_id in self._state.windows:
                self._state.windows[conversation_id].redraw()

    def _conversation(self, row: Conversation, *, live: bool) -> None:
        state = self._state
        if row.version < state.gone.get(row.id, 0):
            return
        known = state.conversations.get(row.id)
        if not state.conversations.put(row.id, row):
            return
        state.gone.pop(row.id, None)
        state.of_contact[row.contact_id].add(row.id)
        self._reassign(known.assigned_to if known else None, row.assigned_to)
        self._touched.conversation(row.id, thread=known is None)
        self._wonder(row.assigned_to)
        if known is None:
            self._touched.newcomers.add(row.id)
        if live:
            self._bells.conversation(known, row, self._touched)

    def _reassign(self, before: UserId | None, after: UserId | None) -> None:
        for agent, count in ((before, -1), (after, 1)):
            if agent is not None:
                self._state.active[agent] += count
        self._touched.header = True

    def _mark(self, row: ReadMark) -> None:
        marks = self._state.marks[row.conversation_id]
        known = marks.get(row.user_id)
        if newer(row, known):
            marks[row.user_id] = row
            self._touched.conversation(row.conversation_id, thread=True)

    def _labelling(self, row: Labelling) -> None:
        labellings = self._state.labellings[row.conversation_id]
        if newer(row, labellings.get(row.label_id)):
            labellings[row.label_id] = row
            self._state.labelled[row.label_id].add(row.conversation_id)
            self._touched.conversation(row.conversation_id)

    def _side(self, row: Note | ConversationEvent, *, live: bool) -> None:
        window = self._state.windows.get(row.conversation_id)
        self._met(row)
        if window is not None and window.put_side(row):
            self._touched.conversation(row.conversation_id, thread=True)
        if live and (window is None or row.after_seq < window.lo - 1):
            self._state.adrift.append((row.conversation_id, row))
        if live:
            self._bells.side(row, self._touched)

    def _met(self, row: Note | ConversationEvent) -> None:
        """Whoever wrote or did it; customers are not agents to be looked up."""
        if isinstance(row, Note):
            self._delivered(row.id, row.author_id)
        author = row.author_id if isinstance(row, Note) else row.actor_id
        if author != self._state.customer_id(row.conversation_id):
            self._wonder(author)

    def _message(self, row: Message, *, live: bool) -> bool:
        """Take a message; True where others, or its conversation's own row, must have been lost before it."""
        state, conversation_id = self._state, row.conversation_id
        window, progress = state.windows.get(conversation_id), state.progress[conversation_id]
        skips = window is None and (row.seq > progress.last_seq + 1 or conversation_id not in state.conversations)
        ahead = row.seq > progress.last_seq
        placed: tuple[Message, ...] = (row,) if window is None or window.holds(row) else ()
        if window is not None and (new := window.put(row)):
            self._touched.conversation(conversation_id, thread=True)
            placed = new
        for message in placed:
            self._delivered(message.id, message.sender_id)
        if progress.advance(row) | state.people.wrote(conversation_id, row.sender_id):
            self._touched.conversation(conversation_id, thread=window is not None)
        if row.sender_type == "agent":
            self._wonder(row.sender_id)
        if live and (window is None or row.seq < window.lo):
            state.adrift.append((conversation_id, row))
        if live and ahead:
            self._bells.message(row, self._touched)
        return skips

    def _delivered(self, key: str, author: UserId | None) -> None:
        if author is not None and author == self._state.people.me:
            conversation_id = self._state.outbox.stored(key)
            if conversation_id is not None:
                self._touched.conversation(conversation_id, thread=True)
                self._touched.header = True

    def _tail(self, row: Tail) -> bool:
        """Take a tail's row; True where it is as new as all that is known."""
        progress = self._state.progress[row.conversation_id]
        if progress.take(row):
            self._touched.conversation(row.conversation_id, thread=row.conversation_id in self._state.windows)
        return row.last_seq >= progress.last_seq

    def _wonder(self, user_id: UserId | None) -> None:
        if self._state.people.wonder(user_id) and user_id is not None:
            self._touched.unknown.add(user_id)
