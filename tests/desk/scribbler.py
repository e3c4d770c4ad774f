"""A process that writes on a shelf without an end, and says each thing once it is safe.

python -m tests.desk.scribbler PATH SEED STATEMENT

It kills itself before the STATEMENT-th statement of SQL; 0: somebody else has to do it.
"""

import os
import random
import signal
import sys
from collections.abc import Iterator
from itertools import count
from pathlib import Path

from chattui.desk.keeping import DraftKey, Item, MemoryDrawer, parked
from chattui.desk.shelf import Shelf
from chattui.model.records import ConversationId
from tests.desk.keeping import mark_item, message_item, note_item

Act = tuple[str, Item] | tuple[str, dict[DraftKey, str]]


def acts(seed: int, known: list[Item]) -> Iterator[Act]:
    """The same seed does the same things to the same items."""
    chance = random.Random(seed)  # noqa: S311 - no secret
    mine = list(known)
    for number in count():
        name, item_id = chance.choice(("one", "two", "three")), f"{seed}-{number}"
        kind = chance.choice(("message", "message", "note", "mark", "draft", "draft", "change", "remove", "back"))
        if kind == "draft":
            texts = (chance.choice(("", "half a sent", "ünïcode 🙏\n" * 50)), "remember")
            yield "draft", {(ConversationId(name), "reply"): texts[0], (ConversationId(name), "note"): texts[1]}
        elif kind in {"change", "remove", "back"} and mine:
            item = mine.pop(chance.randrange(len(mine))) if kind == "remove" else chance.choice(mine)
            yield kind, parked(item, f"refused by {item_id}")
        else:
            item = (note_item if kind == "note" else mark_item if kind == "mark" else message_item)(item_id, name)
            mine = [old for old in mine if not item.replaces(old)] + [item]
            yield "put", item


def do(shelf: Shelf, act: Act) -> None:
    match act:
        case "draft", dict(drafts):
            shelf.keep_drafts(drafts)
        case "put", Item() as item:
            shelf.put(item)
        case "change", Item() as item:
            shelf.change(item)
        case "remove", Item(id=item_id):
            shelf.remove(item_id)
        case "back", Item(draft=(_, _) as draft) as item:
            shelf.take_back(item, draft, None)


async def imagine(drawer: MemoryDrawer, act: Act) -> None:
    """The same in memory."""
    match act:
        case "draft", dict(drafts):
            for (conversation_id, kind), text in drafts.items():
                drawer.keep_draft(conversation_id, kind, text)
        case "put", Item() as item:
            await drawer.put(item)
        case "change", Item() as item:
            await drawer.change(item)
        case "remove", Item(id=item_id):
            await drawer.remove(item_id)
        case "back", Item() as item:
            await drawer.take_back(item)


def main(path: Path, seed: int, statement: int) -> None:
    shelf = Shelf(path)
    before = shelf.items()
    counted = count(1)

    def trace(_sql: str) -> None:
        if next(counted) == statement:
            os.kill(os.getpid(), signal.SIGKILL)

    shelf._connection.set_trace_callback(trace)
    for number, act in enumerate(acts(seed, before)):
        do(shelf, act)
        print(number, flush=True)  # noqa: T201 - its parent listens


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3]))
