"""What runs beside the main tasks ends with them."""

import asyncio
from functools import partial

from chattui.desk.errands import Errands


async def test_an_errand_that_another_began_while_it_ended_is_ended_too() -> None:
    errands = Errands()

    async def wait(others: int) -> None:
        try:
            await asyncio.Event().wait()
        finally:
            begun.extend(errands.run(wait(0)) for _ in range(others))

    begun = [errands.run(wait(1))]
    await asyncio.sleep(0)
    await errands.end()
    assert [task.cancelled() for task in begun] == [True, True]


async def test_what_was_to_come_later_does_not_come_after_the_end() -> None:
    errands, came = Errands(), list[str]()
    errands.later("soon", 0.0, partial(came.append, "soon"))
    await errands.end()
    later = asyncio.Event()
    asyncio.get_running_loop().call_later(0.01, later.set)
    await later.wait()
    assert came == []
