"""Writes a recording while the desk works, and never holds it up."""

import logging
import os
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from datetime import UTC, datetime
from io import FileIO
from pathlib import Path
from threading import BoundedSemaphore

from chattui.explained import Explained
from chattui.model.events import Event
from chattui.recording.entries import AnyEntry, Ended, Step, told
from chattui.recording.tape import Header, line

_log = logging.getLogger(__name__)

MOST = 10_000
"""Steps that wait for a slow disk; with more, recording ends."""


class Unrecordable(Explained):
    """The file cannot be written; nothing has begun."""


class Recorder:
    """One file, for this user alone. One thread writes; each step is on its way to the disk at once, in order.

    A disk that refuses ends the recording, never the shift: `tell` hears a sentence, once, in the writing thread.
    """

    def __init__(self, path: Path, header: Header, monotonic: Callable[[], float] = time.monotonic) -> None:
        """Begin.

        Raises:
            Unrecordable: the file is there already, or cannot be made.
        """
        self.tell: Callable[[str], None] = _log.warning
        self.now: Callable[[], datetime] = lambda: datetime.now(UTC)
        """What time it is at the server."""
        self._path = path
        self._monotonic, self._begun = monotonic, monotonic()
        self._room = BoundedSemaphore(MOST)
        self._closed = self._failed = False
        self._file = _begun(path, line(header))
        self._writer = ThreadPoolExecutor(1, thread_name_prefix="recorder")

    def note(self, entry: AnyEntry) -> None:
        """Record that this happens now. Returns at once, and raises nothing."""
        self._step(lambda: entry)

    def applied(self, events: tuple[Event, ...]) -> None:
        """As `note`, for a batch that goes into the store; a large one is taken apart in the thread."""
        self._step(lambda: told(events))

    def _step(self, entry: Callable[[], AnyEntry]) -> None:
        if self._closed or self._failed:
            return
        if self._room.acquire(blocking=False):
            at = round(self._monotonic() - self._begun, 4)
            self._writer.submit(self._write, at, self.now(), entry)
        else:
            self._give_up("the disk is too slow")

    def close(self) -> None:
        """The end; all that was noted is in the file, as far as the disk takes it."""
        self.note(Ended())
        self._closed = True
        self._writer.shutdown()
        try:
            self._file.close()
        except OSError as error:
            _log.info("the recording could not be closed: %s", error)

    # In the thread

    def _write(self, at: float, now: datetime, entry: Callable[[], AnyEntry]) -> None:
        try:
            if not self._failed:
                self._put(line(Step(at, now, entry())))
        except OSError as error:
            self._give_up(error.strerror or str(error))
        except Exception:  # noqa: BLE001 - whatever it is, the shift goes on
            _log.exception("a step could not be recorded")
            self._give_up("chattui failed at it; its log tells more")
        finally:
            self._room.release()

    def _put(self, text: bytes) -> None:
        while text:  # a disk that fills up takes a part first
            text = text[self._file.write(text) :]

    def _give_up(self, why: str) -> None:
        if not self._failed:
            self._failed = True
            self.tell(f"The recording in {self._path} ends here ({why}). Nothing else is affected.")


def _begun(path: Path, header: bytes) -> FileIO:
    try:
        file = FileIO(path, "xb", opener=_private)
        with ExitStack() as undo:
            undo.callback(path.unlink)
            undo.callback(file.close)
            file.write(header)
            undo.pop_all()
    except FileExistsError as error:
        raise Unrecordable(f"{path} is there already. A recording is never written over: name another file.") from error
    except OSError as error:
        raise Unrecordable(f"{path} cannot be written ({error.strerror or error}). Name another file.") from error
    return file


def _private(path: str, flags: int) -> int:
    return os.open(path, flags, 0o600)
