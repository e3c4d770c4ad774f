from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any, overload

import pytest
from textual.events import Key, MouseScrollDown
from textual.pilot import Pilot
from textual.strip import Strip

from chattui.model.records import ConversationId
from chattui.store.projections import ListRow
from chattui.text.inert import Inert
from chattui.ui.widgets.conversations import ConversationList
from chattui.ui.widgets.hold import HOLD
from tests.ui.widgets.host import Host, painted
from tests.ui.widgets.samples import NOW, conversation


class Watched(ConversationList):
    """Keeps which lines are painted, and takes the keys that the inbox would."""

    def __init__(self, *parts: Any, **named: Any) -> None:
        super().__init__(*parts, **named)
        self.painted_lines: list[int] = []

    def render_line(self, y: int) -> Strip:
        self.painted_lines.append(y)
        return super().render_line(y)

    def on_key(self, event: Key) -> None:
        match event.key:
            case "j" | "k":
                self.step(1 if event.key == "j" else -1)
            case "g":
                self.to_first()
            case "G":
                self.to_last()


class Desk:
    """What a list is fed from: an order, rows, two clocks, and how often a row was asked for."""

    def __init__(self, count: int = 6) -> None:
        self.order = [ConversationId(str(number)) for number in range(count)]
        self.asked: list[ConversationId] = []
        self.names: dict[ConversationId, str] = {}
        self.typing: set[ConversationId] = set()
        self.seconds = 100.0
        self.now = NOW
        self.list = Watched(lambda: self.order, self.row, self.time, clock=lambda: self.seconds)
        self.host = Host(self.list)

    def row(self, conversation_id: ConversationId) -> ListRow:
        self.asked.append(conversation_id)
        name = Inert(self.names.get(conversation_id, f"Person {conversation_id}"))
        return conversation(conversation_id, name=name, typing=(name,) if conversation_id in self.typing else ())

    def time(self) -> datetime:
        return self.now

    def names_in_sight(self) -> list[str]:
        return [line[1:].split("waiting")[0].strip(" ◔") for line in painted(self.list)[::2] if line.strip()]

    def under_cursor(self) -> str:
        return next(line for line in painted(self.list) if line.startswith("▌"))[3:11]

    async def later(self, pilot: Pilot[None]) -> None:
        """The last key is more than `HOLD` ago, and the list has noticed."""
        self.seconds += HOLD + 0.1
        self.list.held.thaw()
        await pilot.pause()


def ids(*names: object) -> list[ConversationId]:
    return [ConversationId(str(name)) for name in names]


def wheel_down(widget: ConversationList) -> MouseScrollDown:
    return MouseScrollDown(
        widget, x=5, y=5, delta_x=0, delta_y=1, button=0, shift=False, meta=False, ctrl=False, screen_x=5, screen_y=5
    )


async def test_the_first_one_has_the_cursor_and_says_so() -> None:
    desk = Desk()
    async with desk.host.shown((47, 20)) as pilot:
        await pilot.pause()
        assert desk.list.cursor == "0"
        assert desk.list.painted_under_cursor() == "0"
        assert [message.conversation_id for message in desk.host.of(ConversationList.Highlighted)] == ["0"]


@pytest.mark.parametrize(
    ("keys", "cursor"),
    [
        (["j"], "1"),
        (["j", "j", "k"], "1"),
        (["G"], "29"),
        (["G", "k"], "28"),
        (["G", "g"], "0"),
        (["k"], "0"),
    ],
)
async def test_keys_move_the_cursor_and_it_is_seen(keys: list[str], cursor: str) -> None:
    desk = Desk(30)
    async with desk.host.shown((47, 20)) as pilot:
        await pilot.press(*keys)
        assert desk.list.cursor == cursor
        assert desk.under_cursor().strip() == f"Person {cursor}"[:8].strip()
        assert desk.list.painted_under_cursor() == cursor


async def test_the_order_stays_until_a_second_after_the_last_key() -> None:
    desk = Desk()
    async with desk.host.shown((47, 20)) as pilot:
        await pilot.press("j", "j")
        desk.order[:] = ids(5, "new", 0, 1, 2, 3, 4)
        desk.list.reorder()
        await pilot.pause()
        assert desk.names_in_sight() == [f"Person {number}" for number in range(6)]
        assert painted(desk.list)[-1].endswith(" •2 moved ")
        desk.seconds += HOLD / 2
        desk.list.held.thaw()
        assert desk.names_in_sight()[0] == "Person 0"
        await desk.later(pilot)
        assert desk.names_in_sight() == [f"Person {name}" for name in (5, "new", 0, 1, 2, 3, 4)]
        assert desk.list.cursor == "2"
        assert "moved" not in "".join(painted(desk.list))


async def test_without_keys_the_order_follows_at_once_and_the_cursor_stays_with_its_conversation() -> None:
    desk = Desk()
    async with desk.host.shown((47, 20)) as pilot:
        desk.order[:] = ids(3, 0, 1, 2, 4, 5)
        desk.list.reorder()
        await pilot.pause()
        assert desk.names_in_sight()[0] == "Person 3"
        assert desk.list.cursor == "0"
        assert desk.under_cursor() == "Person 0"


async def test_keys_walk_the_painted_order_not_the_live_one() -> None:
    desk = Desk()
    async with desk.host.shown((47, 20)) as pilot:
        await pilot.press("j")
        desk.order[:] = ids(5, 4, 3, 2, 1, 0)
        desk.list.reorder()
        await pilot.press("j", "j")
        assert desk.list.cursor == "3"
        assert desk.under_cursor() == "Person 3"


async def test_what_was_painted_counts_until_the_next_one_is() -> None:
    desk = Desk()
    async with desk.host.shown((47, 20)) as pilot:
        desk.list.step(1)
        assert desk.list.cursor == "1"
        assert desk.list.painted_under_cursor() == "0"
        await pilot.pause()
        assert desk.list.painted_under_cursor() == "1"


async def test_a_cursor_out_of_sight_stands_for_nobody() -> None:
    desk = Desk(30)
    async with desk.host.shown((47, 20)) as pilot:
        desk.list.scroll_to(y=40, animate=False)
        await pilot.pause()
        assert desk.list.painted_under_cursor() is None
        await pilot.press("j")
        assert desk.list.painted_under_cursor() == "1"


async def test_the_cursor_goes_to_the_neighbour_of_one_that_left() -> None:
    desk = Desk()
    async with desk.host.shown((47, 20)) as pilot:
        await pilot.press("j", "j")
        desk.order.remove(ConversationId("2"))
        desk.list.reorder()
        await pilot.pause()
        assert desk.under_cursor() == "Person 2"
        await desk.later(pilot)
        assert desk.list.cursor == "3"
        assert desk.host.of(ConversationList.Highlighted)[-1].conversation_id == "3"


async def test_a_click_selects_and_a_double_click_opens() -> None:
    desk = Desk()
    async with desk.host.shown((47, 20)) as pilot:
        await pilot.click(desk.list, offset=(5, 7))
        assert desk.list.cursor == "3"
        await pilot.click(desk.list, offset=(5, 9), times=2)
        assert [message.conversation_id for message in desk.host.of(ConversationList.Opened)] == ["4"]


async def test_the_wheel_scrolls_by_rows() -> None:
    desk = Desk(30)
    async with desk.host.shown((47, 20)) as pilot:
        desk.list.post_message(wheel_down(desk.list))
        await pilot.wait_for_scheduled_animations()
        assert desk.names_in_sight()[0] == "Person 1"
        assert desk.list.cursor == "0"


async def test_a_touched_row_alone_is_asked_for_again() -> None:
    desk = Desk(30)
    async with desk.host.shown((47, 20)) as pilot:
        desk.asked.clear()
        desk.names[ConversationId("3")] = "Mei"
        desk.list.refresh_rows(ids(3, 25))
        await pilot.pause()
        assert desk.asked == ids(3)
        assert desk.names_in_sight()[3] == "Mei"


async def test_an_age_that_changed_is_drawn_again_and_no_other() -> None:
    desk = Desk()
    async with desk.host.shown((47, 20)) as pilot:
        desk.asked.clear()
        desk.list.ageing.grow_old()
        await pilot.pause()
        assert not desk.asked
        desk.now = NOW.replace(minute=NOW.minute + 3)
        desk.list.ageing.grow_old()
        await pilot.pause()
        assert len(desk.asked) == 6
        assert painted(desk.list)[0].endswith("5m")


async def test_typing_is_asked_for_again_until_it_has_stopped() -> None:
    desk = Desk()
    async with desk.host.shown((47, 20)) as pilot:
        desk.typing.add(ConversationId("2"))
        desk.list.refresh_rows(ids(2))
        await pilot.pause()
        assert "is typing…" in painted(desk.list)[5]
        desk.typing.clear()
        desk.asked.clear()
        desk.list.ageing.fade()
        await pilot.pause()
        assert desk.asked == ids(2)
        assert "typing" not in "".join(painted(desk.list))
        assert not desk.list.ageing.fading


async def test_a_repaint_touches_only_the_rows_that_changed() -> None:
    desk = Desk(300)
    async with desk.host.shown((47, 20)) as pilot:
        lines = desk.list.painted_lines
        lines.clear()
        desk.order[200], desk.order[250] = desk.order[250], desk.order[200]
        desk.list.reorder()
        await pilot.pause()
        assert lines == []
        desk.order[3], desk.order[5] = desk.order[5], desk.order[3]
        desk.list.reorder()
        await pilot.pause()
        assert sorted(set(lines)) == [6, 7, 10, 11]


async def test_an_empty_list_says_what_to_do() -> None:
    desk = Desk(0)
    async with desk.host.shown((28, 20)) as pilot:
        desk.list.when_empty = Inert("Nobody waits. Press 4 to see all conversations.")
        desk.list.reload()
        await pilot.pause()
        await pilot.press("j", "G")
        assert [line.strip() for line in painted(desk.list)[:4]] == [
            "",
            "Nobody waits. Press 4",
            "to see all",
            "conversations.",
        ]
        assert desk.list.cursor is None
        assert desk.list.painted_under_cursor() is None


async def test_another_view_is_shown_at_once() -> None:
    desk = Desk()
    async with desk.host.shown((47, 20)) as pilot:
        await pilot.press("j")
        desk.order[:] = ids("x", "y")
        desk.list.reload()
        await pilot.pause()
        assert desk.names_in_sight() == ["Person x", "Person y"]
        assert desk.list.cursor == "y"


async def test_the_cursor_can_be_put_on_one_that_is_far_off() -> None:
    desk = Desk(300)
    async with desk.host.shown((47, 20)) as pilot:
        desk.list.move_to(ConversationId("200"))
        await pilot.pause()
        assert desk.under_cursor() == "Person 2"
        assert desk.list.painted_under_cursor() == "200"
        desk.list.move_to(ConversationId("nobody"))
        assert desk.list.cursor == "200"


@pytest.mark.parametrize("size", [(28, 11), (47, 20), (60, 7)])
async def test_every_line_fills_the_pane(size: tuple[int, int]) -> None:
    desk = Desk(30)
    async with desk.host.shown(size):
        width, height = desk.list.scrollable_content_region.size
        assert [desk.list.render_line(y).cell_length for y in range(height)] == [width] * height


class Long(Sequence[ConversationId]):
    """A view of many that counts what is asked of it and can not be walked."""

    def __init__(self, count: int) -> None:
        self.names = ids(*range(count))
        self.places = {name: place for place, name in enumerate(self.names)}
        self.asked = 0

    @overload
    def __getitem__(self, index: int) -> ConversationId: ...
    @overload
    def __getitem__(self, index: slice) -> Sequence[ConversationId]: ...
    def __getitem__(self, index: int | slice) -> ConversationId | Sequence[ConversationId]:
        self.asked += len(range(*index.indices(len(self)))) if isinstance(index, slice) else 1
        return self.names[index]

    def __len__(self) -> int:
        return len(self.names)

    def __iter__(self) -> Iterator[ConversationId]:
        raise AssertionError("nobody may walk the whole view")

    def __contains__(self, value: object) -> bool:
        self.asked += 1
        return value in self.places

    def index(self, value: object, start: int = 0, stop: int | None = None) -> int:
        assert (start, stop) == (0, None)
        self.asked += 1
        return self.places[value]  # type: ignore[index]  # asked by id alone


async def asked_for(count: int) -> list[tuple[int, int]]:
    """How often the order and how often rows were asked for, at each of some keys with the order changing."""
    desk, order = Desk(), Long(count)
    desk.order = order  # type: ignore[assignment]  # a view that counts
    counts: list[tuple[int, int]] = []
    async with desk.host.shown((47, 20)) as pilot:
        for key in ("j", "G", "k", "k", "g", "j", "G"):
            order.asked = 0
            desk.asked.clear()
            await pilot.press(key)
            desk.list.reorder()
            await pilot.pause()
            counts.append((order.asked, len(desk.asked)))
    return counts


async def test_a_key_costs_the_same_however_many_conversations_there_are() -> None:
    few, many = await asked_for(1_000), await asked_for(100_000)
    assert many == few
    in_sight = 10
    assert max(rows for _, rows in many) <= in_sight + 2
    assert max(asked for asked, _ in many) <= 20 * in_sight
