"""What the README says can be done can be done."""

import re

from click import Context

from chattui.cli import main
from tests.readme import README, with_table

TEXT = README.read_text(encoding="utf-8")


def test_it_can_be_read_in_one_sitting() -> None:
    assert len(TEXT.splitlines()) <= 150


def test_its_keys_are_those_of_the_program() -> None:
    assert with_table(TEXT) == TEXT, "run python -m tests.readme"


def test_its_commands_are_those_of_the_program() -> None:
    shell = "\n".join(re.findall(r"```sh\n(.*?)```", TEXT, re.DOTALL))
    named = set(re.findall(r"chattui ([a-z]+)", shell))
    assert named
    assert named <= set(main.list_commands(Context(main)))


def test_its_links_and_pictures_are_there() -> None:
    linked = [target for target in re.findall(r"\]\(([^)#]+)", TEXT) if "://" not in target]
    assert linked
    assert [target for target in linked if not (README.parent / target).exists()] == []
