"""The promises about time, measured in short; `python -m tests.faults` measures them at length."""

import asyncio
from contextlib import suppress

from chattui.model.events import LinkState
from tests.faults.measures import HALF_OPEN, HONEST, Trial, Witness, back, back_by_key, measure, notice
from tests.faults.scene import Scene, staged
from tests.gateway.conftest import Team

SEED = 7
OUTAGES = (0.1, 0.5, 1.0, 2.0, 3.0)


async def test_the_promises_about_time_are_kept_and_the_header_tells_the_truth(team: Team) -> None:
    scenes = [await staged(team) for _ in HALF_OPEN]
    witness = Witness()
    for scene in scenes:
        witness.watch(lambda scene=scene: scene.link is LinkState.LIVE, scene.proxy)  # type: ignore[misc]
    looking = asyncio.create_task(witness.look())
    await _together([notice(fault) for fault in HALF_OPEN], scenes, promise=HONEST)
    await _together([back(seconds) for seconds in OUTAGES], scenes, promise=1.0)
    await _together([back_by_key(1.0)] * len(scenes), scenes, promise=0.5)
    looking.cancel()
    with suppress(asyncio.CancelledError):
        await looking
    assert len(witness.ages) > 100
    assert max(witness.ages) < HONEST


async def _together(trials: list[Trial], scenes: list[Scene], *, promise: float) -> None:
    """Each trial on a scene of its own."""
    pairs = zip(trials, scenes, strict=True)
    measures = await asyncio.gather(*(measure("", promise, [trial], [scene], SEED) for trial, scene in pairs))
    assert [one.samples for one in measures if not one.kept] == []
