"""What colleagues see of each other's work while it happens, and what their keyboards do not do by accident."""

import re

import pytest

from tests.e2e.conftest import Open
from tests.e2e.hands import ENTER, ESCAPE, LEADER, MINE, confirm, find, take_over, under_cursor, write

pytestmark = pytest.mark.timeout(120)


def test_notes_labels_viewers_and_hand_overs_are_live(desk: Open, customer: Open) -> None:
    ana, bo, rosa = desk("ana"), desk("bo"), customer("Rosa Quill")
    rosa.type("I was charged twice\r")
    take_over(ana, "Rosa Quill")
    find(bo, "Rosa Quill")
    bo.sees("Rosa Quill  ● active · Ana Torres")
    ana.press("r")
    ana.sees("Enter send")
    bo.sees("◉ Ana")

    ana.type("Good mor")
    rosa.sees("writing")
    bo.sees("Ana.*(typing|writing)")
    ana.press(ESCAPE, "N")
    ana.sees("note · only colleagues see it")
    ana.loses("Good mor")  # a note is no reply: each has words of its own
    ana.type("Check Stripe first\r")
    bo.sees("NOTE Ana Torres")
    bo.sees("▌ Check Stripe first")
    assert bo.colours("Check Stripe first") != bo.colours("I was charged twice")
    bo.sees("notes\\s*$")
    bo.sees("Ana Torres: Check")

    ana.press(ESCAPE, "l")
    ana.sees("Labels")
    ana.type("billing")
    ana.press(ENTER)
    ana.sees("✓ billing")
    ana.press(ESCAPE)
    bo.sees("labels +billing")
    bo.sees("Ana Torres added a label: billing")

    ana.press("a")
    ana.sees("Give it to")
    ana.type("bo")
    ana.press(ENTER)
    rosa.sees("You are talking to Bo Larsen")
    bo.sees("Rosa Quill  ● active · you")
    bo.sees("Ana Torres gave it to Bo Larsen")
    ana.sees("Rosa Quill  ● active · Bo Larsen")

    write(bo, "Bo here")
    rosa.sees("Bo here")
    assert "Stripe" not in rosa.text
    assert b"Stripe" not in rosa.raw
    ana.press("r")
    ana.sees("Good mor")
    ana.press(ENTER)
    ana.sees("Not sent: Bo Larsen has it")
    ana.sees("Good mor")
    assert "Good mor" not in rosa.text


def test_canned_replies_know_the_customer(desk: Open, customer: Open) -> None:
    ana, liam = desk("ana"), customer("Liam Reed")
    liam.type("Where is my refund\r")
    take_over(ana, "Liam Reed")
    ana.press("r")
    ana.sees("Enter send")
    ana.type("/ref")
    ana.sees("/refund")
    ana.press(ENTER)
    ana.sees("Good news, Liam Reed: the refund is on its way")
    assert "Good news" not in liam.text, "inserted, not sent"
    ana.press(ENTER)
    liam.sees("Good news, Liam Reed")

    ana.paste("two lines\nby paste")
    ana.sees("by paste")
    assert "by paste" not in liam.text
    ana.press(ENTER)
    liam.sees("by paste")


def test_take_over_and_close_have_chords_while_composing(desk: Open, customer: Open) -> None:
    ana, mia = desk("ana"), customer("Mia Okoye")
    mia.type("My invoice is wrong\r")
    find(ana, "Mia Okoye")
    ana.press("r")
    ana.sees("with the AI")
    ana.type("One moment, please")
    ana.press(ENTER)
    ana.sees("Not sent: with the AI · Ctrl\\+G t take over. Your words are kept")
    ana.press(LEADER)
    ana.sees("Now a key of the list")
    ana.press("t")
    ana.sees("Mia Okoye  ● active · you")
    mia.sees("You are talking to Ana Torres")
    ana.sees("One moment, please")
    ana.press(ENTER)
    mia.sees("One moment, please")

    ana.press(LEADER, "c")
    ana.sees("Close Mia Okoye\\?")
    ana.type("no")
    ana.loses("Close Mia Okoye")
    ana.sees("│ no ")
    ana.press(LEADER, "c")
    ana.sees("Close Mia Okoye\\?")
    ana.press(LEADER, "c")
    mia.sees("This conversation is closed")
    ana.sees("Mia Okoye  ✓ closed")


def test_words_that_miss_the_composer_do_nothing(desk: Open, customer: Open) -> None:
    ana, noa = desk("ana"), customer("Noa Stein")
    noa.type("Hello\r")
    take_over(ana, "Noa Stein")
    ana.press(ESCAPE)
    ana.type("cc")
    ana.sees("nothing was done")
    ana.press(ESCAPE)
    ana.paste("close uu")
    ana.sees("A paste does nothing here: nothing was done")
    assert re.search("Noa Stein  ● active · you", ana.text)

    ana.press(ESCAPE, "c")
    ana.sees("Close Noa Stein\\?")
    ana.press(ESCAPE)
    ana.loses("Close Noa Stein")
    ana.press("c")
    ana.sees("Close Noa Stein\\?")
    assert re.search("Noa Stein  ● active · you", ana.text), "the second c only asked again"
    ana.press(ESCAPE)
    confirm(ana, "u", "Noa Stein")
    noa.sees("An agent will be with you soon")


def test_words_typed_at_once_after_the_key_of_a_field_reach_the_field(desk: Open, customer: Open) -> None:
    ana, pia = desk("ana"), customer("Pia Storm")
    pia.type("Hello\r")
    take_over(ana, "Pia Storm")
    ana.press(ESCAPE)
    ana.press("rthanks, cut and closed")
    ana.sees("│ thanks, cut and closed ")
    ana.press(ENTER)
    pia.sees("thanks, cut and closed")
    ana.press(ESCAPE, ESCAPE, MINE)
    ana.press("/pia st")
    ana.sees("^ ?pia st")
    ana.wait(lambda picture: under_cursor(picture, "Pia Storm"), "the filter has her")
    ana.press(ESCAPE, "Ncut here")
    ana.sees("note · only")
    ana.sees("│ cut here ")
    assert re.search("Pia Storm  ● active · you", ana.text)
