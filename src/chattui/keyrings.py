"""The operating system's keyring. Apart, because its library takes as long to load as the rest of the program."""

from collections.abc import Callable
from typing import TypeVar

import keyring
from keyring.backend import KeyringBackend
from keyring.core import recommended
from keyring.errors import NoKeyringError, PasswordDeleteError

_SERVICE = "chattui"

T = TypeVar("T")


class Ring:
    """One entry of the operating system's keyring. No error passes: `failure` names the last call's, "" for none."""

    def __init__(self, name: str) -> None:
        self._name = name
        self.failure = ""

    def get(self) -> str | None:
        """The text that it has, or None."""
        return self._ask(lambda backend: backend.get_password(_SERVICE, self._name))

    def put(self, text: str) -> bool:
        """Store it. Whether all of it is there now: some keep only the beginning of a long text, and say nothing."""
        self._ask(lambda backend: backend.set_password(_SERVICE, self._name, text))
        failure = self.failure
        there = self.get() == text
        self.failure = self.failure or failure
        return there

    def drop(self) -> None:
        """Delete what it has."""
        self._ask(lambda backend: backend.delete_password(_SERVICE, self._name))

    def _ask(self, question: Callable[[KeyringBackend], T]) -> T | None:
        """Ask it, where the library recommends it: others want a password on the terminal, or are plain files."""
        self.failure = ""
        try:
            backend = keyring.get_keyring()
            return question(backend) if recommended(backend) else None
        except (NoKeyringError, PasswordDeleteError):
            return None
        except Exception as error:  # noqa: BLE001 - D-Bus, COM, a plug-in that is gone: a backend may raise anything
            self.failure = type(error).__name__
            return None
