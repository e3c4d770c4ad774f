"""Who is signed in, and at which project."""

import asyncio
import sys
from collections.abc import Coroutine
from functools import partial
from typing import TYPE_CHECKING, Any

import click

from chattui import config
from chattui.cli.failures import Misused
from chattui.cli.gateways import print_json
from chattui.cli.project import Choice, pass_choice
from chattui.config import Target
from chattui.gateway.protocol import Identity, SessionStorage
from chattui.text.inert import inert_line

if TYPE_CHECKING:
    from chattui.cli.words import Words
    from chattui.credentials import Credentials


@click.command()
@click.option("--url", help="The project's URL, the first time; it is kept as a profile.")
@click.option("--key", help="The project's anon (publishable) key, with --url.")
@click.option("-e", "--email", help="Your e-mail address; asked for where it is left out.")
@click.option("--password-stdin", is_flag=True, help="Read the password from stdin.")
@click.option("--code", "by_code", is_flag=True, help="Sign in by a code that is sent to the address.")
@pass_choice
def login(  # noqa: PLR0913 - one for each option
    choice: Choice, url: str | None, key: str | None, email: str | None, *, password_stdin: bool, by_code: bool
) -> None:
    """Sign in; the session is kept in the keyring, or in a file that only you can read."""
    if password_stdin and by_code:
        raise Misused("--password-stdin and --code are two ways of the same thing: choose one.")
    from chattui.credentials import Credentials  # noqa: PLC0415 - the keyring library is slow to load

    target = _target(choice, url, key)
    address = email or _asked("E-mail", "--email")
    storage = Credentials(target.url)
    password = partial(_by_password, from_stdin=password_stdin)
    who = signed_in(storage, (_by_code if by_code else password)(target, storage, address))
    if storage.trouble:  # a login that is forgotten at once is none
        raise storage.trouble
    if url or choice.target() is None:
        _remember(choice, target)
    click.echo(greeting(who, target), err=True)


def _target(choice: Choice, url: str | None, key: str | None) -> Target:
    known = None if url else choice.target()
    if known:
        return known
    url = url or _asked("Project URL (https://….supabase.co)", "--url")
    key = key or _asked("Its anon (publishable) key", "--key")
    return config.checked(Target(choice.profile or "default", url, key))


def _asked(what: str, option: str, *, hidden: bool = False) -> str:
    if not sys.stdin.isatty():
        raise Misused(f"{option} is needed where there is no terminal to ask at.")
    return str(click.prompt(what, hide_input=hidden, err=True))


def signed_in(storage: "Credentials", way: Coroutine[Any, Any, Identity]) -> Identity:
    """Sign in this way; where the keyring refuses the session, say which file has it."""
    who = asyncio.run(way)
    if storage.remark:
        click.echo(storage.remark, err=True)
    return who


async def _by_password(target: Target, storage: SessionStorage, email: str, *, from_stdin: bool) -> Identity:
    from chattui.gateway.supabase import sign_in_with_password  # noqa: PLC0415

    if from_stdin:
        password = sys.stdin.readline().rstrip("\r\n")
    else:
        password = _asked("Password", "--password-stdin", hidden=True)
    return await sign_in_with_password(target.url, target.key, storage, email, password)


async def _by_code(target: Target, storage: SessionStorage, email: str) -> Identity:
    from chattui.gateway.supabase import send_code, sign_in_with_code  # noqa: PLC0415

    await send_code(target.url, target.key, email)
    click.echo(f"A code is on its way to {email}.", err=True)
    typed = click.prompt("Code", hide_input=True, err=True) if sys.stdin.isatty() else sys.stdin.readline()
    return await sign_in_with_code(target.url, target.key, storage, email, typed.strip())


def _remember(choice: Choice, target: Target) -> None:
    known = choice.config().profiles.get(target.name)
    if known is None:
        path = config.add_profile(target.name, config.Profile(target.url, target.key))
        click.echo(f"The project is kept as profile {target.name!r} in {path}.", err=True)
    elif known.url != target.url:
        raise Misused(
            f"profile {target.name!r} is another project; say `chattui -P NAME login --url …` with a new name."
        )


def greeting(who: Identity, target: Target) -> str:
    """What to tell somebody who has just signed in."""
    name = inert_line(who.name or who.email or who.user_id)
    if who.role is None:
        return f"Signed in as {name}, who is no agent at {target.url} yet: an admin has to add a profile."
    return f"Signed in as {name}, {who.role} of {inert_line(who.organization or target.url)}. Now: chattui"


@click.command()
@click.option("--forget-words", is_flag=True, help="Delete your drafts and unsent messages on this machine as well.")
@click.option("-y", "--yes", is_flag=True, help="Do not ask before they are deleted.")
@pass_choice
def logout(choice: Choice, *, forget_words: bool, yes: bool) -> None:
    """End the session on this machine. What you wrote and did not send stays for the next one."""
    from chattui.credentials import Credentials  # noqa: PLC0415
    from chattui.gateway.supabase import sign_out  # noqa: PLC0415

    target = choice.project()
    storage = Credentials(target.url)
    words = _words(target, storage)
    if forget_words:
        _confirm(words, yes=yes)
    asyncio.run(sign_out(target.url, target.key, storage))
    click.echo(f"Signed out of {target.url}.", err=True)
    if words is not None:
        words.forget_what_was_known()
        _parted(words, forget=forget_words)


def _words(target: Target, storage: SessionStorage) -> "Words | None":
    """Those of who is signed in; None where nobody is."""
    from chattui.cli.words import Words  # noqa: PLC0415
    from chattui.gateway.sessions import user_of  # noqa: PLC0415

    me = user_of(storage.load())
    return None if me is None else Words(target.url, me)


def _confirm(words: "Words | None", *, yes: bool) -> None:
    if words is None:
        raise Misused("nobody is signed in, so nobody knows whose words to delete. Run `chattui login` first.")
    if not (left := words.left()) or yes:
        return
    if not sys.stdin.isatty():
        raise Misused(f"{left} would be lost. Say --yes as well to delete them.")
    click.confirm(f"{left} would be lost. Delete them?", err=True, abort=True)


def _parted(words: "Words", *, forget: bool) -> None:
    left = words.left()
    if forget:
        words.wipe()
        click.echo(f"Deleted: {left}." if left else "There were no drafts and no unsent messages.", err=True)
    elif left:
        click.echo(f"On this machine, for when you sign in again: {left}.", err=True)


@click.command()
@click.option("--json", "as_json", is_flag=True, help="As JSON.")
@pass_choice
def whoami(choice: Choice, *, as_json: bool) -> None:
    """Who is signed in."""
    from chattui.credentials import Credentials  # noqa: PLC0415
    from chattui.gateway.supabase import whoami as asked  # noqa: PLC0415

    target = choice.project()
    who = asyncio.run(asked(target.url, target.key, Credentials(target.url)))
    if as_json:
        print_json(who)
    else:
        parts = (who.email, who.name, who.role, who.organization, target.url)
        click.echo("\t".join(inert_line(part) for part in parts if part))
