"""Sentences that the agent should read."""

from collections.abc import Awaitable, Callable

from chattui.desk.keeping import Unkept


class Remarks:
    """Each is said once, to everybody who hears."""

    def __init__(self) -> None:
        self._said: list[str] = []
        self._listeners: list[Callable[[str], None]] = []

    def hear(self, listener: Callable[[str], None]) -> None:
        """Call it with every sentence, those from before this call at once."""
        self._listeners.append(listener)
        for sentence in self._said:
            listener(sentence)

    def say(self, sentence: str) -> None:
        """Unless it was said before."""
        if sentence not in self._said:
            self._said.append(sentence)
            for listener in self._listeners:
                listener(sentence)

    async def unkept(self, work: Awaitable[None]) -> None:
        """Await it, and say why the disk did not take what it had to keep, if it did not."""
        try:
            await work
        except Unkept as error:
            self.say(str(error))
