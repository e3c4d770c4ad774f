import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len

from chattui.text.cells import as_wide, cut, fit, torn, width, wrap
from chattui.text.inert import inert
from tests.hostile.corpus import CORPUS
from tests.hostile.tokens import disagreement
from tests.text.test_inert import NASTY, assert_harmless


@given(NASTY, st.integers(1, 20))
def test_no_line_is_wider_than_asked_for(raw: str, cells: int) -> None:
    assert all(cell_len(line) <= cells for line in wrap(inert(raw), cells))


@given(NASTY, st.integers(2, 20))
def test_wrapping_loses_nothing_but_space(raw: str, cells: int) -> None:
    text = inert(raw)
    assert "".join("".join(wrap(text, cells)).split(" ")) == "".join(text.replace("\n", " ").split(" "))


@given(NASTY, st.integers(1, 20))
def test_wrapped_lines_wrap_to_themselves(raw: str, cells: int) -> None:
    lines = wrap(inert(raw), cells)
    assert [again for line in lines for again in wrap(line, cells)] == lines


@given(NASTY, st.integers(0, 20))
def test_cut_and_fit_keep_to_their_cells(raw: str, cells: int) -> None:
    text = inert(raw.replace("\n", " "))
    assert cell_len(cut(text, cells)) <= cells
    assert cell_len(fit(text, cells)) == cells


@pytest.mark.parametrize("cells", [1, 28, 80])
def test_hostile_text_stays_within_its_cells(cells: int) -> None:
    for raw in CORPUS:
        assert max(map(cell_len, wrap(inert(raw), cells))) <= cells


@pytest.mark.parametrize(
    ("text", "cells", "lines"),
    [
        ("", 10, [""]),
        ("hello world", 11, ["hello world"]),
        ("hello world", 10, ["hello", "world"]),
        ("hello   world", 6, ["hello", "world"]),
        ("  indented code", 9, ["indented", "code"]),
        ("  code", 6, ["  code"]),
        ("    x", 3, ["x"]),
        ("a\n\nb", 5, ["a", "", "b"]),
        ("abcdefghij", 4, ["abcd", "efgh", "ij"]),
        ("see https://a.example/long now", 10, ["see", "https://a.", "example/lo", "ng now"]),
        ("日本語テキスト", 5, ["日本", "語テ", "キス", "ト"]),
        ("退款还没到。好", 10, ["退款还没", "到。好"]),
        ("日", 1, ["…"]),
        ("🇩🇪🇫🇷", 3, ["🇩🇪", "🇫🇷"]),
        ("👨‍👩‍👧👨‍👩‍👧", 3, ["👨‍👩‍👧", "👨‍👩‍👧"]),
        ("trailing   ", 20, ["trailing"]),
    ],
)
def test_where_lines_break(text: str, cells: int, lines: list[str]) -> None:
    assert wrap(inert(text), cells) == lines


@pytest.mark.parametrize(
    ("text", "cells", "shown"),
    [
        ("Rosa Díaz", 9, "Rosa Díaz"),
        ("Rosa Díaz", 6, "Rosa …"),
        ("日本語", 4, "日…"),
        ("日本語", 5, "日本…"),
        ("👨‍👩‍👧 family", 3, "👨‍👩‍👧…"),
        ("abc", 1, "…"),
        ("abc", 0, ""),
    ],
)
def test_what_is_cut(text: str, cells: int, shown: str) -> None:
    assert cut(inert(text), cells) == shown


@pytest.mark.parametrize(
    ("text", "places", "pieces"),
    [
        ("a🇩🇪b", {2}, ["a ", " b"]),
        ("a🇩🇪b", {1, 3}, ["a", "🇩🇪", "b"]),
        ("👨‍👩‍👧👍🏽", {1, 2}, [" ", " ", "👍🏽"]),
        ("❤️!", {1}, [" ", " !"]),
        ("日本", {3}, ["日 ", " "]),
        ("", {1}, []),
    ],
)
def test_what_stands_across_a_cut_becomes_spaces(text: str, places: set[int], pieces: list[str]) -> None:
    assert torn(inert(text), places) == pieces


@given(NASTY, st.sets(st.integers(1, 40)))
def test_pieces_of_a_line_are_as_wide_as_terminals_draw_them(raw: str, places: set[int]) -> None:
    text = inert(raw.replace("\n", " "))
    pieces = torn(text, places)
    ends = {sum(map(cell_len, pieces[:count])) for count in range(len(pieces) + 1)}
    assert ends >= {place for place in places if place <= cell_len(text)}
    assert sum(map(cell_len, pieces)) == cell_len(text)
    assert not [line for piece in pieces for line in disagreement(piece)]


def test_a_line_is_measured_as_it_is_drawn() -> None:
    assert [width(inert(one)) for one in ("abc", "日本", "👨‍👩‍👧", "e\u0301", "❤️")] == [3, 4, 2, 1, 2]


def test_what_is_being_written_is_inert_and_as_wide_as_it_is() -> None:
    assert as_wide("a\x1b[31mb\u202e日\ud800") == "a[31mb日�"
    for line in (line for raw in CORPUS for line in raw.splitlines()):
        shown = as_wide(line)
        assert cell_len(shown) == cell_len(line)
        assert_harmless(shown)
