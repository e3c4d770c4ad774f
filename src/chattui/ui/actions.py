"""Every key, once.

Bindings, footer, help, palette and `chattui keys` are made from `ACTIONS`; nothing else knows a key. No Textual here:
printing the table needs no screen.
"""

from collections.abc import Iterable, Mapping
from difflib import get_close_matches
from enum import StrEnum

from msgspec import Struct, structs

from chattui.explained import Explained


class Where(StrEnum):
    """What has the focus."""

    LIST = "list"
    THREAD = "thread"
    COMPOSER = "composer"
    FILTER = "filter"
    PANEL = "panel"


class Standing(StrEnum):
    """How a conversation stands to me: which actions make sense."""

    AI = "ai"
    WAITING = "waiting"
    MINE = "mine"
    THEIRS = "theirs"
    CLOSED = "closed"


PANES = (Where.LIST, Where.THREAD)
"""Where single letters are keys."""
ANYWHERE = tuple(Where)


class Action(Struct, frozen=True):
    """One thing an agent can do by key, palette or mouse."""

    id: str
    keys: tuple[str, ...]
    label: str
    """One or two words, for the footer."""
    help: str
    category: str
    where: tuple[Where, ...] = PANES
    acts: bool = False
    """Changes something for others: its key has to stand alone."""
    asks: str = ""
    """The question that comes first: "Close {name}?"."""
    rank: int = 0
    """Place in the footer; 0 stays out of it."""
    when: tuple[Standing, ...] = tuple(Standing)
    """How the conversation has to stand for the footer to offer it."""


class KeysError(Explained):
    """A rebinding that cannot be: a clash, an unknown action. The text is for the agent."""


LEADER = "ctrl+g"
"""Written before a letter of the list, it works in the composer: Ctrl+G t takes over, Ctrl+G c closes."""

OPEN = (Standing.AI, Standing.WAITING, Standing.MINE)
WRITING = (Where.COMPOSER,)
READ = (*PANES, Where.PANEL)
SCROLLED = (Where.LIST, Where.THREAD, Where.COMPOSER)

CONVERSATION = (
    Action("open", ("enter",), "open", "Open it, mark it read, write", "Conversation", rank=1),
    Action(
        "take-over",
        ("t",),
        "take over",
        "Take the conversation over",
        "Conversation",
        acts=True,
        rank=2,
        when=(Standing.AI, Standing.WAITING),
    ),
    Action("take-next", ("n",), "take next", "Take the oldest waiting one", "Conversation", acts=True, rank=7),
    Action("close", ("c",), "close", "Close it", "Conversation", acts=True, asks="Close {name}?", rank=5, when=OPEN),
    Action(
        "hand-back",
        ("T",),
        "to the AI",
        "Hand it back to the AI",
        "Conversation",
        acts=True,
        asks="Hand {name} back to the AI?",
        rank=6,
        when=(Standing.MINE,),
    ),
    Action(
        "requeue",
        ("u",),
        "requeue",
        "Put it back among the waiting",
        "Conversation",
        acts=True,
        asks="Put {name} back among the waiting?",
    ),
    Action(
        "reopen",
        ("o",),
        "reopen",
        "Open a closed one again, as mine",
        "Conversation",
        acts=True,
        rank=2,
        when=(Standing.CLOSED,),
    ),
    Action("transfer", ("a",), "assign", "Give it to a colleague", "Conversation", acts=True),
    Action("label", ("l",), "label", "Put labels on it, or take them off", "Conversation", acts=True, rank=8),
    Action("snooze", ("z",), "snooze", "Put it aside until later, or wake it", "Conversation", acts=True),
    Action("priority", ("exclamation_mark",), "priority", "Say how urgent it is", "Conversation", acts=True),
)
WORDS = (
    Action("reply", ("r",), "reply", "Write to the customer", "Writing", rank=3, when=(Standing.MINE,)),
    Action("note", ("N",), "note", "Write a note that no customer sees", "Writing", rank=4),
    Action("send", ("enter",), "send", "Send it, or keep the note", "Writing", WRITING, rank=1),
    Action("newline", ("ctrl+j", "shift+enter"), "new line", "Begin a new line", "Writing", WRITING, rank=4),
    Action(
        "templates", ("f2",), "replies", "Choose a canned reply; or type / and its name", "Writing", (*PANES, *WRITING)
    ),
    Action("leader", (LEADER,), "then a key", "Then any key of the list, while writing", "Writing", WRITING),
)
MESSAGES = (
    Action("message-up", ("alt+up",), "message", "Choose the message above", "Messages", SCROLLED),
    Action("message-down", ("alt+down",), "message", "Choose the message below", "Messages", SCROLLED),
    Action("copy", ("y",), "copy", "Copy the message, or what the mouse marked", "Messages", acts=True),
    Action("open-link", ("O",), "open link", "See where a message's links lead, and open one", "Messages", acts=True),
    Action("retry", ("x",), "send again", "Send again what was refused", "Messages", acts=True),
    Action("edit", ("e",), "edit", "Put what was refused back where you write", "Messages", acts=True),
    Action("discard", ("X",), "give up", "Give up what was refused", "Messages", acts=True),
    Action("unsent", ("f8",), "not sent", "What was not sent: again, copied, edited, given up", "Messages", ANYWHERE),
)
"""But for the last, done to the chosen one; without one, to the newest that they fit."""
MOVES = (
    Action("keep-filter", ("enter",), "keep", "Keep the filter, go to the list", "Moving", (Where.FILTER,)),
    Action("back", ("escape",), "back", "One step back: popup, filter, composer, list", "Moving", ANYWHERE),
    Action("filter", ("slash",), "filter", "Filter the list as you type", "Moving", rank=9),
    Action("search", ("ctrl+f",), "search", "Search what was said, in all conversations", "Moving", ANYWHERE),
    Action("next-unread", ("right_square_bracket",), "next unread", "Next unread in this view", "Moving"),
    Action("previous-unread", ("left_square_bracket",), "previous unread", "Previous unread in this view", "Moving"),
    Action("next-needing-me", ("ctrl+n",), "next", "Next one that needs me", "Moving", ANYWHERE),
    Action("last", ("ctrl+t",), "last one", "Back to the one before", "Moving", ANYWHERE),
    Action("scroll-up", ("pageup",), "scroll", "Scroll the thread up", "Moving", SCROLLED),
    Action("scroll-down", ("pagedown",), "scroll", "Scroll the thread down", "Moving", SCROLLED),
    Action("up", ("up", "k"), "up", "Up: list, thread, or past conversations", "Moving", READ),
    Action("down", ("down", "j"), "down", "Down: list, thread, or past conversations", "Moving", READ),
    Action("first", ("home", "g"), "first", "To the first one", "Moving"),
    Action("end", ("end", "G"), "last", "To the last one; in the thread, the newest", "Moving"),
    Action("read-thread", ("right",), "thread", "From the list into the thread", "Moving", (Where.LIST,)),
    Action("read-list", ("left",), "list", "From the thread to the list", "Moving", (Where.THREAD,)),
    Action("read-panel", ("right",), "customer", "From the thread to the customer", "Moving", (Where.THREAD,)),
    Action("open-past", ("enter",), "open", "Open the customer's past conversation", "Moving", (Where.PANEL,)),
    Action("leave-panel", ("left",), "thread", "From the customer to the thread", "Moving", (Where.PANEL,)),
)
VIEWS = (
    Action("next-view", ("tab",), "next view", "Next view", "Views"),
    Action("previous-view", ("shift+tab",), "previous view", "Previous view", "Views"),
    Action("view-waiting", ("1",), "waiting", "Who waits for a person", "Views"),
    Action("view-mine", ("2",), "mine", "What is mine", "Views"),
    Action("view-ai", ("3",), "AI", "What the AI does", "Views"),
    Action("view-all", ("4",), "all", "All that are open", "Views"),
    Action("view-closed", ("5",), "closed", "What was closed", "Views"),
)
PROGRAM = (
    Action("palette", ("ctrl+p",), "palette", "Every action and every conversation, by name", "Program", ANYWHERE),
    Action("help", ("question_mark", "f1"), "help", "All keys", "Program", ANYWHERE),
    Action("resync", ("ctrl+r",), "resync", "Try the link again at once, and compare", "Program", ANYWHERE),
    Action("notices", ("f3",), "notices", "Desktop notices on or off", "Program", ANYWHERE),
    Action("availability", ("f4",), "availability", "Online, or away", "Program", ANYWHERE),
    Action("theme", ("f5",), "light/dark", "Light or dark", "Program", ANYWHERE),
    Action("suspend", ("ctrl+z",), "suspend", "Into the background; `fg` brings it back", "Program", READ),
    Action("quit", ("ctrl+q",), "quit", "Leave", "Program", ANYWHERE),
)
ACTIONS: tuple[Action, ...] = (*CONVERSATION, *WORDS, *MESSAGES, *MOVES, *VIEWS, *PROGRAM)

NEEDS_ONE = {*(action.id for action in CONVERSATION), "reply", "note", "templates"} - {"take-next"}
"""Done to a conversation: nothing where none is under the cursor."""
COMPOSING = ("send", "take-over", "reopen", "close", "newline", "templates", "back", "next-needing-me")
"""The footer while writing, in order; letters come after the leader."""
OFFERED = {
    Where.COMPOSER: COMPOSING,
    Where.FILTER: ("keep-filter", "back", "search", "next-needing-me", "last"),
    Where.PANEL: ("up", "down", "open-past", "leave-panel", "back", "next-needing-me"),
}
"""The footer of these is written by hand; elsewhere `rank` decides."""
MOST_KEYS = 7
"""In the footer, beside palette and help."""

SIGNS = {
    "slash": "/",
    "question_mark": "?",
    "exclamation_mark": "!",
    "left_square_bracket": "[",
    "right_square_bracket": "]",
    "escape": "Esc",
    "enter": "Enter",
    "tab": "Tab",
    "shift+tab": "Shift+Tab",
    "left": "←",
    "right": "→",
    "up": "↑",
    "down": "↓",
    "space": "Space",
    "pageup": "PgUp",
    "pagedown": "PgDn",
}
"""Textual's names of keys → what stands on the key."""

NAMES = {sign.lower(): name for name, sign in SIGNS.items()}


def brief(key: str) -> str:
    """A spoken key where every cell counts: `Ctrl+P` → `^P`."""
    return key.replace("Ctrl+", "^")


def spoken(key: str) -> str:
    """A key as people write it: `ctrl+n` → `Ctrl+N`, `slash` → `/`."""
    if key in SIGNS:
        return SIGNS[key]
    if len(key) == 1:
        return key
    return "+".join(part.capitalize() if len(part) > 1 else part.upper() for part in key.split("+"))


def key_name(written: str) -> str:
    """A key as Textual names it, from how people write it; a single letter keeps its case."""
    if len(written) == 1 and written.isalpha():
        return written
    return NAMES.get(written.lower(), written.lower())


class Keymap:
    """Which action a key means, and where."""

    def __init__(self, rebound: Mapping[str, Iterable[str]] | None = None) -> None:
        self.actions: Mapping[str, Action] = _rebind(rebound or {})
        self._by_key: dict[tuple[str, Where], Action] = {}
        for action in self.actions.values():
            for key in action.keys:
                self._claim(key, action)

    def _claim(self, key: str, action: Action) -> None:
        for where in action.where:
            other = self._by_key.setdefault((key, where), action)
            if other is not action:
                raise KeysError(
                    f"[keys] in the settings: key {spoken(key)} is asked for by both {other.id} and {action.id}; "
                    "give one of them another key."
                )

    def meaning(self, key: str, where: Where) -> Action | None:
        """The action of a key, as Textual names it."""
        return self._by_key.get((key, where))

    def hint(self, action_id: str, where: Where = Where.LIST) -> str:
        """The key of an action as people write it, for where they are: where letters are text, after the leader."""
        keys = self.actions[action_id].keys
        if where in PANES:
            return spoken(next(iter(keys), ""))
        plain = next((key for key in keys if not _is_text(key)), None)
        return spoken(plain) if plain else f"{spoken(self.actions['leader'].keys[0])} {spoken(next(iter(keys), ''))}"

    def footer(self, where: Where, standing: Standing | None, *, note: bool = False) -> list[tuple[str, Action]]:
        """(key, action) of what is worth a place at the bottom here, in order. A `note` is kept, not sent."""
        if where in OFFERED:
            offered = [self.actions[action_id] for action_id in OFFERED[where]]
        else:
            ranked = (action for action in self.actions.values() if action.rank and where in action.where)
            offered = sorted(ranked, key=lambda action: action.rank)
        fitting = [action for action in offered if _fits(action, standing)]
        named = [structs.replace(a, label="keep") if note and a.id == "send" else a for a in fitting[:MOST_KEYS]]
        return [(self.hint(action.id, where), action) for action in named]


def _fits(action: Action, standing: Standing | None) -> bool:
    return standing in action.when if standing else action.id not in NEEDS_ONE


def _is_text(key: str) -> bool:
    return len(key) == 1 or key == "space" or (len(sign := spoken(key)) == 1 and sign.isascii())


def _rebind(rebound: Mapping[str, Iterable[str]]) -> dict[str, Action]:
    actions = {action.id: action for action in ACTIONS}
    for action_id, keys in rebound.items():
        if action_id not in actions:
            raise KeysError(f"[keys] in the settings: there is no action {action_id!r}{_nearest(action_id, actions)}")
        actions[action_id] = structs.replace(actions[action_id], keys=tuple(key_name(key) for key in keys))
    return actions


def _nearest(unknown: str, known: Iterable[str]) -> str:
    close = get_close_matches(unknown, list(known), n=1, cutoff=0.4)
    return f"; did you mean {close[0]!r}?" if close else "; `chattui keys` lists them."


def categories(keymap: Keymap) -> dict[str, list[Action]]:
    """The table as help shows it."""
    table: dict[str, list[Action]] = {}
    for action in keymap.actions.values():
        table.setdefault(action.category, []).append(action)
    return table


def listing(keymap: Keymap) -> list[tuple[str, str, str, str]]:
    """(id, keys, where, what it does), a line each, as `chattui keys` prints them."""
    return [
        (
            action.id,
            " ".join(spoken(key) for key in action.keys),
            "anywhere" if action.where == ANYWHERE else " ".join(action.where),
            action.help,
        )
        for action in keymap.actions.values()
    ]
