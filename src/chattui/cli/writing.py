"""Words and labels: what an agent adds to a conversation."""

import sys
from uuid import UUID, uuid4

import click

from chattui.cli.failures import Misused, NoAnswer
from chattui.cli.gateways import ask, overview, print_json, submitted
from chattui.cli.handoffs import id_argument
from chattui.cli.project import Choice, pass_choice
from chattui.gateway.errors import Unreachable
from chattui.gateway.protocol import Gateway
from chattui.model.intents import AddNote, SendMessage, SetLabel
from chattui.model.records import MessageId, NoteId, Row

text_argument = click.argument("text", default="-")
with_id = click.option("--id", "row_id", type=click.UUID, help="The row's id: a repeat with it changes nothing.")
as_json = click.option("--json", "as_json", is_flag=True, help="Print the row that was stored, as JSON.")


def _read(text: str) -> str:
    words = sys.stdin.read() if text == "-" else text
    if not words.strip():
        raise Misused("there is nothing to send: give the text, or `-` and the text on stdin.")
    return words.strip("\n")


def _write(choice: Choice, written: str, intent: type[SendMessage | AddNote], body: str, row_id: str) -> Row:
    async def write(gateway: Gateway) -> Row:
        conversation_id = (await overview(gateway)).conversation_id(written)
        wanted = (
            SendMessage(MessageId(row_id), conversation_id, body)
            if intent is SendMessage
            else AddNote(NoteId(row_id), conversation_id, body)
        )
        try:
            return (await submitted(gateway, wanted))[0]
        except Unreachable as error:
            raise NoAnswer(f"{error} Whether it was stored is not known; repeat it with --id {row_id}.") from error

    return ask(choice, write)


@click.command()
@id_argument
@text_argument
@with_id
@as_json
@pass_choice
def send(choice: Choice, conversation: str, text: str, row_id: UUID | None, *, as_json: bool) -> None:
    """Write to the customer: TEXT, or what comes on stdin. Prints the message's id."""
    row = _write(choice, conversation, SendMessage, _read(text), str(row_id or uuid4()))
    _stored(row, as_json=as_json)


@click.command()
@id_argument
@text_argument
@with_id
@as_json
@pass_choice
def note(choice: Choice, conversation: str, text: str, row_id: UUID | None, *, as_json: bool) -> None:
    """Leave a note that no customer ever sees: TEXT, or what comes on stdin. Prints the note's id."""
    row = _write(choice, conversation, AddNote, _read(text), str(row_id or uuid4()))
    _stored(row, as_json=as_json)


def _stored(row: Row, *, as_json: bool) -> None:
    if as_json:
        print_json(row)
    else:
        click.echo(getattr(row, "id", ""))


@click.command()
@id_argument
@click.argument("name")
@click.option("--off", is_flag=True, help="Take it off.")
@as_json
@pass_choice
def label(choice: Choice, conversation: str, name: str, *, off: bool, as_json: bool) -> None:
    """Put the label NAME on a conversation, or take it off."""

    async def change(gateway: Gateway) -> None:
        seen = await overview(gateway)
        intent = SetLabel(seen.conversation_id(conversation), seen.label(name), present=not off)
        rows = await submitted(gateway, intent)
        if as_json:
            print_json(rows[0])

    ask(choice, change)
