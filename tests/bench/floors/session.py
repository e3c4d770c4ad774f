"""The smallest script that is live: a session, one channel with one table, and the server's promise of row events.

`python -m tests.bench.floors.session URL KEY TOKEN TOPIC` prints `live`, and then a line for each message: the number
its body begins with and the moment at which the callback had it.
"""

import asyncio
import sys
import time
from typing import Any

from realtime.types import RealtimePostgresChangesListenEvent
from supabase import acreate_client


def _told(payload: Any) -> None:
    number = payload["data"]["record"]["body"].split()[0]
    sys.stdout.write(f"{number} {time.perf_counter()}\n")
    sys.stdout.flush()


def _promised(_payload: Any) -> None:
    sys.stdout.write("live\n")
    sys.stdout.flush()


async def main(url: str, key: str, token: str, topic: str) -> None:
    """Until it is killed."""
    client = await acreate_client(url, key)
    await client.auth.set_session(token, "unused")
    await client.realtime.set_auth(token)
    private: Any = {"config": {"private": True}}
    channel = client.channel(topic, private)
    insert, mine = RealtimePostgresChangesListenEvent.Insert, f"org_id=eq.{topic.removeprefix('org:')}"
    channel.on_postgres_changes(insert, _told, table="messages", schema="public", filter=mine)
    channel.on_system(_promised)
    await channel.subscribe()
    await asyncio.Event().wait()


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:]))
