"""A filter over more conversations than one turn of the loop may look through."""

from collections.abc import Coroutine
from types import SimpleNamespace
from typing import Any

from chattui.store import Queries, Store
from chattui.store.projections import View
from chattui.store.queries import PIECE
from chattui.ui.narrowing import Narrowing
from tests.store.rows import conversation, snapshot
from tests.ui.world import WIDE, World, press, ready, until

MANY = 5 * PIECE


class Filtered:
    """A narrowing over many, whose work beside all else a test does by hand."""

    def __init__(self, conversations: int = MANY) -> None:
        self.store = Store()
        self.store.apply([snapshot(*(conversation(f"c{number:06}") for number in range(conversations)))])
        self.begun: list[Coroutine[Any, Any, None]] = []
        self.told: list[int] = []
        desk: Any = SimpleNamespace(queries=Queries(self.store))
        self.narrowing = Narrowing(desk, self.begun.append)

    def look(self, text: str) -> None:
        self.narrowing.look(View.ALL, text, lambda: self.told.append(len(self.narrowing.found or ())))


def turns(work: Coroutine[Any, Any, None]) -> int:
    """How often it lets others have their turn."""
    count = 0
    try:
        while True:
            work.send(None)
            count += 1
    except StopIteration:
        return count


def test_few_are_found_at_once() -> None:
    filtered = Filtered(PIECE)
    filtered.look("rosa")
    assert (filtered.told, filtered.begun) == ([PIECE], [])


def test_many_are_found_in_pieces_and_what_stood_stands_until_then() -> None:
    filtered = Filtered()
    filtered.look("rosa")
    assert filtered.told == []
    assert filtered.narrowing.found is None
    assert turns(filtered.begun[0]) >= MANY / PIECE - 2
    assert filtered.told == [MANY]


def test_the_newest_words_win() -> None:
    filtered = Filtered()
    filtered.look("rosa")
    filtered.look("nobody of that name")
    for work in filtered.begun:
        turns(work)
    assert filtered.told == [0]
    assert filtered.narrowing.found == []


def test_who_needs_the_answer_now_has_it() -> None:
    filtered = Filtered()
    filtered.look("rosa")
    filtered.narrowing.finish()
    assert filtered.told == [MANY]
    assert turns(filtered.begun[0]) == 0


def test_without_words_nothing_is_looked_for() -> None:
    filtered = Filtered()
    filtered.look("rosa")
    filtered.look("")
    assert turns(filtered.begun[0]) == 0
    assert filtered.narrowing.found is None


async def test_enter_right_after_the_letters_is_about_what_they_find() -> None:
    world = World()
    async with world.run(WIDE) as pilot:
        await ready(pilot)
        last = f"c{MANY - 1:06}"
        many = (conversation(f"c{n:06}", subject="broken" if n == MANY - 1 else None) for n in range(MANY))
        world.desk.store.apply([snapshot(*many)])
        world.inbox.browsing.show_view(View.AI)
        await press(pilot, "slash", *"broken", "enter")
        assert list(world.inbox.browsing.ids()) == [last]
        await until(pilot, lambda: world.inbox.browsing.list.cursor == last)
