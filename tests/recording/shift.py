"""A shift in the small world of the screen's tests, recorded in a loop whose time passes at once."""

import asyncio
from collections.abc import Mapping, Sequence
from datetime import timedelta
from itertools import count
from math import inf
from pathlib import Path
from types import MappingProxyType

import msgspec

from chattui.cli.opening import Parts
from chattui.cli.recording import open_recorded
from chattui.desk import Desk
from chattui.desk.keeping import Item, MemoryDrawer, Unkept
from chattui.desk.remembering import Forgetful
from chattui.gateway.errors import GatewayError
from chattui.gateway.protocol import Refused
from chattui.model.events import RowsStored
from chattui.model.intents import SendMessage, TakeOver
from chattui.model.records import ConversationId
from chattui.recording import Header, RecordedDesk, Recorder
from chattui.recording.entries import Mouse
from chattui.recording.pace import PacedLoop
from chattui.recording.player import Part, whole
from chattui.recording.tape import Tape
from chattui.ui import app
from chattui.ui.inputs import event_of
from chattui.ui.recorded import RecordedApp
from chattui.ui.replaying import ReplayApp, run_replay, time_of
from chattui.ui.settings import Settings
from tests.ui.world import NOW, C, DeskGateway, message, picture, rows

Mark = tuple[float, str]
"""A second of the recording, and what stood on the screen then."""
SIZE = (120, 36)
SETTLED = 0.5
"""Seconds after which nothing moves."""
AFTERWARDS = 0.1
"""More seconds, so that the end of a replay does not meet its last look."""


class SmallDrawer(MemoryDrawer):
    """Refuses once it is full."""

    full = False

    async def put(self, item: Item) -> list[Item]:
        if self.full:
            raise Unkept("The disk is full.")
        return await super().put(item)


class Shift:
    """Does what it is told, and remembers what the screen showed each time."""

    def __init__(self, path: Path, loop: PacedLoop, trouble: GatewayError | None = None) -> None:
        settings = Settings(theme="dark")
        self.gateway = DeskGateway(rows())
        self.gateway.clock = lambda: NOW + timedelta(seconds=loop.time())
        self.drawer = SmallDrawer()
        self.marks: list[Mark] = []
        self._trouble = trouble
        self._loop, self._numbers = loop, count(100)
        header = Header(*SIZE, zone="UTC0", settings=msgspec.to_builtins(settings))
        self.recorder = Recorder(path, header, loop.time)
        self._begun = loop.time()
        self.app = RecordedApp(self.recorder, self._open, settings, environment={}, clock=loop.time, terminal=_nowhere)

    async def _open(self) -> RecordedDesk:
        return await open_recorded(self.recorder, self._parts, self._loop.time)

    async def _parts(self) -> Parts:
        if self._trouble is not None:
            raise self._trouble
        return Parts(self.gateway, self.drawer, Forgetful())

    async def live(self, doings: Sequence[tuple[str, str]]) -> None:
        async with self.app.run_test(size=SIZE, notifications=True) as pilot:
            await asyncio.sleep(SETTLED)
            for kind, what in doings:
                if kind == "key":
                    await pilot.press(what)
                elif kind == "click":
                    self._click(*map(int, what.split(",")))
                elif kind == "size":
                    await pilot.resize_terminal(*map(int, what.split("x")))
                else:
                    self._happen(kind, what)
                await asyncio.sleep(SETTLED)
                self.marks.append((self._loop.time() - self._begun, picture(self.app)))
                await asyncio.sleep(AFTERWARDS)
        self.recorder.close()

    def _click(self, x: int, y: int) -> None:
        """As a terminal tells it; the pilot's own click goes past the program."""
        for did in ("MouseMove", "MouseDown", "MouseUp"):
            event = event_of(Mouse(did, min(x, self.app.size.width - 1), min(y, self.app.size.height - 1), button=1))
            assert event is not None
            self.app.post_message(event)

    def _happen(self, kind: str, what: str) -> None:
        match kind:
            case "customer":
                one = ConversationId(what)
                row = message(one, self.gateway.last_seq(one) + 1, 0, C, f"words {next(self._numbers)}")
                self.gateway.store(row)
                self.gateway.tell(RowsStored((row,)))
            case "refuse":
                self.gateway.answer(TakeOver, Refused("PT409", what))
            case "park":
                self.gateway.answer(SendMessage, Refused("PT409", what))
            case "fill":
                self.drawer.full = True
            case "cut":
                self.gateway.cut("the cable was pulled")
            case "join":
                self.gateway.join()


def _nowhere(_: str) -> None:
    pass


def recorded(
    path: Path,
    doings: Sequence[tuple[str, str]],
    *,
    drafts: Mapping[ConversationId, str] = MappingProxyType({}),
    trouble: GatewayError | None = None,
) -> list[Mark]:
    """What the screen showed after each of these."""
    loop = PacedLoop(inf)
    with time_of(loop), asyncio.Runner(loop_factory=lambda: loop) as runner:
        shift = Shift(path, loop, trouble)
        for conversation_id, words in drafts.items():
            shift.drawer.keep_draft(conversation_id, "reply", words)
        runner.run(shift.live(doings))
    return shift.marks


class Watcher(ReplayApp):
    """Looks at the screen at the seconds of `marks`."""

    CSS_PATH = str(Path(app.__file__).with_name("chattui.tcss"))

    def __init__(self, tape: Tape, part: Part, loop: PacedLoop, marks: Sequence[Mark]) -> None:
        super().__init__(tape, part, loop, lambda *_: None)
        self._marks, self.seen = marks, list[Mark]()

    async def _begin(self) -> Desk:
        for at, _ in self._marks:
            self._paced.call_later(at, self._look, at)
        return await super()._begin()

    def _look(self, at: float) -> None:
        self.seen.append((at, picture(self)))


def replayed(tape: Tape, marks: Sequence[Mark]) -> list[Mark]:
    """What the screen shows at the same seconds when the tape is played."""
    loop = PacedLoop(inf)
    watcher = Watcher(tape, whole(tape), loop, marks)
    run_replay(watcher, loop, headless=True)
    return watcher.seen
