"""What I wrote and is not stored, wherever it was meant to go: looked through, and seen to one by one."""

from collections.abc import Iterator
from functools import partial
from typing import TYPE_CHECKING

from chattui.model.events import Delivery
from chattui.store.projections import Unsent
from chattui.ui.doing import Doers, Host
from chattui.ui.messages import Messages
from chattui.ui.panes import Panes
from chattui.ui.pickers import Choice

if TYPE_CHECKING:
    from chattui.desk import Desk

OUT_OF_SIGHT = "a conversation you no longer see"


class UnsentWords:
    """A list of them, then what can still be done with the one that was chosen."""

    def __init__(self, desk: "Desk", messages: Messages, panes: Panes, host: Host) -> None:
        self._desk, self._messages, self._panes, self._host = desk, messages, panes, host

    def doers(self) -> Doers:
        """What they are."""
        return {"unsent": lambda _: self._list()}

    def _list(self) -> None:
        if self._desk.queries.unsent():
            self._host.choose("Not sent", lambda: [_line(one) for one in self._desk.queries.unsent()], self._ask)
        else:
            self._host.say("Everything that you wrote has been sent.")

    def _ask(self, key: str) -> None:
        if (one := self._found(key)) is not None:
            self._host.choose(f"{_name(one)}: {one.preview}", lambda: list(_remedies(one)), partial(self._do, key))

    def _found(self, key: str) -> Unsent | None:
        found = next((one for one in self._desk.queries.unsent() if one.entry.key == key), None)
        if found is None:
            self._host.say("It does not wait here any more.")
        return found

    def _do(self, key: str, remedy: str) -> None:
        one = self._found(key)
        if one is None:
            return
        match remedy:
            case "retry":
                self._desk.retry(key)
            case "hurry":
                self._desk.resync()
            case "copy":
                self._messages.copy(one.conversation_id, one.entry)
            case "discard":
                self._desk.discard(key)
            case "edit":
                self._panes.reveal(one.conversation_id)
                self._host.work(self._messages.edit(one.conversation_id, one.entry))
            case "open":
                self._panes.reveal(one.conversation_id)


def _name(one: Unsent) -> str:
    return one.name or OUT_OF_SIGHT


def _line(one: Unsent) -> Choice:
    sign = "✗" if one.entry.delivery is Delivery.REFUSED else "◌"
    return Choice(one.entry.key, _name(one), f"{sign} {one.entry.reason or 'on its way'}", below=one.preview)


def _remedies(one: Unsent) -> Iterator[Choice]:
    """What is on its way may be stored already: it is not edited, nor given up."""
    refused, reason = one.entry.delivery is Delivery.REFUSED, one.entry.reason or ""
    yield Choice("retry", "Send it again", below=reason) if refused else Choice("hurry", "Send it now", below=reason)
    if refused and one.name is not None:
        yield Choice("edit", "Edit it", "its words go back to where you write")
    yield Choice("copy", "Copy it", "as it was written")
    if refused:
        yield Choice("discard", "Give it up")
    if one.name is not None:
        yield Choice("open", "Go to the conversation")
