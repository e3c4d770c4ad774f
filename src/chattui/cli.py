"""Commands only: parse, call, print."""

import click


@click.group(invoke_without_command=True)
def main() -> None:
    """Open the inbox."""
