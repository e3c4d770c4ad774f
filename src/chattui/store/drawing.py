"""Records made ready to draw: names resolved, text inert."""

from collections.abc import Callable

from chattui.model.records import ConversationEvent, ConversationId, LabelId, Message, Note, Sender, UserId
from chattui.store.outbox import Queued
from chattui.store.people import AI, People
from chattui.store.projections import Entry, EntryKind
from chattui.store.words import Names, told
from chattui.text.inert import Inert, inert, inert_line

NOTHING = inert("")
SOMEBODY = inert_line("somebody")
AGENT = inert_line("Agent")


class Drawing:
    """Draws the entries of threads. An entry is drawn again only when its row or a name has changed."""

    def __init__(
        self, people: People, customer: Callable[[ConversationId], Inert], label: Callable[[LabelId], Inert]
    ) -> None:
        self._people = people
        self._customer = customer
        self._label = label

    def message(self, message: Message) -> Entry:
        """A message as its sender wrote it; one that was deleted has no words."""
        return Entry(
            key=message.id,
            kind=EntryKind.MESSAGE,
            seq=message.seq,
            at=message.created_at,
            sender=message.sender_type,
            author=self._author(message),
            author_id=message.sender_id,
            mine=self._mine(message.sender_id),
            body=NOTHING if message.deleted_at else inert(message.body),
            delivery=None,
            reason=None,
            edited=message.edited_at is not None,
            deleted=message.deleted_at is not None,
        )

    def side(self, row: Note | ConversationEvent) -> Entry:
        """What stands between messages."""
        return self._note(row) if isinstance(row, Note) else self._event(row)

    def _note(self, note: Note) -> Entry:
        return Entry(
            key=note.id,
            kind=EntryKind.NOTE,
            seq=note.after_seq,
            at=note.created_at,
            sender=Sender.AGENT,
            author=self.colleague(note.author_id),
            author_id=note.author_id,
            mine=self._mine(note.author_id),
            body=inert(note.body),
            delivery=None,
            reason=None,
            edited=False,
            deleted=False,
        )

    def _event(self, event: ConversationEvent) -> Entry:
        return Entry(
            key=event.id,
            kind=EntryKind.EVENT,
            seq=event.after_seq,
            at=event.created_at,
            sender=None,
            author=NOTHING,
            author_id=event.actor_id,
            mine=self._mine(event.actor_id),
            body=told(event, Names(lambda user_id: self._actor(event, user_id), self._label)),
            delivery=None,
            reason=None,
            edited=False,
            deleted=False,
        )

    def queued(self, queued: Queued, seq: int) -> Entry:
        """What I wrote, before its row is here."""
        return Entry(
            key=queued.id,
            kind=EntryKind.NOTE if queued.note else EntryKind.MESSAGE,
            seq=seq,
            at=queued.at,
            sender=Sender.AGENT,
            author=self.colleague(self._people.me),
            author_id=self._people.me,
            mine=True,
            body=inert(queued.body),
            delivery=queued.delivery,
            reason=inert_line(queued.reason) if queued.reason else None,
            edited=False,
            deleted=False,
        )

    def _author(self, message: Message) -> Inert:
        match message.sender_type:
            case Sender.CUSTOMER:
                return self._customer(message.conversation_id)
            case Sender.AGENT:
                return self.colleague(message.sender_id)
            case Sender.AI:
                return AI
            case Sender.SYSTEM:
                return NOTHING

    def colleague(self, user_id: UserId | None) -> Inert:
        """The name of an agent, or a word for one who is not known yet."""
        return self._people.name(user_id) or AGENT

    def _actor(self, event: ConversationEvent, user_id: UserId) -> str:
        """Customers act too: their words open a closed conversation again."""
        comes_back = event.kind == "reopened" and user_id == event.actor_id
        return self._people.name(user_id) or (self._customer(event.conversation_id) if comes_back else SOMEBODY)

    def _mine(self, user_id: UserId | None) -> bool:
        return user_id is not None and user_id == self._people.me
