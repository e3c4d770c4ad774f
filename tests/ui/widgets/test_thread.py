from collections.abc import Sequence
from datetime import UTC
from typing import Any, overload

from msgspec.structs import replace
from textual.pilot import Pilot
from textual.selection import SELECT_ALL
from textual.strip import Strip

from chattui.model.events import Delivery
from chattui.model.records import ConversationId, Sender
from chattui.store.projections import Entry
from chattui.text.inert import Inert
from chattui.ui.widgets.heights import BLOCK
from chattui.ui.widgets.thread import ThreadView
from tests.ui.widgets.host import Host, painted
from tests.ui.widgets.samples import NOW, SHIFT, ago, entry, event, thread

SIZE = (50, 12)


def talk(first: int, last: int) -> tuple[Entry, ...]:
    """Messages of two lines each: ten minutes lie between them."""
    return tuple(
        entry(number, f"message {number}", at=ago(minutes=10 * (1000 - number))) for number in range(first, last + 1)
    )


def hosted() -> tuple[ThreadView, Host]:
    view = ThreadView(lambda: NOW, zone=UTC)
    return view, Host(view)


def seen(view: ThreadView) -> list[str]:
    return [line.strip() for line in painted(view)]


def bodies(view: ThreadView) -> list[str]:
    return [line.removeprefix("│ ") for line in seen(view) if line.startswith("│ ")]


async def shown(view: ThreadView, pilot: Pilot[None], entries: Sequence[Entry], **fields: Any) -> None:
    view.show(thread(entries, **fields))
    await pilot.pause()


class Watched(ThreadView):
    """Keeps what it is painted with first."""

    first: tuple[int, str] | None = None

    def render_line(self, y: int) -> Strip:
        strip = super().render_line(y)
        if y == SIZE[1] - 2 and self.first is None:
            self.first = (self.scroll_offset.y, strip.text.strip())
        return strip


async def test_a_thread_stands_at_its_end_when_it_is_first_painted() -> None:
    view = Watched(lambda: NOW, zone=UTC)
    view.show(thread(talk(1, 90)))
    async with Host(view).shown(SIZE):
        assert view.first == (view.max_scroll_y, "│ message 90")
        assert view.at_bottom
        assert view.last_visible_seq == 90


async def test_at_the_end_it_follows_the_end() -> None:
    view, host = hosted()
    async with host.shown(SIZE) as pilot:
        await shown(view, pilot, talk(1, 30))
        await shown(view, pilot, talk(1, 31))
        assert bodies(view)[-1] == "message 31"
        assert view.newer == 0


async def test_above_the_end_it_stays_and_counts_what_came() -> None:
    view, host = hosted()
    async with host.shown(SIZE) as pilot:
        await shown(view, pilot, talk(1, 30))
        await pilot.press("pageup")
        before = seen(view)
        await shown(view, pilot, talk(1, 34))
        assert seen(view)[:-1] == before[:-1]
        assert seen(view)[-1] == "↓ 4 new"
        assert not view.at_bottom
        await pilot.press("pagedown", "pagedown")
        assert view.at_bottom
        assert bodies(view)[-1] == "message 34"
        assert "new" not in "".join(seen(view))


async def test_the_bar_counts_down_as_new_ones_come_into_sight_and_a_click_goes_to_the_end() -> None:
    view, host = hosted()
    async with host.shown(SIZE) as pilot:
        await shown(view, pilot, talk(1, 30))
        await pilot.press("up")
        await shown(view, pilot, talk(1, 39))
        assert seen(view)[-1] == "↓ 9 new"
        await pilot.press("down", "down", "down", "down", "down", "down")
        assert 0 < view.newer < 9
        await pilot.click(view, offset=(20, SIZE[1] - 1))
        assert view.at_bottom
        assert bodies(view)[-1] == "message 39"


async def test_my_own_words_are_always_seen() -> None:
    view, host = hosted()
    async with host.shown(SIZE) as pilot:
        await shown(view, pilot, talk(1, 30))
        await pilot.press("pageup")
        mine = entry(31, "mine", Sender.AGENT, mine=True, delivery=Delivery.QUEUED, at=NOW)
        await shown(view, pilot, (*talk(1, 30), mine), last_seq=30)
        assert view.at_bottom
        assert any(line.startswith("┃ mine") and line.endswith("◌ queued") for line in seen(view))


async def test_older_ones_come_in_above_without_moving_a_line() -> None:
    view, host = hosted()
    async with host.shown(SIZE) as pilot:
        await shown(view, pilot, talk(501, 560), complete=False)
        assert not host.of(ThreadView.OlderWanted)
        await pilot.press("home")
        await pilot.press("down", "down", "down", "down")
        before = seen(view)
        await shown(view, pilot, talk(401, 560), complete=False)
        assert seen(view) == before
        await pilot.press("up", "up")
        assert bodies(view)[0] == "message 501"
        await pilot.press("up", "up")
        assert bodies(view)[0] == "message 500"


async def test_older_ones_are_wanted_before_the_top_is_reached_and_once() -> None:
    view, host = hosted()
    async with host.shown(SIZE) as pilot:
        await shown(view, pilot, talk(1, 60), complete=False)
        for _ in range(8):
            await pilot.press("pageup")
            if host.of(ThreadView.OlderWanted):
                break
        assert view.scroll_offset.y > 0
        await pilot.press("home")
        assert len(host.of(ThreadView.OlderWanted)) == 1


async def test_a_short_beginning_wants_more_at_once_and_a_whole_thread_never() -> None:
    view, host = hosted()
    async with host.shown(SIZE) as pilot:
        await shown(view, pilot, talk(1, 2))
        assert not host.of(ThreadView.OlderWanted)
        await shown(view, pilot, talk(8, 9), complete=False, conversation_id=ConversationId("other"))
        assert [message.conversation_id for message in host.of(ThreadView.OlderWanted)] == ["other"]


async def test_another_width_keeps_the_place() -> None:
    view, host = hosted()
    words = tuple(
        entry(number, f"{number} {'word ' * 30}", at=ago(minutes=10 * (200 - number))) for number in range(1, 100)
    )
    async with host.shown((70, 20)) as pilot:
        await shown(view, pilot, words)
        for _ in range(6):
            await pilot.press("pageup")
        top = view._anchor_line[0]
        await pilot.resize_terminal(40, 20)
        await pilot.pause()
        assert view._anchor_line[0] == top
        assert view._pages.at(view.scroll_offset.y)[0] == top
        await pilot.press("end")
        await pilot.resize_terminal(90, 24)
        await pilot.pause()
        assert view.at_bottom
        assert seen(view)[-2].startswith("│")


async def test_what_is_new_is_counted_on_until_it_is_read() -> None:
    view, host = hosted()
    async with host.shown((50, 30)) as pilot:
        await shown(view, pilot, talk(1, 9), my_read_seq=7)
        await shown(view, pilot, talk(1, 11), my_read_seq=7)
        assert "── 4 new ──" in seen(view)
        await shown(view, pilot, talk(1, 12), my_read_seq=12)
        assert "── 4 new ──" in seen(view)


async def test_what_was_new_stays_marked_until_the_thread_is_left() -> None:
    view, host = hosted()
    async with host.shown((50, 30)) as pilot:
        await shown(view, pilot, talk(1, 9), my_read_seq=7)
        assert "── 2 new ──" in seen(view)
        assert seen(view)[seen(view).index("── 2 new ──") + 2] == "│ message 8"
        await shown(view, pilot, talk(1, 10), my_read_seq=10)
        assert "── 2 new ──" in seen(view)
        await shown(view, pilot, talk(1, 3), conversation_id=ConversationId("other"))
        await shown(view, pilot, talk(1, 10), my_read_seq=10)
        assert "new" not in "".join(seen(view))


async def test_the_end_in_sight_is_said_once() -> None:
    view, host = hosted()
    async with host.shown(SIZE) as pilot:
        await shown(view, pilot, talk(1, 30))
        await shown(view, pilot, talk(1, 30), customer_read_seq=1)
        await pilot.press("pageup")
        await shown(view, pilot, talk(1, 32))
        assert [message.seq for message in host.of(ThreadView.ReadUpTo)] == [30]
        await pilot.press("end")
        assert [message.seq for message in host.of(ThreadView.ReadUpTo)] == [30, 32]


async def test_a_message_cut_off_at_the_bottom_is_not_seen() -> None:
    view, host = hosted()
    async with host.shown(SIZE) as pilot:
        await shown(view, pilot, talk(1, 30))
        await pilot.press("up")
        assert view.last_visible_seq == 30  # the line kept for typing was the one that went
        await pilot.press("up")
        assert view.last_visible_seq == 29


async def test_who_types_stands_below_and_moves_nothing() -> None:
    view, host = hosted()
    async with host.shown(SIZE) as pilot:
        await shown(view, pilot, talk(1, 30))
        before = seen(view)
        view.typing([Inert("Rosa Díaz")])
        await pilot.pause()
        assert seen(view) == [*before[:-1], "Rosa Díaz is typing…"]
        view.typing([Inert("Rosa"), Inert("Bo")])
        assert seen(view)[-1] == "Rosa, Bo are typing…"
        view.typing([])
        assert seen(view) == before


async def test_the_message_cursor_walks_and_leaves() -> None:
    view, host = hosted()
    async with host.shown(SIZE) as pilot:
        await shown(view, pilot, talk(1, 30))
        view.focus()
        await pilot.press(*["alt+up"] * 9)
        assert view.selected is not None
        assert view.selected.key == "m22"
        assert painted(view)[1].startswith("▌│ message 22")
        await pilot.press(*["alt+down"] * 9)
        assert view.selected is None
        said = [message.entry.key if message.entry else None for message in host.of(ThreadView.EntrySelected)]
        assert said[:2] == ["m30", "m29"]
        assert said[-2:] == ["m30", None]


async def drag(pilot: Pilot[None], view: ThreadView, start: tuple[int, int], end: tuple[int, int]) -> None:
    await pilot.mouse_down(view, offset=start)
    await pilot.hover(view, offset=end)
    await pilot.mouse_up(view, offset=end)
    await pilot.pause()


async def test_a_mouse_selection_copies_words_as_they_were_written() -> None:
    view, host = hosted()
    async with host.shown((50, 40)) as pilot:
        await shown(view, pilot, SHIFT)
        lines = painted(view)
        first = next(y for y, line in enumerate(lines) if "│ Both on" in line)
        last = next(y for y, line in enumerate(lines) if "┊ I can see" in line)
        await drag(pilot, view, (8, first), (11, last))
        assert view.screen.get_selected_text() == f"{SHIFT[3].body[5:]}\nI can see"
        assert host.screen.get_component_rich_style("screen--selection").bgcolor in {
            segment.style.bgcolor for segment in view.render_line(first) if segment.style
        }


async def test_a_whole_body_is_copied_as_it_was_written_a_part_as_it_was_drawn() -> None:
    view = ThreadView(lambda: NOW, original=lambda _, entry: f"\u202e{entry.body}", zone=UTC)
    async with Host(view).shown((50, 40)) as pilot:
        await shown(view, pilot, talk(5, 7))
        assert view.get_selection(SELECT_ALL) == ("\n".join(f"\u202emessage {number}" for number in (5, 6, 7)), "\n")
        line = next(y for y, text in enumerate(painted(view)) if "message 6" in text)
        await drag(pilot, view, (3, line), (9, line))
        assert view.screen.get_selected_text() == "message"


async def test_a_selection_stays_with_its_words_when_older_ones_come() -> None:
    view, host = hosted()
    async with host.shown((50, 40)) as pilot:
        await shown(view, pilot, talk(5, 9))
        line = next(y for y, text in enumerate(painted(view)) if "message 6" in text)
        await drag(pilot, view, (3, line), (9, line))
        assert view.screen.get_selected_text() == "message"
        await shown(view, pilot, talk(1, 9))
        assert view.screen.get_selected_text() == "message"
        assert view.get_selection(SELECT_ALL) == ("\n".join(f"message {number}" for number in range(1, 10)), "\n")


async def test_words_for_nothing() -> None:
    view, host = hosted()
    async with host.shown(SIZE) as pilot:
        view.say_when_empty(Inert("Choose a conversation"))
        assert seen(view)[1] == "Choose a conversation"
        await shown(view, pilot, (), loaded=False)
        assert seen(view)[1] == "loading…"
        await shown(view, pilot, ())
        assert seen(view)[1] == "no messages yet"
        await shown(view, pilot, talk(1, 1))
        assert bodies(view) == ["message 1"]
        view.show(None)
        await pilot.pause()
        assert seen(view)[1] == "Choose a conversation"


async def test_audit_lines_and_notes_between_keep_what_is_above() -> None:
    view, host = hosted()
    async with host.shown(SIZE) as pilot:
        await shown(view, pilot, talk(1, 30))
        await pilot.press("pageup")
        before = seen(view)
        late = (*talk(1, 30), event(30, "Ana took it", at=NOW))
        await shown(view, pilot, late)
        assert seen(view) == before


async def test_what_comes_late_above_the_screen_moves_no_line() -> None:
    view, host = hosted()
    async with host.shown(SIZE) as pilot:
        await shown(view, pilot, talk(1, 60))
        await pilot.press("pageup")
        before = seen(view)
        entries = list(talk(1, 60))
        entries.insert(10, event(10, "labelled vip", at=entries[9].at))
        await shown(view, pilot, entries)
        assert seen(view) == before
        older = [*talk(1, 5), event(5, "Ana took it", at=entries[4].at), *entries[5:]]
        await shown(view, pilot, entries[5:], complete=False, conversation_id=ConversationId("other"))
        await pilot.press("pageup", "pageup")
        before = seen(view)
        both = [*older, entry(61, "and one more", at=NOW)]
        await shown(view, pilot, both, complete=True, conversation_id=ConversationId("other"))
        assert seen(view)[:-1] == before[:-1]


class Counted(Sequence[Entry]):
    """A long thread that counts which entries are looked at."""

    def __init__(self, count: int) -> None:
        self.length = count
        self.looked: set[int] = set()

    @overload
    def __getitem__(self, index: int) -> Entry: ...
    @overload
    def __getitem__(self, index: slice) -> Sequence[Entry]: ...
    def __getitem__(self, index: int | slice) -> Entry | Sequence[Entry]:
        assert isinstance(index, int)
        index = index if index >= 0 else index + self.length
        self.looked.add(index)
        return talk(index + 1, index + 1)[0]

    def __len__(self) -> int:
        return self.length


async def looked_at(count: int) -> dict[str, int]:
    """How many entries each step looks at."""
    view, host = hosted()
    entries = Counted(count)
    steps: dict[str, int] = {}
    async with host.shown(SIZE) as pilot:
        view.show(replace(thread(()), entries=entries, last_seq=count, my_read_seq=count))
        view.focus()
        for step in ("open", "pageup", "home", "end", "resize"):
            if step == "resize":
                await pilot.resize_terminal(40, 12)
            elif step != "open":
                await pilot.press(step)
            await pilot.pause()
            steps[step] = len(entries.looked)
            entries.looked.clear()
    return steps


async def test_a_long_thread_is_looked_at_where_it_is_seen() -> None:
    short, long = await looked_at(1_000), await looked_at(100_000)
    assert max(long.values()) <= 4 * BLOCK
    assert {step: -(-count // BLOCK) for step, count in long.items()} == {
        step: -(-count // BLOCK) for step, count in short.items()
    }
