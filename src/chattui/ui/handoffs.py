"""Hand-offs: what their actions ask of the database, and what becomes of its answer."""

from collections.abc import Callable, Mapping
from functools import partial
from typing import TYPE_CHECKING

from msgspec import structs

from chattui.gateway.protocol import Refused
from chattui.model.intents import Close, HandBack, HandOff, Reopen, Requeue, TakeOver, Transfer
from chattui.model.records import ConversationId, Status, UserId
from chattui.ui.browsing import Browsing
from chattui.ui.doing import Doers, Host, Target
from chattui.ui.pickers import colleague_choices
from chattui.ui.questions import Questions

if TYPE_CHECKING:
    from chattui.desk import Desk

INTENTS: Mapping[str, Callable[[ConversationId], HandOff]] = {
    "take-over": TakeOver,
    "hand-back": HandBack,
    "requeue": Requeue,
    "close": Close,
    "reopen": Reopen,
}
"""Action id → what it asks of the database."""
MINE_AFTER = {"take-over", "reopen"}
"""What I have afterwards."""
TAKEN = "PT409"
"""The database's word for a conversation that does not stand so that this could be done."""


class HandOffs:
    """Each is done once the database has said yes. `hint` is the key of an action, for where the agent is."""

    def __init__(
        self, desk: "Desk", browsing: Browsing, questions: Questions, host: Host, hint: Callable[[str], str]
    ) -> None:
        self._desk, self._browsing, self._questions, self._host, self._hint = desk, browsing, questions, host, hint

    def doers(self) -> Doers:
        """What they are."""
        return {
            **{action_id: partial(self._hand_off, action_id) for action_id in INTENTS},
            "take-next": lambda _: self._host.work(self._take_next()),
            "transfer": self._transfer,
        }

    def _hand_off(self, action_id: str, target: Target) -> None:
        if target is not None:
            intent = INTENTS[action_id](target)
            if self._questions.insisted(action_id, target):
                intent = structs.replace(intent, force=True)
            self._host.work(self._ask(action_id, intent, target))

    def _transfer(self, target: Target) -> None:
        if target is None:
            return
        force = self._questions.insisted("transfer", target)

        def give(to: str) -> None:
            self._host.work(self._ask("transfer", Transfer(target, UserId(to), force), target))

        self._host.choose("Give it to", lambda: colleague_choices(self._desk.queries.colleagues()), give)

    async def _take_next(self) -> None:
        match await self._desk.take_next():
            case Refused(sentence=sentence):
                self._host.refuse(sentence)
            case taken:
                self._browsing.reveal(taken)

    async def _ask(self, action_id: str, intent: HandOff, target: ConversationId) -> None:
        refused = await self._desk.ask(intent)
        if refused is not None:
            self._host.refuse(refused.sentence)
            if self._may_force(refused, target):
                self._questions.offer(action_id, target, self._hint(action_id))
        elif action_id in MINE_AFTER:
            self._browsing.reveal(target)

    def _may_force(self, refused: Refused, target: ConversationId) -> bool:
        """An admin may, where it was refused because a colleague has it."""
        if refused.code != TAKEN or not self._desk.queries.header().admin or not self._desk.queries.knows(target):
            return False
        row = self._browsing.row(target)
        return row.status is Status.ACTIVE and not row.mine
