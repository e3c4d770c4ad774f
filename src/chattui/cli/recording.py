"""The screen, with all that reaches it in a file."""

import shutil
import time
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from chattui import __version__
from chattui.desk.clock import Monotonic
from chattui.gateway.errors import GatewayError
from chattui.recording import Header, RecordedDesk, Recorder
from chattui.recording.entries import Failed
from chattui.ui.app import ChattuiApp
from chattui.ui.recorded import RecordedApp

if TYPE_CHECKING:
    from chattui.cli.opening import Parts
    from chattui.ui.settings import Settings

Opened = Callable[[], Awaitable["Parts"]]


@contextmanager
def recorded(path: Path, settings: "Settings", opened: Opened) -> Iterator[ChattuiApp]:
    """The program, recorded until the end of this. Raises `Unrecordable` before it begins."""
    size = shutil.get_terminal_size()
    shown = msgspec.to_builtins(msgspec.structs.replace(settings, log_file=""))
    zone = posix_zone(datetime.now().astimezone())
    recorder = Recorder(path, Header(size.columns, size.lines, zone, shown, __version__))
    try:
        yield RecordedApp(recorder, lambda: open_recorded(recorder, opened), settings)
    finally:
        recorder.close()


async def open_recorded(recorder: Recorder, opened: Opened, clock: Monotonic = time.monotonic) -> RecordedDesk:
    """The desk; why there is none is recorded as well."""
    try:
        parts = await opened()
    except GatewayError as error:
        recorder.note(Failed(str(error)))
        raise
    desk = RecordedDesk(recorder, parts.gateway, clock, drawer=parts.drawer, memory=parts.memory)
    await desk.recall()
    return desk


def posix_zone(now: datetime) -> str:
    """The zone that this time is told in, as POSIX writes it: `<+0530>-05:30` is east of Greenwich."""
    west = -(now.utcoffset() or timedelta()) // timedelta(minutes=1)
    hours, minutes = divmod(abs(west), 60)
    return f"<{'-' if west > 0 else '+'}{hours:02}{minutes:02}>{'-' if west < 0 else ''}{hours}:{minutes:02}"
