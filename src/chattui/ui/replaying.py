"""The program, played from a recording: the same screens, and nothing that reaches beyond them."""

import asyncio
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from time import gmtime, strftime

from msgspec import convert
from textual import _time
from textual.events import Event, Key, Resize

from chattui.desk import Desk
from chattui.recording.entries import Input, Size, Step
from chattui.recording.pace import PacedLoop
from chattui.recording.player import Part, Player
from chattui.recording.replaying import ReplayedDesk
from chattui.recording.tape import Header, Tape
from chattui.ui import escapes
from chattui.ui.app import ChattuiApp
from chattui.ui.composing import lines_of
from chattui.ui.inputs import entry_of, event_of
from chattui.ui.settings import Settings

Played = Callable[["ReplayApp", int, Step], None]
"""Told of each step with its number, once the screen shows what came of it."""


class ReplayApp(ChattuiApp):
    """The keys of the recording act; those of whoever looks are about the replay alone."""

    def __init__(self, tape: Tape, part: Part, loop: PacedLoop, played: Played) -> None:
        """To be run in that loop."""
        settings = convert(tape.header.settings, Settings)
        super().__init__(self._begin, settings, environment={}, clock=loop.time, terminal=lambda _: None)
        self.header = tape.header
        self._seconds, self._part, self._paced, self._told = tape.seconds, part, loop, played
        self._fed: list[Event] = []
        self.playing: asyncio.Task[None] | None = None

    async def _begin(self) -> Desk:
        desk = ReplayedDesk(self._paced.time)
        self._player = Player(self._part, desk, self._press, self._shown)
        self.playing = asyncio.create_task(self._play())
        await desk.opened()
        return desk

    async def _play(self) -> None:
        try:
            await self._player.play()
        finally:
            self.ended()

    def ended(self) -> None:
        """Nothing more comes: leave."""
        self.exit()

    def _shown(self, number: int, step: Step) -> None:
        self._told(self, number, step)

    def picture(self) -> list[str]:
        """What stands on the screen, line by line."""
        return [line.rstrip() for line in lines_of(self)]

    # What the terminal says, then and now

    def _press(self, entry: Input) -> None:
        if (event := event_of(entry)) is not None:
            if isinstance(entry, Size) and self._driver is not None:
                self._driver._size = (entry.columns, entry.rows)  # noqa: SLF001 - as Textual's own pilot does
            self._fed.append(event)
            self.post_message(event)

    async def on_event(self, event: Event) -> None:
        """The recorded ones are the program's."""
        if entry_of(event) is None:
            await super().on_event(event)
        elif event in self._fed:
            self._fed.remove(event)
            await super().on_event(event)
        elif isinstance(event, Resize) and self._size is None:
            await super().on_event(resized(self.header, event))
        elif isinstance(event, Key):
            self.looked(event.key)

    def looked(self, key: str) -> None:
        """Whoever looks pressed a key."""

    # What must not happen again

    async def action_quit(self) -> None:
        """The agent left; whoever looks may stay."""

    def open_url(self, url: str, *, new_tab: bool = True) -> None:
        """It was opened then."""

    def copy_to_clipboard(self, text: str) -> None:
        """The clipboard is of whoever looks."""

    def bell(self) -> None:
        """It rang then."""


class WatchedReplay(ReplayApp):
    """One that somebody looks at: the window's title says how far it is, and which keys there are."""

    def on_mount(self) -> None:
        """Say where we are. Textual calls the program's own as well."""
        self._write(escapes.SAVE_TITLE)
        self._say()

    async def on_unmount(self) -> None:
        """The window gets its own title back."""
        self._write(escapes.RESTORE_TITLE)

    def ended(self) -> None:
        """The last screen stays."""
        self._paced.pace.speed = 0
        self._entitle("■ end of the recording · q leaves")

    def _shown(self, number: int, step: Step) -> None:
        super()._shown(number, step)
        self._say(step.at)

    def looked(self, key: str) -> None:
        """Space, →, +, -, q."""
        if self.playing is None:
            return
        pace = self._paced.pace
        match key:
            case "space":
                pace.speed = 0 if pace.speed else 1
            case "right":
                pace.seconds += max(0.0, self._player.left())
            case "plus":
                pace.speed = min(64, max(1, pace.speed) * 2)
            case "minus":
                pace.speed = max(1 / 8, pace.speed / 2)
            case "q" | "ctrl+q" | "ctrl+c":
                pace.speed = 1
                self.run_worker(self._leave(0), exit_on_error=False)
        self._say(self._player.coming)

    def _say(self, at: float = 0.0) -> None:
        sign, speed = ("▶", f" · {self._paced.pace.speed:g}×") if self._paced.pace.speed else ("‖", "")
        self._entitle(f"{sign} {_clock(at)} of {_clock(self._seconds)}{speed} · Space → + - q")

    def _entitle(self, words: str) -> None:
        self._write(f"\x1b]0;replay {words}\a")


def _clock(seconds: float) -> str:
    return strftime("%H:%M:%S", gmtime(seconds)).removeprefix("00:")


def resized(header: Header, event: Resize) -> Event:
    """The recorded window, whatever this one is."""
    return event_of(Size(header.columns, header.rows)) or event if header.columns else event


@contextmanager
def time_of(loop: PacedLoop) -> Iterator[None]:
    """Textual reads a clock of its own for timers, double clicks and notices: let it be this loop's meanwhile."""
    own, _time.get_time = _time.get_time, loop.time
    try:
        yield
    finally:
        _time.get_time = own


def run_replay(app: ReplayApp, loop: PacedLoop, *, headless: bool) -> None:
    """To its end. Raises what `played` raised."""
    header = app.header
    with time_of(loop), asyncio.Runner(loop_factory=lambda: loop) as runner:
        runner.run(app.run_async(headless=headless, size=(header.columns or 80, header.rows or 24)))
        if app.playing is not None and app.playing.done() and not app.playing.cancelled():
            app.playing.result()
