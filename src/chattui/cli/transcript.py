"""One conversation as a whole: every page of it, in order, in the forms that people and programs read."""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from msgspec import Struct

from chattui.cli.overview import Overview
from chattui.cli.printing import json_line
from chattui.gateway.protocol import Gateway
from chattui.model.records import ConversationEvent, ConversationId, Message, Note, Row, Sender, key_of
from chattui.text.inert import inert, inert_line

INDENT = "\n" + " " * 18
"""Where the words of a line begin, behind the time."""


class Line(Struct, frozen=True):
    """Something that was said, noted or done."""

    kind: str
    """`message`, `note` or `event`."""
    seq: int
    """Of a message; of the message it stands after, for the others."""
    at: datetime
    author: str
    body: str
    id: str


class Transcript(Struct, frozen=True):
    """A conversation and everything in it that its agent may see, as it was written."""

    id: ConversationId
    customer: str
    status: str
    assignee: str | None
    lines: list[Line]

    def as_json(self) -> str:
        """One object."""
        return json_line(self)

    def as_json_lines(self) -> str:
        """One object a line, without what is said of the conversation."""
        return "\n".join(map(json_line, self.lines))

    def as_text(self, *, safe: bool = False) -> str:
        """For reading; `safe`: nothing in it acts on a terminal, or passes for a line of ours."""
        head = f"{self.customer} · {self.status}" + (f" · {self.assignee}" if self.assignee else "")
        lines = [_spoken(line) for line in self.lines]
        if safe:
            head, lines = inert_line(head), [inert(line).replace("\n", INDENT) for line in lines]
        return "\n".join([head, "", *lines])

    def as_markdown(self) -> str:
        """For a ticket or a wiki."""
        head = [
            f"# {self.customer}",
            "",
            f"{self.id} · {self.status}" + (f" · {self.assignee}" if self.assignee else ""),
        ]
        return "\n".join(head + [f"\n{_markdown(line)}" for line in self.lines])


FORMATS: Mapping[str, Callable[[Transcript], str]] = {
    "md": Transcript.as_markdown,
    "txt": Transcript.as_text,
    "json": Transcript.as_json,
    "jsonl": Transcript.as_json_lines,
}


def _spoken(line: Line) -> str:
    at = line.at.astimezone().strftime("%Y-%m-%d %H:%M")
    match line.kind:
        case "event":
            return f"{at}  ── {line.body} ──"
        case "note":
            return f"{at}  [note] {line.author}: {line.body}"
        case _:
            return f"{at}  {line.author}: {line.body}"


def _markdown(line: Line) -> str:
    at = line.at.astimezone().strftime("%Y-%m-%d %H:%M")
    quoted = "\n".join(f"> {part}" for part in line.body.split("\n"))
    match line.kind:
        case "event":
            return f"*{line.body}* · {at}"
        case "note":
            return f"**{line.author}** noted · {at}\n\n{quoted}"
        case _:
            return f"**{line.author}** · {at}\n\n{quoted}"


async def fetched(
    gateway: Gateway, seen: Overview, conversation_id: ConversationId, come: Callable[[int, int], object]
) -> Transcript:
    """All of it, page by page from the end to the beginning. `come` hears how many messages are here, of how many."""
    rows: dict[tuple[str, str], Row] = {}
    before: int | None = None
    last = 0
    while before is None or before > 1:
        page = await gateway.page(conversation_id, before)
        rows |= {(row.TABLE, key_of(row)): row for row in page.rows}
        before, last = page.lo, max(last, page.hi)
        come(last + 1 - before, last)
    return _transcript(seen.joined(rows.values()), conversation_id)


def _transcript(seen: Overview, conversation_id: ConversationId) -> Transcript:
    lines = sorted((_line(seen, row) for row in seen.thread(conversation_id)), key=_place)
    listed = seen.one(conversation_id)
    return Transcript(conversation_id, seen.name(conversation_id), listed.status.value, listed.assignee, lines)


def _place(line: Line) -> tuple[int, bool, datetime]:
    return line.seq, line.kind != "message", line.at


def _line(seen: Overview, row: Message | Note | ConversationEvent) -> Line:
    match row:
        case Message():
            return Line("message", row.seq, row.created_at, _author(seen, row), row.body, row.id)
        case Note():
            return Line("note", row.after_seq, row.created_at, seen.person(row.author_id) or "", row.body, row.id)
        case ConversationEvent():
            return Line(
                "event", row.after_seq, row.created_at, seen.person(row.actor_id) or "", _done(seen, row), row.id
            )


def _author(seen: Overview, row: Message) -> str:
    match row.sender_type:
        case Sender.CUSTOMER:
            return seen.name(row.conversation_id)
        case Sender.AGENT:
            return seen.person(row.sender_id) or "agent"
        case other:
            return {"ai": "AI"}.get(other.value, other.value)


def _done(seen: Overview, row: ConversationEvent) -> str:
    who = seen.person(row.actor_id)
    return row.kind.replace("_", " ") + (f" by {who}" if who else "") + _detail(row.data)


def _detail(data: Mapping[str, Any]) -> str:
    reason = data.get("reason") or data.get("handoff_reason")
    return f": {reason}" if reason else ""
