"""What the cast decides, without a world: the same seed and the same words give the same lines."""

import re
from datetime import UTC, datetime

import pytest

from chattui.local.cast.assistant import Answer, answer, facts_of
from chattui.local.cast.bot import LISTENS
from chattui.local.cast.customer import PATIENCE_WITH_AGENT, Customer, Line, Voice
from chattui.local.cast.persona import FIRST, LAST, contact, contact_id, dice, origin, persona, regular
from chattui.local.cast.script import Topic, script
from chattui.local.cast.talk import recalled
from chattui.model.records import ConversationId, Message, MessageId, OrgId, Sender

SCRIPT = script()
NOW = datetime(2026, 1, 1, tzinfo=UTC)


def customer(seed: int, number: int) -> Customer:
    return Customer(persona(seed, number, SCRIPT), SCRIPT, dice(seed, f"customer {number}"))


def played(seed: int, number: int) -> list[list[Line]]:
    """A whole life: the AI's lines, then an agent's."""
    who = customer(seed, number)
    ai = [who.hears(Voice.AI, text) for text in ("a line", "another", SCRIPT.ai.hands_over)]
    agent = [who.hears(Voice.AGENT, text) for text in ("Hello, which order is it?", "And when?", "Done.", "Bye.")]
    return [who.opens(), *ai, who.calls(), *agent, who.comes_back()]


def thread(*said: tuple[Sender, str]) -> list[Message]:
    return [
        Message(
            id=MessageId(str(seq)),
            conversation_id=ConversationId("c"),
            org_id=OrgId("o"),
            version=1,
            created_at=NOW,
            updated_at=NOW,
            seq=seq,
            inbound_no=0,
            sender_type=sender,
            body=body,
        )
        for seq, (sender, body) in enumerate(said, 1)
    ]


def replied(*said: tuple[Sender, str]) -> Answer | None:
    messages = thread(*said)
    return answer(SCRIPT, messages, facts_of(messages))


def test_a_seed_repeats_every_decision() -> None:
    assert [played(7, number) for number in range(40)] == [played(7, number) for number in range(40)]


def test_another_seed_brings_another_world() -> None:
    assert [played(7, number) for number in range(20)] != [played(8, number) for number in range(20)]


def test_one_customer_does_not_depend_on_those_before() -> None:
    alone = persona(3, 25, SCRIPT)
    for number in range(25):
        persona(3, number, SCRIPT)
    assert persona(3, 25, SCRIPT) == alone


def test_a_contact_tells_who_it_is() -> None:
    who = persona(7, 3, SCRIPT)
    known = contact(7, 3, who)
    assert (origin(known.id), known.name, known.email) == ((7, 3), who.name, who.facts["email"])
    for seed, number in ((0, 0), (1, 2**48 - 1), (2**32 - 1, 5)):
        assert origin(contact_id(seed, number)) == (seed, number)
        assert FIRST <= contact_id(seed, number) <= LAST
    assert contact_id(-1, 0) == contact_id(2**32 - 1, 0), "no seed is too large or too small"


def test_every_topic_and_every_name_has_its_turn() -> None:
    people = [persona(1, number, SCRIPT) for number in range(len(SCRIPT.names))]
    assert {who.name for who in people} == set(SCRIPT.names)
    assert {who.topic.name for who in people[: len(SCRIPT.topics)]} == {topic.name for topic in SCRIPT.topics}


def test_some_come_back_after_closing_and_some_do_not() -> None:
    returning = sum(bool(customer(1, number).comes_back()) for number in range(100))
    assert 20 <= returning <= 50


def test_who_comes_back_does_so_once() -> None:
    who = customer(1, next(n for n in range(40) if persona(1, n, SCRIPT).returns))
    assert who.comes_back()
    assert not who.comes_back()


@pytest.mark.parametrize("number", range(30))
def test_who_was_interrupted_goes_on_as_if_nothing_had_happened(number: int) -> None:
    """At every point of a life, whoever is told of it later says what would have been said then."""
    told: list[tuple[Sender, str]] = []
    who = customer(4, number)
    lines = who.opens()
    heard = [(Voice.AI, "a line"), (Voice.AI, "another"), (Voice.AGENT, "Which order?"), (Voice.AGENT, "Done.")]
    for voice, text in heard:
        assert recalled(customer(4, number), thread(*told)) == lines
        told += [(Sender.CUSTOMER, line.text) for line in lines]
        if lines:
            assert recalled(customer(4, number), thread(*told)) == [], "said once"
        told.append((Sender(voice), text))
        # Lines that nobody answered are one turn for whoever reads them later.
        lines = who.hears(voice, text) if lines else recalled(customer(4, number), thread(*told))


def test_who_has_called_out_already_does_not_do_so_again() -> None:
    number = next(n for n in range(40) if persona(4, n, SCRIPT).topic.handoff)
    who, again = customer(4, number), customer(4, number)
    told = [(Sender.CUSTOMER, line.text) for line in who.opens()]
    told.append((Sender.AI, SCRIPT.ai.hands_over))
    who.hears(Voice.AI, SCRIPT.ai.hands_over)
    told += [(Sender.CUSTOMER, line.text) for line in who.calls()]
    recalled(again, thread(*told))
    assert [line.text for line in again.calls()] == SCRIPT.customer.calls[1:]
    assert not again.may_call


def test_who_had_come_back_knows_it() -> None:
    who = customer(1, next(n for n in range(40) if persona(1, n, SCRIPT).returns))
    again = SCRIPT.customer.returns[0]
    said = [(Sender.AGENT, "Hello!"), (Sender.AGENT, "Solved."), (Sender.CUSTOMER, "Bye"), (Sender.CUSTOMER, again)]
    assert not recalled(who, thread(*said))
    assert not who.satisfied
    assert not who.comes_back(), "once is enough"


def seed_customer(number: int) -> Customer:
    who = regular(1, SCRIPT.regulars[number], SCRIPT)
    return Customer(who, SCRIPT, dice(1, "regular"))


def test_each_of_the_seed_answers_about_what_stands_in_the_thread() -> None:
    anneliese = next(n for n, one in enumerate(SCRIPT.regulars) if str(one.contact).endswith("03"))
    who = seed_customer(anneliese)
    assert who.hears(Voice.AGENT, "Could you repeat the VAT number?")[0].text == "The VAT number is DE 811 234 567."
    assert "RE-2291" in who.hears(Voice.AGENT, "And for which invoice?")[0].text
    assert "Kind regards" in who.hears(Voice.AGENT, "It is on its way.")[0].text
    assert not who.hears(Voice.AGENT, "Bye.")
    who.begins_anew()
    assert who.hears(Voice.AGENT, "Once more, the VAT number please?")[0].text == "The VAT number is DE 811 234 567."


@pytest.mark.parametrize("number", range(len(SCRIPT.regulars)))
def test_nobody_of_the_seed_is_silent(number: int) -> None:
    assert all(seed_customer(number).hears(Voice.AGENT, text) for text in ("How are you?", "Let me look."))


@pytest.mark.parametrize("number", range(20))
def test_nobody_shows_a_brace(number: int) -> None:
    assert not [line.text for burst in played(1, number) for line in burst if set("{}") & set(line.text)]


def test_an_agents_question_is_answered_with_the_details_in_turn() -> None:
    who, details = customer(1, 0), persona(1, 0, SCRIPT).topic.details
    facts = persona(1, 0, SCRIPT).facts
    answers = [who.hears(Voice.AGENT, f"Question {n}?")[0].text for n in range(2)]
    assert answers == [detail.format_map(facts) for detail in details[:2]]


def test_an_agents_question_is_answered_with_what_comes_nearest() -> None:
    number = next(n for n in range(40) if persona(1, n, SCRIPT).topic.name == "double charge")
    who, facts = customer(1, number), persona(1, number, SCRIPT).facts
    questions = ("Could you give me your e-mail address?", "Which card did you use?", "And the order?")
    assert [who.hears(Voice.AGENT, question)[0].text for question in questions] == [
        f"The address is {facts['email']}.",
        "It's a Visa card, the last digits are 4410.",
        f"It's order {facts['order']}, {facts['amount']} twice.",
    ]


def test_who_was_handed_over_waits_for_the_person_and_calls_twice() -> None:
    for number in range(len(SCRIPT.topics)):
        who = customer(2, number)
        for text in ("a line", "another", SCRIPT.ai.hands_over):
            who.hears(Voice.AI, text)
        if not who.satisfied:
            assert [line.text for _ in range(4) for line in who.calls()] == SCRIPT.customer.calls
            assert who.hears(Voice.AGENT, "Hello, this is Ana.")
            assert [line.text for _ in range(4) for line in who.calls()] == SCRIPT.customer.nudges


def test_who_comes_back_answers_the_person_that_the_ai_calls() -> None:
    for number in range(40):
        who = customer(1, number)
        while who.hears(Voice.AI, "a line"):
            pass
        if who.comes_back():
            assert not who.hears(Voice.AI, SCRIPT.ai.hands_over)
            assert who.hears(Voice.AGENT, "Hello, which order is it?")


def test_a_matter_that_is_settled_stays_so() -> None:
    number = next(n for n in range(40) if not persona(1, n, SCRIPT).topic.handoff)
    who = customer(1, number)
    while who.hears(Voice.AI, "a line"):
        pass
    assert who.satisfied
    assert who.hears(Voice.AGENT, "Hello, can I help?")[0].text in SCRIPT.customer.farewells
    assert not who.hears(Voice.AGENT, "Really?")


def test_the_lines_of_a_burst_come_before_the_ai_takes_it_to_be_over() -> None:
    gaps = [line.think + line.typing for number in range(60) for burst in played(1, number) for line in burst[1:]]
    assert max(gaps) < LISTENS


def test_a_customer_has_enough_at_last_and_says_goodbye_once() -> None:
    who = customer(1, 0)
    said = [who.hears(Voice.AGENT, "And?") for _ in range(PATIENCE_WITH_AGENT + 3)]
    assert said[PATIENCE_WITH_AGENT - 1][0].text in SCRIPT.customer.farewells
    assert who.satisfied
    assert not any(said[PATIENCE_WITH_AGENT:])


@pytest.mark.parametrize("topic", SCRIPT.topics, ids=lambda topic: topic.name)
def test_the_ai_knows_each_topic_by_its_opening_and_plays_it_to_the_end(topic: Topic) -> None:
    facts = {"order": "1234", "amount": "€5.00", "city": "Cork", "email": "x@example.com"}
    said = [(Sender.CUSTOMER, line.format_map(facts)) for line in topic.opening]
    for exchange in topic.lines:
        reply = replied(*said)
        assert reply is not None
        assert reply.handoff is None
        assert reply.intent == topic.name
        said += [(Sender.AI, exchange.ai), *((Sender.CUSTOMER, line.format_map(facts)) for line in exchange.customer)]
    end = replied(*said)
    assert end is not None
    assert bool(end.handoff) is bool(topic.handoff)
    if not topic.handoff:
        assert end.text == SCRIPT.ai.farewell


def test_the_ai_does_not_greet_in_the_middle() -> None:
    topic = next(topic for topic in SCRIPT.topics if topic.name == "late parcel")
    said: list[tuple[Sender, str]] = [(Sender.CUSTOMER, topic.opening[0])]
    for exchange in topic.lines:
        said += [(Sender.AI, exchange.ai), (Sender.CUSTOMER, "Okay.")]
    assert replied(*said) == Answer(SCRIPT.ai.anything_else, intent=topic.name)
    reason = "late parcel: a further question"
    asked = [*said[:-1], (Sender.CUSTOMER, "And where is it now?")]
    assert replied(*asked) == Answer(SCRIPT.ai.hands_over, reason, topic.name)
    again = [*said, (Sender.AI, SCRIPT.ai.anything_else), (Sender.CUSTOMER, "It is still not here.")]
    assert replied(*again) == Answer(SCRIPT.ai.hands_over, reason, topic.name)


@pytest.mark.parametrize("number", range(26))
def test_the_ai_says_nothing_that_it_was_not_told(number: int) -> None:
    """No neutral word stands where a customer of the cast has named the thing."""
    who = persona(3, number, SCRIPT)
    said: list[tuple[Sender, str]] = [(Sender.CUSTOMER, who.says(line)) for line in who.topic.opening]
    for exchange in who.topic.lines:
        reply = replied(*said)
        assert reply
        assert not re.search("your order|the amount|your city|your address", reply.text)
        said += [(Sender.AI, reply.text), *((Sender.CUSTOMER, who.says(line)) for line in exchange.customer)]


def test_the_ai_is_silent_when_it_is_not_its_turn() -> None:
    assert replied() is None
    assert replied((Sender.CUSTOMER, "hi"), (Sender.AI, "Hello!")) is None
    assert replied((Sender.CUSTOMER, "hi"), (Sender.AGENT, "Hello, this is Ana.")) is None


def test_whoever_asks_for_a_person_gets_one_at_once() -> None:
    reply = replied((Sender.CUSTOMER, "Can I talk to a real person please?"))
    assert reply == Answer(SCRIPT.ai.hands_over, SCRIPT.ai.asked_reason)


def test_the_ai_gives_up_on_what_it_does_not_understand() -> None:
    said: list[tuple[Sender, str]] = []
    for unsure in SCRIPT.ai.unsure:
        said.append((Sender.CUSTOMER, "qwertz"))
        assert replied(*said) == Answer(unsure)
        said.append((Sender.AI, unsure))
    said.append((Sender.CUSTOMER, "qwertz"))
    assert replied(*said) == Answer(SCRIPT.ai.hands_over, SCRIPT.ai.lost_reason)


def test_the_ai_takes_up_what_was_mentioned() -> None:
    [message] = thread((Sender.CUSTOMER, "Order 8812 to rosa@example.com, €24.90, and are you open in Lyon?"))
    assert facts_of([message]) == {"order": "8812", "amount": "€24.90", "city": "Lyon", "email": "rosa@example.com"}
