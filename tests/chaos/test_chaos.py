"""The short form of `python -m tests.chaos`: the whole of it, small. And what follows from a seed."""

from types import SimpleNamespace

import psycopg
import pytest

from tests.chaos import __main__ as command
from tests.chaos.__main__ import arguments, once, shrunk, wanted
from tests.chaos.place import OWN, dismiss, hire
from tests.chaos.plan import EVERY, ON_THE_LINE, TWIN, Blow, Scale, only, plan
from tests.chaos.story import concerned
from tests.stack import Stack

SHORT = "--seed 5 --messages 120 --faults 40 --work 14 --longest 4 --hurry --minutes 2"
"""Half a minute, on a machine that is not busy with something else."""


@pytest.mark.timeout(150)
def test_a_short_storm_costs_nobody_anything() -> None:
    report = once(arguments(SHORT.split()))
    assert not report.complaints, "\n".join(report.lines())
    assert report.tally.messages >= 120
    assert report.faults == 40
    assert (report.tally.losses, report.tally.duplicates) == (0, 0)


def test_a_seed_is_a_plan() -> None:
    scale = Scale(200, 100.0)
    assert plan(7, scale) == plan(7, scale)
    assert plan(7, scale) != plan(8, scale)
    assert {blow.kind for blow in plan(7, scale)} == set(EVERY)


def test_faults_that_are_left_out_leave_the_others_as_they_were() -> None:
    blows = plan(7, Scale(50, 100.0))
    assert only(blows, [3, 17]) == [blows[3], blows[17]]
    some = wanted(arguments(["--seed", "7", "--faults", "50", "--only-faults", "3,17"]))
    assert [blow.number for blow in some.blows] == [3, 17]


@pytest.mark.parametrize("culprits", [{13}, {3, 40}, set()])
def test_shrinking_leaves_few_faults_with_which_it_still_fails(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], culprits: set[int]
) -> None:
    def once(_: object, blows: list[Blow]) -> SimpleNamespace:
        return SimpleNamespace(complaints=culprits and culprits <= {blow.number for blow in blows})

    monkeypatch.setattr(command, "once", once)
    found = {blow.number for blow in shrunk(arguments(["--faults", "50"]))}
    assert culprits <= found
    assert len(found) <= (1 if len(culprits) == 1 else 50)
    assert bool(found) is bool(culprits)
    assert ("still fails with 1: --only-faults 13" in capsys.readouterr().out) is (culprits == {13})


def test_somebody_elses_server_is_left_alone() -> None:
    kinds = {blow.kind for blow in plan(7, Scale(200, 100.0, own_server=False))}
    assert kinds == {*ON_THE_LINE, TWIN, "kill", "stop", "token expires"}


def test_the_story_is_about_those_of_whom_something_is_wrong() -> None:
    assert concerned(["ana: the link is offline"]) == {"ana"}
    assert "tom" in concerned(["something else"])


def test_nothing_is_left_in_somebody_elses_project(stack: Stack) -> None:
    cast = hire(stack.db_url, "assigned")
    with psycopg.connect(stack.db_url, autocommit=True) as database:
        people = database.execute("select id from profiles where org_id = %s", (cast.org_id,)).fetchall()
        assert len(people) == len(cast.emails)
        dismiss(stack.db_url, cast)
        for table in (*OWN, "contacts", "profiles"):
            assert database.execute(f"select from {table} where org_id = %s", (cast.org_id,)).rowcount == 0
        assert database.execute("select from organizations where id = %s", (cast.org_id,)).rowcount == 0
        left = database.execute("select from auth.users where id = any(%s)", ([one for (one,) in people],))
        assert left.rowcount == 0
