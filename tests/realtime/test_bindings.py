"""What a client's binding means."""

from typing import Any

import pytest

from chattui.local.realtime.bindings import Condition, binding_id, from_topic, parse

ROWS = {"event": "*", "schema": "public", "table": "rows"}


@pytest.mark.parametrize(
    ("filter_", "conditions"),
    [
        ("a=eq.1", [Condition("a", "eq", "1")]),
        ("a=eq.x=y.z", [Condition("a", "eq", "x=y.z")]),
        ("a=not.in.(1,2),b=is.null", [Condition("a", "in", "1,2", negated=True), Condition("b", "is", "null")]),
        ("a=eq.", [Condition("a", "eq", "")]),
        ("", []),
        (None, []),
    ],
)
def test_a_filter_is_read(filter_: Any, conditions: list[Condition]) -> None:
    assert list(parse(ROWS | {"filter": filter_}).conditions) == conditions


def test_a_topic_can_be_a_binding() -> None:
    assert from_topic("public:rows:a=eq.1:2") == {"schema": "public", "table": "rows", "filter": "a=eq.1:2"}


def test_the_order_of_keys_changes_no_id() -> None:
    assert binding_id(ROWS) == binding_id(dict(reversed(ROWS.items())))
    assert binding_id(ROWS) != binding_id(ROWS | {"event": "INSERT"})
    assert 0 <= binding_id(ROWS) < 2**27
