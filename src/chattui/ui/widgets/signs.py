"""Signs and words of the screen: a state is never told by a colour alone."""

from chattui.model.events import Delivery
from chattui.model.records import Status
from chattui.store.projections import Entry, ListRow
from chattui.text.inert import Inert

STATUS_SIGN = {
    Status.AI: Inert("◌"),
    Status.WAITING: Inert("◔"),
    Status.ACTIVE: Inert("●"),
    Status.CLOSED: Inert("✓"),
}
STATUS_WORD = {status: Inert(status.value) for status in Status}
SNOOZED = Inert("◷")
SNOOZED_WORD = Inert("snoozed")
YOU = Inert("you")
MINE = Inert("mine")
EYE = Inert("◉")
DRAFT = Inert("✎")
READ = Inert("✓✓")
TYPING = Inert("is typing…")
DELETED = Inert("message deleted")
RULE = Inert("── ")
RULE_END = Inert(" ──")
NOTE = Inert("NOTE ")
LOADING = Inert("loading…")
NOTHING_YET = Inert("no messages yet")
ME = Inert("· you")
EDITED = Inert("edited ")
BLOCKED = Inert("✗ blocked")
NO_SUBJECT = Inert("conversation")
PENDING = Inert("…")
PRIORITY = (Inert(""), Inert("! "), Inert("!! "), Inert("!!! "))
"""Before a name, from none to urgent."""
DELIVERY_SIGN = {Delivery.QUEUED: Inert("◌"), Delivery.SENT: Inert("↑"), Delivery.REFUSED: Inert("✗")}


def first_name(name: Inert) -> Inert:
    """What fits a narrow place: the first word of a name."""
    return Inert(name.split(maxsplit=1)[0]) if name else name


def standing_of(status: Status) -> Inert:
    """Sign and word of a status."""
    return Inert(f"{STATUS_SIGN[status]} {STATUS_WORD[status]}")


def standing(row: ListRow) -> tuple[Inert, Inert]:
    """Sign and word of where a conversation stands now."""
    if row.snoozed_until is not None:
        return SNOOZED, SNOOZED_WORD
    return STATUS_SIGN[row.status], STATUS_WORD[row.status]


def delivered(entry: Entry, customer_read_seq: int) -> Inert:
    """How far an agent's message has come, sign and word."""
    if entry.delivery is not None:
        return Inert(f"{DELIVERY_SIGN[entry.delivery]} {entry.delivery}")
    return Inert("✓✓ read") if entry.seq <= customer_read_seq else Inert("✓ stored")


def moved(count: int) -> Inert:
    """So many rows would stand elsewhere if the order were not held."""
    return Inert(f" •{count} moved ")


def refused(reason: Inert | None) -> Inert:
    """Why my words were not taken."""
    return Inert(f"✗ refused: {reason}" if reason else "✗ refused")


def leads_to(host: Inert) -> Inert:
    """Where a link that looks otherwise leads."""
    return Inert(f"↗ leads to {host}")


def newer(count: int) -> Inert:
    """So many messages came below what is in sight."""
    return Inert(f" ↓ {count} new ")


def typing(names: tuple[Inert, ...]) -> Inert:
    """Who writes now."""
    if not names:
        return Inert("")
    verb = "is" if len(names) == 1 else "are"
    return Inert(f"{', '.join(names)} {verb} typing…")
