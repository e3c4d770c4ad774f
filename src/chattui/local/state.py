"""Which process serves a data directory, and at what address."""

import contextlib
from collections.abc import Callable

import msgspec

from chattui.local.places import DataDirectory
from chattui.local.processes import ProcessId
from chattui.local.vault import Account
from chattui.paths import write_private

Progress = Callable[[str], None]
"""Told each step of a start, in words for a person."""


class Endpoint(msgspec.Struct, frozen=True):
    """All that a client of the stack needs."""

    url: str
    anon_key: str
    service_role_key: str
    db_url: str
    """Connects as `postgres`: owner of the schema, not a superuser, as on a hosted project."""
    accounts: tuple[Account, ...]


class State(msgspec.Struct, frozen=True):
    """The content of `stack.json`."""

    endpoint: Endpoint
    server: ProcessId
    foreground: bool
    """Whether somebody runs it by hand; then nobody else may stop it."""


class Ports(msgspec.Struct, frozen=True):
    """The ports of the last run, tried first in the next: clients that outlived it find it again."""

    http: int = 0
    postgres: int = 0


def running(data: DataDirectory) -> State | None:
    """The state that a living server wrote; a dead or foreign one's file is removed."""
    with contextlib.suppress(FileNotFoundError, msgspec.DecodeError):
        state = msgspec.json.decode(data.state.read_bytes(), type=State)
        if state.server.alive():
            return state
    data.state.unlink(missing_ok=True)
    return None


def announce(data: DataDirectory, state: State) -> None:
    """Write where this server is, for whoever wants to join it."""
    write_private(data.state, msgspec.json.format(msgspec.json.encode(state)))


def last_ports(data: DataDirectory) -> Ports:
    """The ports to try first."""
    with contextlib.suppress(OSError, msgspec.DecodeError):
        return msgspec.json.decode((data.root / "ports.json").read_bytes(), type=Ports)
    return Ports()


def keep_ports(data: DataDirectory, ports: Ports) -> None:
    """Remember the ports for the next run."""
    write_private(data.root / "ports.json", msgspec.json.encode(ports))
