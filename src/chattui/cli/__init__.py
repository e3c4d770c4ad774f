"""Commands only: parse, call, print. What is heavy is imported inside the command that needs it.

stdout is data, stderr is talk. Exit codes: 0 done, 1 failed, 2 usage, 3 refused by the database, 4 unreachable.
"""

from pathlib import Path

import click

from chattui import __version__
from chattui.cli.program import Program


@click.group(cls=Program, invoke_without_command=True, context_settings={"help_option_names": ["-h", "--help"]})
@click.option("-P", "--profile", metavar="NAME", help="The project, as the settings name it (CHATTUI_PROFILE).")
@click.option("--record", metavar="FILE", help="Record the inbox: events, keys and clock, customers' words among them.")
@click.version_option(__version__, message="chattui %(version)s")
@click.pass_context
def main(ctx: click.Context, profile: str | None, record: str | None) -> None:
    """The support desk in a terminal. Without a command: open the inbox.

    CHATTUI_URL and CHATTUI_KEY name a project without a settings file. Exit codes: 0 done, 2 usage, 3 refused (and
    who has it), 4 unreachable, 1 anything else.
    """
    from chattui.cli.project import Choice  # noqa: PLC0415 - it loads the settings

    if ctx.invoked_subcommand != "local":  # a server in the foreground says there what it has to say
        from chattui import logs  # noqa: PLC0415 - `--help` is done before

        logs.start()
    ctx.obj = Choice(profile, Path(record) if record else None)
    if record and ctx.invoked_subcommand not in {None, "demo"}:
        from chattui.cli.failures import Misused  # noqa: PLC0415

        raise Misused(f"there is nothing to record in `{ctx.invoked_subcommand}`: --record goes with the inbox.")
    if ctx.invoked_subcommand is None:
        from chattui.cli.inbox import inbox  # noqa: PLC0415

        ctx.invoke(inbox)
