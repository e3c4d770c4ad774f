"""A shift: two agents and a customer, each in a terminal of their own, on one project."""

import re

import pytest

from tests.e2e.conftest import Open
from tests.e2e.hands import CLOSED, confirm, find, write

pytestmark = pytest.mark.timeout(120)


def test_who_takes_over_first_has_it_and_the_other_is_told(desk: Open, customer: Open) -> None:
    ana, bo, rosa = desk("ana"), desk("bo"), customer("Rosa Quill")
    rosa.type("I was charged twice\r")
    find(ana, "Rosa Quill")
    find(bo, "Rosa Quill")
    ana.press("t")
    bo.press("t")
    rosa.sees("You are talking to (Ana Torres|Bo Larsen)")
    winner, loser, name = (ana, bo, "Ana Torres") if "Ana" in rosa.text else (bo, ana, "Bo Larsen")
    winner.sees("active · you")
    loser.sees(f"{name} has")
    loser.sees(f"active · {name}")


def test_words_and_typing_go_both_ways_and_previews_and_unread_are_right(desk: Open, customer: Open) -> None:
    ana, bo, liam = desk("ana"), desk("bo", columns=80, rows=24), customer("Liam Reed")
    liam.type("Where is my parcel\r")
    find(bo, "Liam Reed")
    find(ana, "Liam Reed")
    bo.sees("Where is my parcel")
    ana.press("t")
    ana.sees("active · you")

    ana.press("r")
    ana.sees("Enter send")
    ana.type("Let me")
    liam.sees("writing")
    bo.sees("Ana.*(typing|writing)|(typing|writing).*Ana")
    ana.type(" look\r")
    liam.sees("Let me look")
    bo.sees("Let me look")
    ana.sees("✓✓")

    liam.type("Thank")
    ana.sees("Liam.*typing")
    liam.type(" you\r")
    ana.sees("Thank you")
    bo.sees("Thank you")
    row = ana.line_with("Liam Reed")
    assert not re.search(r"Liam Reed\s+[1-9]", row), "Ana has read it"
    assert "✎" not in row, "what was sent is no draft"


def test_hand_back_requeue_close_and_reopen_by_the_customers_reply(desk: Open, customer: Open) -> None:
    ana, bo, mia = desk("ana"), desk("bo"), customer("Mia Okoye")
    mia.type("My invoice has the wrong address\r")
    find(ana, "Mia Okoye")
    find(bo, "Mia Okoye")
    ana.press("t")
    mia.sees("You are talking to Ana Torres")

    confirm(ana, "T", "Mia Okoye")
    mia.sees("You are talking to our assistant")
    bo.sees("handed")
    bo.sees("Mia Okoye +◌ ai")

    bo.press("t")
    mia.sees("You are talking to Bo Larsen")
    confirm(bo, "u", "Mia Okoye")
    ana.sees("Mia Okoye +◔ waiting")

    ana.press("t")
    mia.sees("You are talking to Ana Torres")
    write(ana, "The address is corrected")
    mia.sees("The address is corrected")
    confirm(ana, "c", "Mia Okoye")
    mia.sees("closed|ended")
    find(bo, "Mia Okoye", CLOSED)
    bo.sees("closed")

    mia.type("One more thing\r")
    mia.sees("You are talking to our assistant|will be with you")
    find(bo, "Mia Okoye")
    bo.sees("One more thing")
    bo.sees("opened it again")
