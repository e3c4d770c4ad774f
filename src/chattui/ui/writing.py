"""The composer's side of a conversation: drafts, sending, canned replies, and why something cannot be sent."""

from collections.abc import Callable
from typing import TYPE_CHECKING

from textual.app import ComposeResult
from textual.containers import Vertical

from chattui.desk.keeping import Unkept, joined
from chattui.model.records import ConversationId, Status
from chattui.store.projections import Reply, ThreadHead
from chattui.ui.actions import Keymap, Where
from chattui.ui.widgets.completion import MOST, Completion, shortcut_of
from chattui.ui.widgets.composer import Composer, Mode

if TYPE_CHECKING:
    from chattui.desk import Desk


class Writing(Vertical):
    """Never loses a word: what cannot be sent stays in the composer, and every edit goes to the draft."""

    def __init__(self, desk: "Desk", keymap: Keymap, say: Callable[[str], None]) -> None:
        super().__init__(id="writing")
        self._desk, self._keymap, self._say = desk, keymap, say
        self.composer = Composer(keymap.actions["send"].keys, keymap.actions["newline"].keys)
        self.completion = Completion()
        self.lets_go: Callable[[ConversationId], bool] = lambda _: True
        """Asked before a reply goes; what is not let go stays, and the agent was told why."""
        self.gone: Callable[[], object] = lambda: None
        """Called when words have gone: they come to the end of the thread."""

    def on_mount(self) -> None:
        """What the desk has to say of the words that it keeps."""
        self._desk.remarks.hear(self._say)

    def compose(self) -> ComposeResult:
        """The popup stands above the field."""
        yield self.completion
        yield self.composer

    def turn_to(self, conversation_id: ConversationId | None, mode: Mode = Mode.REPLY) -> None:
        """Write in this conversation, from its draft on; the last letters of the one before are kept first."""
        if self.composer.conversation_id is not None:
            self._desk.drafts.keep(self.composer.conversation_id, self.composer.mode, self.composer.text)
        text = self._desk.drafts.of(conversation_id, mode) if conversation_id else ""
        self.composer.write_for(conversation_id, mode, text)
        self.composer.display = conversation_id is not None
        self.dismiss()
        self.explain()

    def switch(self, mode: Mode) -> None:
        """Reply or note; each has its own draft."""
        if self.composer.mode is not mode:
            self.turn_to(self.composer.conversation_id, mode)

    def explain(self) -> None:
        """The border's words, for how the conversation stands now."""
        head = self._head()
        if head is None:
            self.composer.explain("", "", barred=False)
        elif self.composer.mode is Mode.NOTE:
            self.composer.explain("note · only colleagues see it", self._usage("Enter keeps it"), barred=False)
        else:
            barred = self.barred()
            self.composer.explain(f"reply to {head.name}", barred or self._usage("Enter sends"), barred=bool(barred))

    def _usage(self, enter: str) -> str:
        return f"{enter} · Ctrl+J new line" if self.composer.has_focus else ""

    def barred(self) -> str:
        """Why a reply cannot be sent now, with the key that changes it; empty where it can."""
        head = self._head()
        if head is None or head.mine:
            return ""
        where = Where.COMPOSER if self.composer.has_focus else Where.LIST
        take = f"{self._keymap.hint('take-over', where)} take over"
        match head.status:
            case Status.CLOSED:
                return f"closed · {self._keymap.hint('reopen', where)} reopen"
            case Status.ACTIVE:
                return f"{head.assignee or 'A colleague'} has it"
            case Status.WAITING:
                return f"waiting · {take}"
            case Status.AI:
                return f"with the AI · {take}"

    def _edited(self, text: str) -> None:
        """The agent typed."""
        conversation_id = self.composer.conversation_id
        if conversation_id is None:
            return
        self._desk.drafts.keep(conversation_id, self.composer.mode, text)
        if self.composer.mode is Mode.REPLY:
            (self._desk.typing.key if text else self._desk.typing.stop)(conversation_id)
        self._complete(text)

    def _complete(self, text: str) -> None:
        prefix, conversation_id = shortcut_of(text), self.composer.conversation_id
        if prefix is None or conversation_id is None:
            self.dismiss()
        else:
            replies = self._desk.queries.replies(prefix, conversation_id)[:MOST]
            self.composer.popup_open = self.completion.offer(replies)

    def dismiss(self) -> bool:
        """Close the popup; False where none was open."""
        stood, self.composer.popup_open = self.composer.popup_open, False
        self.completion.offer(())
        return stood

    def _steer(self, key: str) -> None:
        """A key for the popup."""
        match key:
            case "up":
                self.completion.action_cursor_up()
            case "down":
                self.completion.action_cursor_down()
            case _ if (chosen := self.completion.chosen) is not None:
                self.composer.put("")
                self.insert(chosen)

    def insert(self, reply: Reply) -> None:
        """A canned reply where the cursor stands; nothing is sent."""
        self.dismiss()
        self.composer.insert(reply.body)
        if reply.missing:
            self._say(f"Fill in {', '.join(reply.missing)} before you send it.")

    async def take_back(self, conversation_id: ConversationId, mode: Mode, item_id: str, words: str) -> bool:
        """Words that were refused stand here again, before those that stood here; False where they are gone.

        Raises `Unkept`: then nothing has changed.
        """
        self.turn_to(conversation_id, mode)
        standing = self.composer.text
        draft = await self._desk.take_back(item_id)
        if draft is None:
            return False
        if (self.composer.conversation_id, self.composer.mode) == (conversation_id, mode):
            typed = self.composer.text
            self.composer.put(draft if typed == standing else joined(words, typed))
            self._edited(self.composer.text)
        return True

    async def on_composer_submitted(self, event: Composer.Submitted) -> None:
        """Enter: send it, or say why not. The words leave the composer only when they are safe."""
        conversation_id = event.conversation_id
        if conversation_id is None or (self._shows(event) and not self.composer.text.startswith(event.text)):
            return
        shown_reply = event.mode is Mode.REPLY and self._shows(event)
        barred = self.barred() if shown_reply else ""
        if shown_reply and not barred and not self.lets_go(conversation_id):
            self.composer.stay()
            return
        trouble = f"{barred}." if barred else await self._send(conversation_id, event)
        if trouble:
            self.composer.stay()
            self._say(f"Not sent: {trouble} Your words are kept.")

    async def _send(self, conversation_id: ConversationId, event: Composer.Submitted) -> str:
        """Empty: the words are safe. Else why not."""
        try:
            await (self._desk.send if event.mode is Mode.REPLY else self._desk.note)(conversation_id, event.text)
        except Unkept as error:
            return str(error)
        if event.mode is Mode.REPLY:
            self._desk.typing.stop(conversation_id)
        self._desk.drafts.keep(conversation_id, event.mode, self._rest(conversation_id, event))
        if self._shows(event):
            self.gone()
        return ""

    def _rest(self, conversation_id: ConversationId, event: Composer.Submitted) -> str:
        """What was typed behind words that are gone."""
        if not self._shows(event):
            return self._desk.drafts.of(conversation_id, event.mode).removeprefix(event.text)
        self.composer.leave(event.text)
        return self.composer.text

    def _shows(self, event: Composer.Submitted) -> bool:
        return (self.composer.conversation_id, self.composer.mode) == (event.conversation_id, event.mode)

    def on_composer_edited(self) -> None:
        """A key, or a paste."""
        self._edited(self.composer.text)

    def on_descendant_blur(self) -> None:
        """The agent looks elsewhere."""
        self._desk.drafts.keep_now()

    def on_composer_steered(self, event: Composer.Steered) -> None:
        """A key for the popup."""
        self._steer(event.key)

    def on_option_list_option_selected(self) -> None:
        """A click in the popup."""
        self._steer("enter")

    def _head(self) -> ThreadHead | None:
        conversation_id = self.composer.conversation_id
        if conversation_id is None or not self._desk.queries.knows(conversation_id):
            return None
        return self._desk.queries.head(conversation_id, self._desk.now())
