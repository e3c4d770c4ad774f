"""What a run came to: numbers for people and for machines, and all that was wrong."""

from collections import Counter
from collections.abc import Iterable, Sequence
from statistics import median

from msgspec import Struct

from tests.chaos.customers import Customer
from tests.chaos.promises import Account
from tests.chaos.recovery import Recovery
from tests.chaos.truth import Truth


class Tally(Struct, frozen=True):
    """Counted in the database, beside what was accepted."""

    messages: int = 0
    notes: int = 0
    accepted: int = 0
    """By outboxes, and by the server from customers."""
    parked: int = 0
    discarded: int = 0
    losses: int = 0
    duplicates: int = 0


class Report(Struct, frozen=True):
    """Seconds and bytes. `recover`: from the end of a fault to `live`."""

    seed: int
    seconds: float
    faults: int
    faults_by_kind: dict[str, int]
    strikes: int
    """Messages and frames that faults of the line fell upon."""
    lives: dict[str, int]
    """Processes of each agent."""
    tally: Tally
    recoveries: int
    recover_p50: float
    recover_max: float
    recover_worst: str
    settle: float
    """From the end of all faults until every client held what the database held."""
    memory_peak: int
    memory_growth: int
    """Of the agent that was never killed, from a fifth of the work on."""
    complaints: list[str]
    story: list[str]
    """What happened to those concerned; empty where all is well."""

    def lines(self) -> Iterable[str]:
        """For a person."""
        yield f"seed {self.seed}: {self.seconds:.0f} s, {self.faults} faults ({self.strikes} strikes)"
        yield ", ".join(f"{count} {kind}" for kind, count in self.faults_by_kind.items())
        tally = self.tally
        yield (
            f"{tally.messages} messages, {tally.notes} notes; {tally.accepted} accepted, {tally.parked} parked, "
            f"{tally.discarded} given up: {tally.losses} lost, {tally.duplicates} twice"
        )
        yield (
            f"live again after {self.recover_p50:.2f} s (p50 of {self.recoveries}), {self.recover_max:.1f} s at most "
            f"({self.recover_worst}); all equal {self.settle:.1f} s after the last fault"
        )
        yield f"memory {self.memory_peak / 1e6:.0f} MB at most, grown by {self.memory_growth / 1e6:.1f} MB"
        yield from self.story
        yield from (f"WRONG: {complaint}" for complaint in self.complaints)


def tally(truth: Truth, accounts: Sequence[Account], parked: Sequence[str], customers: Iterable[Customer]) -> Tally:
    """Each accepted text beside the rows that have it."""
    fates = {words: fate for account in accounts for words, fate in account.fates.items()}
    letters = [letter for customer in customers for letter in customer.letters.values()]
    accepted = {words for words, fate in fates.items() if fate.accepted}
    accepted |= {letter.words for letter in letters if letter.conversation_id}
    discarded = {words for account in accounts for words in account.discarded}
    rows = Counter(row["body"] for table in ("messages", "conversation_notes") for row in truth.rows(table))
    return Tally(
        messages=len(truth.rows("messages")),
        notes=len(truth.rows("conversation_notes")),
        accepted=len(accepted),
        parked=len(parked),
        discarded=len(discarded),
        losses=sum(not rows[words] for words in accepted - discarded - set(parked)),
        duplicates=sum(count > 1 for count in rows.values()),
    )


def middle(found: Sequence[Recovery]) -> tuple[float, float, str]:
    """p50, the most, and after what that was."""
    if not found:
        return 0.0, 0.0, "nothing"
    worst = max(found, key=lambda one: one.seconds)
    return median(one.seconds for one in found), worst.seconds, f"{worst.who} after {worst.after}"
