"""Every measurement runs, small; what it says of time means nothing here."""

import json
import math
from pathlib import Path

import pytest
from click.testing import CliRunner

from tests.bench.__main__ import MEASUREMENTS, main
from tests.bench.measuring import Bound, Row, Size, interleaved, percentile
from tests.stack import Stack


@pytest.mark.timeout(180)
@pytest.mark.parametrize("name", MEASUREMENTS)
def test_it_can_be_measured(name: str, stack: Stack) -> None:
    told = MEASUREMENTS[name](Size(1, smoke=True, stack=stack))
    for row in told if isinstance(told, list) else [told]:
        assert math.isfinite(row.value)
        assert row.floor is None or row.floor >= 0


def test_a_row_says_whether_its_target_is_held() -> None:
    assert Row("a", "b", 3.0, "s", 1.5, 2.0).held
    assert not Row("a", "b", 3.1, "s", 1.5, 2.0).held
    assert Row("a", "b", 1.0, "rows/s", 0.5, 2.0, Bound.AT_LEAST).held
    assert not Row("a", "b", 0.9, "rows/s", 0.5, 2.0, Bound.AT_LEAST).held
    assert Row("a", "", 4.0, "ms", 5).held


def test_contestants_take_turns_and_the_first_round_only_warms_up() -> None:
    order: list[str] = []

    def run(name: str) -> int:
        order.append(name)
        return len(order)

    samples = interleaved(2, {"a": lambda: run("a"), "b": lambda: run("b")})
    assert order == ["a", "b", "b", "a", "a", "b"]
    assert samples == {"a": [4, 5], "b": [3, 6]}


def test_percentiles() -> None:
    assert [percentile(range(1, 101), percent) for percent in (0, 50, 95, 99, 100)] == [1, 51, 96, 100, 100]


def test_the_command_writes_what_it_prints(tmp_path: Path) -> None:
    file = tmp_path / "rows.json"
    told = CliRunner().invoke(main, ["--smoke", "--only", "help", "--json", str(file)])
    assert told.exit_code == 0, told.output
    assert "chattui --help" in told.output
    [row] = json.loads(file.read_text())["rows"]
    assert row["note"] == "loads []", "nothing heavy is loaded for --help"
