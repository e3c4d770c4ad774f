"""A process with a desk whose drawer is on the disk.

python -m tests.desk.desk_on_disk scripted DIRECTORY NAME       a database in this process, which never forgets an id
python -m tests.desk.desk_on_disk real DIRECTORY URL KEY        the session comes as the first line

It says `live`, then does what it is told by lines, and says what it did:

    send CONVERSATION WORDS     sent WORDS, once that is safe
    draft CONVERSATION WORDS
    drafts CONVERSATION         its draft
    down, up                    the network of a scripted one; `down` and `up` are said back
    drained                     drained, once nothing waits
    queue                       how many wait and how many were refused
    leave                       ends as Ctrl+Q does

Each message that a scripted one submits is said as `submit WORDS`.
"""

import asyncio
import sys
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

from chattui.desk import Desk
from chattui.desk.drawer import DiskDrawer
from chattui.gateway import supabase
from chattui.gateway.errors import Unreachable
from chattui.gateway.protocol import Accepted, Gateway, Refused, Snapshot
from chattui.gateway.sessions import MemorySession
from chattui.model.events import LinkState
from chattui.model.intents import Intent, SendMessage
from chattui.model.records import ConversationId, Status
from chattui.store.store import Store
from tests.desk.keeping import DATABASE
from tests.scripted import ScriptedGateway, contact, conversation, tail

NAMES = ("one", "two", "three")
LEDGER = "ledger"


def say(words: str) -> None:
    print(words, flush=True)  # noqa: T201 - its parent listens


class LoudGateway(ScriptedGateway):
    """Says each message that it is asked to store, and writes it into a ledger that all of them share."""

    def __init__(self, directory: Path) -> None:
        self._ledger = directory / LEDGER
        threads = [row for name in NAMES for row in (conversation(name, Status.ACTIVE), tail(name, 0))]
        super().__init__([contact(), *threads])

    async def snapshot(self, after: str | None = None) -> Snapshot:
        snapshot = await super().snapshot(after)
        return Snapshot(snapshot.event, snapshot.cursor, DATABASE)

    async def submit(self, intent: Intent) -> Accepted | Refused:
        if isinstance(intent, SendMessage) and self.down is None:
            with self._ledger.open("a") as ledger:
                ledger.write(f"{intent.body}\n")
            say(f"submit {intent.body}")
            if intent.body.startswith("bad"):
                return Refused("PT409", "Bo has it.")
        return await super().submit(intent)


class Worker:
    """Does what it is told."""

    def __init__(self, desk: Desk, gateway: Gateway) -> None:
        self.desk, self.gateway = desk, gateway
        self._changed = asyncio.Event()
        desk.subscribe(lambda _: self._changed.set())

    async def until(self, true: Callable[[], bool]) -> None:
        while not true():
            self._changed.clear()
            await self._changed.wait()

    async def obey(self, order: str, name: str = "", words: str = "") -> None:
        header = self.desk.queries.header
        match order:
            case "send":
                await self.desk.send(ConversationId(name), words)
                say(f"sent {words}")
            case "draft":
                self.desk.drafts.keep(ConversationId(name), "reply", words)
            case "drafts":
                say(self.desk.drafts.of(ConversationId(name), "reply"))
            case "down" | "up":
                assert isinstance(self.gateway, ScriptedGateway)
                self.gateway.down = Unreachable("no network") if order == "down" else None
                self.desk.resync()
                say(order)
            case "live":
                await self.until(lambda: header().link is LinkState.LIVE)
                say("live")
            case "drained":
                await self.until(lambda: header().queued == 0)
                say("drained")
            case "waiting":
                await self.until(lambda: header().queued == int(name))
                say("waiting")
            case "queue":
                say(f"{header().queued} {header().refused}")


async def lines() -> asyncio.StreamReader:
    reader = asyncio.StreamReader()
    await asyncio.get_running_loop().connect_read_pipe(lambda: asyncio.StreamReaderProtocol(reader), sys.stdin)
    return reader


async def main(kind: str, directory: str, address: str, key: str = "") -> None:
    orders = await lines()
    gateway: Gateway = LoudGateway(Path(directory))
    if kind == "real":
        session = MemorySession((await orders.readline()).decode())
        gateway = await supabase.open_agent(address, key, session)
    desk = Desk(gateway, Store(), drawer=DiskDrawer(Path(directory), address if kind == "real" else "scripted"))
    worker = Worker(desk, gateway)
    desk.remarks.hear(lambda sentence: say(f"remark {sentence}"))
    if address == "down" and isinstance(gateway, ScriptedGateway):
        gateway.down = Unreachable("no network")
    running = asyncio.create_task(desk.run())
    while order := (await orders.readline()).decode().strip():
        if order == "leave":
            break
        await worker.obey(*order.split(" ", 2))
    running.cancel()
    with suppress(asyncio.CancelledError):
        await running
    await desk.aclose()
    say("left")


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:]))
