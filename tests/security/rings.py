"""Keyrings for real processes: `PYTHON_KEYRING_BACKEND=tests.security.rings.Kept`, their entries in the file $RING."""

import json
import os
from pathlib import Path

from keyring.backend import KeyringBackend
from keyring.errors import KeyringLocked, PasswordDeleteError


class Kept(KeyringBackend):
    """One that works, as those of desktops do: entries outlive the process."""

    priority = 5

    def _entries(self) -> dict[str, str]:
        path = Path(os.environ["RING"])
        entries: dict[str, str] = json.loads(path.read_text()) if path.exists() else {}
        return entries

    def get_password(self, service: str, username: str) -> str | None:
        return self._entries().get(f"{service}/{username}")

    def set_password(self, service: str, username: str, password: str) -> None:
        Path(os.environ["RING"]).write_text(json.dumps(self._entries() | {f"{service}/{username}": password}))

    def delete_password(self, service: str, username: str) -> None:
        entries = self._entries()
        if f"{service}/{username}" not in entries:
            raise PasswordDeleteError(username)
        del entries[f"{service}/{username}"]
        Path(os.environ["RING"]).write_text(json.dumps(entries))


class Locked(Kept):
    """As when nobody types the password of the keyring."""

    def get_password(self, *_: str) -> str | None:
        raise KeyringLocked("Failed to unlock the collection!")

    def set_password(self, *_: str) -> None:
        raise KeyringLocked("Failed to unlock the collection!")

    def delete_password(self, *_: str) -> None:
        raise KeyringLocked("Failed to unlock the collection!")


class Broken(Kept):
    """As when D-Bus goes away: an error of nobody's family."""

    def get_password(self, *_: str) -> str | None:
        raise ZeroDivisionError

    def set_password(self, *_: str) -> None:
        raise ZeroDivisionError

    def delete_password(self, *_: str) -> None:
        raise ZeroDivisionError
