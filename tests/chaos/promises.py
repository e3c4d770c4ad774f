"""Whether all that an agent's outbox accepted is exactly one row, in order, or parked; and what a kill may cost.

Parked is what the database refused: it stays in the outbox, with the reason, until it is sent again or given up.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field

from tests.chaos.held import Held
from tests.chaos.journal import Line
from tests.chaos.truth import Fields, Truth

TABLES = {"reply": "messages", "note": "conversation_notes"}


@dataclass
class Fate:
    """One text that was given to an outbox."""

    line: Line
    accepted: bool = False
    declined: bool = False
    """The disk did not take it: it must not be sent."""


@dataclass
class Setting:
    """A draft, a label or a read mark: the values that it may have after a kill at any instant."""

    known: str = ""
    """The last one that is known to be on the disk."""
    later: dict[int, str] = field(default_factory=dict)
    """Those that were set after it, by the numbers of their lines in the journal."""

    @property
    def possible(self) -> set[str]:
        return {self.known, *self.later.values()}

    def kept(self, number: int) -> None:
        """The value of this number is on the disk; those before it are possible no more."""
        if number in self.later:
            self.known = self.later[number]
            self.later = {one: value for one, value in self.later.items() if one > number}


class Account:
    """What an agent's journal says was promised, in all its lives."""

    def __init__(self, lines: Iterable[Line]) -> None:
        self.fates: dict[str, Fate] = {}
        self.retried: set[str] = set()
        self.discarded: set[str] = set()
        """By hand, in this window; they may have been written in another."""
        self.settings: dict[str, Setting] = {}
        self.lost_drafts: list[str] = []
        self._life = 0
        for line in lines:
            self._take(line)

    def setting(self, name: str) -> Setting:
        """One setting, by its name in the journal."""
        return self.settings.setdefault(name, Setting())

    def _take(self, line: Line) -> None:
        match line.act:
            case "life":
                self._life += 1
                self._settle_numbers()
            case "send":
                self.fates[line.name] = Fate(line)
                self._cleared(line)
            case "sent":
                fate = self.fates[line.name]
                fate.accepted = True
                self.setting(_draft(fate.line)).kept(fate.line.number)
            case "unsent":
                self.fates[line.name].declined = True
            case "retry":
                self.retried.add(line.name)
            case "discard":
                self.discarded.add(line.name)
            case "set":
                self.setting(line.name).later[line.number] = line.value
            case "kept":
                self.setting(line.name).kept(int(line.value))
            case "found":
                self._found(line)

    def _cleared(self, line: Line) -> None:
        """Sending empties the draft of that conversation."""
        self.setting(_draft(line)).later[line.number] = ""

    def _found(self, line: Line) -> None:
        """A new life tells the draft that it found."""
        setting = self.setting(line.name)
        if line.value not in setting.possible:
            self.lost_drafts.append(f"{line.name}: {line.value!r} was found, not one of {sorted(setting.possible)}")
        self.settings[line.name] = Setting(line.value)

    def _settle_numbers(self) -> None:
        """A new process counts from 1 again: what may not have been kept gets numbers below all that follow."""
        for setting in self.settings.values():
            setting.later = {-1_000_000 * self._life - n: v for n, v in enumerate(setting.later.values())}


def _draft(line: Line) -> str:
    return f"draft/{line.kind}/{line.conversation_id}"


def complaints(accounts: Sequence[Account], held: Held, truth: Truth) -> list[str]:
    """What was promised to one agent, in each of their windows, and is not so."""
    found, retried = [*_rows(accounts, held, truth)], set().union(*(account.retried for account in accounts))
    for account in accounts:
        found += [f"a draft was lost: {lost}" for lost in account.lost_drafts]
        found += [*_order(account, retried, held.me, truth), *_settings(account, held, truth)]
    return found


def _rows(accounts: Sequence[Account], held: Held, truth: Truth) -> Iterator[str]:
    parked = Counter(one.body for one in held.outbox if one.delivery == "refused")
    stored = {kind: _stored(truth, kind, held.me) for kind in TABLES}
    fates = {words: fate for account in accounts for words, fate in account.fates.items()}
    discarded = set().union(*(account.discarded for account in accounts))
    for words, fate in fates.items():
        rows = stored[fate.line.kind][words]
        yield from _fate(words, fate, rows, parked[words])
        if fate.accepted and words not in discarded and rows + parked[words] != 1:
            yield f"{words!r} was accepted; it has {rows} rows and is parked {parked[words]} times"
    for kind in TABLES:
        yield from (f"{words!r} is stored and nobody wrote it" for words in stored[kind].keys() - fates.keys())


def _stored(truth: Truth, kind: str, me: str) -> Counter[str]:
    author = "sender_id" if kind == "reply" else "author_id"
    return Counter(row["body"] for row in truth.rows(TABLES[kind]) if row[author] == me)


def _fate(words: str, fate: Fate, rows: int, parked: int) -> Iterator[str]:
    if rows > 1:
        yield f"{words!r} is stored {rows} times"
    if rows and parked:
        yield f"{words!r} is stored and parked"
    if fate.declined and rows + parked:
        yield f"{words!r} was not taken by the disk, and is there"


def _order(account: Account, retried: set[str], me: str, truth: Truth) -> Iterator[str]:
    """First in, first out, but for what was sent again by hand."""
    for kind, table in TABLES.items():
        written = {words: n for n, words in enumerate(account.fates) if words not in retried}
        for one in truth.tables["conversations"]:
            threads = truth.threads[one] if table == "messages" else [s for s in truth.sides[one] if "body" in s]
            order = [written[words] for words in _mine(threads, me) if words in written]
            if order != sorted(order):
                yield f"the order of {kind} in {one} is not that in which they were written"


def _mine(rows: list[Fields], me: str) -> list[str]:
    return [row["body"] for row in rows if me in {row.get("sender_id"), row.get("author_id")}]


def _settings(account: Account, held: Held, truth: Truth) -> Iterator[str]:
    for name, setting in account.settings.items():
        what, _, rest = name.partition("/")
        if truth.assigned_only and what != "draft":  # refused, where a colleague has it by then
            continue
        value = {"draft": _draft_now, "label": _label_now, "read": _mark_now}[what](rest, held, truth)
        if what == "read":
            if int(value) < int(setting.known or 0):
                yield f"{name} is {value}, and {setting.known} was read"
        elif value not in setting.possible:
            yield f"{name} is {value!r}, not one of {sorted(setting.possible)}"


def _draft_now(rest: str, held: Held, _truth: Truth) -> str:
    return held.drafts.get(rest, "")


def _label_now(rest: str, _held: Held, truth: Truth) -> str:
    label, _, one = rest.partition("/")
    rows = truth.rows("conversation_contact_labels")
    on = (row["removed_at"] is None for row in rows if (row["label_id"], row["conversation_id"]) == (label, one))
    return "on" if next(on, False) else ""


def _mark_now(one: str, held: Held, truth: Truth) -> str:
    mark = truth.tables["conversation_read_status"].get(f"{one}/{held.me}", {})
    return str(mark.get("last_read_seq", 0))
