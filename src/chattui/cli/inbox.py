"""The screen itself, opened on a project."""

import gc
import shutil
import sys
from contextlib import AbstractContextManager, nullcontext
from pathlib import Path
from typing import TYPE_CHECKING

import click
import msgspec

from chattui import logs, paths
from chattui.cli.failures import Failure, Misused
from chattui.cli.project import WELCOME, Choice, pass_choice
from chattui.config import Config, Target, nearest

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from chattui.cli.opening import Parts
    from chattui.credentials import Credentials
    from chattui.desk import Desk
    from chattui.gateway.protocol import SessionStorage
    from chattui.ui.app import ChattuiApp
    from chattui.ui.settings import Settings

    Opened = Callable[[], Awaitable[Parts]]

OPENING, ERASE = "Opening the inbox…", "\r\x1b[K"
SMALLEST = (40, 10)
"""Columns and rows below which nothing useful can be shown."""


@click.command()
@pass_choice
def inbox(choice: Choice) -> None:
    """Open the inbox of the project that was chosen."""
    target = choice.target()
    if target is None:
        click.echo(WELCOME, err=True)
        raise click.exceptions.Exit(Misused.exit_code)
    need_terminal("Scripts use `chattui list --json`.")
    from chattui.credentials import Credentials  # noqa: PLC0415 - the keyring library is slow to load

    storage = Credentials(target.url)
    if not storage.expected and storage.load() is None:
        _sign_in(target, storage)
    show_inbox(choice.config(), target, storage, choice.record)


def need_terminal(instead: str) -> None:
    """Fails with a sentence where no screen can be drawn."""
    if not (sys.stdin.isatty() and sys.__stderr__ and sys.__stderr__.isatty()):
        raise Misused(f"this needs a terminal, on stdin and stderr both. {instead}")
    size = shutil.get_terminal_size()
    columns, rows = SMALLEST
    if size.columns < columns or size.lines < rows:
        raise Failure(
            f"this terminal has {size.columns} columns and {size.lines} rows; "
            f"make it {columns} by {rows} at least (80 by 24 is comfortable)."
        )


def _sign_in(target: Target, storage: "Credentials") -> None:
    from chattui.cli.account import greeting, signed_in  # noqa: PLC0415
    from chattui.gateway.supabase import sign_in_with_password  # noqa: PLC0415

    click.echo(f"Nobody is signed in at {target.url} yet.", err=True)
    email = click.prompt("E-mail", err=True)
    password = click.prompt("Password", hide_input=True, err=True)
    who = signed_in(storage, sign_in_with_password(target.url, target.key, storage, email, password))
    click.echo(greeting(who, target), err=True)


def show_inbox(config: Config, target: Target, storage: "SessionStorage", record: Path | None = None) -> None:
    """Draw it until the agent leaves; ends the program with the screen's own code."""
    gc.disable()  # until the link is there, or is known not to be: what loads until then stays
    click.echo(OPENING, err=True, nl=False)
    from chattui.ui.app import run  # noqa: PLC0415 - Textual

    click.echo(ERASE, err=True, nl=False)

    async def opened() -> "Parts":
        from chattui.cli.opening import opened  # noqa: PLC0415 - Textual starts without it

        return await opened(target, storage, remember=config.remember)

    with _program(ui_settings(config), opened, record) as app:
        code = run(app)
    if app.failure:
        click.echo(f"chattui: {app.failure}", err=True)
    raise click.exceptions.Exit(code)


def _program(settings: "Settings", opened: "Opened", record: Path | None) -> AbstractContextManager["ChattuiApp"]:
    if record is not None:
        from chattui.cli.recording import recorded  # noqa: PLC0415

        return recorded(record, settings, opened)
    from chattui.ui.app import ChattuiApp  # noqa: PLC0415

    async def desk() -> "Desk":
        from chattui.desk import Desk  # noqa: PLC0415
        from chattui.store import Store  # noqa: PLC0415

        parts = await opened()
        desk = Desk(parts.gateway, Store(), drawer=parts.drawer, memory=parts.memory)
        await desk.recall()
        return desk

    return nullcontext(ChattuiApp(desk, settings))


def ui_settings(config: Config) -> "Settings":
    """What the settings file says of the screen."""
    from chattui.ui.settings import Settings  # noqa: PLC0415
    from chattui.ui.themes import names  # noqa: PLC0415

    if config.ui.theme and config.ui.theme not in names():
        hint = nearest(config.ui.theme, names())
        raise Misused(f"{paths.config_file()}: there is no theme {config.ui.theme!r}{hint}")
    keys = {action: tuple(keys) for action, keys in config.keys.items()}
    return Settings(**msgspec.structs.asdict(config.ui), keys=keys, log_file=str(logs.log_file()))
