"""How a command ends that did not do what was asked: one sentence on stderr, and a code that scripts can tell apart."""

import click


class Failure(click.ClickException):
    """It did not work; trying the same again will not help."""

    exit_code = 1

    def show(self, file: object = None) -> None:
        """On stderr, in one paragraph."""
        del file
        from chattui.cli.printing import tell  # noqa: PLC0415 - not before something went wrong

        tell(f"chattui: {self.message}")


class Misused(Failure):
    """The command or the settings ask for something that cannot be."""

    exit_code = 2


class Denied(Failure):
    """The database said no; the sentence names who has it."""

    exit_code = 3


class NoAnswer(Failure):
    """Nobody answered; trying again may help."""

    exit_code = 4
