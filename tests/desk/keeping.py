"""What the tests of keeping share: items, and children of their own that can be killed."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from chattui.desk.keeping import Item
from chattui.model.intents import AddNote, MarkRead, SendMessage
from chattui.model.records import ConversationId, MessageId, NoteId
from tests.scripted import T0

ROOT = Path(__file__).parents[2]
DATABASE = "the database"


def message_item(item_id: str, conversation: str = "one", body: str = "hello") -> Item:
    conversation_id = ConversationId(conversation)
    return Item(item_id, conversation_id, SendMessage(MessageId(item_id), conversation_id, body), T0)


def note_item(item_id: str, conversation: str = "one", body: str = "psst") -> Item:
    conversation_id = ConversationId(conversation)
    return Item(item_id, conversation_id, AddNote(NoteId(item_id), conversation_id, body), T0)


def mark_item(item_id: str, conversation: str = "one", seq: int = 1) -> Item:
    conversation_id = ConversationId(conversation)
    return Item(item_id, conversation_id, MarkRead(conversation_id, seq), T0, slot="read")


class Child:
    """A process that says a line after each thing it did, and does what it is told by lines."""

    def __init__(self, module: str, *arguments: str) -> None:
        command = [sys.executable, "-m", f"tests.desk.{module}", *arguments]
        self.process = subprocess.Popen(command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)

    def line(self) -> str:
        """The next line that it says; "" after its end."""
        assert self.process.stdout is not None
        return self.process.stdout.readline().strip()

    def hears(self, words: str) -> None:
        assert self.process.stdin is not None
        self.process.stdin.write(f"{words}\n")
        self.process.stdin.flush()

    def until(self, words: str) -> list[str]:
        """Read on to this line; all before it."""
        before: list[str] = []
        while (line := self.line()) != words:
            assert line, f"it ended before it said {words!r}, after {before[-5:]}"
            before.append(line)
        return before

    def kill(self) -> list[str]:
        """At once; what it had said by then, whole lines only."""
        os.kill(self.process.pid, signal.SIGKILL)
        return self.rest()

    def rest(self) -> list[str]:
        """All that it still says before its end."""
        assert self.process.stdout is not None
        text = self.process.stdout.read()
        self.process.wait()
        return text.splitlines() if text.endswith("\n") or not text else text.splitlines()[:-1]


@contextmanager
def child(module: str, *arguments: str) -> Iterator[Child]:
    one = Child(module, *arguments)
    try:
        yield one
    finally:
        one.process.kill()
        one.process.wait()
        for pipe in (one.process.stdin, one.process.stdout):
            if pipe is not None:
                pipe.close()
