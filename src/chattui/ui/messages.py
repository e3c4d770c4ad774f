"""What is done to a chosen message: copied, its links opened; what was refused sent again, edited or given up."""

from collections.abc import Callable
from itertools import islice
from typing import TYPE_CHECKING

from chattui.desk.keeping import Unkept
from chattui.model.events import Delivery
from chattui.model.records import ConversationId
from chattui.store.projections import Entry, EntryKind
from chattui.text.inert import Inert
from chattui.text.links import Link, refused_schemes
from chattui.ui.actions import Keymap, Where, brief
from chattui.ui.browser import open_link
from chattui.ui.doing import Doers, Host
from chattui.ui.panes import Panes
from chattui.ui.screens.links import LinkScreen
from chattui.ui.selection import Selection
from chattui.ui.widgets.composer import Mode
from chattui.ui.widgets.thread import ThreadView
from chattui.ui.widgets.thread_lines import links_in
from chattui.ui.writing import Writing

if TYPE_CHECKING:
    from chattui.desk import Desk

NEAR = 200
"""Entries, from the end, among which a message is found when none is chosen."""
CLIPBOARD = 74_994
"""Bytes that every terminal takes at once which takes any: 100,000 characters of OSC 52. No message is longer."""


class Messages:
    """Each is done to the message under the cursor of the thread; without one, to the newest that it fits."""

    def __init__(  # noqa: PLR0913 - what a message has to do with
        self,
        desk: "Desk",
        selection: Selection,
        writing: Writing,
        thread: ThreadView,
        *,
        panes: Panes,
        keymap: Keymap,
        host: Host,
    ) -> None:
        self._desk, self._selection, self._writing, self._thread = desk, selection, writing, thread
        self._panes, self._keymap, self._host = panes, keymap, host

    def doers(self) -> Doers:
        """What they are."""
        return {
            "copy": lambda _: self._copy(),
            "open-link": lambda _: self._links(),
            "retry": lambda _: self._refused(lambda _, entry: self._desk.retry(entry.key)),
            "discard": lambda _: self._refused(lambda _, entry: self._desk.discard(entry.key)),
            "edit": lambda _: self._refused(lambda one, entry: self._host.work(self.edit(one, entry))),
        }

    def _chosen(self, fits: Callable[[Entry], object]) -> Entry | None:
        if self._thread.selected is not None:
            return self._thread.selected
        shown = self._selection.shown
        entries = self._desk.queries.thread(shown).entries if shown is not None else ()
        return next((entry for entry in islice(reversed(entries), NEAR) if fits(entry)), None)

    # Copying

    def _copy(self) -> None:
        marked = self._thread.screen.get_selected_text()
        if marked:
            self._put(marked, "what the mouse marked")
            return
        entry = self._chosen(self._words)
        words = self._words(entry) if entry is not None else ""
        if entry is None or not words:
            self._host.say("There are no words to copy here.")
            return
        if self._selection.shown is not None:
            self.copy(self._selection.shown, entry)

    def copy(self, conversation_id: ConversationId, entry: Entry) -> None:
        """Its words, as they were written."""
        whose = "your" if entry.mine else f"{entry.author}'s"
        what = f"{whose} {'note' if entry.kind is EntryKind.NOTE else 'message'}"
        self._put(self._desk.queries.original(conversation_id, entry), what)

    def _words(self, entry: Entry) -> str:
        """As they were written: never drawn, and only ever encoded on the way to the clipboard."""
        return self._desk.queries.original(self._selection.shown, entry) if self._selection.shown is not None else ""

    def _put(self, words: str, what: str) -> None:
        """Terminals do not say whether they took it."""
        fitting = words.encode("utf-8", "replace")[:CLIPBOARD].decode("utf-8", "ignore")
        self._thread.app.copy_to_clipboard(fitting)
        count = f"{len(fitting):,}" if len(fitting) == len(words) else f"the first {len(fitting):,} of {len(words):,}"
        self._host.say(f"Handed to the terminal's clipboard: {what}, {count} characters.")

    # Links

    def _links(self) -> None:
        entry = self._chosen(lambda entry: links_in(entry.body) or refused_schemes(entry.body))
        found = links_in(entry.body) if entry is not None and not entry.deleted else ()
        never = " and ".join(f"{scheme}:" for scheme in refused_schemes(entry.body)) if entry is not None else ""
        if found:
            keys = self._keymap.actions["open-link"].keys, self._keymap.actions["copy"].keys
            self._thread.app.push_screen(LinkScreen(found, never, keys=keys, opened=self._open, copied=self._copy_link))
        else:
            only = f" Only http, https and mailto are opened, not {never}." if never else ""
            self._host.say(f"There is no link here that can be opened.{only}")

    def _open(self, link: Link) -> None:
        self._host.work(self._browse(link))

    async def _browse(self, link: Link) -> None:
        if await open_link(link.target):
            self._host.say(f"Opened in the browser: {link.host}")
        else:
            keys = " ".join(self._keymap.hint(name) for name in ("open-link", "copy"))
            self._host.say(f"No browser could be started from here; {keys} copies the address.")

    def _copy_link(self, link: Link) -> None:
        self._put(link.target, f"the address at {link.host}")

    # What was refused

    def _refused(self, then: Callable[[ConversationId, Entry], None]) -> None:
        entry = self._chosen(lambda entry: entry.delivery is Delivery.REFUSED)
        if entry is None or entry.delivery is not Delivery.REFUSED or self._selection.shown is None:
            self._host.say("Nothing here was refused.")
        else:
            then(self._selection.shown, entry)

    async def edit(self, conversation_id: ConversationId, entry: Entry) -> None:
        """What was refused stands where it was written, again."""
        mode = Mode.NOTE if entry.kind is EntryKind.NOTE else Mode.REPLY
        words = self._desk.queries.original(conversation_id, entry)
        try:
            back = await self._writing.take_back(conversation_id, mode, entry.key, words)
        except Unkept as error:
            self._host.say(f"Not taken back: {error} It stays where it is.")
            return
        if back:
            self._panes.write(mode)
        else:
            self._host.say("It is not refused any more: it was sent again, edited or given up elsewhere.")


def fitting(chosen: Entry | None) -> tuple[str, ...]:
    """The actions that the footer offers for the chosen message; those for a refused one stand beside it."""
    if chosen is None or chosen.deleted:
        return ()
    return ("copy", "open-link") if links_in(chosen.body) else ("copy",)


def refused_keys(keymap: Keymap, where: Where) -> Inert:
    """What can be done to a refused message, with its keys; where letters are text, after the leader."""
    names = (("retry", "send again"), ("edit", "edit"), ("copy", "copy"), ("discard", "give up"))
    lead = f"{brief(keymap.hint('leader', where))} " if where is Where.COMPOSER else ""
    return Inert(lead + " · ".join(f"{keymap.hint(name)} {words}" for name, words in names))
