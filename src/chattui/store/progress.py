"""How far each conversation has come: the tail, derived from messages where they are seen, from rows where not."""

from datetime import datetime

from msgspec import Struct

from chattui.model.records import Message, Sender, Tail, UserId

PREVIEW = 200
"""Characters of a body that a list may show."""


class Progress(Struct):
    """The newest message of one conversation. Neither `last_seq` nor `inbound_count` ever goes back."""

    last_seq: int = 0
    inbound_count: int = 0
    last_at: datetime | None = None
    preview: str = ""
    sender_type: Sender | None = None
    sender_id: UserId | None = None
    """Who wrote it; unknown where only the tail's row was seen."""
    message_version: int = 0
    """Of the message that the preview comes from; 0 where it comes from the tail's row."""
    tail_version: int = 0

    def advance(self, message: Message) -> bool:
        """Take what a message says of the tail; False where it says nothing new."""
        before = self.last_seq, self.inbound_count, self.message_version
        self.inbound_count = max(self.inbound_count, message.inbound_no)
        if (message.seq, message.version) > (self.last_seq, self.message_version) or message.seq > self.last_seq:
            self._show(message)
        return before != (self.last_seq, self.inbound_count, self.message_version)

    def _show(self, message: Message) -> None:
        self.last_seq, self.message_version = message.seq, message.version
        self.last_at = message.created_at
        self.preview = "" if message.deleted_at else message.body[:PREVIEW]
        self.sender_type, self.sender_id = message.sender_type, message.sender_id

    def take(self, tail: Tail) -> bool:
        """Take a tail's row; one of an older message only counts what is inbound."""
        grown = tail.inbound_count > self.inbound_count
        self.inbound_count = max(self.inbound_count, tail.inbound_count)
        if tail.last_seq < self.last_seq or (tail.last_seq == self.last_seq and not self._refines(tail)):
            return grown
        self.last_seq, self.tail_version, self.message_version = tail.last_seq, tail.version, 0
        self.last_at = tail.last_message_at
        self.preview = (tail.last_message_preview or "")[:PREVIEW]
        self.sender_type, self.sender_id = tail.last_sender_type, None
        return True

    def _refines(self, tail: Tail) -> bool:
        return self.message_version == 0 and tail.version > self.tail_version
