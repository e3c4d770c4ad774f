"""A small database in pure Python: the rules of the real one as far as a store can tell, and what it tells of them."""

from datetime import datetime
from random import Random
from typing import Any

import msgspec
from msgspec.structs import replace

from chattui.model.events import ConversationGone, Event, PageLoaded, RowPatched, RowsStored, SnapshotTaken
from chattui.model.records import (
    Contact,
    ContactId,
    Conversation,
    ConversationEvent,
    ConversationId,
    Label,
    LabelId,
    Labelling,
    Message,
    MessageId,
    Note,
    NoteId,
    ReadMark,
    Row,
    Sender,
    Status,
    Tail,
    UserId,
    key_of,
)
from tests.store.rows import ANA, BO, BO_ROW, ORG, at, organization, profile, stamped

PAGE = 4


class Database:
    """Rows by (table, key), each with the number of the step that wrote it. Events are handed out, not delivered."""

    def __init__(self, seed: int) -> None:
        self.random = Random(seed)  # noqa: S311 - it plays, it keeps no secret
        self.rows: dict[tuple[str, str], Row] = {}
        self.written: dict[tuple[str, str], int] = {}
        self.hidden: set[ConversationId] = set()
        self.shown: dict[ConversationId, int] = {}
        self.events: list[Event] = []
        self.step = 0
        self.put(organization(), profile(), BO_ROW, *(self.label(name) for name in ("vip", "billing")))

    # Writing

    def put(self, *rows: Row) -> None:
        for row in rows:
            self.rows[row.TABLE, key_of(row)] = row
            self.written[row.TABLE, key_of(row)] = self.step
            if not isinstance(row, Tail) and self.sees(row):
                self.events.append(RowsStored((row,)))

    def change(self, row: Row, **fields: Any) -> None:
        """An UPDATE; now and then its event leaves columns out."""
        after = replace(row, version=row.version + 1, updated_at=self.now, **fields)
        self.put(after)
        if not isinstance(row, Tail) and self.sees(row) and self.random.random() < 0.4:
            short = {"conversation_id", "seq", "label_id", "version", *fields}
            told = {name: value for name, value in msgspec.to_builtins(after).items() if name in short}
            self.events[-1] = RowPatched(row.TABLE, key_of(row), after.version, told)

    def stamp(self) -> dict[str, Any]:
        return stamped(1, self.step)

    @property
    def now(self) -> datetime:
        return at(self.step)

    def label(self, name: str) -> Label:
        return Label(id=LabelId(name), name=name, **self.stamp())

    # Reading

    def sees(self, row: Row) -> bool:
        conversation_id = row.id if isinstance(row, Conversation) else getattr(row, "conversation_id", None)
        return conversation_id not in self.hidden

    def of(self, kind: type[Any], conversation_id: ConversationId | None = None) -> list[Any]:
        """Visible rows of one kind, in the order in which they were first written."""
        rows = [row for row in self.rows.values() if isinstance(row, kind) and self.sees(row)]
        return [
            row for row in rows if conversation_id is None or getattr(row, "conversation_id", None) == conversation_id
        ]

    def tail(self, conversation_id: ConversationId) -> Tail:
        tail = self.rows[Tail.TABLE, conversation_id]
        assert isinstance(tail, Tail)
        return tail

    def contact_of(self, conversation_id: ConversationId) -> Contact:
        conversation = self.rows[Conversation.TABLE, conversation_id]
        assert isinstance(conversation, Conversation)
        contact = self.rows[Contact.TABLE, conversation.contact_id]
        assert isinstance(contact, Contact)
        return contact

    def snapshot(self) -> SnapshotTaken:
        inside = (Message, Note, ConversationEvent)
        rows = tuple(row for row in self.rows.values() if not isinstance(row, inside) and self.sees(row))
        return SnapshotTaken(ANA, ORG, self.now, rows)

    def sync(self, since: int) -> list[Event]:
        """Everything visible that was written after step `since`; whole, where it was not visible then."""
        new = {one for one, step in self.shown.items() if step > since}
        rows = tuple(
            row
            for key, row in self.rows.items()
            if self.sees(row) and (self.written[key] > since or self._belongs(row, new))
        )
        gone = [ConversationGone(one, self.rows[Conversation.TABLE, one].version) for one in self.hidden]
        return [RowsStored(rows), *gone]

    def _belongs(self, row: Row, new: set[ConversationId]) -> bool:
        conversation_id = row.id if isinstance(row, Conversation) else getattr(row, "conversation_id", None)
        return conversation_id in new and not isinstance(row, Message | Note | ConversationEvent)

    def page(self, conversation_id: ConversationId, before: int | None = None) -> PageLoaded:
        messages = [one for one in self.of(Message, conversation_id) if before is None or one.seq < before][-PAGE:]
        lo = messages[0].seq if messages else 1
        hi = messages[-1].seq if messages else 0
        sides = [one for kind in (Note, ConversationEvent) for one in self.of(kind, conversation_id)]
        near = [side for side in sides if lo - 1 <= side.after_seq <= hi]
        around = (
            self.rows[Conversation.TABLE, conversation_id],
            self.tail(conversation_id),
            *self.of(ReadMark, conversation_id),
        )
        return PageLoaded(conversation_id, lo, hi, (*messages, *near, *around))

    # What happens

    def happen(self, action: str, which: int) -> None:
        self.step += 1
        known = [row.id for row in self.of(Conversation)]
        if action == "begin" or not known:
            self.begin()
        elif action == "show":
            self.show()
        else:
            getattr(self, action)(known[which % len(known)])

    def begin(self) -> None:
        conversation_id = ConversationId(f"c{self.step}")
        contact_id = ContactId(f"p{self.step % 3}")
        if (Contact.TABLE, contact_id) not in self.rows:
            self.put(
                Contact(id=contact_id, user_id=UserId(f"u{contact_id}"), name=f"Person {contact_id}", **self.stamp())
            )
        self.put(Conversation(id=conversation_id, contact_id=contact_id, **self.stamp()))
        self.put(Tail(conversation_id=conversation_id, **self.stamp()))

    def write(self, conversation_id: ConversationId, sender: Sender, sender_id: UserId | None) -> None:
        tail = self.tail(conversation_id)
        seq, inbound = tail.last_seq + 1, tail.inbound_count + (sender is Sender.CUSTOMER)
        message = Message(
            id=MessageId(f"m{self.step}"),
            conversation_id=conversation_id,
            seq=seq,
            inbound_no=inbound,
            sender_type=sender,
            sender_id=sender_id,
            body=f"words {self.step}",
            **self.stamp(),
        )
        self.put(message)
        self.change(
            tail,
            last_seq=seq,
            inbound_count=inbound,
            last_message_at=self.now,
            last_message_preview=message.body,
            last_sender_type=sender,
        )

    def customer_writes(self, conversation_id: ConversationId) -> None:
        self.write(conversation_id, Sender.CUSTOMER, self.contact_of(conversation_id).user_id)

    def agent_writes(self, conversation_id: ConversationId) -> None:
        self.write(conversation_id, Sender.AGENT, ANA if self.step % 2 else BO)

    def ai_writes(self, conversation_id: ConversationId) -> None:
        self.write(conversation_id, Sender.AI, None)

    def edit(self, conversation_id: ConversationId) -> None:
        messages = self.of(Message, conversation_id)
        if messages:
            message = self.random.choice(messages)
            self.change(message, body=f"other words {self.step}", edited_at=self.now)
            if message is messages[-1]:
                self.change(self.tail(conversation_id), last_message_preview=f"other words {self.step}")

    def turn(self, conversation_id: ConversationId, status: Status, **fields: Any) -> None:
        conversation = self.rows[Conversation.TABLE, conversation_id]
        cleared = {"assigned_to": None, "waiting_since": None, "snoozed_until": None}
        self.change(conversation, status=status, **{**cleared, **fields})
        self.put(
            ConversationEvent(
                id=f"e{self.step}",
                conversation_id=conversation_id,
                after_seq=self.tail(conversation_id).last_seq,
                kind=status.value,
                actor_id=BO,
                **self.stamp(),
            )
        )

    def take(self, conversation_id: ConversationId) -> None:
        self.turn(conversation_id, Status.ACTIVE, assigned_to=ANA if self.step % 3 else BO)

    def wait(self, conversation_id: ConversationId) -> None:
        self.turn(conversation_id, Status.WAITING, waiting_since=self.now)

    def close(self, conversation_id: ConversationId) -> None:
        self.turn(conversation_id, Status.CLOSED)

    def snooze(self, conversation_id: ConversationId) -> None:
        self.change(self.rows[Conversation.TABLE, conversation_id], snoozed_until=at(self.step + 100))

    def remark(self, conversation_id: ConversationId) -> None:
        notes = self.of(Note, conversation_id)
        if notes and self.step % 3 == 0:
            self.change(self.random.choice(notes), deleted_at=self.now)
        else:
            after = self.tail(conversation_id).last_seq
            self.put(
                Note(
                    id=NoteId(f"n{self.step}"),
                    conversation_id=conversation_id,
                    after_seq=after,
                    author_id=BO,
                    body="a note",
                    **self.stamp(),
                )
            )

    def tag(self, conversation_id: ConversationId) -> None:
        name = self.random.choice(["vip", "billing"])
        known = self.rows.get((Labelling.TABLE, f"{conversation_id}:{name}"))
        if isinstance(known, Labelling):
            self.change(known, removed_at=None if known.removed_at else self.now)
        else:
            contact_id = self.contact_of(conversation_id).id
            self.put(
                Labelling(
                    id=f"{conversation_id}:{name}",
                    conversation_id=conversation_id,
                    contact_id=contact_id,
                    label_id=LabelId(name),
                    **self.stamp(),
                )
            )

    def read(self, conversation_id: ConversationId) -> None:
        tail = self.tail(conversation_id)
        reader = ANA if self.step % 4 else self.contact_of(conversation_id).user_id
        assert reader is not None
        marks: dict[str, Any] = {"last_read_seq": tail.last_seq, "last_read_inbound": tail.inbound_count}
        known = self.rows.get((ReadMark.TABLE, f"{conversation_id}/{reader}"))
        if isinstance(known, ReadMark):
            self.change(known, **marks)
        else:
            self.put(ReadMark(conversation_id=conversation_id, user_id=reader, **marks, **self.stamp()))

    def rename(self, conversation_id: ConversationId) -> None:
        self.change(self.contact_of(conversation_id), name=f"Renamed {self.step}")

    def hide(self, conversation_id: ConversationId) -> None:
        """It passes to somebody else; no event says so."""
        self.hidden.add(conversation_id)
        self.change(
            self.rows[Conversation.TABLE, conversation_id], assigned_to=BO, status=Status.ACTIVE, waiting_since=None
        )

    def show(self) -> None:
        if self.hidden:
            conversation_id = min(self.hidden)
            self.hidden.remove(conversation_id)
            self.shown[conversation_id] = self.step
            self.change(self.rows[Conversation.TABLE, conversation_id], priority=self.step % 4)


ACTIONS = [
    *("begin", "customer_writes", "agent_writes", "ai_writes", "edit", "take", "wait", "close", "snooze"),
    *("remark", "tag", "read", "rename", "hide", "show"),
]
