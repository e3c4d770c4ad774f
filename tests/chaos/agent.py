"""One agent at work in a process of its own, that may be killed or stopped at any instant.

python -m tests.chaos.agent        its configuration comes as the first line, then orders, as JSON

It reports what happens as lines of JSON on stdout, and ends when stdin does.
"""

import asyncio
import gc
import logging
import sys
import threading
import time
from contextlib import suppress
from pathlib import Path
from random import Random

import msgspec
import psutil
from msgspec import Struct

from chattui import logs
from chattui.credentials import Credentials
from chattui.desk import Desk
from chattui.desk.drawer import DiskDrawer
from chattui.gateway import supabase
from chattui.gateway.errors import GatewayError, SignedOut
from chattui.gateway.protocol import Gateway
from chattui.model.events import LinkState
from chattui.model.records import ConversationId, LabelId
from chattui.recording import Header, RecordedDesk, Recorder
from chattui.store.changes import Changes
from chattui.store.store import Store
from tests.chaos import journal
from tests.chaos.held import held
from tests.chaos.journal import Journal
from tests.chaos.work import Desktop, Shift

MEASURE = 5.0
"""Seconds between two measurements of memory."""
PAGE = 1.0
"""Seconds after which a page of a thread that has not come is asked for again."""
MOMENT = 1.0
"""Seconds that tasks which were cancelled may take to end."""


class Config(Struct, frozen=True):
    """What an agent's process has to know."""

    name: str
    life: int
    """Which process of this agent it is, from 0."""
    seed: int
    url: str
    key: str
    email: str
    password: str
    directory: str
    label: str
    shared: str
    twin: bool = False
    """Whether it is a second process of somebody who has one."""
    drafts: bool = True
    """Whether it writes drafts: not where another process of the same agent could send or change them."""
    record: bool = True


class Order(Struct, frozen=True):
    """What the agent is to do."""

    do: str
    pace: float = 1.0
    file: str = ""


class Said(Struct, frozen=True, omit_defaults=True):
    """What the agent says. `at` is this machine's monotonic clock."""

    what: str
    at: float
    words: str = ""
    number: int = 0


def say(what: str, words: str = "", number: int = 0) -> None:
    """Report to the process that started this one."""
    print(msgspec.json.encode(Said(what, time.monotonic(), words, number)).decode(), flush=True)  # noqa: T201


class Agent:
    """The desk, a shift at it, and the orders that are given to them."""

    def __init__(self, config: Config, gateway: Gateway, notes: Journal) -> None:
        self.config = config
        self.gateway = gateway
        self.notes = notes
        self.drawer = DiskDrawer(Path(config.directory) / "words", config.url)
        self.recorder = Recorder(recording(config), Header(columns=120, rows=36)) if config.record else None
        self.desk = (
            RecordedDesk(self.recorder, gateway, drawer=self.drawer)
            if self.recorder
            else Desk(gateway, Store(), drawer=self.drawer)
        )
        desktop = Desktop(self.desk, self.drawer, notes, LabelId(config.label), LabelId(config.shared), called(config))
        random = Random(f"{config.seed} {called(config)}")  # noqa: S311 - no secret
        self.shift = Shift(desktop, random, twin=config.twin, drafts=config.drafts)
        self._work: asyncio.Task[None] | None = None
        self._link: LinkState | None = None
        self._happened = asyncio.Event()
        """Set by every change of the store."""
        self.live = asyncio.Event()
        self.desk.subscribe(self._changed)
        self.desk.remarks.hear(lambda sentence: say("remark", sentence))

    def _changed(self, changes: Changes) -> None:
        self._happened.set()
        if changes.header and (link := self.desk.queries.header().link) is not self._link:
            self._link = link
            say("link", link.value)
            if link is LinkState.LIVE:
                self.live.set()

    async def recall(self) -> None:
        """Note in the journal which drafts this process found, of all that any process of this agent wrote."""
        await self.live.wait()
        lines = list(journal.read(_notes(self.config)))
        names = {line.name for line in lines if line.act == "set" and line.name.startswith("draft/")}
        names |= {f"draft/{line.kind}/{line.conversation_id}" for line in lines if line.act == "send"}
        for name in sorted(names):
            _, kind, one = name.split("/")
            self.notes.write("found", name=name, value=self.drawer.draft(one, kind))  # type: ignore[arg-type]
        say("recalled")

    async def obey(self, order: Order) -> None:
        """Carry out one order."""
        match order.do:
            case "work":
                self._work = self._work or asyncio.create_task(self._working(order.pace))
            case "rest":
                await self.rest()
                say("rested")
            case "held":
                _write(Path(order.file), msgspec.json.encode(held(self.desk)))
                say("held")
            case "look":
                await self._look_everywhere()
            case "hurry":
                self.desk.resync()
            case "expire":
                self.gateway._connection.session._good_until = 0.0  # type: ignore[attr-defined]

    async def _working(self, pace: float) -> None:
        try:
            await self.shift.work(pace)
        except Exception as error:
            logging.getLogger("chattui.chaos").exception("the shift ended")
            say("broken", repr(error))

    async def rest(self) -> None:
        """End the shift, in the middle of whatever it does."""
        if self._work is not None:
            self._work.cancel()
            await asyncio.wait([self._work])
            self._work = None
        await self.shift.rest()

    async def _look_everywhere(self) -> None:
        """Load every thread to its beginning."""
        for conversation in list(self.desk.store.state.conversations):
            self.desk.look(conversation.id)
            with suppress(TimeoutError):
                async with asyncio.timeout(30):
                    await self._to_the_beginning(conversation.id)
        say("looked")

    async def _to_the_beginning(self, conversation_id: ConversationId) -> None:
        """Ask for one page after another. A page that failed changes nothing: then it is asked for again."""
        while not self.desk.queries.thread(conversation_id).complete:
            self._happened.clear()
            self.desk.older(conversation_id)
            with suppress(TimeoutError):
                await asyncio.wait_for(self._happened.wait(), PAGE)


async def measure() -> None:
    """Say how much memory is in use, until cancelled."""
    process = psutil.Process()
    while True:
        say("memory", number=process.memory_info().rss)
        await asyncio.sleep(MEASURE)


async def signed_in(config: Config) -> Gateway:
    """Open the gateway with the session of an earlier process; without one, sign in with the password."""
    storage = Credentials(config.url, config.name)
    while True:
        try:
            return await supabase.open_agent(config.url, config.key, storage)
        except SignedOut:
            with suppress(GatewayError):
                await supabase.sign_in_with_password(config.url, config.key, storage, config.email, config.password)


async def orders() -> asyncio.StreamReader:
    """The lines on stdin."""
    reader = asyncio.StreamReader()
    await asyncio.get_running_loop().connect_read_pipe(lambda: asyncio.StreamReaderProtocol(reader), sys.stdin)
    return reader


async def main() -> None:
    """Work until told to leave, or until stdin ends."""
    told = await orders()
    config = msgspec.json.decode(await told.readline(), type=Config)
    notes = Journal(_notes(config))
    notes.write("life")
    agent = Agent(config, await signed_in(config), notes)
    beside = [asyncio.create_task(work) for work in (agent.desk.run(), agent.recall(), measure())]
    while line := await told.readline():
        if (order := msgspec.json.decode(line, type=Order)).do == "leave":
            break
        await agent.obey(order)
    await agent.rest()
    for task in beside:
        task.cancel()
    await asyncio.gather(*beside, return_exceptions=True)
    await agent.desk.aclose()
    if not config.twin:  # its recording must make the same, to the last
        _write(Path(config.directory) / "held.json", msgspec.json.encode(held(agent.desk)))
    if agent.recorder:
        agent.recorder.close()
    notes.close()
    await _tell_what_is_left()


async def _tell_what_is_left() -> None:
    """Tasks and threads that outlive the desk by more than a moment."""
    gc.collect()
    tasks = asyncio.all_tasks() - {asyncio.current_task()}
    _, left = await asyncio.wait(tasks, timeout=MOMENT) if tasks else (set(), set())
    threads = [one.name for one in threading.enumerate() if one.name.startswith(("writer", "recorder"))]
    say("left", "; ".join([*map(repr, left), *threads]), psutil.Process().memory_info().rss)


def _write(file: Path, content: bytes) -> None:
    file.write_bytes(content)


def _notes(config: Config) -> Path:
    return Path(config.directory) / ("twin.jsonl" if config.twin else "journal.jsonl")


def called(config: Config) -> str:
    """A name that no other process has: it begins every text that this one writes."""
    return f"{config.name}{'twin' if config.twin else ''}{config.life}"


def recording(config: Config) -> Path:
    """What happens in one life; `chattui replay` shows it."""
    return Path(config.directory) / f"recording-{called(config)}.jsonl"


if __name__ == "__main__":
    logs.start()
    asyncio.run(main())
