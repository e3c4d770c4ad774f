"""The bare realtime-py callback, in a process of its own."""

import subprocess
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager

from tests.bench.project import PYTHON, Desk

PATIENCE = 60.0


class Listener:
    """`floors/session.py` and what it has printed: each word and the moment at which its callback had it."""

    def __init__(self, desk: Desk, env: Mapping[str, str]) -> None:
        stack, topic = desk.stack, f"org:{desk.organisation.id}"
        command = [*PYTHON, "-m", "tests.bench.floors.session", stack.url, stack.anon_key, desk.agent.token, topic]
        self.started = time.perf_counter()
        self._changed = threading.Condition()
        self._heard: dict[str, float] = {}
        self._process = subprocess.Popen(command, env=dict(env), stdout=subprocess.PIPE, text=True)
        threading.Thread(target=self._listen, daemon=True).start()

    def _listen(self) -> None:
        for line in self._process.stdout or ():
            word, _, moment = line.strip().partition(" ")
            with self._changed:
                self._heard[word] = float(moment) if moment else time.perf_counter()
                self._changed.notify_all()

    def heard(self, word: str) -> float:
        """When it had this; waits for it."""
        with self._changed:
            if not self._changed.wait_for(lambda: word in self._heard, PATIENCE):
                raise TimeoutError(f"the bare callback never heard {word}")
            return self._heard[word]

    def end(self) -> None:
        """Without ceremony."""
        self._process.kill()
        self._process.wait()
        if self._process.stdout:
            self._process.stdout.close()


@contextmanager
def listening(desk: Desk, env: Mapping[str, str]) -> Iterator[Listener]:
    """Until the block ends."""
    listener = Listener(desk, env)
    try:
        yield listener
    finally:
        listener.end()
