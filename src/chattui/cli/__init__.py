"""Commands only: parse, call, print. What is heavy is imported inside the command that needs it.

stdout is data, stderr is talk. Exit codes: 0 done, 1 failed, 2 usage, 3 refused by the database, 4 unreachable.
"""

import click

from chattui import __version__
from chattui.cli.account import login, logout, whoami
from chattui.cli.checks import configuration, doctor, keys
from chattui.cli.conversations import export, list_, show
from chattui.cli.customer import customer
from chattui.cli.demo import demo
from chattui.cli.failures import Commands
from chattui.cli.handoffs import assign, back, close, reopen, requeue, take
from chattui.cli.inbox import inbox
from chattui.cli.local import local
from chattui.cli.project import Choice
from chattui.cli.tail import tail
from chattui.cli.writing import label, note, send


@click.group(cls=Commands, invoke_without_command=True, context_settings={"help_option_names": ["-h", "--help"]})
@click.option("-P", "--profile", metavar="NAME", help="The project, as the settings name it (CHATTUI_PROFILE).")
@click.version_option(__version__, message="chattui %(version)s")
@click.pass_context
def main(ctx: click.Context, profile: str | None) -> None:
    """The support desk in a terminal. Without a command: open the inbox.

    CHATTUI_URL and CHATTUI_KEY name a project without a settings file. Exit codes: 0 done, 2 usage, 3 refused (and
    who has it), 4 unreachable, 1 anything else.
    """
    ctx.obj = Choice(profile)
    if ctx.invoked_subcommand is None:
        ctx.invoke(inbox)


for command in (
    demo, customer, local, login, logout, whoami, list_, show, take, back, requeue, assign, close, reopen,
    send, note, label, tail, export, doctor, keys, configuration,
):  # fmt: skip
    main.add_command(command)
