from datetime import UTC, datetime

import pytest
from msgspec import structs

from chattui.model.events import LinkState
from chattui.model.records import Availability, ConversationId
from chattui.store.projections import Header, View
from chattui.text.cells import width
from chattui.text.inert import Inert, inert_line
from chattui.ui import escapes
from chattui.ui.actions import ACTIONS, Action
from chattui.ui.attention import AWAY_AFTER, Attention
from chattui.ui.confirmation import Confirmation
from chattui.ui.questions import Questions
from chattui.ui.screens.help import SIGNS
from chattui.ui.selection import Selection
from chattui.ui.settings import Settings
from chattui.ui.themes import chosen
from chattui.ui.widgets.bar import width as across
from chattui.ui.widgets.completion import shortcut_of
from chattui.ui.widgets.head import spell
from chattui.ui.widgets.header import HeaderBar
from chattui.ui.widgets.signs import DELIVERY_SIGN, DRAFT, EYE, PRIORITY, READ, SNOOZED, STATUS_SIGN
from chattui.ui.widgets.tabs import ViewTabs
from tests.ui.widgets.samples import PLAIN

ROSA, LIAM = ConversationId("rosa"), ConversationId("liam")


def test_without_focus_reports_a_minute_of_silence_is_away() -> None:
    attention = Attention(0)
    assert attention.here(AWAY_AFTER - 1)
    assert not attention.here(AWAY_AFTER)
    attention.active(100)
    assert attention.here(101)


def test_a_terminal_that_reports_focus_is_believed() -> None:
    attention = Attention(0)
    attention.focus(focused=False, now=1)
    attention.active(2)
    assert not attention.here(2)
    attention.focus(focused=True, now=3)
    assert attention.here(10_000)


def test_the_same_key_for_the_same_conversation_answers() -> None:
    confirmation = Confirmation(5)
    assert not confirmation.stands("close", ROSA, 0)
    confirmation.ask("close", ROSA, 0)
    assert confirmation.stands("close", ROSA, 4)


@pytest.mark.parametrize(
    ("room", "view", "words"),
    [
        (47, View.MINE, "Waiting 3   Mine 4   AI 12   All 19   Closed"),
        (41, View.MINE, "Waiting 3  Mine 4  AI 12  All 19  Closed"),
        (37, View.MINE, "Waiting 3 Mine 4 AI 12 All 19 Closed"),
        (36, View.MINE, "Wait 3 Mine 4 AI 12 All 19 Closed"),
        (30, View.MINE, "Wait 3 Mine 4 AI 12 All 19 Cl"),
        (28, View.MINE, "Wait 3 Mine 4 AI All Closed"),
        (27, View.MINE, "Wait 3 Mine 4 AI All Cl"),
        (28, View.ALL, "Wait 3 Mine 4 AI All 19 Cl"),
    ],
)
def test_every_view_tells_its_count_where_there_is_room(room: int, view: View, words: str) -> None:
    tabs = ViewTabs()
    tabs.set_reactive(ViewTabs.view, view)
    tabs.set_reactive(ViewTabs.counts, {View.WAITING: 3, View.MINE: 4, View.AI: 12, View.ALL: 19, View.CLOSED: 9})
    assert "".join(part.text for part in tabs.parts(room)[0]).strip() == words


@pytest.mark.parametrize("room", range(40, 80))
def test_the_top_line_never_runs_two_things_together(room: int) -> None:
    bar = HeaderBar()
    bar.set_reactive(
        HeaderBar.header,
        Header(
            organization=inert_line("Acme Support"),
            me=inert_line("Bo Larsen"),
            availability=Availability.ONLINE,
            active=1,
            max_active=5,
            unread=38,
            queued=0,
            refused=0,
            link=LinkState.LIVE,
            link_since=datetime(2026, 11, 20, tzinfo=UTC),
            link_pending=0,
            link_reason=inert_line(""),
        ),
    )
    left, right = bar.parts(room)
    assert across(left) + across(right) < room or across(left) == 1


@pytest.mark.parametrize(("action", "who", "at"), [("hand-back", ROSA, 1), ("close", LIAM, 1), ("close", ROSA, 5.1)])
def test_nothing_else_does(action: str, who: ConversationId, at: float) -> None:
    confirmation = Confirmation(5)
    confirmation.ask("close", ROSA, 0)
    assert not confirmation.stands(action, who, at)


@pytest.mark.parametrize(
    "sign",
    [*STATUS_SIGN.values(), *DELIVERY_SIGN.values(), *PRIORITY[1:], SNOOZED, DRAFT, EYE, READ],
)
def test_help_explains_every_sign_of_the_list(sign: str) -> None:
    assert f" {sign.strip()} " in "".join(f"  {signs} " for signs, _ in SIGNS)


def test_no_line_of_signs_breaks_at_80_columns() -> None:
    assert max(width(Inert(f"  {signs}   {meaning}")) for signs, meaning in SIGNS) <= 72


class Never:
    """Something put off that does not come."""

    def stop(self) -> None:
        """It is not under way."""


@pytest.mark.parametrize("action", [action for action in ACTIONS if action.asks], ids=lambda action: action.id)
def test_no_name_pushes_the_answer_out_of_the_smallest_screen(action: Action) -> None:
    asked: list[str] = []
    row = structs.replace(PLAIN, name=inert_line("Wolfeschlegelsteinhausenbergerdorff the Elder " * 9))
    questions = Questions(
        Settings(), lambda: 0, lambda *_: Never(), lambda _: row, lambda words, _: asked.append(words)
    )
    assert not questions.let_through(action, ROSA, action.keys[0])
    assert "Wolfe" in asked[-1]
    assert f"{action.keys[0]} again does it" in asked[-1]
    assert width(Inert(asked[-1])) <= 78


def test_a_question_can_be_withdrawn() -> None:
    confirmation = Confirmation(5)
    confirmation.ask("close", ROSA, 0)
    assert confirmation.forget()
    assert not confirmation.forget()
    assert not confirmation.stands("close", ROSA, 1)


def test_a_preview_is_not_an_opening_and_leaves_no_way_back() -> None:
    selection = Selection()
    assert selection.preview(ROSA)
    assert not selection.opened
    selection.preview(LIAM)
    assert selection.previous is None


def test_the_last_opened_one_is_remembered() -> None:
    selection = Selection()
    selection.open(ROSA)
    selection.preview(LIAM)
    assert selection.previous == ROSA
    assert selection.open(LIAM)
    assert not selection.open(LIAM)


@pytest.mark.parametrize(
    ("environment", "way"),
    [
        ({"TERM": "xterm-kitty"}, "osc99"),
        ({"KITTY_WINDOW_ID": "1", "TERM": "tmux-256color"}, "osc99"),
        ({"TERM_PROGRAM": "ghostty"}, "osc777"),
        ({"TERM": "foot"}, "osc777"),
        ({"VTE_VERSION": "7200"}, "osc777"),
        ({"TERM_PROGRAM": "iTerm.app"}, "osc9"),
        ({"TERM": "xterm-256color"}, "bell"),
    ],
)
def test_the_way_to_notify_is_what_the_terminal_knows(environment: dict[str, str], way: str) -> None:
    assert escapes.way(environment) == way


@pytest.mark.parametrize("way", ["osc99", "osc777", "osc9"])
def test_a_notice_has_exactly_its_own_escapes(way: str) -> None:
    words = Inert("asks; for\na person")
    sequence = escapes.notice(way, Inert("Rosa"), words, {})
    assert "asks, for a person" in sequence
    assert sequence.endswith(escapes.BELL)
    assert sequence.count("\x1b]") == sequence.count("\x1b\\")


def test_a_bell_is_only_a_bell_and_off_is_silent() -> None:
    assert escapes.notice("bell", Inert("Rosa"), Inert("wrote"), {"TMUX": "x"}) == escapes.BELL
    assert escapes.notice("off", Inert("Rosa"), Inert("wrote"), {}) == ""


def test_tmux_lets_a_notice_through_doubled() -> None:
    sequence = escapes.notice("osc9", Inert("Rosa"), Inert("wrote"), {"TMUX": "yes"})
    assert sequence == "\x1bPtmux;\x1b\x1b]9;Rosa: wrote\x1b\x1b\\\x1b\\\a"


def test_a_notice_is_never_long() -> None:
    assert len(escapes.notice("osc9", Inert("Rosa"), Inert("x" * 5_000), {})) < 2 * escapes.LONGEST


def test_the_title_counts() -> None:
    assert escapes.title(3) == "\x1b]0;(3) chattui\a"
    assert escapes.title(0) == "\x1b]0;chattui\a"


@pytest.mark.parametrize(
    ("setting", "background", "theme"),
    [("", "", "chattui-dark"), ("", "0;15", "chattui-light"), ("light", "15;0", "chattui-light"), ("nord", "", "nord")],
)
def test_the_theme_follows_the_setting_then_the_terminal(setting: str, background: str, theme: str) -> None:
    assert chosen(setting, {"COLORFGBG": background}) == theme


@pytest.mark.parametrize(
    ("text", "shortcut"), [("/", ""), ("/ref", "ref"), ("/ref und", None), ("a/ref", None), ("", None), ("/a\n", None)]
)
def test_a_shortcut_is_one_word_after_a_slash(text: str, shortcut: str | None) -> None:
    assert shortcut_of(text) == shortcut


@pytest.mark.parametrize(("seconds", "spelt"), [(-3, "0m"), (59, "0m"), (150, "2m"), (7200, "2h"), (200_000, "2d")])
def test_waiting_is_spelt_short(seconds: float, spelt: str) -> None:
    assert spell(seconds) == spelt
