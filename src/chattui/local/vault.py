"""The keys of one data directory: made once, kept in a file that its owner alone can read."""

import secrets
import time
from pathlib import Path

import msgspec

from chattui.local.errors import StackFailed
from chattui.local.places import DataDirectory
from chattui.paths import write_private


class Account(msgspec.Struct, frozen=True):
    """Somebody of the seed who may sign in."""

    email: str
    password: str
    name: str
    role: str


class Secrets(msgspec.Struct, frozen=True):
    """What must stay between the owner of the data directory and its servers."""

    jwt_secret: str
    superuser_password: str
    postgres_password: str
    authenticator_password: str
    issued_at: int
    accounts: tuple[Account, ...] = ()


def load(data: DataDirectory) -> Secrets:
    """Read the secrets of `data`, or make them."""
    if not data.secrets.exists():
        keep(data, _make())
    return _read(data.secrets)


def keep(data: DataDirectory, changed: Secrets) -> None:
    """Write `changed` in place of what was there."""
    write_private(data.secrets, msgspec.json.format(msgspec.json.encode(changed)))


def _make() -> Secrets:
    return Secrets(
        jwt_secret=secrets.token_urlsafe(48),
        superuser_password=secrets.token_urlsafe(24),
        postgres_password=secrets.token_urlsafe(24),
        authenticator_password=secrets.token_urlsafe(24),
        issued_at=int(time.time()),
    )


def _read(path: Path) -> Secrets:
    try:
        return msgspec.json.decode(path.read_bytes(), type=Secrets)
    except (OSError, msgspec.DecodeError) as error:
        raise StackFailed(
            f"{path} can not be read ({error}); put back the right file, or delete the data directory to begin anew."
        ) from None


def password() -> str:
    """A password that can be typed from a screen: three groups of four unmistakable letters and digits."""
    letters = "abcdefghjkmnpqrstuvwxyz23456789"
    return "-".join("".join(secrets.choice(letters) for _ in range(4)) for _ in range(3))
