import pytest

from chattui.ui.actions import (
    ACTIONS,
    ANYWHERE,
    PANES,
    Keymap,
    KeysError,
    Standing,
    Where,
    brief,
    key_name,
    listing,
    spoken,
)

EDITING = {
    "up", "down", "left", "right", "ctrl+left", "ctrl+right", "home", "end", "ctrl+a", "ctrl+e", "shift+left",
    "shift+right",
    "backspace", "ctrl+w", "delete", "ctrl+d", "ctrl+x", "ctrl+c", "ctrl+v", "ctrl+u", "ctrl+k", "ctrl+z", "ctrl+y",
    "f6", "f7",
}  # fmt: skip
"""What a text field needs for itself."""
UNUSABLE = {"ctrl+b", "ctrl+i", "ctrl+m", "ctrl+h", "ctrl+s", "ctrl+[", "f10", "f11"}
"""Taken by tmux, or the same as Tab, Enter, Backspace, Esc, or eaten by a terminal."""

KEYS_OF_THE_DESK = [
    ("t", "take-over"), ("T", "hand-back"), ("u", "requeue"), ("n", "take-next"), ("c", "close"), ("o", "reopen"),
    ("r", "reply"), ("enter", "open"), ("escape", "back"), ("slash", "filter"),
    ("left_square_bracket", "previous-unread"),
    ("right_square_bracket", "next-unread"), ("tab", "next-view"), ("1", "view-waiting"), ("5", "view-closed"),
    ("ctrl+n", "next-needing-me"), ("ctrl+p", "palette"), ("f1", "help"), ("question_mark", "help"), ("ctrl+q", "quit"),
    ("l", "label"), ("N", "note"), ("a", "transfer"), ("ctrl+r", "resync"), ("ctrl+t", "last"),
]  # fmt: skip


@pytest.mark.parametrize(("key", "action_id"), KEYS_OF_THE_DESK)
def test_a_key_of_the_list_means_its_action(key: str, action_id: str) -> None:
    action = Keymap().meaning(key, Where.LIST)
    assert action is not None
    assert action.id == action_id


def test_ids_are_unique() -> None:
    assert len({action.id for action in ACTIONS}) == len(ACTIONS)


def test_no_key_takes_an_editing_key_from_the_composer() -> None:
    taken = {key for action in ACTIONS if Where.COMPOSER in action.where for key in action.keys}
    assert not taken & EDITING


def test_no_key_is_one_that_terminals_keep() -> None:
    assert not {key for action in ACTIONS for key in action.keys} & UNUSABLE


def test_letters_are_text_where_people_write() -> None:
    keymap = Keymap()
    for action in ACTIONS:
        for key in action.keys:
            if len(key) == 1:
                assert keymap.meaning(key, Where.COMPOSER) is None
                assert keymap.meaning(key, Where.FILTER) is None


def test_what_is_hard_to_take_back_asks_with_the_name() -> None:
    asking = {action.id for action in ACTIONS if action.asks}
    assert asking == {"close", "hand-back", "requeue"}
    assert all("{name}" in action.asks for action in ACTIONS if action.asks)


def test_every_action_that_asks_is_guarded() -> None:
    assert all(action.acts for action in ACTIONS if action.asks)


def test_a_key_can_be_given_to_another_action() -> None:
    keymap = Keymap({"take-over": ["w", "F9"]})
    assert keymap.meaning("t", Where.LIST) is None
    assert (taken := keymap.meaning("w", Where.LIST)) is not None
    assert taken.id == "take-over"
    assert keymap.meaning("f9", Where.THREAD) is taken


def test_keys_are_written_as_people_write_them() -> None:
    keymap = Keymap({"filter": ["Shift+F9"], "help": ["?"]})
    assert keymap.meaning("shift+f9", Where.LIST) is keymap.actions["filter"]
    assert keymap.meaning("question_mark", Where.LIST) is keymap.actions["help"]


def test_a_clash_names_both_actions_and_the_key() -> None:
    with pytest.raises(KeysError, match=r"key c .* close and take-over|key c .* take-over and close"):
        Keymap({"take-over": ["c"]})


def test_swapping_two_keys_is_no_clash() -> None:
    keymap = Keymap({"take-over": ["c"], "close": ["t"]})
    assert keymap.meaning("c", Where.LIST) is keymap.actions["take-over"]


def test_an_unknown_action_names_the_nearest() -> None:
    with pytest.raises(KeysError, match=r"'takeover'; did you mean 'take-over'\?"):
        Keymap({"takeover": ["y"]})


@pytest.mark.parametrize(
    ("key", "written"), [("ctrl+n", "Ctrl+N"), ("slash", "/"), ("T", "T"), ("f1", "F1"), ("shift+tab", "Shift+Tab")]
)
def test_a_key_is_spoken_and_read_back(key: str, written: str) -> None:
    assert spoken(key) == written
    assert key_name(written) == key


def test_brief_saves_cells() -> None:
    assert brief("Ctrl+G t") == "^G t"


def test_the_listing_has_every_action() -> None:
    rows = listing(Keymap())
    assert [row[0] for row in rows] == [action.id for action in ACTIONS]
    assert ("quit", "Ctrl+Q", "anywhere", "Leave") in rows


@pytest.mark.parametrize("standing", Standing)
@pytest.mark.parametrize("where", [*PANES, Where.COMPOSER])
def test_the_footer_offers_a_handful_that_works(where: Where, standing: Standing) -> None:
    offered = Keymap().footer(where, standing)
    assert 4 <= len(offered) <= 7
    assert all(standing in action.when for _, action in offered)


def test_where_there_is_no_conversation_the_footer_offers_what_needs_none() -> None:
    assert [action.id for _, action in Keymap().footer(Where.LIST, None)] == ["take-next", "filter"]


def test_the_footer_of_the_composer_writes_the_leader_before_letters() -> None:
    offered = {action.id: key for key, action in Keymap().footer(Where.COMPOSER, Standing.WAITING)}
    assert offered["take-over"] == "Ctrl+G t"
    assert offered["send"] == "Enter"


def test_the_footer_never_says_of_a_note_that_it_is_sent() -> None:
    offered = Keymap().footer(Where.COMPOSER, Standing.MINE, note=True)
    assert [(key, action.label) for key, action in offered if action.id == "send"] == [("Enter", "keep")]


def test_help_is_reached_by_a_key_that_is_no_text() -> None:
    assert Keymap().hint("help", Where.COMPOSER) == "F1"
    assert Keymap().hint("help") == "?"


def test_anywhere_is_everywhere() -> None:
    assert set(ANYWHERE) == set(Where)
