"""What sorts conversations, and finding what was said: two agents on one project."""

import pytest

from tests.e2e.conftest import Open
from tests.e2e.hands import ENTER, ESCAPE, find

pytestmark = pytest.mark.timeout(120)

SEARCH, DOWN = "\x06", "\x1b[B"


def test_a_colleague_sees_at_once_what_is_urgent_and_what_sleeps(desk: Open, customer: Open) -> None:
    ana, bo, ida = desk("ana"), desk("bo"), customer("Ida Brandt")
    ida.type("The heating makes a noise\r")
    find(ana, "Ida Brandt")
    find(bo, "Ida Brandt")
    ana.press("!")
    ana.sees("Priority")
    ana.type("high")
    ana.press(ENTER)
    ana.sees("!! Ida Brandt")
    bo.sees("!! Ida Brandt")
    bo.sees("!! high")
    ana.press("z")
    ana.sees("tomorrow morning")
    ana.press(DOWN, DOWN, ENTER)
    bo.sees(r"◷ until \w+ 09:00")
    bo.press("z")
    bo.sees("wake it now")
    bo.press(ENTER)
    ana.loses("◷ ")


def test_what_a_customer_said_is_found_and_opened(desk: Open, customer: Open) -> None:
    ana, uma = desk("ana"), customer("Uma Fell")
    uma.type("The xylophone has no mallets\r")
    find(ana, "Uma Fell")
    ana.press(ESCAPE, ESCAPE, "5", SEARCH)
    ana.sees("Search what was said")
    ana.type("xylo mall")
    ana.sees("Nobody said that")
    ana.type("\x15xyloph")
    ana.sees("1 message")
    ana.sees("Uma Fell  ")
    ana.press(ENTER)
    ana.sees("The xylophone has no mallets")
    ana.sees(r"^▌. .*Uma Fell")
