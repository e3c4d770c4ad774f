"""What a store knows: rows, threads, people, what I wrote, and the views over them. `intake` changes it."""

from collections import Counter, defaultdict, deque
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from chattui.model.events import LinkChanged, LinkState, RowPatched
from chattui.model.records import (
    Contact,
    ContactId,
    Conversation,
    ConversationId,
    Label,
    LabelId,
    Labelling,
    Metadata,
    Organization,
    ReadMark,
    Row,
    Status,
    Template,
    UserId,
)
from chattui.store.drawing import Drawing
from chattui.store.outbox import Outbox
from chattui.store.people import People
from chattui.store.progress import Progress
from chattui.store.tables import Table
from chattui.store.views import Views
from chattui.text.inert import Inert, inert_line

if TYPE_CHECKING:
    from chattui.store.window import Window

NEVER = datetime(1970, 1, 1, tzinfo=UTC)
CUSTOMER = inert_line("Customer")
ADRIFT = 2_000
"""Rows of threads that are not loaded which are kept: a page that was read before them may still be on its way."""


class State:
    """Everything by key. Closed to no one within the store; no other layer looks inside."""

    def __init__(self) -> None:
        self.people = People()
        self.outbox = Outbox()
        self.drafts: set[ConversationId] = set()
        self.pending: Counter[ConversationId] = Counter()
        self.link = LinkChanged(LinkState.CONNECTING, NEVER)
        self.drawing = Drawing(self.people, self.customer_name, self.label_name)
        self.forget()

    def forget(self) -> None:
        """A snapshot replaces all but what only this program knows."""
        self.people.forget()
        self.organization: Organization | None = None
        self.contacts: Table[Contact] = Table()
        self.conversations: Table[Conversation] = Table()
        self.labels: Table[Label] = Table()
        self.metadata: Table[Metadata] = Table()
        self.templates: Table[Template] = Table()
        self.progress: defaultdict[ConversationId, Progress] = defaultdict(Progress)
        self.marks: defaultdict[ConversationId, dict[UserId, ReadMark]] = defaultdict(dict)
        self.seen_by_customer: dict[ConversationId, int] = {}
        self.labellings: defaultdict[ConversationId, dict[LabelId, Labelling]] = defaultdict(dict)
        self.labelled: defaultdict[LabelId, set[ConversationId]] = defaultdict(set)
        self.of_contact: defaultdict[ContactId, set[ConversationId]] = defaultdict(set)
        self.gone: dict[ConversationId, int] = {}
        self.windows: dict[ConversationId, Window] = {}
        self.adrift: deque[tuple[ConversationId, Row | RowPatched]] = deque(maxlen=ADRIFT)
        self.active: Counter[UserId] = Counter()
        self.searchable: dict[ConversationId, str] = {}
        self.views = Views()

    def contact(self, conversation_id: ConversationId) -> Contact | None:
        """The customer of a conversation."""
        conversation = self.conversations.get(conversation_id)
        return self.contacts.get(conversation.contact_id) if conversation else None

    def customer_id(self, conversation_id: ConversationId) -> UserId | None:
        """The auth user of its customer."""
        contact = self.contact(conversation_id)
        return contact.user_id if contact else None

    def customer_name(self, conversation_id: ConversationId) -> Inert:
        """What to call its customer: a name, else an address, else a word."""
        contact = self.contact(conversation_id)
        return contact_name(contact) if contact else CUSTOMER

    def label_name(self, label_id: LabelId) -> Inert:
        """What a label says; nothing where it is not known."""
        label = self.labels.get(label_id)
        return inert_line(label.name if label else "")

    def tail(self, conversation_id: ConversationId) -> Progress:
        """How far it has come; a conversation without messages has come nowhere."""
        return self.progress.get(conversation_id) or Progress()

    def my_mark(self, conversation_id: ConversationId) -> ReadMark | None:
        """How far I have read it."""
        marks, me = self.marks.get(conversation_id), self.people.me
        return marks.get(me) if marks and me else None

    def customer_read(self, conversation_id: ConversationId) -> int:
        """How far its customer has read it, by row or by broadcast."""
        marks, customer = self.marks.get(conversation_id), self.customer_id(conversation_id)
        mark = marks.get(customer) if marks and customer else None
        return max(mark.last_read_seq if mark else 0, self.seen_by_customer.get(conversation_id, 0))

    def unread(self, conversation_id: ConversationId) -> int:
        """The customer's messages after my mark."""
        mark = self.my_mark(conversation_id)
        return max(0, self.tail(conversation_id).inbound_count - (mark.last_read_inbound if mark else 0))

    def mine(self, conversation: Conversation) -> bool:
        """Whether it is assigned to me."""
        return conversation.status is Status.ACTIVE and conversation.assigned_to == self.people.me

    def labels_of(self, conversation_id: ConversationId) -> list[Label]:
        """The labels on it, by name."""
        labellings = self.labellings.get(conversation_id)
        if not labellings:
            return []
        on = (one.label_id for one in labellings.values() if one.removed_at is None)
        labels = (self.labels.get(label_id) for label_id in on)
        return sorted((one for one in labels if one and not one.deleted_at), key=lambda one: one.name.casefold())


def contact_name(contact: Contact) -> Inert:
    """A name, else an address, else a word."""
    named = (contact.name, contact.email, contact.phone)
    return next((line for one in named if one and (line := inert_line(one))), CUSTOMER)
