"""Every action and every conversation, by name."""

from functools import partial

from textual.command import DiscoveryHit, Hit, Hits, Provider
from textual.content import Content

from chattui.store.projections import View
from chattui.ui.actions import Action, spoken
from chattui.ui.screens.inbox import InboxScreen
from chattui.ui.widgets.signs import STATUS_SIGN

MOST = 20
"""Conversations offered for one search."""
PEOPLE_FIRST = 1.5
"""A name that matches as well as an action stands above it."""


class InboxCommands(Provider):
    """Actions with their keys, then conversations. Only over the inbox."""

    @property
    def _inbox(self) -> InboxScreen | None:
        return self.screen if isinstance(self.screen, InboxScreen) else None

    async def discover(self) -> Hits:
        """All actions, before anything is typed."""
        if inbox := self._inbox:
            for action in inbox.keymap.actions.values():
                yield DiscoveryHit(
                    _title(action), partial(inbox.keyboard.perform, action, _key(action)), text=action.help
                )

    async def search(self, query: str) -> Hits:
        """Both, ranked by how well they match."""
        if inbox := self._inbox:
            matcher = self.matcher(query)
            for action in inbox.keymap.actions.values():
                if score := matcher.match(action.help):
                    run = partial(inbox.keyboard.perform, action, _key(action))
                    shown = Content.assemble(matcher.highlight(action.help), "  ", (_key(action), "dim"))
                    yield Hit(score, shown, run, text=action.help)
            for conversation_id in inbox.desk.queries.filtered(View.ALL, query)[:MOST]:
                row = inbox.browsing.row(conversation_id)
                go = partial(inbox.panes.reveal, conversation_id)
                shown = Content.assemble(row.name, "  ", (f"{STATUS_SIGN[row.status]} {row.status}", "dim"))
                score = PEOPLE_FIRST * matcher.match(row.name)
                yield Hit(max(score, 0.01), shown, go, text=row.name)


def _title(action: Action) -> Content:
    return Content.assemble(action.help, "  ", (_key(action), "dim"))


def _key(action: Action) -> str:
    return " ".join(spoken(key) for key in action.keys)
