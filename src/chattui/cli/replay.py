"""A recording, again."""

import json
import math
import os
import re
import shutil
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING, TextIO

import click
import msgspec

from chattui.cli.failures import Failure, Misused
from chattui.cli.inbox import need_terminal

if TYPE_CHECKING:
    from collections.abc import Callable

    from chattui.recording import Tape
    from chattui.recording.entries import Step
    from chattui.recording.player import Part
    from chattui.ui.replaying import ReplayApp

SECONDS = re.compile(r"(?:(?:(\d+):)?(\d+):)?(\d+(?:\.\d+)?)")
"""`12.5`, `3:40`, `1:02:03`."""


@click.command()
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--speed", type=click.FloatRange(0.1, 1000), default=1.0, show_default=True, help="How fast.")
@click.option("--to", metavar="N|TIME", help="Stop after step N, or at TIME: 0:12.5, 1:02:03.")
@click.option("--screens", is_flag=True, help="Print each screen that differs from the one before; needs no terminal.")
@click.option("--last", is_flag=True, help="Print the last screen alone.")
@click.option("--json", "as_json", is_flag=True, help="Print every step with its screen, a line of JSON for each.")
def replay(  # noqa: PLR0913 - one for each option
    file: Path, speed: float, to: str | None, *, screens: bool, last: bool, as_json: bool
) -> None:
    """Show what `chattui --record FILE` recorded. Nothing is asked of any network, and nobody is signed in.

    In a terminal: Space pauses, → goes to the next step, + and - change the speed, q leaves; the window's title tells
    where it is.
    """
    from chattui.recording.tape import read  # noqa: PLC0415

    tape = read(file)
    part = _part(tape, to)
    _check_settings(file, tape)
    os.environ["TZ"] = tape.header.zone or os.environ.get("TZ", "")
    time.tzset()
    if screens or last or as_json:
        _print(tape, part, Printer(every=screens, as_json=as_json))
    else:
        _show(tape, part, speed)


def _part(tape: "Tape", to: str | None) -> "Part":
    from chattui.recording.player import first, until, whole  # noqa: PLC0415

    if to is None:
        return whole(tape)
    if to.isdecimal():
        return first(tape, int(to))
    if (written := SECONDS.fullmatch(to)) is None:
        raise Misused(f"--to takes a number of steps, or a time such as 0:12.5, not {to!r}.")
    hours, minutes, seconds = (float(number or 0) for number in written.groups())
    return until(tape, hours * 3600 + minutes * 60 + seconds)


def _check_settings(file: Path, tape: "Tape") -> None:
    from chattui.ui.settings import Settings  # noqa: PLC0415

    try:
        msgspec.convert(tape.header.settings, Settings)
    except msgspec.ValidationError as error:
        raise Failure(f"{file} is damaged in line 1, so it cannot be shown.") from error


def _show(tape: "Tape", part: "Part", speed: float) -> None:
    need_terminal("`--screens` prints what it shows.")
    columns, rows = _largest(tape)
    here = shutil.get_terminal_size()
    if here.columns < columns or here.lines < rows:
        raise Failure(
            f"it was recorded in a window of {columns} × {rows} and this one has {here.columns} × {here.lines}: "
            "make it larger, or print it with --screens."
        )
    from chattui.ui.replaying import WatchedReplay  # noqa: PLC0415 - Textual

    _run(tape, part, speed, WatchedReplay, lambda _app, _number, _step: None)


def _print(tape: "Tape", part: "Part", printer: "Printer") -> None:
    from chattui.ui.replaying import ReplayApp  # noqa: PLC0415 - Textual

    last = len(part.steps)
    _run(
        tape, part, math.inf, ReplayApp, lambda app, number, step: printer.show(app, number, step, last=number == last)
    )


def _run(
    tape: "Tape", part: "Part", speed: float, kind: "type[ReplayApp]", played: "Callable[[ReplayApp, int, Step], None]"
) -> None:
    from chattui.recording.pace import PacedLoop  # noqa: PLC0415
    from chattui.ui.replaying import run_replay  # noqa: PLC0415

    loop = PacedLoop(speed)
    app = kind(tape, part, loop, played)
    run_replay(app, loop, headless=math.isinf(speed))
    if app.return_code:
        raise Failure(app.failure)


def _largest(tape: "Tape") -> tuple[int, int]:
    from chattui.recording.entries import Size  # noqa: PLC0415

    sizes = [(step.entry.columns, step.entry.rows) for step in tape.steps if isinstance(step.entry, Size)]
    sizes.append((tape.header.columns, tape.header.rows))
    return max(columns for columns, _ in sizes), max(rows for _, rows in sizes)


class Printer:
    """Says on stdout what the screen shows. Textual takes stdout while it runs, so it is looked up before."""

    def __init__(self, *, every: bool, as_json: bool) -> None:
        self._every, self._as_json = every, as_json
        self._to: TextIO = sys.stdout
        self._before: list[str] = []

    def show(self, app: "ReplayApp", number: int, step: "Step", *, last: bool) -> None:
        """One step."""
        if not (self._every or self._as_json or last):
            return
        picture = app.picture()
        if self._as_json:
            told = {"step": number, "at": step.at, "now": step.now.isoformat(), "what": named(step), "screen": picture}
            self._say(json.dumps(told, ensure_ascii=False))
        elif not self._every:
            self._say(*picture)
        elif picture != self._before:
            self._say(f"── step {number} · {step.at:.2f} s · {named(step)}", *picture)
        self._before = picture

    def _say(self, *lines: str) -> None:
        for line in lines:
            click.echo(line, file=self._to)


def named(step: "Step") -> str:
    """What happened, in a few words, without anything that somebody wrote."""
    from chattui.recording.entries import Answered, Applied, Key, Mouse, Size  # noqa: PLC0415

    match step.entry:
        case Applied(events):
            return ", ".join(event.event for event in events)
        case Key(key=key):
            return f"key {key}"
        case Mouse(did, x, y):
            return f"{did} {x:g} {y:g}"
        case Size(columns, rows):
            return f"size {columns} × {rows}"
        case Answered(to=to):
            return f"answer to {to.split(' ', maxsplit=1)[0]}"
        case other:
            return type(other).__name__.lower()
