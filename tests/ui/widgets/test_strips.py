from hypothesis import given
from hypothesis import strategies as st
from rich.style import Style

from chattui.text.inert import Inert, inert_line
from chattui.ui.widgets.strips import Span, centred, lay

PLAIN = Style()
SPANS = st.lists(st.text(max_size=12).map(lambda raw: Span(inert_line(raw), PLAIN)), max_size=4)


@given(width=st.integers(0, 60), left=SPANS, right=SPANS)
def test_a_line_is_exactly_as_wide_as_it_was_asked_for(width: int, left: list[Span], right: list[Span]) -> None:
    strip = lay(width, PLAIN, left, right)
    assert strip.cell_length == width
    assert sum(segment.cell_length for segment in strip) == width


def test_what_stands_at_the_right_is_whole_and_the_left_is_cut() -> None:
    strip = lay(12, PLAIN, [Span(Inert("Rosa Díaz and family"), PLAIN)], [Span(Inert(" 2m"), PLAIN)])
    assert strip.text == "Rosa Día… 2m"


def test_a_wide_character_that_does_not_fit_leaves_no_half() -> None:
    assert lay(4, PLAIN, [Span(Inert("田中さん"), PLAIN)]).text == "田… "


def test_the_middle_is_the_middle() -> None:
    assert centred(9, PLAIN, Span(Inert("day"), PLAIN)).text == "   day   "
