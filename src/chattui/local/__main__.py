"""The detached server process: `python -m chattui.local DIRECTORY …`, started by `stack.join` alone.

It tells its parent on stdout, one JSON object a line, how it gets on; after the last one stdout is closed.
"""

import logging
import os
import sys
from pathlib import Path

import click
import msgspec

from chattui.local import server
from chattui.local.errors import StackFailed
from chattui.local.places import DataDirectory
from chattui.local.server import Run
from chattui.local.state import Endpoint


@click.command()
@click.argument("directory", type=click.Path(path_type=Path))
@click.option("--fresh", is_flag=True)
def main(directory: Path, *, fresh: bool) -> None:
    """Serve DIRECTORY until its last client has gone."""
    os.chdir("/")
    data = DataDirectory.at(directory)
    try:
        server.run(Run(data, fresh=fresh), _progress, _ready)
    except StackFailed as failure:
        _say(failed=str(failure))
        sys.exit(1)


def _progress(step: str) -> None:
    _say(progress=step)


def _ready(_: Endpoint) -> None:
    _say(ready=True)
    silence = os.open(os.devnull, os.O_WRONLY)
    os.dup2(silence, 1)
    os.close(silence)


def _say(**message: object) -> None:
    try:
        os.write(1, msgspec.json.encode(message) + b"\n")
    except OSError:  # whoever asked is gone: without a lease the server will not live long
        logging.getLogger(__name__).warning("Nobody listens: %s", message)


if __name__ == "__main__":
    main()
