"""Plays the steps of a recording, each at its time."""

import asyncio
from collections.abc import Callable, Sequence

from msgspec import Struct

from chattui.recording.entries import Ended, Input, Opened, Step
from chattui.recording.replaying import ReplayedDesk
from chattui.recording.tape import Tape

SETTLE = 0.3
"""Seconds after a step in which the screen shows all that came of it."""


class Part(Struct, frozen=True):
    """The beginning of a recording, and the second that it is shown up to."""

    steps: Sequence[Step]
    end: float


def whole(tape: Tape) -> Part:
    """All of it. One whose program was killed gets the time to be drawn."""
    closed = bool(tape.steps) and isinstance(tape.steps[-1].entry, Ended)
    return Part(tape.steps, tape.seconds + (0 if closed else SETTLE))


def first(tape: Tape, number: int) -> Part:
    """So many steps, and what came of the last one."""
    steps = tape.steps[:number]
    if len(steps) == len(tape.steps):
        return whole(tape)
    settled = steps[-1].at + SETTLE if steps else 0.0
    return Part(steps, min(settled, tape.steps[number].at))


def until(tape: Tape, seconds: float) -> Part:
    """Up to a second."""
    return Part([step for step in tape.steps if step.at <= seconds], min(seconds, whole(tape).end))


class Player:
    """`press` gives what the terminal said to the screen; `played` is told of each step once it can be seen."""

    def __init__(
        self,
        part: Part,
        desk: ReplayedDesk,
        press: Callable[[Input], None],
        played: Callable[[int, Step], None],
    ) -> None:
        self._part, self._desk, self._press, self._played = part, desk, press, played
        self.coming = 0.0
        """The second that is waited for."""

    async def play(self) -> None:
        """Play every step, to the end of the part."""
        steps = self._part.steps
        for number, step in enumerate(steps, 1):
            await self._wait(step.at)
            self._desk.play(step)
            if isinstance(step.entry, Input):
                self._press(step.entry)
            elif isinstance(step.entry, Opened):
                await self._desk.taken.wait()
            following = steps[number].at if number < len(steps) else self._part.end
            await self._wait(following if number == len(steps) else min(step.at + SETTLE, following))
            self._played(number, step)

    def left(self) -> float:
        """Seconds until `coming`."""
        return self.coming - self._desk.seconds()

    async def _wait(self, until: float) -> None:
        """Not at all where the time has come: what stands in one moment is played in one."""
        self.coming = until
        if self.left() > 0:
            await asyncio.sleep(self.left())
