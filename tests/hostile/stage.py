"""The real program on a real terminal, before a gateway that says what it is told to.

`python -m tests.hostile.stage PAGES`: a file with a JSON array of pages, each an array of words. Function keys that no
person uses turn the page and make things happen that no key of chattui can.
"""

import json
import logging
import sys
from pathlib import Path
from time import monotonic
from typing import TYPE_CHECKING

from textual._wait import wait_for_idle
from textual.events import Event, Key
from textual.widgets._toast import ToastHolder

from chattui.desk import Desk
from chattui.gateway.protocol import Accepted, Refused
from chattui.model.events import PageLoaded, RowsStored, TypingSeen, ViewingSeen
from chattui.model.intents import HandOff, Intent, SendMessage
from chattui.model.records import ConversationId, Message
from chattui.store.store import Store
from chattui.ui import app
from chattui.ui.app import ChattuiApp, run
from chattui.ui.composing import lines_of
from chattui.ui.screens.sentence import SentenceScreen
from chattui.ui.settings import Settings
from chattui.ui.widgets.composer import Composer
from chattui.ui.widgets.footer import FooterBar
from tests.hostile.rows import NOW, SLOTS, Pages, Say, colleague, conversation_id, laid_out, rows
from tests.scripted import ScriptedGateway, message

if TYPE_CHECKING:
    from collections.abc import Callable

HANDS = ("turn", "settle", "signs", "cut", "fail", "join", "ring", "tidy")
KEYS = {name: f"\x1b[{57376 + place}u" for place, name in enumerate(HANDS)}
"""What happens → what a test types for it: the keys F13 … F20."""
STILL = 2
"""Looks at the screen that must all be the same before it counts as settled."""
LOOK = 0.01
LOOKS = 200


class StageGateway(ScriptedGateway):
    """Refuses hand-offs and messages, with the words of the page."""

    words: Say

    async def page(self, conversation_id: ConversationId, before_seq: int | None = None) -> PageLoaded:
        page = await super().page(conversation_id, before_seq)
        beside = (row for row in self.table.values() if getattr(row, "conversation_id", None) == conversation_id)
        others = (row for row in beside if not isinstance(row, Message))
        return PageLoaded(page.conversation_id, page.lo, page.hi, (*page.rows, *others))

    async def submit(self, intent: Intent) -> Accepted | Refused:
        answer = await super().submit(intent)
        slot = len(self.submitted)
        if isinstance(intent, SendMessage):
            return Refused("PT422", self.words("reason of a refused message", slot))
        return Refused("PT409", self.words("refusal", slot)) if isinstance(intent, HandOff) else answer

    def _write(self, intent: SendMessage) -> Message:
        """Not stored: it is refused."""
        return message(intent.conversation_id, 0)


class Stage(ChattuiApp):
    """chattui, with function keys by which a test makes happen what no key of chattui can."""

    CSS_PATH = str(Path(app.__file__).with_name("chattui.tcss"))

    def __init__(self, pages: Pages) -> None:
        self._pages, self._page, self._settled = pages, 0, 0
        self._gateway = StageGateway()
        self._gateway.clock = lambda: NOW
        self._hands: dict[str, Callable[[], None]] = {
            f"f{13 + place}": getattr(self, f"hand_{name}") for place, name in enumerate(HANDS)
        }
        self._deal()
        self._gateway.store(*rows(self._words, 1))
        environment = {"TERM_PROGRAM": "iTerm.app"}
        settings = Settings(theme="dark", guard=0, notice_text=True, confirm_for=600)
        super().__init__(self._opened, settings, environment=environment)

    async def _opened(self) -> Desk:
        return Desk(self._gateway, Store(), monotonic, reconcile=False)

    async def on_event(self, event: Event) -> None:
        """One of those keys, or something for chattui."""
        if isinstance(event, Key) and event.key in self._hands:
            self._hands[event.key]()
        else:
            await super().on_event(event)

    def _deal(self) -> None:
        self._words = self._gateway.words = laid_out(self._pages[self._page])

    def hand_turn(self) -> None:
        """Everything that others wrote becomes something else, live."""
        self._page += 1
        self._deal()
        new = rows(self._words, self._page + 1)
        self._gateway.store(*new)
        self._gateway.tell(RowsStored(tuple(new)))

    def hand_settle(self) -> None:
        """Write a sign to the terminal once nothing moves any more: all that came before it belongs to this scene."""
        self.run_worker(self._tell_settled(), exit_on_error=False)

    async def _tell_settled(self) -> None:
        pictures: list[object] = []
        for _ in range(LOOKS):
            await wait_for_idle(LOOK)
            pictures.append(lines_of(self))
            if len(pictures) >= STILL and all(one == pictures[-1] for one in pictures[-STILL:]):
                break
        self._settled += 1
        self._tell(settled(self._settled))

    def hand_signs(self) -> None:
        """Colleagues type and look, everywhere."""
        now = self._desk.now() if self._desk else NOW
        for slot in range(SLOTS):
            one = conversation_id(slot)
            self._gateway.tell(TypingSeen(one, colleague(slot or 2), True, now))  # noqa: FBT003 - a struct
            self._gateway.tell(*(ViewingSeen(one, colleague(other)) for other in (slot or 3,)))

    def hand_cut(self) -> None:
        self._gateway.cut(self._words("reason of an outage", 0))

    def hand_join(self) -> None:
        self._gateway.join()

    def hand_fail(self) -> None:
        self.fail(self._words("failure", 0))

    def hand_ring(self) -> None:
        """Words of every customer, new ones, while nobody looks."""
        for slot in range(SLOTS - 1):
            seq = self._gateway.last_seq(conversation_id(slot)) + 1
            row = message(conversation_id(slot), seq, self._words("message", slot + seq))
            self._gateway.store(row)
            self._gateway.tell(RowsStored((row,)))

    def hand_tidy(self) -> None:
        """Take away what would go by itself: notices, failures, hints in the footer, words that wait to be sent."""
        self.clear_notifications()
        self.screen.query(ToastHolder).remove()  # what is left of a notice pushes the next one down
        self.workers.cancel_node(self.screen)
        if isinstance(self.screen, SentenceScreen):
            self.failure, self._return_code = "", 0
            self.pop_screen()
        for footer in self.screen.query(FooterBar):
            footer.hush()
        for composer in self.screen.query(Composer):
            composer.clear()


def settled(number: int) -> str:
    """The sign on the terminal that everything before it is there."""
    return f"\x1b]0;settled {number}\x07"


def main(path: Path) -> int:
    """Until somebody leaves; what stopped the program is beside its pages."""
    logging.basicConfig(filename=path.with_suffix(".log"), level=logging.WARNING)
    return run(Stage(json.loads(path.read_text("utf-8"))))


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1])))
