"""What the drawer holds, on the screen: words that were not sent, and words on their way."""

from collections.abc import Callable

from chattui.desk.keeping import Drawer, Item
from chattui.desk.outbox import Outbox
from chattui.model.events import DraftChanged
from chattui.model.records import ConversationId, UserId


class Drafts:
    """The words that were not sent; a conversation has a reply and a note. The rows show which have any."""

    def __init__(self, drawer: Drawer, apply: Callable[..., object]) -> None:
        self._drawer = drawer
        self._apply = apply
        self._shown: set[ConversationId] = set()

    def of(self, conversation_id: ConversationId, kind: str) -> str:
        """As last typed; `kind` tells reply and note apart."""
        return self._drawer.draft(conversation_id, kind)

    def keep(self, conversation_id: ConversationId, kind: str, text: str) -> None:
        """Keep these, within 200 ms; "" forgets."""
        if text != self.of(conversation_id, kind):
            self._drawer.keep_draft(conversation_id, kind, text)
            self.show()

    def keep_now(self) -> None:
        """The agent looks away: do not wait for more keys."""
        self._drawer.keep_drafts_now()

    def show(self) -> None:
        """The drawer may have changed."""
        before, self._shown = self._shown, self._drawer.drafted()
        if before != self._shown:
            self._apply(*(DraftChanged(one, present=one in self._shown) for one in before ^ self._shown))


class Recall:
    """Shows what was written earlier, or elsewhere. What cannot be read raises `Unkept`."""

    def __init__(self, drawer: Drawer, outbox: Outbox, drafts: Drafts) -> None:
        self._drawer, self._outbox, self._drafts = drawer, outbox, drafts
        self.shown: Callable[[], None] = lambda: None
        """Called whenever the drawer was looked into."""

    async def last_session(self, user_id: UserId) -> None:
        """What this person left here, before anybody knows which database answers now."""
        self._show(await self._drawer.recall(user_id))

    async def all(self) -> None:
        """What the drawer that is open now holds."""
        self._show(await self._drawer.items())

    async def watch(self) -> None:
        """What other processes change, until cancelled."""
        async for items in self._drawer.changes():
            self._show(items)

    def _show(self, items: list[Item]) -> None:
        self._outbox.renew(items)
        self._drafts.show()
        self.shown()
