"""Which project a command works on, and how it gets there."""

import os
from pathlib import Path

import click
from msgspec import Struct

from chattui import config as settings
from chattui.cli.failures import Misused

WELCOME = """\
Welcome to chattui, the support desk in a terminal. No project is set up yet.

  chattui demo      try it: a whole support desk on this machine, customers included
  chattui login     connect it to your Supabase project (asks for the URL, the anon key, your e-mail and password)
  chattui --help    everything else"""


class Choice(Struct, frozen=True):
    """What the options before the command said."""

    profile: str | None
    record: Path | None = None
    """Where the inbox is to be recorded."""

    def config(self) -> settings.Config:
        """The settings file."""
        return settings.load()

    def target(self) -> settings.Target | None:
        """The project meant, None where nothing is set up."""
        return settings.target(self.config(), self.profile, os.environ)

    def implicit(self) -> bool:
        """Whether neither the command line nor the environment names a project."""
        named = ("CHATTUI_URL", "CHATTUI_KEY", "CHATTUI_PROFILE")
        return self.profile is None and not any(os.environ.get(name) for name in named)

    def project(self) -> settings.Target:
        """The project meant.

        Raises:
            Misused: nothing is set up.
        """
        target = self.target()
        if target is None:
            raise Misused(
                "no project is set up. Run `chattui login` for your Supabase project, or `chattui demo` to try it; "
                "scripts may set CHATTUI_URL and CHATTUI_KEY."
            )
        return target


pass_choice = click.make_pass_decorator(Choice)
