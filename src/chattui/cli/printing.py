"""What goes out: as it was written where a program reads it, harmless where it is a terminal that does."""

import json
import re
import sys

import click
import msgspec

from chattui.text.inert import inert

_UNUSUAL = re.compile(r"[^ -~]")
_HALVES = re.compile(r"[\ud800-\udfff]")


def echo(text: str) -> None:
    """A text on stdout: inert on a terminal. Half a character, which no encoding has, becomes `?` in a pipe."""
    shown = inert(text) if sys.stdout.isatty() else _HALVES.sub("?", text)
    click.echo(shown)


def tell(sentence: str) -> None:
    """A sentence on stderr, always inert: others' words may be in it."""
    click.echo(inert(sentence), err=True)


def json_line(value: object) -> str:
    """One line of JSON. On a terminal what could act there is escaped as JSON does it: its value is the same."""
    text = json.dumps(msgspec.to_builtins(value), ensure_ascii=False, separators=(",", ":"))
    return _UNUSUAL.sub(_escaped, text) if sys.stdout.isatty() else _HALVES.sub(_code, text)


def _escaped(found: re.Match[str]) -> str:
    one = found[0]
    return one if inert(f"a{one}a") == f"a{one}a" else _code(found)


def _code(found: re.Match[str]) -> str:
    return json.dumps(found[0])[1:-1]
