"""Who has a conversation: the same intents as the keys, for scripts."""

from collections.abc import Callable
from uuid import uuid4

import click

from chattui.cli.failures import Misused
from chattui.cli.gateways import ask, overview, print_json, submitted
from chattui.cli.overview import Overview
from chattui.cli.project import Choice, pass_choice
from chattui.gateway.protocol import Gateway
from chattui.model.intents import Close, HandBack, Intent, Reopen, Requeue, TakeNext, TakeOver, Transfer
from chattui.model.records import Conversation, ConversationId
from chattui.text.inert import inert_line

Decide = Callable[[Overview, ConversationId], tuple[Intent, str]]
"""What to ask for one conversation, and what to say once it holds."""

id_argument = click.argument("conversation", metavar="ID")
as_json = click.option("--json", "as_json", is_flag=True, help="Print the conversation as it now is, as JSON.")
with_force = click.option("--force", is_flag=True, help="Admins: although another agent has it.")


def _hand_off(choice: Choice, written: str, decide: Decide, *, as_json: bool) -> None:
    async def asked(gateway: Gateway) -> None:
        seen = await overview(gateway)
        intent, done = decide(seen, seen.conversation_id(written))
        rows = await submitted(gateway, intent)
        if as_json:
            print_json(rows[0])
        click.echo(done, err=True)

    ask(choice, asked)


def _saying(make: Callable[..., Intent], done: str, **force: bool) -> Decide:
    return lambda seen, one: (make(one, **force), done.format(name=inert_line(seen.name(one))))


def _command(name: str, make: Callable[..., Intent], done: str, purpose: str) -> click.Command:
    """A command that asks one thing of one conversation."""

    @click.command(name, help=purpose)
    @id_argument
    @as_json
    @pass_choice
    def command(choice: Choice, /, conversation: str, *, as_json: bool, **force: bool) -> None:
        _hand_off(choice, conversation, _saying(make, done, **force), as_json=as_json)

    return command


back = with_force(_command("back", HandBack, "{name} is with the AI.", "Hand a conversation back to the AI."))
requeue = with_force(_command("requeue", Requeue, "{name} is waiting.", "Put a conversation back among the waiting."))
close = with_force(
    _command("close", Close, "{name} is closed.", "Close a conversation. The customer's next words open it again.")
)
reopen = _command("reopen", Reopen, "{name} is yours again.", "Open a closed conversation again, as yours.")


@click.command()
@click.argument("conversation", metavar="ID", required=False)
@click.option("--next", "next_", is_flag=True, help="The one that has waited longest.")
@as_json
@with_force
@pass_choice
def take(choice: Choice, conversation: str | None, *, next_: bool, force: bool, as_json: bool) -> None:
    """Take a conversation over; ID may be the beginning of an id."""
    if next_ == bool(conversation):
        raise Misused("say which: `chattui take ID`, or `chattui take --next`.")
    if conversation is None:
        _take_next(choice, as_json=as_json)
    else:
        _hand_off(choice, conversation, _saying(TakeOver, "{name} is yours.", force=force), as_json=as_json)


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
@click.argument("agent")
@as_json
@with_force
@pass_choice
def assign(choice: Choice, conversation: str, agent: str, *, force: bool, as_json: bool) -> None:
    """Give a conversation to AGENT: a name, a part of one, or an id."""

    def decide(seen: Overview, one: ConversationId) -> tuple[Intent, str]:
        to = seen.colleague(agent)
        done = f"{inert_line(seen.person(to) or agent)} has {inert_line(seen.name(one))} now."
        return Transfer(one, to, force), done

    _hand_off(choice, conversation, decide, as_json=as_json)
