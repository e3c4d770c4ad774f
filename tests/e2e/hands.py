"""What an agent's hands do again and again: each ends when the screen shows that it was done."""

import re

from tests.e2e.terminal import Terminal

WAITING, MINE, AI, ALL, CLOSED = "1", "2", "3", "4", "5"
ESCAPE, ENTER = "\x1b", "\r"
LEADER, NEXT, RESYNC, QUIT = "\x07", "\x0e", "\x12", "\x11"
"""Ctrl+G, Ctrl+N, Ctrl+R, Ctrl+Q."""


def find(agent: Terminal, name: str, view: str = ALL) -> None:
    """Put the list's cursor on a customer, with nothing else in the list."""
    agent.press(ESCAPE, ESCAPE, view, "/")
    agent.sees("name, label, words")
    agent.type(name)
    agent.sees(f"^.{{0,2}}{name}")
    agent.press(ENTER)
    agent.wait(lambda picture: under_cursor(picture, name), f"{name} is not in the list")


def under_cursor(picture: str, name: str) -> bool:
    """Whether the list's cursor stands on a customer of this name."""
    return re.search(rf"^▌. .*{name}", picture, re.MULTILINE) is not None


def take_over(agent: Terminal, name: str) -> None:
    """Find a customer and make them mine."""
    find(agent, name)
    agent.sees(rf"{name}  [◌◔]")
    agent.press("t")
    agent.sees(rf"{name}  ● active · you")


def write(agent: Terminal, words: str) -> None:
    """A reply, sent."""
    agent.press("r")
    agent.sees("Enter send")
    agent.type(words)
    agent.sees(words)
    agent.press(ENTER)


def confirm(agent: Terminal, key: str, name: str) -> None:
    """Press a key that asks, and again once the question names the customer."""
    agent.press(ESCAPE, key)
    agent.sees(rf"{name}.*{key} again|{key} again.*{name}")
    agent.press(key)
