"""Who has a conversation: the same intents as the keys, for scripts."""

from collections.abc import Callable
from uuid import uuid4

import click

from chattui.cli.failures import Misused
from chattui.cli.gateways import ask, overview, print_json, submitted
from chattui.cli.project import Choice, pass_choice
from chattui.gateway.protocol import Gateway
from chattui.model.intents import Close, HandBack, Intent, Reopen, Requeue, TakeNext, TakeOver, Transfer
from chattui.model.records import Conversation, ConversationId
from chattui.text.inert import inert_line

Make = Callable[[ConversationId], Intent]

id_argument = click.argument("conversation", metavar="ID")
as_json = click.option("--json", "as_json", is_flag=True, help="Print the conversation as it now is, as JSON.")
with_force = click.option("--force", is_flag=True, help="Admins: although another agent has it.")


def _hand_off(choice: Choice, written: str, make: Make, done: str, *, as_json: bool) -> None:
    async def decide(gateway: Gateway) -> None:
        seen = await overview(gateway)
        conversation_id = seen.conversation_id(written)
        rows = await submitted(gateway, make(conversation_id))
        if as_json:
            print_json(rows[0])
        click.echo(done.format(name=inert_line(seen.name(conversation_id))), err=True)

    ask(choice, decide)


@click.command()
@click.argument("conversation", metavar="ID", required=False)
@click.option("--next", "next_", is_flag=True, help="The one that has waited longest.")
@with_force
@as_json
@pass_choice
def take(choice: Choice, conversation: str | None, *, next_: bool, force: bool, as_json: bool) -> None:
    """Take a conversation over; ID may be the beginning of an id."""
    if next_ == bool(conversation):
        raise Misused("say which: `chattui take ID`, or `chattui take --next`.")
    if conversation is None:
        _take_next(choice, as_json=as_json)
    else:
        _hand_off(choice, conversation, lambda one: TakeOver(one, force), "{name} is yours.", as_json=as_json)


def _take_next(choice: Choice, *, as_json: bool) -> None:
    async def decide(gateway: Gateway) -> None:
        rows = await submitted(gateway, TakeNext(str(uuid4())))
        taken = next(row for row in rows if isinstance(row, Conversation))
        if as_json:
            print_json(taken)
        else:
            click.echo(taken.id)
        click.echo(f"{inert_line((await overview(gateway)).name(taken.id))} is yours.", err=True)

    ask(choice, decide)


@click.command()
@id_argument
@with_force
@as_json
@pass_choice
def back(choice: Choice, conversation: str, *, force: bool, as_json: bool) -> None:
    """Hand a conversation back to the AI."""
    _hand_off(choice, conversation, lambda one: HandBack(one, force), "{name} is with the AI.", as_json=as_json)


@click.command()
@id_argument
@with_force
@as_json
@pass_choice
def requeue(choice: Choice, conversation: str, *, force: bool, as_json: bool) -> None:
    """Put a conversation back among the waiting."""
    _hand_off(choice, conversation, lambda one: Requeue(one, force), "{name} is waiting.", as_json=as_json)


@click.command()
@id_argument
@click.argument("agent")
@with_force
@as_json
@pass_choice
def assign(choice: Choice, conversation: str, agent: str, *, force: bool, as_json: bool) -> None:
    """Give a conversation to AGENT: a name, a part of one, or an id."""

    async def decide(gateway: Gateway) -> None:
        seen = await overview(gateway)
        one, to = seen.conversation_id(conversation), seen.colleague(agent)
        rows = await submitted(gateway, Transfer(one, to, force))
        if as_json:
            print_json(rows[0])
        click.echo(f"{inert_line(seen.person(to) or agent)} has {inert_line(seen.name(one))} now.", err=True)

    ask(choice, decide)


@click.command()
@id_argument
@with_force
@as_json
@pass_choice
def close(choice: Choice, conversation: str, *, force: bool, as_json: bool) -> None:
    """Close a conversation. The customer's next words open it again."""
    _hand_off(choice, conversation, lambda one: Close(one, force), "{name} is closed.", as_json=as_json)


@click.command()
@id_argument
@as_json
@pass_choice
def reopen(choice: Choice, conversation: str, *, as_json: bool) -> None:
    """Open a closed conversation again, as yours."""
    _hand_off(choice, conversation, Reopen, "{name} is yours again.", as_json=as_json)
