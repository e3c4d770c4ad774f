"""Every event, one a line."""

import asyncio
import signal
import sys
from collections.abc import Iterable
from pathlib import Path

import click
import msgspec
from msgspec import Struct

from chattui import paths
from chattui.cli.failures import Misused
from chattui.cli.gateways import connected, print_json
from chattui.cli.printing import echo, tell
from chattui.cli.project import Choice, pass_choice
from chattui.config import Target
from chattui.gateway.paging import whole
from chattui.gateway.protocol import Cursor, Gateway, Reset
from chattui.model.events import (
    ChannelJoined,
    ChannelLost,
    CustomerRead,
    GatewayEvent,
    RowPatched,
    RowsStored,
    RowSuspected,
    TypingSeen,
)
from chattui.model.records import Conversation, Message, Row, key_of
from chattui.text.inert import inert_line


class Place(Struct):
    """How far a tail has come: a cursor, and the versions it has printed at and after it."""

    cursor: Cursor
    printed: dict[str, int]


@click.command()
@click.option("--json", "as_json", is_flag=True, help="One JSON object a line.")
@click.option(
    "--cursor-file",
    type=click.Path(path_type=Path, dir_okay=False),
    help="Keep the place there, and go on from it the next time: nothing is left out.",
)
@pass_choice
def tail(choice: Choice, *, as_json: bool, cursor_file: Path | None) -> None:
    """Print what happens, as it happens, until Ctrl+C."""
    follower = Follower(_Output(as_json=as_json), cursor_file)
    try:
        asyncio.run(_follow(choice.project(), follower))
    except (KeyboardInterrupt, asyncio.CancelledError):
        raise click.exceptions.Exit(0) from None


async def _follow(target: Target, follower: "Follower") -> None:
    me = asyncio.current_task()
    if me is not None and sys.platform != "win32":  # what was printed is kept before the end
        asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, me.cancel)
    async with connected(target) as gateway:
        await follower.run(gateway)


class _Output:
    """Lines on stdout: raw as JSON, harmless for eyes."""

    def __init__(self, *, as_json: bool) -> None:
        self._as_json = as_json

    def row(self, row: Row) -> None:
        """A row as it now is."""
        if self._as_json:
            print_json({"event": "row", "table": row.TABLE, "row": row})
        else:
            _echo(f"{row.updated_at.astimezone():%H:%M:%S}  {row.TABLE:22}  {_words(row)}")

    def happened(self, event: GatewayEvent) -> None:
        """Something that no row tells."""
        fields = msgspec.to_builtins(event)
        if self._as_json:
            print_json({"event": type(event).__name__, **fields})
        else:
            _echo(f"{'':8}  {type(event).__name__:22}  {' '.join(str(value) for value in fields.values())}")


def _echo(line: str) -> None:
    echo(inert_line(line) if sys.stdout.isatty() else line.replace("\n", " "))
    sys.stdout.flush()


def _words(row: Row) -> str:
    match row:
        case Message():
            return f"{row.conversation_id[:8]} {row.seq:>4} {row.sender_type.value}: {row.body}"
        case Conversation():
            return f"{row.id[:8]}      {row.status.value}"
        case _:
            return key_of(row)


class Follower:
    """Prints every row once in each version. Row events only ring the bell; what is printed comes from `sync`."""

    def __init__(self, output: _Output, cursor_file: Path | None) -> None:
        self._output = output
        self._file = cursor_file
        self._place = self._kept()

    async def run(self, gateway: Gateway) -> None:
        """Until cancelled."""
        self._place = self._place or await self._beginning(gateway)
        async for event in gateway.events():
            match event:
                case ChannelJoined():
                    await self._catch_up(gateway)
                    click.echo("Listening.", err=True)
                case RowsStored() | RowPatched() | RowSuspected():
                    await self._catch_up(gateway)
                case ChannelLost(reason):
                    tell(f"chattui: {reason}")
                case TypingSeen() | CustomerRead():
                    self._output.happened(event)
                case _:
                    pass

    async def _beginning(self, gateway: Gateway) -> Place:
        snapshot = await whole(gateway)
        return Place(snapshot.cursor, _versions(snapshot.event.rows))

    async def _catch_up(self, gateway: Gateway) -> None:
        assert self._place is not None  # noqa: S101 - for the type checker; `run` has set it
        answer = await gateway.sync(self._place.cursor)
        if isinstance(answer, Reset):
            click.echo("chattui: too much has happened since; going on from now.", err=True)
            self._place = await self._beginning(gateway)
            self._keep()
            return
        before = self._place.printed
        for row in answer.rows:
            if before.get(_name(row), 0) < row.version:
                self._output.row(row)
        self._place = Place(answer.cursor, _versions(answer.rows))
        self._keep()

    def _kept(self) -> Place | None:
        try:
            return msgspec.json.decode(self._file.read_bytes(), type=Place) if self._file else None
        except FileNotFoundError:
            return None
        except (OSError, msgspec.DecodeError) as error:
            raise Misused(f"{self._file} holds no place of a tail ({error}); delete it to begin anew.") from error

    def _keep(self) -> None:
        if self._file and self._place:
            paths.write_private(self._file, msgspec.json.encode(self._place))


def _versions(rows: Iterable[Row]) -> dict[str, int]:
    return {_name(row): row.version for row in rows}


def _name(row: Row) -> str:
    return f"{row.TABLE}/{key_of(row)}"
