import re
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len, get_character_cell_size

from chattui.text.inert import JOINS, MARKS, inert, inert_line
from tests.hostile.corpus import ACTING, CORPUS, READABLE, UNKNOWN
from tests.hostile.tokens import disagreement

FORBIDDEN = re.compile(
    "[\x00-\x09\x0b-\x1f\x7f-\x9f\xad\u061c\u115f\u1160\u180e\u200b\u200e\u200f\u2028-\u202e\u2060-\u206f\u3164\ufeff\uffa0"
    "\ufe00-\ufe0e\U000e0000-\U000e0fff\ud800-\udfff\ue000-\uf8ff\U000f0000-\U0010ffff]"
)

NASTY = st.text(
    st.one_of(
        st.characters(),
        st.sampled_from("ab \n\t\x1b[]m\u200d\u200c\ufe0f\u20e3\u0301\u0651👩🏽👨❤1♀🇩🇪क्षیם\u202e\ud800"),
    ),
    max_size=60,
)


def assert_harmless(text: str) -> None:
    assert not FORBIDDEN.search(text)
    for line in text.split("\n"):
        marks = joins = 0
        for before, character in zip(" " + line, line, strict=False):
            if character == "\u200d":
                joins += 1
                assert joins <= JOINS
            elif get_character_cell_size(character):
                marks, joins = 0, joins if before == "\u200d" else 0
            else:
                marks += character not in "\ufe0f\u200c" and not "\U0001f3fb" <= character <= "\U0001f3ff"
                assert marks <= MARKS


def test_what_is_hostile_becomes_harmless() -> None:
    for raw in CORPUS:
        assert_harmless(inert(raw))
        assert "\n" not in inert_line(raw)


def test_terminals_agree_on_the_width_of_the_corpus() -> None:
    assert [raw for raw in CORPUS if disagreement(inert(raw))] == []


def test_terminals_agree_on_the_width_of_every_sign() -> None:
    """Of whatever is neither letter nor digit, alone, between letters, twice and after an emoji."""
    newer = 0x1171E  # a mark that a later Unicode counts as one with a place of its own
    for code in (*range(0x20, 0x3400), *range(0xA000, 0xAC00), *range(0xF900, 0x1FC00)):
        one = chr(code)
        if not one.isalpha() and code != newer:
            assert not disagreement(inert(f"{one} a{one}b{one}{one} \U0001f44d{one}x")), f"U+{code:04X}"


@given(NASTY)
def test_terminals_agree_on_the_width_of_any_text(raw: str) -> None:
    assert not disagreement(inert(raw))


@given(NASTY)
def test_anything_becomes_harmless(raw: str) -> None:
    assert_harmless(inert(raw))
    assert_harmless(inert_line(raw))
    assert "\n" not in inert_line(raw)


@given(NASTY)
def test_what_is_inert_stays_the_same_object_or_at_least_the_same(raw: str) -> None:
    once = inert(raw)
    assert inert(once) == once
    assert inert_line(inert_line(raw)) == inert_line(raw)


@given(NASTY)
def test_it_can_be_written_to_a_terminal(raw: str) -> None:
    inert(raw).encode("utf-8")


@pytest.mark.parametrize("raw", READABLE)
def test_what_people_write_is_left_alone(raw: str) -> None:
    assert inert(raw) == raw


@pytest.mark.parametrize("raw", [READABLE[0], READABLE[1], READABLE[10], "a\nb", "🙂 ok", ""])
def test_clean_text_is_the_same_object(raw: str) -> None:
    assert inert(raw) is raw


@pytest.mark.parametrize(
    ("raw", "shown"),
    [
        ("\x1b[31mred\x1b[0m", "␛[31mred␛[0m"),
        ("\x9b31mred", "�31mred"),
        ("\x00\x07\x7f", "␀␇␡"),
        ("a\tb", "a    b"),
        ("a\r\nb\rc\u2028d\x85e\vf", "a\nb\nc\nd\ne\nf"),
        ("user\u202egpj.exe", "usergpj.exe"),
        ("pass\u200bword\ufeff\u00ad", "password"),
        ("\u2066isolated\u2069", "isolated"),
        ("a\U000e0061\U000e007fb", "ab"),
        ("\ud83d?", "�?"),
        ("\ue0b0 powerline", "� powerline"),
        ("\u0301x", "\u25cc\u0301x"),
        ("x" + "\u0301" * 9, "x" + "\u0301" * MARKS),
        ("1\ufe0f", "1"),
        ("1\ufe0f\u20e3", "1\ufe0f\u20e3"),
        ("❤\ufe0f\ufe0f", "❤\ufe0f"),
        ("a\u200db", "ab"),
        ("a\u200cb", "ab"),
        ("👍\U0001f3fd\U0001f3fd", "👍\U0001f3fd�"),
        ("क्\u200dष", "क्ष"),
        ("🇩", "�"),
        ("🇩🇪🇫", "🇩🇪�"),
        ("a\U0001f3fd\U0001f3fd", "a��"),
        ("☝\U0001f3fd", "☝"),
        ("👩\u200d🇩🇪", "👩🇩🇪"),
        ("aा", "a�"),
        ("👍्x", "👍�x"),
        ("\U0001f6d9", "�"),
        ("[bold]x[/bold]", "[bold]x[/bold]"),
    ],
)
def test_how_it_is_shown(raw: str, shown: str) -> None:
    assert inert(raw) == shown


@pytest.mark.parametrize(
    ("raw", "shown"),
    [
        ("  Rosa \n Díaz\t", "Rosa Díaz"),
        ("Rosa Díaz", "Rosa Díaz"),
        ("\u202eRosa", "Rosa"),
        ("a\u00a0b", "a b"),
        ("\u200b", ""),
        ("\n\n", ""),
    ],
)
def test_a_name_is_one_line(raw: str, shown: str) -> None:
    assert inert_line(raw) == shown


def test_a_chain_of_emoji_takes_more_cells_when_it_is_cut() -> None:
    assert cell_len(inert("\u200d".join("👨" * 40))) == 2 * 40 / (JOINS + 1)


@pytest.mark.parametrize("raw", [*ACTING[:65], *UNKNOWN])
def test_nothing_of_a_control_or_an_unknown_character_is_lost_without_a_sign(raw: str) -> None:
    hidden = [one for one in raw if unicodedata.category(one) in {"Cf", "Mn"} or one in "\r\n\t\v\f\x1c\x1d\x1e\x85"]
    assert len(inert(raw)) >= len(raw) - len(hidden)


def test_a_long_hostile_body_is_cleaned_in_linear_time() -> None:
    """10,000 characters are the longest body that the database takes; a quadratic rule would take minutes."""
    for raw in ("\x1b" * 10_000, "\u0301" * 10_000, "👨\u200d" * 5_000, "\u202e" * 10_000, "\r" * 10_000):
        assert_harmless(inert(raw * 10))
