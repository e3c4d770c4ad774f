"""What every test may use: the real stack, organisations of its own, and no way out of this machine."""

import ipaddress
import os
import signal
import socket
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from tests import stack as real
from tests.stack import Organisation, Stack

MakeOrganisation = Callable[..., Organisation]


def _refuse_strangers(address: Any) -> None:
    host = address[0] if isinstance(address, tuple) else "localhost"
    if host != "localhost" and not _is_loopback(host):
        raise AssertionError(f"a test wants to talk to {host}; only this machine is allowed")


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host.partition("%")[0]).is_loopback
    except ValueError:
        return False


@pytest.fixture(scope="session", autouse=True)
def _interruptible() -> None:
    """A shell that runs the tests in the background has them ignore SIGINT, and with them whatever they start."""
    if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
        signal.signal(signal.SIGINT, signal.default_int_handler)


@pytest.fixture(autouse=True)
def _loopback_only(monkeypatch: pytest.MonkeyPatch) -> None:
    """Refuse every connection that would leave this machine."""

    def connect(self: socket.socket, address: Any) -> None:
        _refuse_strangers(address)
        super(socket.socket, self).connect(address)

    def connect_ex(self: socket.socket, address: Any) -> int:
        _refuse_strangers(address)
        return super(socket.socket, self).connect_ex(address)

    monkeypatch.setattr(socket.socket, "connect", connect)
    monkeypatch.setattr(socket.socket, "connect_ex", connect_ex)


@pytest.fixture(scope="session")
def stack_directory() -> Iterator[Path]:
    """A data directory; what root's PostgreSQL keeps elsewhere for it is deleted as well."""
    with real.directory() as path:
        yield path


@pytest.fixture(scope="session")
def stack(stack_directory: Path) -> Iterator[Stack]:
    """The embedded stack, started once for the whole run: url, keys, db_url and the seed's accounts."""
    with real.started(stack_directory) as started:
        yield started


@pytest.fixture
def make_organisation(stack: Stack) -> MakeOrganisation:
    """`make_organisation(agents=2, admins=1, settings='{"visibility": "assigned"}')`: see `tests.stack`."""
    return partial(real.make_organisation, stack)


def pytest_sessionfinish(session: pytest.Session) -> None:
    """Where everything is installed, nothing has a reason to be skipped."""
    reporter = session.config.pluginmanager.get_plugin("terminalreporter")
    if os.environ.get("CHATTUI_CI") and reporter and reporter.stats.get("skipped"):
        session.exitstatus = pytest.ExitCode.TESTS_FAILED
