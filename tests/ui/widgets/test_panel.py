from datetime import UTC

import pytest
from msgspec.structs import replace

from chattui.model.records import ContactId, Status
from chattui.text.inert import Inert
from chattui.ui.widgets.panel import CustomerPanelView
from chattui.ui.widgets.panel_lines import panel_lines
from tests.ui.widgets.host import Host, painted
from tests.ui.widgets.samples import NOW, PANEL


def hosted() -> tuple[CustomerPanelView, Host]:
    view = CustomerPanelView(lambda: NOW, zone=UTC)
    return view, Host(view)


def seen(view: CustomerPanelView) -> list[str]:
    return [line.rstrip() for line in painted(view)]


async def test_all_that_is_known() -> None:
    view, host = hosted()
    async with host.shown((31, 24)) as pilot:
        view.show(PANEL)
        await pilot.pause()
        assert seen(view)[:20] == [
            " Rosa Díaz",
            " rosa@example.com",
            " +34 600 000 000",
            "",
            " labels   billing · vip",
            " mood     annoyed",
            " intent   refund",
            " language es",
            " summary  charged twice for",
            "          order 8812, one of",
            "          them pending only",
            " city     Madrid",
            " customer since",
            "          2021",
            "",
            " before",
            "  12 Nov late parcel        ✓",
            "  2024   conversation       ✓",
            "",
            " notes",
        ]
        assert seen(view)[20:22] == ["  Bo: check Stripe first, it", "   may be pending only"]


@pytest.mark.parametrize("width", [12, 20, 31, 60])
async def test_every_line_fills_the_pane(width: int) -> None:
    view, host = hosted()
    async with host.shown((width, 40)) as pilot:
        view.show(replace(PANEL, name=Inert("田中さくら 👩‍👩‍👧 Straße"), blocked=True))
        await pilot.pause()
        region = view.scrollable_content_region
        assert [view.render_line(y).cell_length for y in range(region.height)] == [region.width] * region.height


async def test_a_past_conversation_opens_by_click_and_by_choice() -> None:
    view, host = hosted()
    async with host.shown((31, 24)) as pilot:
        view.show(PANEL)
        await pilot.pause()
        await pilot.click(view, offset=(5, 16))
        await pilot.click(view, offset=(5, 5))
        for _ in range(3):
            view.walk(1)
        view.open_chosen()
        view.walk(-1)
        view.open_chosen()
        await pilot.pause()
        assert [message.conversation_id for message in host.of(CustomerPanelView.PastOpened)] == ["old", "older", "old"]
        assert painted(view)[16].startswith("▌ 12 Nov")


async def test_a_small_pane_scrolls_to_the_past_one_chosen() -> None:
    view, host = hosted()
    async with host.shown((31, 6)) as pilot:
        view.show(PANEL)
        await pilot.pause()
        view.walk(1)
        view.walk(1)
        assert painted(view)[-1].startswith("▌ 2024")
        view.show(replace(PANEL, contact_id=ContactId("other")))
        await pilot.pause()
        assert painted(view)[0].startswith(" Rosa")


def test_what_is_not_known_is_left_out() -> None:
    bare = replace(
        PANEL,
        email=None,
        phone=None,
        labels=(),
        summary=None,
        sentiment=None,
        intent=None,
        language=None,
        attributes=(),
        past=(),
        notes=(),
    )
    assert [line.pieces[0].text for line in panel_lines(bare, 28, NOW, UTC)] == ["Rosa Díaz"]
    blocked = replace(bare, blocked=True)
    assert [line.pieces[0].text for line in panel_lines(blocked, 28, NOW, UTC)] == ["Rosa Díaz", "✗ blocked"]


def test_a_past_one_that_is_open_says_so_in_words() -> None:
    past = tuple(replace(one, status=Status.WAITING) for one in PANEL.past[:1])
    line = panel_lines(replace(PANEL, past=past, notes=()), 28, NOW, UTC)[-1]
    assert line.pieces[-1].text == "◔ waiting"


async def test_an_address_can_be_copied_with_the_mouse() -> None:
    view, host = hosted()
    async with host.shown((31, 24)) as pilot:
        view.show(PANEL)
        await pilot.pause()
        await pilot.mouse_down(view, offset=(1, 1))
        await pilot.hover(view, offset=(16, 1))
        await pilot.mouse_up(view, offset=(16, 1))
        await pilot.pause()
        assert view.screen.get_selected_text() == "rosa@example.com"
