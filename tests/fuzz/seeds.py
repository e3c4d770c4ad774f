"""Frames and answers as a real server says them: what the nonsense is made from."""

import struct
from typing import Any

import msgspec

from chattui.model.events import PageLoaded, SnapshotTaken
from chattui.model.records import Conversation, ConversationEvent, Message, Note, Row, Tail
from tests.hostile.rows import NOW, conversation_id, laid_out, rows
from tests.scripted import ANA, ORG

LARGE = {"messages": "metadata", "contacts": "attributes", "conversation_metadata": "data"}
"""Columns that a row event may leave out."""
ROWS: list[Row] = rows(laid_out(["Rosa", "hello there", "a\nb"]), 3)
TABLES: dict[str, list[dict[str, Any]]] = {}
for _row in ROWS:
    TABLES.setdefault(_row.TABLE, []).append(msgspec.to_builtins(_row) | {"sync_xid": "77"})


def _change(table: str, kind: str, record: dict[str, Any], columns: list[str]) -> dict[str, Any]:
    data = {
        "schema": "public",
        "table": table,
        "type": kind,
        "commit_timestamp": "2026-03-02T09:00:00Z",
        "columns": [{"name": name, "type": "text"} for name in columns],
        "record": record,
        "errors": None,
    }
    return {"ids": [1], "data": data | ({"old_record": {"id": record.get("id")}} if kind == "UPDATE" else {})}


def _about(records: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Rows of conversations that a store knows, and one of another."""
    known = [conversation_id(slot) for slot in (0, 4, 8)]
    near = [one for one in records if one.get("conversation_id", one.get("id")) in known]
    return [*(near or records)[:4], *near[-1:], records[-1]]


def _payloads() -> list[tuple[str, dict[str, Any]]]:
    found: list[tuple[str, dict[str, Any]]] = []
    for table, record in ((table, record) for table, records in TABLES.items() for record in _about(records)):
        lean = {name: value for name, value in record.items() if name != LARGE.get(table)} | {"version": 4}
        found += [
            ("postgres_changes", _change(table, "INSERT", record, list(record))),
            ("postgres_changes", _change(table, "UPDATE", lean, list(record))),
        ]
    found.append(("postgres_changes", _change("messages", "DELETE", {}, ["id"])))
    about = {"conversation_id": conversation_id(0), "user_id": ANA}
    said = {"typing": about | {"is_typing": True}, "viewing": about, "read": about | {"last_read_seq": 4}}
    here = {"metas": [{"phx_ref": "F1", "user_id": ANA, "availability": "away"}]}
    found += [("broadcast", {"type": "broadcast", "event": event, "payload": body}) for event, body in said.items()]
    found += [
        ("presence_state", {ANA: here}),
        ("presence_diff", {"joins": {ANA: here}, "leaves": {"bo": here}}),
        (
            "system",
            {"status": "ok", "extension": "postgres_changes", "message": "Subscribed to PostgreSQL", "channel": "o"},
        ),
        ("phx_reply", {"status": "ok", "response": {"postgres_changes": [{"id": 1}]}}),
    ]
    return found


FRAMES: list[dict[str, Any]] = [
    {"topic": f"realtime:org:{ORG}", "event": event, "payload": payload, "ref": None} for event, payload in _payloads()
]
SAID: list[list[Any]] = [["1", "2", "realtime:org:o", frame["event"], frame["payload"]] for frame in FRAMES[-9:]]
"""What a client says to the local server, in the arrays of protocol 2."""
_FEW = {table: records[:1] for table, records in TABLES.items()}
ANSWERS: list[dict[str, Any]] = [
    {
        "me": ANA,
        "org_id": ORG,
        "now": "2026-11-20T14:07:00Z",
        "epoch": "e",
        "database_id": "d",
        "cursor": "9",
        "rows": _FEW,
    },
    {"now": "2026-11-20T14:07:00Z", "epoch": "e", "rows": _FEW, "gone": [], "cursor": "9", "more": None},
    {
        "conversation_id": conversation_id(0),
        "lo": 1,
        "hi": 2,
        "rows": {name: _FEW[name] for name in ("messages", "conversation_notes", "conversation_events")},
    },
]
"""Of `snapshot`, `sync` and `page`."""


def _text(words: str) -> bytes:
    return words.encode() + b"\0"


def _value(words: str) -> bytes:
    return b"t" + struct.pack(">I", len(words)) + words.encode()


PGOUTPUT: list[bytes] = [
    b"R"
    + struct.pack(">I", 16)
    + _text("public")
    + _text("messages")
    + b"d"
    + struct.pack(">H", 1)
    + b"\1"
    + _text("id")
    + struct.pack(">Ii", 25, -1),
    b"B" + struct.pack(">QqI", 1, 828_000_000_000_000, 7),
    b"C" + struct.pack(">BQQq", 0, 1, 2, 3),
    b"I" + struct.pack(">I", 16) + b"N" + struct.pack(">H", 3) + _value("words") + b"nu",
    b"U"
    + struct.pack(">I", 16)
    + b"O"
    + struct.pack(">H", 1)
    + _value("a")
    + b"N"
    + struct.pack(">H", 1)
    + _value("b"),
    b"D" + struct.pack(">I", 16) + b"K" + struct.pack(">H", 1) + _value("a"),
]


def beginning() -> list[SnapshotTaken | PageLoaded]:
    """A store as it is before nonsense comes: three conversations, one of them with its thread."""
    ids = {conversation_id(slot) for slot in (0, 4, 8)}
    inside = (Message, Note, ConversationEvent)
    near = [row for row in ROWS if getattr(row, "conversation_id", None) in ids or getattr(row, "id", None) in ids]
    known = [row for row in ROWS if not isinstance(row, (*inside, Conversation, Tail)) and row not in near]
    first = [row for row in near if isinstance(row, inside) and row.conversation_id == conversation_id(0)]
    light = [row for row in near if not isinstance(row, inside)]
    return [
        SnapshotTaken(ANA, ORG, NOW, (*known[:12], *light)),
        PageLoaded(conversation_id(0), 1, 10, tuple(first)),
    ]
