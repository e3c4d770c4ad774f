"""Every command's name, and where it is: a module is loaded when its command is used, not to list it."""

from importlib import import_module

import click

COMMANDS = {
    "demo": ("demo:demo", "Try it: a whole support desk on this machine."),
    "customer": ("customer:customer", "Be a customer, of the project or of the demo."),
    "login": ("account:login", "Sign in."),
    "logout": ("account:logout", "End the session on this machine."),
    "whoami": ("account:whoami", "Who is signed in."),
    "list": ("conversations:list_", "The conversations of a view."),
    "show": ("conversations:show", "One conversation, from its beginning."),
    "take": ("handoffs:take", "Take a conversation over."),
    "back": ("handoffs:back", "Hand a conversation back to the AI."),
    "requeue": ("handoffs:requeue", "Put a conversation back among the waiting."),
    "assign": ("handoffs:assign", "Give a conversation to a colleague."),
    "close": ("handoffs:close", "Close a conversation."),
    "reopen": ("handoffs:reopen", "Open a closed conversation again, as yours."),
    "send": ("writing:send", "Write to the customer."),
    "note": ("writing:note", "Leave a note that no customer ever sees."),
    "label": ("writing:label", "Put a label on a conversation, or take it off."),
    "tail": ("tail:tail", "Print what happens, as it happens."),
    "export": ("conversations:export", "A conversation's transcript."),
    "replay": ("replay:replay", "Show again what `--record FILE` recorded."),
    "doctor": ("checks:doctor", "Look for what is wrong, and how to mend it."),
    "keys": ("checks:keys", "Every key."),
    "config": ("checks:configuration", "The settings file."),
    "local": ("local:local", "The embedded stack by hand."),
}
"""Name → module and attribute, and one line for the list; in the order in which they are learnt."""


class Commands(click.Group):
    """A group whose commands never end in a traceback."""

    def invoke(self, ctx: click.Context) -> object:
        """As click does, with every error explained."""
        try:
            return super().invoke(ctx)
        except (click.ClickException, click.exceptions.Exit, click.Abort, BrokenPipeError):
            raise
        except Exception as error:
            from chattui.cli.explaining import explained  # noqa: PLC0415 - not before something went wrong

            raise explained(error) from error


class Program(Commands):
    """The group of all of them."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Their names."""
        del ctx
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """One of them, loaded now."""
        del ctx
        if cmd_name not in COMMANDS:
            return None
        module, attribute = COMMANDS[cmd_name][0].split(":")
        command = getattr(import_module(f"chattui.cli.{module}"), attribute)
        return command if isinstance(command, click.Command) else None

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """The list, without loading any."""
        del ctx
        with formatter.section("Commands"):
            formatter.write_dl([(name, line) for name, (_, line) in COMMANDS.items()])
