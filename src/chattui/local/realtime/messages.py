"""`realtime.messages`: broadcasts that the database sends, its daily partitions, and what can be replayed."""

import uuid
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from msgspec import Raw
from psycopg import sql

from chattui.local.realtime.database import Session
from chattui.local.realtime.frames import UserBroadcast
from chattui.local.realtime.hub import Room
from chattui.local.realtime.joining import Replay

TABLE = ("realtime", "messages")
PUBLICATION = "supabase_realtime_messages_publication"

_KNOWN = "select 1 from pg_publication where pubname = %s"
_PUBLISH = "create publication {} for table realtime.messages with (publish = 'insert', publish_via_partition_root)"
_STORED = """select id::text, event, payload::text from realtime.messages
    where topic = %s and private and extension = 'broadcast' and inserted_at >= %s
    order by inserted_at desc limit %s"""


def new_id() -> str:
    """Answer an id that no other has."""
    return str(uuid.uuid4())


async def publish(session: Session) -> None:
    """See to it that what the database sends comes with the stream."""
    async with session.use() as connection:
        if not await (await connection.execute(_KNOWN, (PUBLICATION,))).fetchone():
            await connection.execute(sql.SQL(_PUBLISH).format(sql.Identifier(PUBLICATION)))


def sent(row: Mapping[str, str | None]) -> tuple[Room, UserBroadcast] | None:
    """Answer the broadcast that a row stands for, None when it is another extension's."""
    topic, event, payload, binary = row["topic"], row["event"], row.get("payload"), row.get("binary_payload")
    if row["extension"] != "broadcast" or topic is None:
        return None
    room = Room(topic, row["private"] == "t")
    body = bytes.fromhex(binary.removeprefix("\\x")) if binary else (payload or "null").encode()
    return room, UserBroadcast(room.topic, event or "", body, is_json=not binary, id=row["id"])


async def stored(session: Session, topic: str, replay: Replay) -> list[dict[str, Any]]:
    """Answer the broadcasts to be replayed, oldest first. Binary ones count, but are left out."""
    since = datetime.fromtimestamp(replay.since / 1000, UTC).replace(tzinfo=None)
    async with session.use() as connection:
        rows = await (await connection.execute(_STORED, (topic, since, replay.limit))).fetchall()
    return [_replayed(*row) for row in reversed(rows) if row[2] is not None]


def _replayed(id_: str, event: str, payload: str) -> dict[str, Any]:
    meta = {"id": id_, "replayed": True}
    return {"type": "broadcast", "event": event, "payload": Raw(payload.encode()), "meta": meta}
