"""What each action of the key table does, once its key has been let through."""

from collections.abc import Callable, Coroutine, Mapping
from functools import partial
from typing import TYPE_CHECKING, Any, Protocol

from chattui.gateway.protocol import Refused
from chattui.model.events import Delivery
from chattui.model.intents import HandOff, Intent, Transfer, UpdateProfile
from chattui.model.records import Availability, ConversationId, LabelId, Status, UserId
from chattui.store.projections import Entry, View
from chattui.ui.actions import Action, Where
from chattui.ui.browsing import Browsing
from chattui.ui.handoffs import INTENTS, MINE_AFTER, Target, intent_of
from chattui.ui.pickers import Choice, colleague_choices, label_choices, reply_choices
from chattui.ui.widgets.composer import Mode
from chattui.ui.widgets.thread import ThreadView
from chattui.ui.writing import Writing

if TYPE_CHECKING:
    from chattui.desk import Desk


class Host(Protocol):
    """What commands ask of the screen that they run on."""

    @property
    def where(self) -> Where:
        """What has the focus."""

    def say(self, sentence: str) -> None:
        """A short remark at the bottom."""

    def refuse(self, sentence: str) -> None:
        """Somebody said no: shown where it is not overlooked."""

    def offer(self, action_id: str, conversation_id: ConversationId) -> None:
        """Somebody else has it, and the agent is an admin: the same action again does it all the same."""

    def insisted(self, action_id: str, conversation_id: ConversationId) -> bool:
        """Whether this action takes up that offer."""

    def work(self, job: Coroutine[Any, Any, None]) -> None:
        """Run it beside the screen."""

    def write(self, mode: Mode) -> None:
        """Put the cursor into the composer."""

    def step_back(self) -> None:
        """Popup, question, filter, composer, list: one step."""

    def to_list(self) -> None:
        """Put the focus on the list."""

    def to_thread(self) -> None:
        """Put the focus on the thread."""

    def to_panel(self) -> None:
        """Put the focus on what is known of the customer, where that is shown."""

    def choose(
        self, title: str, choices: Callable[[], list[Choice]], chosen: Callable[[str], None], *, stay: bool
    ) -> None:
        """Let the agent pick; with `stay`, several."""


TAKEN = "PT409"
"""The database's word for a conversation that does not stand so that this could be done."""
Doer = Callable[[Target], None]


class Commands:
    """Looks an action up and does it. `target` is the conversation that was painted under the cursor."""

    def __init__(self, desk: "Desk", browsing: Browsing, writing: Writing, thread: ThreadView, host: Host) -> None:
        self._desk, self._browsing, self._writing, self._thread, self._host = desk, browsing, writing, thread, host
        self._doers: Mapping[str, Doer] = {**self._conversation(), **self._words(), **self._moves(), **self._program()}

    def do(self, action: Action, target: Target) -> bool:
        """Do it; False where it is not this screen's to do."""
        doer = self._doers.get(action.id)
        if doer is not None:
            doer(target)
        return doer is not None

    def _conversation(self) -> dict[str, Doer]:
        return {
            **{action_id: partial(self._hand_off, action_id) for action_id in INTENTS},
            "take-next": lambda _: self._host.work(self._take_next()),
            "transfer": self._transfer,
            "label": self._label,
            "open": self._open,
        }

    def _words(self) -> dict[str, Doer]:
        return {
            "reply": partial(self._write, Mode.REPLY),
            "note": partial(self._write, Mode.NOTE),
            "send": lambda _: self._writing.composer.submit(),
            "newline": lambda _: self._writing.composer.newline(),
            "templates": self._templates,
            "leader": lambda _: self._lead(),
            "retry": lambda _: self._refused(self._desk.retry),
            "discard": lambda _: self._refused(self._desk.discard),
        }

    def _moves(self) -> dict[str, Doer]:
        browsing, thread, host = self._browsing, self._thread, self._host
        return {
            "back": lambda _: host.step_back(),
            "keep-filter": lambda _: host.to_list(),
            "filter": lambda _: browsing.filter.open(),
            "next-unread": lambda _: self._or_say("Nothing unread here.", browsing.unread(1)),
            "previous-unread": lambda _: self._or_say("Nothing unread here.", browsing.unread(-1)),
            "next-needing-me": lambda _: self._or_say("Nobody needs you now.", browsing.needing_me()),
            "last": lambda _: self._or_say("No conversation was open before this one.", browsing.last()),
            "read-thread": lambda _: host.to_thread(),
            "leave-panel": lambda _: host.to_thread(),
            "read-panel": lambda _: host.to_panel(),
            "message-up": lambda _: thread.select(-1),
            "message-down": lambda _: thread.select(1),
            "read-list": lambda _: host.to_list(),
            "scroll-up": lambda _: thread.scroll_page_up(animate=False),
            "scroll-down": lambda _: thread.scroll_page_down(animate=False),
            "next-view": lambda _: browsing.step_view(1),
            "previous-view": lambda _: browsing.step_view(-1),
            **self._steps(),
            **{f"view-{view}": partial(self._view, view) for view in View},
        }

    def _steps(self) -> dict[str, Doer]:
        rows, thread = self._browsing.list, self._thread
        return {
            "up": lambda _: self._here(lambda: rows.step(-1), lambda: thread.action_lines(-1)),
            "down": lambda _: self._here(lambda: rows.step(1), lambda: thread.action_lines(1)),
            "first": lambda _: self._here(rows.to_first, thread.action_to_start),
            "end": lambda _: self._here(rows.to_last, thread.to_end),
        }

    def _here(self, in_list: Callable[[], None], in_thread: Callable[[], None]) -> None:
        (in_thread if self._host.where is Where.THREAD else in_list)()

    def _program(self) -> dict[str, Doer]:
        return {
            "resync": lambda _: self._resync(),
            "notices": lambda _: self._host.work(self._toggle_notices()),
            "availability": lambda _: self._host.work(self._toggle_availability()),
        }

    def _or_say(self, sentence: str, done: bool) -> None:  # noqa: FBT001 - the answer of the call before it
        if not done:
            self._host.say(sentence)

    def _view(self, view: View, _: Target) -> None:
        self._browsing.show_view(view)

    def _open(self, target: Target) -> None:
        if target is None:
            self._host.say("There is no conversation under the cursor.")
            return
        self._browsing.open(target)
        self._host.write(self._writing.composer.mode)

    def _write(self, mode: Mode, target: Target) -> None:
        if target is not None:
            self._browsing.open(target)
            self._host.write(mode)

    def _hand_off(self, action_id: str, target: Target) -> None:
        if target is not None:
            force = self._host.insisted(action_id, target)
            self._host.work(self._ask(action_id, intent_of(action_id, target, force=force), target))

    async def _ask(self, action_id: str, intent: HandOff, target: ConversationId) -> None:
        refused = await self._desk.ask(intent)
        if refused is None and action_id in MINE_AFTER:
            self._browsing.reveal(target)
        if refused is not None:
            self._host.refuse(refused.sentence)
            if self._may_force(refused, target):
                self._host.offer(action_id, target)

    def _may_force(self, refused: Refused, target: ConversationId) -> bool:
        """An admin may, where it was refused because a colleague has it."""
        if refused.code != TAKEN or not self._desk.queries.header().admin or not self._desk.queries.knows(target):
            return False
        row = self._browsing.row(target)
        return row.status is Status.ACTIVE and not row.mine

    async def _submitted(self, intent: Intent) -> bool:
        refused = await self._desk.ask(intent)
        if refused is not None:
            self._host.refuse(refused.sentence)
        return refused is None

    async def _take_next(self) -> None:
        match await self._desk.take_next():
            case Refused(sentence=sentence):
                self._host.refuse(sentence)
            case taken:
                self._browsing.reveal(taken)

    def _transfer(self, target: Target) -> None:
        if target is None:
            return
        force = self._host.insisted("transfer", target)

        def give(to: str) -> None:
            self._host.work(self._ask("transfer", Transfer(target, UserId(to), force), target))

        self._host.choose("Give it to", lambda: colleague_choices(self._desk.queries.colleagues()), give, stay=False)

    def _label(self, target: Target) -> None:
        if target is None:
            return
        labels = self._desk.queries.labels

        def toggle(label_id: str) -> None:
            present = any(chip.id == label_id and on for chip, on in labels(target))
            self._desk.label(target, LabelId(label_id), present=not present)

        self._host.choose("Labels", lambda: label_choices(labels(target)), toggle, stay=True)

    def _templates(self, target: Target) -> None:
        if target is None:
            return
        replies = {str(reply.id): reply for reply in self._desk.queries.replies("", target)}

        def insert(reply_id: str) -> None:
            self._write(self._writing.composer.mode, target)
            self._writing.insert(replies[reply_id])

        self._host.choose("Canned replies", lambda: reply_choices(replies.values()), insert, stay=False)

    def _lead(self) -> None:
        self._writing.composer.leader_open = True
        self._host.say("Now a key of the list: t take over · c close · T to the AI · N note · r reply · Esc nothing")

    def _refused(self, then: Callable[[str], None]) -> None:
        entry = self._thread.selected or self._last_refused()
        if entry is None or entry.delivery is not Delivery.REFUSED:
            self._host.say("Nothing here was refused.")
        else:
            then(entry.key)

    def _last_refused(self) -> Entry | None:
        shown = self._browsing.selection.shown
        entries = self._desk.queries.thread(shown).entries if shown is not None else ()
        return next((entry for entry in reversed(entries) if entry.delivery is Delivery.REFUSED), None)

    def _resync(self) -> None:
        self._desk.resync()
        self._host.say("Trying the link again, and comparing everything.")

    async def _toggle_notices(self) -> None:
        wanted = not self._desk.queries.header().notifications
        if await self._submitted(UpdateProfile(notifications_enabled=wanted)):
            self._host.say(f"Notices are {'on' if wanted else 'off'}.")

    async def _toggle_availability(self) -> None:
        online = self._desk.queries.header().availability is Availability.ONLINE
        wanted = Availability.AWAY if online else Availability.ONLINE
        if await self._submitted(UpdateProfile(availability=wanted)):
            self._host.say(f"Colleagues see you as {wanted}.")
