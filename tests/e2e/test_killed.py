"""chattui is killed in the middle of its work, and started again."""

import os
import signal

import pytest

from tests.e2e.conftest import LocalStack, Open, Plain, Run, Says, SignedIn, id_of
from tests.e2e.hands import ENTER, RESYNC, find, take_over, write

pytestmark = pytest.mark.timeout(150)


def test_what_was_queued_and_what_was_being_written_survives(  # noqa: PLR0913, PLR0917 - the whole of a desk
    local_start: LocalStack, desk: Open, says: Says, plain: Plain, run: Run, signed_in: SignedIn
) -> None:
    says("Rosa Quill", "I was charged twice")
    says("Liam Reed", "Where is my parcel")
    ana = desk("ana")
    take_over(ana, "Liam Reed")
    take_over(ana, "Rosa Quill")
    local_start.kill()
    ana.sees(r"○ offline \d:\d\d")
    write(ana, "First in the dark")
    ana.sees("1 queued")
    ana.type(f"Second in the dark{ENTER}")
    ana.sees("2 queued")
    find(ana, "Liam Reed")
    ana.press("r")
    ana.sees("Enter send")
    ana.type("half a thought")
    ana.sees("half a thought(.|\n)*✎|✎(.|\n)*half a thought")
    find(ana, "Rosa Quill")
    os.kill(ana.pid, signal.SIGKILL)
    assert ana.ends() == -signal.SIGKILL

    again = run(env=signed_in("ana"))
    again.sees("2 queued")
    local_start.start()
    again.press(RESYNC)
    again.sees("● live")
    again.loses("queued")
    find(again, "Liam Reed")
    again.press(ENTER)
    again.sees("half a thought")
    shown = plain("ana", "show", id_of(plain, "Rosa Quill")).stdout
    order = ("I was charged twice", "First in the dark", "Second in the dark")
    assert [shown.count(words) for words in order] == [1, 1, 1]
    assert sorted(order, key=shown.index) == list(order)
    assert "half a thought" not in shown
