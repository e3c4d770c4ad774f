"""The query string's language."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chattui.local.rest import grammar
from chattui.local.rest.faults import RestFaultError
from chattui.local.rest.grammar import Column, Condition, Embed, Group, Order


def _quote(text: str) -> str:
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'


@given(st.lists(st.text(), min_size=1))
def test_quoted_lists_come_back(values: list[str]) -> None:
    assert grammar.elements(",".join(map(_quote, values))) == tuple(values)


@given(st.lists(st.text(st.characters(exclude_characters='",()')), min_size=1))
def test_plain_lists_come_back(values: list[str]) -> None:
    assert grammar.elements(",".join(values)) == (tuple(values) if values != [""] else ())


@given(st.text(), st.text())
def test_quoted_values_of_a_tree_come_back(one: str, other: str) -> None:
    tree = grammar.group("or", f"(a.eq.{_quote(one)},not.and(b.gt.{_quote(other)},c.is.null))")
    inner = Group("and", (Condition("b", "gt", other), Condition("c", "is", "null")), negated=True)
    assert tree == Group("or", (Condition("a", "eq", one), inner))


@given(st.text())
def test_a_plain_value_is_taken_as_it_is(value: str) -> None:
    assert grammar.condition("a", f"eq.{value}") == Condition("a", "eq", value)
    assert grammar.condition("a", f"not.neq.{value}") == Condition("a", "neq", value, negated=True)


@given(st.text())
def test_nothing_but_our_refusal_is_raised(text: str) -> None:
    for parse in (
        grammar.selection,
        grammar.order,
        lambda t: grammar.group("or", t),
        lambda t: grammar.condition("a", t),
    ):
        try:
            parse(text)
        except RestFaultError as fault:
            assert fault.status in (400, 501)  # noqa: PT017 - many outcomes are fine


def test_selections() -> None:
    chosen = grammar.selection('id,who:name,"odd,name",contacts(name,email),holder:profiles!assigned_to(*)')
    assert chosen.columns == (Column("id"), Column("name", "who"), Column("odd,name"))
    assert chosen.embeds == (
        Embed("contacts", (Column("name"), Column("email"))),
        Embed("profiles", (Column("*"),), alias="holder", hint="assigned_to"),
    )


def test_orders() -> None:
    assert grammar.order("a.desc.nullslast,b,c.nullsfirst") == (
        Order("a", descending=True, nulls="last"),
        Order("b"),
        Order("c", nulls="first"),
    )


@pytest.mark.parametrize(
    "text",
    ["a::text", "a->b", "a->>b", "count()", "id.sum()", "...contacts(name)", "contacts!inner(name)", "a(b(c))"],
)
def test_what_is_not_here_is_named(text: str) -> None:
    with pytest.raises(RestFaultError) as refused:
        grammar.selection(text)
    assert refused.value.status == 501


@pytest.mark.parametrize(
    "operator", ["like", "ilike", "fts", "cs", "ov", "match", "isdistinct", "like(any)", "eq(any)"]
)
def test_operators_that_are_not_here_are_named(operator: str) -> None:
    with pytest.raises(RestFaultError, match="operator") as refused:
        grammar.condition("a", f"{operator}.x")
    assert refused.value.status == 501
