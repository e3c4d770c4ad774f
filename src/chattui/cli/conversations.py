"""Reading from a script: the lists, one thread, a transcript."""

import shutil
import sys
from datetime import datetime

import click

from chattui.cli.gateways import ask, overview, print_json
from chattui.cli.handoffs import id_argument
from chattui.cli.overview import Listed
from chattui.cli.printing import echo
from chattui.cli.progress import Progress
from chattui.cli.project import Choice, pass_choice
from chattui.cli.transcript import FORMATS, Transcript, fetched
from chattui.gateway.protocol import Gateway
from chattui.store.projections import View
from chattui.text.cells import cut, fit
from chattui.text.inert import Inert, inert_line


@click.command(name="list")
@click.option("--view", type=click.Choice([view.value for view in View]), default=View.ALL.value, show_default=True)
@click.option("--json", "as_json", is_flag=True, help="An array of conversations, in the view's order.")
@pass_choice
def list_(choice: Choice, view: str, *, as_json: bool) -> None:
    """The conversations of a view."""

    async def read(gateway: Gateway) -> tuple[list[Listed], datetime]:
        seen = await overview(gateway)
        return seen.listed(View(view)), seen.now

    rows, now = ask(choice, read)
    if as_json:
        print_json(rows)
    elif sys.stdout.isatty():
        _table(rows, now)
    else:
        for row in rows:
            echo("\t".join(" ".join(str(part or "").split()) for part in _cells(row, now, row.id)))


def _table(rows: list[Listed], now: datetime) -> None:
    width = shutil.get_terminal_size().columns
    short = _enough([row.id for row in rows])
    for row in rows:
        cells = [inert_line(str(part or "")) for part in _cells(row, now, row.id[:short])]
        shown, status, name, unread, age, assignee, preview = cells
        left = f"{shown}  {fit(status, 8)} {fit(name, 20)} {unread:>3} {age:>4}  {fit(assignee, 14)} {preview}"
        click.echo(cut(Inert(left), width))
    if not rows:
        click.echo("Nothing here.", err=True)


def _cells(row: Listed, now: datetime, shown_id: str) -> tuple[object, ...]:
    at = row.waiting_since or row.last_message_at
    age = _age((now - at).total_seconds()) if at else ""
    return shown_id, row.status.value, row.name, row.unread or "", age, row.assignee, row.preview


def _age(seconds: float) -> str:
    for size, unit in ((86400, "d"), (3600, "h"), (60, "m")):
        if seconds >= size:
            return f"{int(seconds // size)}{unit}"
    return f"{max(0, int(seconds))}s"


def _enough(ids: list[str]) -> int:
    """How many characters tell all of them apart; 8 at least."""
    return next((n for n in range(8, 37) if len({one[:n] for one in ids}) == len(ids)), 36)


@click.command()
@id_argument
@click.option("--json", "as_json", is_flag=True, help="Everything that is known of it, as JSON.")
@pass_choice
def show(choice: Choice, conversation: str, *, as_json: bool) -> None:
    """One conversation, from its beginning."""
    transcript = _transcript(choice, conversation)
    if as_json:
        print_json(transcript)
    else:
        echo(transcript.as_text(safe=sys.stdout.isatty()))


@click.command()
@id_argument
@click.option("--format", "form", type=click.Choice(list(FORMATS)), default="md", show_default=True)
@pass_choice
def export(choice: Choice, conversation: str, form: str) -> None:
    """A conversation's transcript, on stdout."""
    echo(FORMATS[form](_transcript(choice, conversation)))


def _transcript(choice: Choice, written: str) -> Transcript:
    async def read(gateway: Gateway) -> Transcript:
        seen = await overview(gateway)
        with Progress("messages") as progress:
            return await fetched(gateway, seen, seen.conversation_id(written), progress.come)

    return ask(choice, read)
