"""How long it took after a fault was over until an agent's link was live again."""

from collections.abc import Iterable, Sequence

from msgspec import Struct

from tests.chaos.agent import Said
from tests.chaos.plan import STACK
from tests.chaos.storm import Struck

FADED = 60.0
"""Seconds after which a link that went is no consequence of a fault any more."""


class Recovery(Struct, frozen=True):
    """One client, after one fault."""

    seconds: float
    who: str
    after: str


def recoveries(who: str, said: Iterable[Said], log: Sequence[Struck]) -> list[Recovery]:
    """For each time that the link came back: how long after the end of the last fault before it."""
    links = [(one.at, one.words == "live") for one in said if one.what == "link"]
    mine = sorted((one for one in log if one.blow.target in {who, STACK}), key=lambda one: one.ended)
    returns = [at for (at, live), before in zip(links[1:], links, strict=False) if live and not before[1]]
    found = [_one(who, at, mine) for at in returns]
    return [recovery for recovery in found if recovery is not None]


def _one(who: str, at: float, mine: Sequence[Struck]) -> Recovery | None:
    """None where a fault still stood when the link came back, or none had ended shortly before."""
    if any(one.began < at < one.ended for one in mine):
        return None
    over = [one for one in mine if at - FADED < one.ended <= at]
    return Recovery(at - over[-1].ended, who, str(over[-1].blow)) if over else None
