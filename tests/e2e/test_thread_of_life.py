"""From a bare machine to a closed conversation: real Postgres, real socket, real terminals."""

import pytest

from tests.e2e.conftest import Run


@pytest.mark.timeout(180)
def test_an_agent_takes_over_talks_and_closes(run: Run) -> None:
    ana = run("demo", "--agent", "ana", "--quiet")
    ana.sees("● live", seconds=90)

    rosa = run("customer", "--name", "Rosa Quill", columns=80, rows=24)
    rosa.sees("You are talking to our assistant")
    rosa.type("I was charged twice\r")
    rosa.sees("I was charged twice")

    ana.press("4")
    ana.sees("I was charged twice")
    ana.press("3")  # the AI has it, and it is the newest: the cursor is on it
    ana.sees("│ I was charged twice")
    ana.press("t")
    ana.sees("active")
    rosa.sees("Ana Torres")

    ana.press("r")
    ana.sees("Enter send")
    ana.type("Let me look into that")
    rosa.sees("typing|writing")
    ana.type("\r")
    rosa.sees("Let me look into that")
    rosa.type("Thank you so much\r")
    ana.sees("Thank you so much")

    ana.press("\x1b", "c")
    ana.sees("Rosa Quill.*again|again.*Rosa Quill")
    ana.press("c")
    ana.sees("closed")
    rosa.sees("closed|ended")

    ana.press("\x11")
    assert ana.ends() == 0
