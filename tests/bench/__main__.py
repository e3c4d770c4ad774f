"""`python -m tests.bench [--smoke] [--only NAME] [--rounds N] [--json FILE]`: chattui beside its floors.

A value and its floor are measured in the same run, in rounds that take turns: ratios can be compared between machines
and days, seconds cannot. Takes about half an hour; `--smoke` shows in a minute or two that all of it runs.
"""

import os
import sys
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

import click
import msgspec
from rich.console import Console

from tests.bench import database, demo, flow, keys, loading, standing, starting, thread
from tests.bench.measuring import Row, Size, table

Measurement = Callable[[Size], Row | list[Row]]

MEASUREMENTS: Mapping[str, Measurement] = {
    "help": starting.help_,
    "first-text": starting.first_text,
    "last-state": starting.last_state,
    "live": starting.live,
    "demo": demo.demo,
    "memory": starting.memory,
    "list": keys.in_a_long_list,
    "first-load": loading.first_load,
    "thread": thread.long_thread,
    "typing": keys.while_events_come,
    "burst": flow.burst,
    "latency": flow.latency,
    "sync": database.catching_up,
    "idle": standing.idle,
    "fan-out": database.fan_out,
    "messages": standing.messages,
}


def measured(names: list[str], size: Size, told: Console) -> Iterator[Row]:
    """One after the other; each is named while it runs."""
    for name in names:
        with told.status(name):
            rows = MEASUREMENTS[name](size)
        for row in rows if isinstance(rows, list) else [rows]:
            told.print(f"{row.what}: {row.ratio:.2f} ({row.bound} {row.target:g})", highlight=False)
            yield row


@click.command()
@click.option("--smoke", is_flag=True, help="Small sizes and one round: only to see that it runs.")
@click.option("--only", "only", multiple=True, type=click.Choice(list(MEASUREMENTS)), help="One of them; repeatable.")
@click.option("--rounds", type=click.IntRange(1), default=7, show_default=True, help="Of which the medians are taken.")
@click.option("--json", "file", type=click.Path(path_type=Path, dir_okay=False), help="Write the rows there as JSON.")
def main(only: tuple[str, ...], rounds: int, file: Path | None, *, smoke: bool) -> None:
    """Measure chattui beside its floors. The exit code says whether every target was held."""
    size = Size(1 if smoke else rounds, smoke)
    rows = list(measured(list(only or MEASUREMENTS), size, Console(stderr=True)))
    Console(width=max(Console().width, 150)).print(table(rows))
    if file is not None:
        about = {"python": sys.version.split()[0], "cores": os.cpu_count(), "rounds": size.rounds, "smoke": smoke}
        file.write_bytes(msgspec.json.format(msgspec.json.encode({**about, "rows": [row.told() for row in rows]})))
    sys.exit(0 if smoke or all(row.held for row in rows) else 1)


if __name__ == "__main__":
    main()
