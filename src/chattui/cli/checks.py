"""What is set up, what is wrong with it, and which key does what."""

import asyncio
import json

import click

from chattui import logs, paths
from chattui.cli.gateways import print_json
from chattui.cli.printing import echo
from chattui.cli.project import Choice, pass_choice
from chattui.config import described


@click.command()
@click.option("--json", "as_json", is_flag=True, help="An array of findings.")
@pass_choice
def doctor(choice: Choice, *, as_json: bool) -> None:
    """Look for what is wrong between this terminal and the project, and say how to mend it."""
    from chattui.doctor import Finding, examine  # noqa: PLC0415

    findings: list[Finding] = []

    async def look() -> None:
        async for finding in examine(choice.target):
            findings.append(finding)
            if not as_json:
                echo(finding.line())

    asyncio.run(look())
    if as_json:
        print_json(findings)
    if any(finding.bad for finding in findings):
        raise click.exceptions.Exit(1)


@click.command()
@click.option("--json", "as_json", is_flag=True, help="An array of actions.")
@pass_choice
def keys(choice: Choice, *, as_json: bool) -> None:
    """Every key, with the settings' own ones."""
    from chattui.ui.actions import Keymap, listing  # noqa: PLC0415

    table = listing(Keymap(choice.config().keys))
    if as_json:
        print_json([dict(zip(("id", "keys", "where", "does"), row, strict=True)) for row in table])
        return
    widths = [max(len(row[column]) for row in table) for column in range(3)]
    for row in table:
        click.echo("  ".join([*(cell.ljust(width) for cell, width in zip(row, widths, strict=False)), row[3]]))


@click.group(name="config")
def configuration() -> None:
    """The settings file."""


@configuration.command()
def path() -> None:
    """Where it is, whether it exists or not."""
    click.echo(paths.config_file())


@configuration.command()
@pass_choice
def show(choice: Choice) -> None:
    """What is in force: the file, and the defaults of what it leaves out."""
    config, target = choice.config(), choice.target()
    click.echo(f"# {paths.config_file()}\n# log: {logs.log_file()}")
    if target:
        click.echo(f"# project: {target.name} at {target.url}")
    click.echo("\n[ui]\n" + "\n".join(described(config.ui)))
    if config.keys:
        click.echo("\n[keys]\n" + "\n".join(f"{action} = {json.dumps(own)}" for action, own in config.keys.items()))
    for name, profile in config.profiles.items():
        click.echo(f"\n[profiles.{name}]\nurl = {json.dumps(profile.url)}\nkey = {json.dumps(profile.key[:12] + '…')}")
