"""The promises about time, measured in short; `python -m tests.faults` measures them at length."""

import asyncio
from collections.abc import Sequence
from contextlib import suppress

from chattui.model.events import LinkState
from tests.faults.measures import HALF_OPEN, HONEST, Trial, Witness, back, back_by_key, measure, notice
from tests.faults.scene import Scene, staged
from tests.gateway.conftest import Team

SEED = 7
BUSY = 1.5
"""Seconds that a machine which runs other tests may add."""
TRIALS: Sequence[tuple[float, Trial]] = (
    *((HONEST, notice(fault)) for fault in HALF_OPEN),
    *((1.0 + BUSY, back(seconds)) for seconds in (0.1, 0.5, 1.0, 2.0, 5.0)),
    (0.5 + BUSY, back_by_key(3.0)),
)


async def test_the_promises_about_time_are_kept_and_the_header_tells_the_truth(team: Team) -> None:
    scenes = await asyncio.gather(*(staged(team) for _ in TRIALS))
    witness = Witness()
    for scene in scenes:
        witness.watch(lambda scene=scene: scene.link is LinkState.LIVE, scene.proxy)  # type: ignore[misc]
    looking = asyncio.create_task(witness.look())
    broken = await asyncio.gather(*(_broken(*trial, scene) for trial, scene in zip(TRIALS, scenes, strict=True)))
    looking.cancel()
    with suppress(asyncio.CancelledError):
        await looking
    assert [one for one in broken if one] == []
    assert len(witness.ages) > 200
    assert max(witness.ages) < HONEST


async def _broken(promise: float, trial: Trial, scene: Scene) -> Sequence[float]:
    measured = await measure("a promise", promise, [trial], [scene], SEED)
    return [] if measured.kept else measured.samples
