"""The roster of a room: its diffs, added up, are always its state."""

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from chattui.local.realtime.presence import Roster

owners, keys = st.integers(0, 3), st.sampled_from(["ana", "bob"])
users = st.dictionaries(st.sampled_from(["status", "device"]), st.sampled_from(["a", "b"]), max_size=2)
calls = st.lists(st.tuples(owners, keys, st.none() | users), max_size=30)


def refs(metas: dict[str, Any]) -> set[tuple[str, str]]:
    return {(key, meta["phx_ref"]) for key, found in metas.items() for meta in found["metas"]}


@given(calls)
def test_a_client_that_applies_the_diffs_knows_the_state(made: list[tuple[int, str, Any]]) -> None:
    roster, known = Roster(), set[tuple[str, str]]()
    for owner, key, user in made:
        diff = roster.untrack(owner) if user is None else roster.track(owner, key, user)
        if diff:
            assert refs(diff["leaves"]) <= known
            known = (known - refs(diff["leaves"])) | refs(diff["joins"])
        assert refs(roster.state()) == known


def test_the_same_again_is_no_news() -> None:
    roster = Roster()
    assert roster.track("a", "ana", {"n": 1})
    assert roster.track("a", "ana", {"n": 1}) is None
    assert roster.untrack("b") is None
