"""Many faults, many messages, and whether every promise held.

python -m tests.chaos                                   the full form: 10,000 messages, 500 faults, 15 minutes at most
python -m tests.chaos --seed 7 --messages 500 --faults 60 --minutes 2
python -m tests.chaos --seed 7 --only-faults 3,17,40    the same run with some of its faults
python -m tests.chaos --seed 7 --shrink                 looks for few faults with which it still fails
python -m tests.chaos --url U --key K --db-url D        against another project; its server is left alone

The seed decides who does what, and which faults come when; how these meet differs a little from run to run. A run ends
after `--minutes` at the latest.
"""

import argparse
import asyncio
import shutil
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import msgspec

from tests.chaos.place import Cast, Place, Server, dismiss, embedded, hire
from tests.chaos.plan import Blow, Scale, only, plan
from tests.chaos.report import Report
from tests.chaos.run import Wanted, reserve, run
from tests.chaos.story import concerned

BEGINNING = 7.0
"""Seconds until everybody is at work."""
KEPT = Path(tempfile.gettempdir()) / "chattui-chaos-failures"


def arguments(words: Sequence[str] | None = None) -> argparse.Namespace:
    """What the command line asks for."""
    parser = argparse.ArgumentParser("python -m tests.chaos", description=__doc__.partition("\n")[0])
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--messages", type=int, default=10_000)
    parser.add_argument("--faults", type=int, default=500)
    parser.add_argument("--minutes", type=float, default=15.0, help="it never takes longer")
    parser.add_argument("--work", type=float, help="seconds over which the faults are spread; else most of the time")
    parser.add_argument("--longest", type=float, default=15.0, help="seconds that a fault stands at most")
    parser.add_argument("--hurry", action="store_true", help="tell clients to look again in the end")
    parser.add_argument("--visibility", choices=("all", "assigned"), default="all", help="what agents may see")
    parser.add_argument("--only-faults", type=_numbers, metavar="3,17,40")
    parser.add_argument("--shrink", action="store_true", help="look for few faults that are enough")
    parser.add_argument("--no-record", action="store_true", help="do not record what agents see, for `chattui replay`")
    parser.add_argument("--json", type=Path, metavar="FILE")
    parser.add_argument("--url")
    parser.add_argument("--key")
    parser.add_argument("--db-url")
    return parser.parse_args(words)


def _numbers(words: str) -> list[int]:
    return [int(word) for word in words.split(",") if word]


def wanted(told: argparse.Namespace) -> Wanted:
    """The plan of a run."""
    seconds = told.minutes * 60
    work = told.work or 0.9 * (seconds - reserve(seconds) - BEGINNING)
    blows = plan(told.seed, Scale(told.faults, work, told.longest, own_server=not told.url))
    if told.only_faults is not None:
        blows = only(blows, told.only_faults)
    return Wanted(told.seed, told.messages, blows, work, seconds, not told.no_record, told.hurry)


@contextmanager
def somewhere(told: argparse.Namespace) -> Iterator[tuple[Place, Server | None]]:
    """The project that was named, or one of our own."""
    if told.url:
        yield Place(told.url, told.key, told.db_url), None
        return
    with embedded() as server:
        yield server.place, server


def once(told: argparse.Namespace, blows: list[Blow] | None = None) -> Report:
    """One run in an organisation of its own; what it wrote is kept where it failed."""
    plan_of_it = wanted(told)
    if blows is not None:
        plan_of_it = msgspec.structs.replace(plan_of_it, blows=blows)
    with somewhere(told) as (place, server), _papers(told.seed) as directory:
        cast = hire(place.db_url, told.visibility)
        try:
            report = asyncio.run(run(plan_of_it, place, server, cast, directory))
        finally:
            _clean(place, server, cast)
        if report.complaints:
            _keep(directory, plan_of_it, report)
    return report


def _clean(place: Place, server: Server | None, cast: Cast) -> None:
    if server is None:
        dismiss(place.db_url, cast)


@contextmanager
def _papers(seed: int) -> Iterator[Path]:
    with tempfile.TemporaryDirectory(prefix=f"chattui-chaos-{seed}-") as path:
        try:
            yield Path(path)
        except BaseException:
            _copy(Path(path), seed)
            raise


def _keep(directory: Path, what: Wanted, report: Report) -> None:
    """Journals, recordings, logs and outboxes of a run that failed, and the plan."""
    kept = _copy(directory, what.seed)
    (kept / "plan.txt").write_text("\n".join(map(str, what.blows)))
    (kept / "report.json").write_bytes(msgspec.json.format(msgspec.json.encode(report)))


def _copy(directory: Path, seed: int) -> Path:
    kept = KEPT / str(seed)
    shutil.rmtree(kept, ignore_errors=True)
    return Path(shutil.copytree(directory, kept))


def _replays(report: Report) -> Iterator[str]:
    """How the agents concerned saw it, where it was recorded."""
    for name in sorted(concerned(report.complaints) & report.lives.keys()):
        file = KEPT / str(report.seed) / name / f"recording-{name}{report.lives[name] - 1}.jsonl"
        if file.exists():
            yield f"chattui replay {file}"


def shrunk(told: argparse.Namespace) -> list[Blow]:
    """Halve the faults as long as it fails with either half; none where it does not fail with all of them."""
    blows = wanted(told).blows
    if not once(told, blows).complaints:
        return []
    while len(blows) > 1:
        half = len(blows) // 2
        failing = next((some for some in (blows[:half], blows[half:]) if once(told, some).complaints), None)
        if failing is None:
            break
        blows = failing
        _say(f"still fails with {len(blows)}: --only-faults {','.join(str(blow.number) for blow in blows)}")
    return blows


def main() -> int:
    """0 where every promise held."""
    told = arguments()
    if told.shrink:
        enough = shrunk(told)
        _say("\n".join(map(str, enough)) or "every promise held")
        return 1 if enough else 0
    report = once(told)
    _say("\n".join(report.lines()))
    if told.json:
        told.json.write_bytes(msgspec.json.format(msgspec.json.encode(report)))
    if report.complaints:
        _say(f"seed {told.seed}; journals, recordings, logs and the plan are in {KEPT / str(told.seed)}")
        _say("\n".join(_replays(report)))
    return 1 if report.complaints else 0


def _say(words: str) -> None:
    print(words, flush=True)  # noqa: T201 - a command


if __name__ == "__main__":
    sys.exit(main())
