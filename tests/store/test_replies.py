import pytest

from chattui.store import Queries, Store
from chattui.store.replies import filled
from tests.store.rows import ANA, BO, A, at, contact, conversation, snapshot, template

VALUES = {"contact.name": "Rosa", "agent.name": "Ana", "conversation.id": "a", "contact.email": None}


@pytest.mark.parametrize(
    ("body", "words", "missing"),
    [
        ("Hi {{contact.name}}, {{ agent.name }} here.", "Hi Rosa, Ana here.", ()),
        ("{{contact.name}} {{contact.name}}", "Rosa Rosa", ()),
        ("Order {{order.id}}, {{order.id}} {{x}}", "Order {{order.id}}, {{order.id}} {{x}}", ("order.id", "x")),
        ("Mail to {{contact.email}}", "Mail to {{contact.email}}", ("contact.email",)),
        ("{contact.name} {{}} {{ {{contact.name}}", "{contact.name} {{}} {{ Rosa", ()),
        ("no variables", "no variables", ()),
    ],
)
def test_variables_are_filled_in(body: str, words: str, missing: tuple[str, ...]) -> None:
    assert filled(body, VALUES) == (words, missing)


def test_a_value_is_no_template_itself() -> None:
    assert filled("{{contact.name}}", {"contact.name": "{{agent.name}}"}) == ("{{agent.name}}", ())


def replies(prefix: str) -> list[str]:
    store = Store()
    templates = [
        template("hello", "Hi {{contact.name}}"),
        template("/Help", "x"),
        template("refund", "y"),
        template("helmet", "z", owner_id=ANA),
        template("hers", "z", owner_id=BO),
        template("held", "z", deleted_at=at(1)),
    ]
    store.apply([snapshot(conversation(), *templates)])
    return [reply.shortcut for reply in Queries(store).replies(prefix, A)]


@pytest.mark.parametrize(
    ("prefix", "found"),
    [
        ("", ["helmet", "hello", "/Help", "refund"]),
        ("/hel", ["helmet", "hello", "/Help"]),
        ("HELL", ["hello"]),
        ("x", []),
    ],
)
def test_found_by_their_shortcut_mine_first(prefix: str, found: list[str]) -> None:
    assert replies(prefix) == found


def test_the_body_is_as_it_was_written_and_the_preview_is_inert() -> None:
    store = Store()
    row = template("hello", "Hi {{contact.name}},\n\x1bbye {{agent.name}} {{conversation.id}} {{who}}")
    store.apply([snapshot(conversation(), contact("Rosa", 2), row)])
    (reply,) = Queries(store).replies("hello", A)
    assert reply.body == "Hi Rosa,\n\x1bbye Ana Torres a {{who}}"
    assert reply.preview == "Hi Rosa, ␛bye Ana Torres a {{who}}"
    assert reply.missing == ("who",)
