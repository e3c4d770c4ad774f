from datetime import timedelta
from typing import Any

import pytest
from msgspec.structs import replace
from rich.style import Style
from textual.strip import Strip

from chattui.model.events import Delivery
from chattui.model.records import Sender, Status
from chattui.store.projections import ListRow
from chattui.text.inert import Inert
from chattui.ui.widgets.conversation_rows import draw_row
from tests.ui.widgets.samples import NOW, PLAIN, ROWS, ago, chips


def draw(row: ListRow, width: int = 46, *, cursor: bool = False) -> tuple[Strip, Strip]:
    return draw_row(row, width, NOW, lambda _: Style(), cursor=cursor)


def lines(width: int = 46, *, cursor: bool = False, **fields: Any) -> list[str]:
    return [strip.text for strip in draw(replace(PLAIN, **fields), width, cursor=cursor)]


@pytest.mark.parametrize("width", [*range(24, 60), 100])
@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.id)
def test_every_line_is_exactly_as_wide_as_the_pane(row: ListRow, width: int) -> None:
    assert [strip.cell_length for strip in draw(row, width)] == [width, width]
    assert [sum(segment.cell_length for segment in strip) for strip in draw(row, width)] == [width, width]


def test_a_generous_row() -> None:
    assert lines(unread=2, viewers=(Inert("Bo Larsen"),), cursor=True) == [
        "▌◔ Rosa Díaz        waiting           2     2m",
        "▌  the refund still isn't there…          ◉ Bo",
    ]


def test_a_narrow_row_says_the_same_in_other_places() -> None:
    assert lines(27, unread=2, viewers=(Inert("Bo Larsen"),)) == [
        " ◔ Rosa Díaz          2  2m",
        "   waiting  the refun… ◉ Bo",
    ]


@pytest.mark.parametrize(
    ("status", "sign", "word"),
    [
        (Status.WAITING, "◔", "waiting"),
        (Status.AI, "◌", "ai"),
        (Status.CLOSED, "✓", "closed"),
        (Status.ACTIVE, "●", "active"),
    ],
)
@pytest.mark.parametrize("width", [27, 46])
def test_a_status_is_a_sign_and_a_word(status: Status, sign: str, word: str, width: int) -> None:
    upper, lower = lines(width, status=status)
    assert upper[1] == sign
    assert word in (lower if width < 40 else upper)


def test_whose_an_active_one_is() -> None:
    owned: dict[str, Any] = {"status": Status.ACTIVE, "assignee": Inert("Ana Torres")}
    assert "active · you" in lines(**owned, mine=True)[0]
    assert "active · Ana" in lines(**owned)[0]
    assert lines(27, **owned, mine=True)[1].startswith("   mine  ")
    assert lines(27, **owned)[1].startswith("   Ana  ")


@pytest.mark.parametrize(
    ("sender", "mine", "said"),
    [
        (Sender.CUSTOMER, False, "   hello"),
        (Sender.AI, False, "   ai: hello"),
        (Sender.AGENT, True, "   you: hello"),
        (Sender.AGENT, False, "   agent: hello"),
    ],
)
def test_who_spoke(sender: Sender, mine: bool, said: str) -> None:  # noqa: FBT001 - a column of the table
    assert lines(preview=Inert("hello"), preview_sender=sender, preview_mine=mine)[1].rstrip() == said


@pytest.mark.parametrize(
    ("fields", "mark"),
    [
        ({"read_by_customer": True}, "✓✓"),
        ({"delivery": Delivery.QUEUED}, "◌"),
        ({"delivery": Delivery.SENT}, "↑"),
        ({"delivery": Delivery.REFUSED}, "✗"),
    ],
)
def test_the_mark_stands_whatever_is_cut(fields: dict[str, Any], mark: str) -> None:
    lower = lines(27, preview=Inert("a long preview that can not fit"), preview_mine=True, **fields)[1]
    assert lower.endswith(f"… {mark}")


def test_unread_beyond_what_anyone_counts() -> None:
    assert " 99  " in lines(unread=99)[0]
    assert " 99+ " in lines(unread=100)[0]


def test_a_waiting_one_tells_how_long_it_waits_and_others_when_they_last_spoke() -> None:
    times: dict[str, Any] = {"waiting_since": ago(minutes=7), "last_at": ago(hours=2)}
    assert lines(**times)[0].endswith(" 7m")
    assert lines(**times, status=Status.AI)[0].endswith(" 2h")


def test_typing_takes_the_place_of_the_preview() -> None:
    assert lines(typing=(Inert("Rosa Díaz"),))[1].rstrip() == "   Rosa is typing…"


def test_a_hand_off_on_its_way_a_draft_a_priority_and_a_snooze() -> None:
    assert lines(pending=True)[0].startswith(" … Rosa")
    assert "Rosa Díaz ✎" in lines(draft=True)[0]
    assert lines(priority=3)[0].startswith(" ◔ !!! Rosa")
    assert lines(snoozed_until=NOW + timedelta(hours=1))[0].startswith(" ◷ Rosa Díaz        until ")


@pytest.mark.parametrize("width", [24, 27, 28, 36, 40, 46, 60])
def test_no_name_is_so_long_that_a_draft_is_overlooked(width: int) -> None:
    upper = lines(width, name=Inert("Anneliese Grünwald-Hohenstein"), draft=True, unread=9, priority=3)[0]
    assert "… ✎" in upper
    assert "!!! Ann" in upper


def test_the_longest_label_first_and_whole_ones_only() -> None:
    assert "waiting #billing #vip" in lines(80, labels=chips("vip", "billing"))[0]
    assert "waiting #vip " in lines(46, labels=chips("vip", "international shipping"))[0]
