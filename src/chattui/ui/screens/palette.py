"""Every action and every conversation, by name."""

from collections.abc import Iterator
from itertools import chain, islice

from rich.text import Text
from textual.fuzzy import FuzzySearch

from chattui.model.records import ConversationId
from chattui.store.projections import View
from chattui.ui.actions import Action, spoken
from chattui.ui.pickers import Choice
from chattui.ui.screens.inbox import InboxScreen
from chattui.ui.screens.picker import Picker
from chattui.ui.widgets.signs import STATUS_SIGN

MOST = 20
"""Conversations offered for one search."""
PEOPLE_FIRST = 1.5
"""A name that matches as well as an action stands above it."""


class Palette(Picker):
    """Actions with their keys, and conversations; what fits best comes first."""

    def __init__(self, inbox: InboxScreen) -> None:
        super().__init__("Do, or go to", self._fitting, self._do)
        self._inbox = inbox
        self._match = FuzzySearch().match

    def _fitting(self, words: str) -> list[Choice]:
        """Without words every action, and nobody."""
        words = words.strip()
        if not words:
            return [_choice(action) for action in self._inbox.keymap.actions.values()]
        found = [*self._actions(words), *self._conversations(words)]
        return [choice for _, choice in sorted(found, key=lambda one: one[0], reverse=True)]

    def _actions(self, words: str) -> Iterator[tuple[float, Choice]]:
        for action in self._inbox.keymap.actions.values():
            score, _ = self._match(words, action.help)
            if score:
                yield score, _choice(action)

    def _conversations(self, words: str) -> Iterator[tuple[float, Choice]]:
        """They may fit by more than the name."""
        pieces = self._inbox.desk.queries.filtering(View.ALL, words)
        for conversation_id in islice(chain.from_iterable(pieces), MOST):
            row = self._inbox.browsing.row(conversation_id)
            score, _ = self._match(words, row.name)
            standing = f"{STATUS_SIGN[row.status]} {row.status}"
            yield PEOPLE_FIRST * score, Choice(conversation_id, row.name, standing)

    def _do(self, chosen: str) -> None:
        action = self._inbox.keymap.actions.get(chosen)
        if action is not None:
            self._inbox.keyboard.perform(action, _keys(action))
        else:
            self._inbox.panes.reveal(ConversationId(chosen))

    def _text(self, choice: Choice) -> Text:
        """The letters that fit are underlined."""
        text, words = Text(choice.text), self._words.strip()
        for place in self._match(words, choice.text)[1] if words else ():
            text.stylize("underline", place, place + 1)
        return text


def _choice(action: Action) -> Choice:
    return Choice(action.id, action.help, _keys(action))


def _keys(action: Action) -> str:
    return " ".join(spoken(key) for key in action.keys)
