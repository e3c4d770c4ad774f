"""The program on the screen: it opens the desk once it runs, and ends with a sentence, never a traceback."""

import asyncio
import gc
import logging
import os
import signal
import threading
from collections.abc import Awaitable, Callable, Mapping
from contextlib import suppress
from time import monotonic
from typing import TYPE_CHECKING, ClassVar

from textual.app import App
from textual.binding import BindingType
from textual.events import AppBlur, AppFocus, Event, InputEvent, Key, Paste
from textual.widget import Widget
from textual.worker import Worker, WorkerState

from chattui.gateway.errors import GatewayError
from chattui.model.events import LinkState
from chattui.text.inert import inert_line
from chattui.ui import escapes
from chattui.ui.actions import Keymap
from chattui.ui.attention import Attention
from chattui.ui.screens.sentence import SentenceScreen
from chattui.ui.settings import Settings
from chattui.ui.themes import THEMES, chosen, defaults

if TYPE_CHECKING:
    from chattui.desk import Desk
    from chattui.store.changes import Changes
    from chattui.ui.doing import Doers
    from chattui.ui.notices import Notices
    from chattui.ui.screens.inbox import InboxScreen

LOG = logging.getLogger(__name__)
PATIENCE = 0.2
"""Seconds until an inbox that is still being opened says so."""
MANY = 50
"""Conversations that come at once, while more are to come: a part of a first load."""
KEY_PATIENCE = 1.0
"""Seconds that a key waits for the one before it, which takes a few thousandths."""
HANGUP_PATIENCE = 3.0
"""Seconds in which drafts and link are brought to a good end once the window is closed; it takes well under one."""


class ChattuiApp(App[None]):
    """`open_desk` is awaited once the program runs; its errors become a sentence on the screen."""

    TITLE = "chattui"
    CSS_PATH = "chattui.tcss"
    ENABLE_COMMAND_PALETTE = False
    PAUSE_GC_ON_SCROLL = True
    BINDINGS: ClassVar[list[BindingType]] = []

    def __init__(
        self,
        open_desk: "Callable[[], Awaitable[Desk]]",
        settings: Settings | None = None,
        *,
        environment: Mapping[str, str] | None = None,
        clock: Callable[[], float] = monotonic,
        terminal: Callable[[str], None] | None = None,
    ) -> None:
        self._environment = os.environ if environment is None else environment
        self._settings = settings or Settings()
        self.keymap = Keymap(self._settings.keys)
        super().__init__()
        self._open_desk, self._clock = open_desk, clock
        self._tell = terminal or self._write
        self.animation_level = "none"
        self._attention = Attention(clock())
        self._desk: Desk | None = None
        self._inbox: InboxScreen | None = None
        self._notices: Notices | None = None
        for theme in THEMES:
            self.register_theme(theme)
        self.theme = chosen(self._settings.theme, self._environment)

    def get_theme_variable_defaults(self) -> dict[str, str]:
        """Names of ours that a theme of Textual does not know."""
        return defaults(self.current_theme)

    def on_mount(self) -> None:
        """The inbox is opened beside; the network is asked once it stands on the screen."""
        self._tell(escapes.SAVE_TITLE + escapes.title(0))
        self._heed_signals()
        self.run_worker(self._open(), exit_on_error=False)

    def _heed_signals(self) -> None:
        """A terminal that closes, or a polite end, leaves as Ctrl+Q does."""
        loop = asyncio.get_running_loop()
        with suppress(NotImplementedError, RuntimeError):  # Windows, or not the main thread
            for number in (signal.SIGTERM, signal.SIGHUP):
                loop.add_signal_handler(number, self._signalled, number)

    def _signalled(self, number: int) -> None:
        if number == signal.SIGHUP:
            _end_anyway(128 + number)
        self.run_worker(self._leave(128 + number), exit_on_error=False)

    async def _leave(self, return_code: int) -> None:
        if self._desk is not None:
            await self._desk.aclose()
        self.exit(return_code=return_code)

    async def _open(self) -> None:
        from chattui.ui.notices import Notices  # noqa: PLC0415 - Textual starts without them
        from chattui.ui.screens.inbox import InboxScreen  # noqa: PLC0415

        self._notices = Notices(self._settings, self._environment, self._clock)
        try:
            self._desk = await self._opened()
            self._inbox = InboxScreen(
                self._desk,
                self._settings,
                self.keymap,
                self._attention,
                self._clock,
                program=self._doers(),
                repainted=self._repainted,
            )
            await self.push_screen(self._inbox)
            await self._desk.run()
        except* GatewayError as errors:
            self.fail(str(_first(errors)))

    async def _opened(self) -> "Desk":
        meanwhile = self.set_timer(PATIENCE, lambda: self.push_screen(SentenceScreen("Opening the inbox…")))
        try:
            return await self._open_desk()
        finally:
            meanwhile.stop()

    def fail(self, sentence: str) -> None:
        """The inbox cannot go on: say why, and leave with an error when the agent quits."""
        self._return_code = 1
        self.failure = sentence = inert_line(sentence)
        self.push_screen(SentenceScreen(sentence, "Ctrl+Q leaves.", trouble=True))

    failure = ""
    """Why the inbox could not open or go on; printed again after the end."""

    def _doers(self) -> "Doers":
        return {
            "palette": lambda _: self._palette(),
            "help": lambda _: self._help(),
            "theme": lambda _: self._turn_light(),
            "suspend": lambda _: self.action_suspend_process(),
            "quit": lambda _: self.call_next(self.action_quit),
        }

    def _turn_light(self) -> None:
        self.theme = "chattui-light" if self.current_theme.dark else "chattui-dark"

    def _palette(self) -> None:
        from chattui.ui.screens.palette import Palette  # noqa: PLC0415 - not before somebody asks

        if self._inbox is not None:
            self.push_screen(Palette(self._inbox))

    def _help(self) -> None:
        from chattui.ui.screens.help import HelpScreen  # noqa: PLC0415 - not before somebody asks

        self.push_screen(HelpScreen(self.keymap))

    async def action_quit(self) -> None:
        """Leave: the drafts are safe, the link is closed."""
        await self._leave(1 if self.failure else 0)

    # Who looks

    async def on_event(self, event: Event) -> None:
        """Any key and any movement of the mouse says that somebody is here."""
        if isinstance(event, (Key, Paste)) and not event.is_forwarded:
            await self._in_turn()
        if isinstance(event, InputEvent):
            was_here = self._attention.here(self._clock())
            self._attention.active(self._clock())
            if not was_here:
                self.call_later(self._attend)
        if not self._pressed(event):
            await super().on_event(event)

    async def _in_turn(self) -> None:
        """Keys that are read together: one may open what the next is meant for. The inbox sees to its own at once."""
        before: Widget | None = None
        while self._inbox is not None:
            taker: Widget = self.focused or self.screen
            if taker is before or (self.screen is self._inbox and not self._inbox.in_field):
                return
            await _seen_to(taker)
            before = taker

    def _pressed(self, event: Event) -> bool:
        """Whether the inbox has seen to a key, before the next one is looked at."""
        if not isinstance(event, Key) or event.is_forwarded or not self.app_focus:
            return False
        return self._inbox is not None and self.screen is self._inbox and self._inbox.pressed(event)

    def on_app_focus(self, _: AppFocus) -> None:
        """The terminal has the focus: what is on the screen is read."""
        self._attention.focus(focused=True, now=self._clock())
        self.call_later(self._attend)

    def on_app_blur(self, _: AppBlur) -> None:
        """It has lost it."""
        self._attention.focus(focused=False, now=self._clock())

    def _attend(self) -> None:
        if self._inbox is not None and self._inbox.is_current:
            self._inbox.reading.attend()

    def _repainted(self, changes: "Changes") -> None:
        if self._desk is None or self._notices is None:
            return
        queries, here = self._desk.queries, self._attention.here(self._clock())
        opened = not gc.isenabled() and queries.header().link is not LinkState.CONNECTING
        loading = len(changes.conversations) >= MANY and queries.header().link_pending
        if opened or ((changes.everything or loading) and not self.is_headless):
            _keep()
        if sequences := self._notices.sequences(queries, changes, here=here):
            self._tell(sequences)

    def _write(self, sequence: str) -> None:
        """To the terminal, between two frames of the picture."""
        if self._driver is not None and not self.is_headless:
            self._driver.write(sequence)

    # The end

    async def on_unmount(self) -> None:
        """The terminal gets its own title back."""
        self._tell(escapes.RESTORE_TITLE)

    def on_worker_state_changed(self, event: Worker.StateChanged) -> None:
        """A job that crashed ends the program."""
        if event.state is WorkerState.ERROR and isinstance(event.worker.error, Exception):
            self._handle_exception(event.worker.error)

    def _fatal_error(self) -> None:
        """Textual would print a traceback with local variables; that belongs in the log."""
        LOG.error("the program had to stop", exc_info=self._exception)
        where = f" What happened is in {self._settings.log_file}." if self._settings.log_file else ""
        self.failure = f"It had to stop because of a fault of its own; nothing you wrote is lost.{where}"
        self.panic()


async def _seen_to(taker: Widget) -> None:
    """Wait until it has done what it was told so far, if it still does anything."""
    done = asyncio.Event()
    if taker.call_later(done.set):
        with suppress(TimeoutError):
            async with asyncio.timeout(KEY_PATIENCE):
                await done.wait()


def _end_anyway(return_code: int) -> None:
    """A terminal that is gone takes no more output, and Textual would wait for ever to restore it."""
    end = threading.Timer(HANGUP_PATIENCE, os._exit, (return_code,))
    end.daemon = True
    end.start()


def _keep() -> None:
    """What the start and a first load brought stays: looking through it for garbage takes longer than a frame."""
    gc.freeze()
    gc.enable()


def _first(error: BaseException) -> BaseException:
    """What went wrong inside a group of one."""
    return _first(error.exceptions[0]) if isinstance(error, BaseExceptionGroup) else error


def run(app: ChattuiApp) -> int:
    """Run it to its end; the exit code."""
    app.run()
    return app.return_code or 0
