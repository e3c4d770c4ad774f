"""A first load as a whole, for those who show nothing before all of it is there."""

from collections.abc import Callable

from msgspec.structs import replace

from chattui.gateway.protocol import Gateway, Snapshot
from chattui.model.records import Conversation, Row


async def whole(gateway: Gateway, come: Callable[[int, int], object] = lambda *_: None) -> Snapshot:
    """Every page of it. `come` is told how many conversations are here, and of how many."""
    page = first = await gateway.snapshot()
    rows: list[Row] = [*first.event.rows]
    count = conversations(rows)
    while page.more is not None:
        come(count, first.open)
        page = await gateway.snapshot(page.more)
        rows += page.event.rows
        count += conversations(page.event.rows)
    return replace(first, event=replace(first.event, rows=tuple(rows)), more=None)


def conversations(rows: "list[Row] | tuple[Row, ...]") -> int:
    """How many of these rows are conversations."""
    return sum(isinstance(row, Conversation) for row in rows)
