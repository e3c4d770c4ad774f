"""A few thousand inputs of the fuzzer, always the same; `python -m tests.fuzz` throws a million."""

from typing import Any

import pytest

from chattui.gateway.errors import Unreachable
from chattui.gateway.protocol import Cursor
from chattui.gateway.supabase.agent import SupabaseGateway
from chattui.gateway.supabase.rest import Rest
from tests.conftest import MakeOrganisation
from tests.fuzz.run import Run, framed
from tests.fuzz.server import Siege
from tests.fuzz.targets import targets


def test_nothing_raises_whatever_comes() -> None:
    told = Run(inputs=4_000, seed=7).whole()
    assert told.faults == []
    assert told.taken > 600
    assert told.outcomes > 60


@pytest.mark.parametrize(
    ("table", "columns"),
    [
        ("conversations", {"created_at": "2026-01-01T00:00:00"}),
        ("contacts", {"created_at": "0001-01-01T00:00:00+14:00"}),
        ("conversations", {"waiting_since": "9999-12-31T23:59:59-14:00", "status": "waiting"}),
        ("messages", {"created_at": "2026-01-01T00:00:00"}),
    ],
)
def test_a_moment_without_a_zone_or_out_of_time_makes_no_row(table: str, columns: dict[str, Any]) -> None:
    assert "RowSuspected" in targets()["frame"](framed(table, **columns))


@pytest.mark.parametrize(
    ("table", "columns"),
    [
        ("conversations", {"priority": -9}),
        ("conversations", {"priority": 10**30}),
        ("messages", {"seq": 10**30, "inbound_no": -(10**30)}),
    ],
)
def test_a_row_that_is_odd_is_drawn(table: str, columns: dict[str, Any]) -> None:
    assert targets()["frame"](framed(table, **columns)).startswith("['RowsStored']")


def test_half_a_character_makes_no_frame() -> None:
    odd = {"half": "\ud800", "deep": [[[[[["\udfff"]]]]]]}
    assert targets()["frame"](framed("contacts", attributes=odd)) == "DecodeError"


@pytest.mark.parametrize(
    "answer",
    [
        {"now": "2026-11-20T14:07:\ud800Z", "cursor": "1"},
        {"now": "2026-11-20T14:07:00Z", "cursor": "1", "gone": [{"id": "one"}]},
        {"now": "2026-11-20T14:07:00Z", "cursor": "1", "gone": [{"id": "one", "version": "new"}]},
        {"now": "2026-11-20T14:07:00Z", "cursor": "1", "rows": {"messages": "many"}},
    ],
)
async def test_an_answer_that_makes_no_sense_is_none(monkeypatch: pytest.MonkeyPatch, answer: Any) -> None:
    async def rpc(*_: Any) -> Any:
        return answer

    monkeypatch.setattr(Rest, "rpc", rpc)
    gateway = object.__new__(SupabaseGateway)
    gateway._rest = object.__new__(Rest)
    with pytest.raises(Unreachable):
        await gateway.sync(Cursor("e", "1"))


def test_the_doors_of_the_local_server_stay_open(make_organisation: MakeOrganisation) -> None:
    doors = Siege(make_organisation(), 7).whole(250)
    assert doors.faults == []
    assert doors.requests > 200
    assert doors.frames > 60
