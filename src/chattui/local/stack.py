"""The embedded stack from outside: join it, or run it by hand.

    with stack.join(directory, progress=print) as lease:
        lease.endpoint.url, lease.endpoint.anon_key, lease.endpoint.accounts

The first to join starts one detached process for the directory; later ones find it. Five seconds after the last lease
is closed (or its holder killed) that process stops PostgreSQL and itself.
"""

import contextlib
import http.client
import os
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Callable
from pathlib import Path
from types import TracebackType
from typing import Self
from urllib.parse import urlsplit

import filelock
import msgspec

from chattui.local.errors import StackFailed
from chattui.local.places import DataDirectory, opened_private
from chattui.local.state import Endpoint, Progress, State, running

STOP_PATIENCE = 40.0
RENEW_EVERY = 1.0
"""Seconds between attempts to get a lost lease back, when somebody else starts the stack anew."""


class Lease:
    """Keeps a stack running until it is closed. A lease lost with its server is taken again when the server is back."""

    def __init__(self, endpoint: Endpoint) -> None:
        self.endpoint = endpoint
        """Address, keys and accounts."""
        self._closed = threading.Event()
        self._socket = _open_lease(endpoint)
        threading.Thread(target=self._keep, name="stack lease", daemon=True).start()

    def close(self) -> None:
        """Give it back. Closing twice is harmless."""
        self._closed.set()
        with contextlib.suppress(OSError):
            self._socket.shutdown(socket.SHUT_RDWR)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _keep(self) -> None:
        while not self._closed.is_set():
            with contextlib.suppress(OSError), self._socket:
                while self._socket.recv(64):
                    pass
            while not self._closed.wait(RENEW_EVERY):
                with contextlib.suppress(OSError, http.client.HTTPException, StackFailed):
                    self._socket = _open_lease(self.endpoint)
                    break


def join(data_dir: Path, *, fresh: bool = False, progress: Progress = lambda _: None) -> Lease:
    """Join the stack of `data_dir`; start it where none runs. Blocks for up to a few seconds.

    Args:
        data_dir: made where it is not there.
        fresh: throw the old database away; refused while others are joined.
        progress: told each step of a start, in words for a person.

    Raises:
        StackFailed: one sentence: what is in the way and what to do.
    """
    data = DataDirectory.at(data_dir)
    with _locked(data):
        state = running(data)
        if state is not None and not fresh:
            with contextlib.suppress(OSError, http.client.HTTPException, StackFailed):
                return Lease(state.endpoint)
        if state is not None:
            _retire(state, fresh=fresh)
        return Lease(_start(data, fresh=fresh, progress=progress))


def serve_foreground(
    data_dir: Path,
    *,
    port: int | None = None,
    progress: Progress = lambda _: None,
    ready: Callable[[Endpoint], None],
) -> None:
    """Run the stack of `data_dir` in this process until SIGINT or SIGTERM; `ready` is called once it answers.

    It listens on `port`, else on that of its last run, or a free one.

    Others may join it meanwhile; it stops without regard to them. Must be called in the main thread.

    Raises:
        StackFailed: it is running already, or can not start.
    """
    from chattui.local import server  # noqa: PLC0415 - whoever only joins need not wait for it

    data = DataDirectory.at(data_dir)
    lock = _locked(data)

    def unlocked(endpoint: Endpoint) -> None:
        lock.close()
        ready(endpoint)

    with lock:
        state = running(data)
        if state is not None:
            raise StackFailed(
                f"A stack already runs for {data.root} at {state.endpoint.url} (process {state.server.pid}); "
                "end it first, or give another directory with --dir."
            )
        with contextlib.suppress(KeyboardInterrupt, SystemExit):
            server.run(server.Run(data, port, foreground=True), progress, unlocked)


def end(data_dir: Path) -> None:
    """Stop the stack of `data_dir`, whoever uses it, and wait until it is gone. Nothing runs: nothing happens."""
    data = DataDirectory.at(data_dir)
    with _locked(data):
        state = running(data)
        if state is not None:
            _terminate(state)


def _locked(data: DataDirectory) -> contextlib.ExitStack:
    """Hold the directory's lock; closing the answer early lets it go early."""
    lock = data.lock()
    try:
        lock.acquire()
    except filelock.Timeout:
        raise StackFailed(f"Another chattui has been starting the stack of {data.root} for too long; end it.") from None
    held = contextlib.ExitStack()
    held.callback(lock.release)
    return held


def _retire(state: State, *, fresh: bool) -> None:
    """Wait for a stack that is on its way out, or end an idle one for `--fresh`."""
    if fresh and (state.foreground or _leases(state.endpoint)):
        raise StackFailed("Others are using this stack, so it can not be made anew; quit them first.")
    if not fresh and not state.server.ended(10):
        raise StackFailed(
            f"The stack's process {state.server.pid} does not answer; end it (kill {state.server.pid}) and try again."
        )
    if fresh:
        _terminate(state)


def _terminate(state: State) -> None:
    with contextlib.suppress(ProcessLookupError):
        os.kill(state.server.pid, signal.SIGTERM)
    if not state.server.ended(STOP_PATIENCE):
        raise StackFailed(f"The stack's process {state.server.pid} does not stop; end it and try again.")


def _start(data: DataDirectory, *, fresh: bool, progress: Progress) -> Endpoint:
    command = [sys.executable, "-m", "chattui.local", str(data.root), *(["--fresh"] if fresh else [])]
    with open(data.log, "ab", opener=opened_private) as log:
        process = subprocess.Popen(  # noqa: S603 - a fixed command
            command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=log, start_new_session=True
        )
    # It outlives this function; when it ends before us, somebody has to reap it.
    threading.Thread(target=process.wait, name="stack process", daemon=True).start()
    assert process.stdout is not None  # noqa: S101 - for the type checker
    with process.stdout as lines:
        for line in lines:
            message = msgspec.json.decode(line)
            if "progress" in message:
                progress(message["progress"])
            if "failed" in message:
                raise StackFailed(message["failed"])
    state = running(data)
    if state is None:
        raise StackFailed(f"The stack ended while it started; {data.log} tells more.")
    return state.endpoint


def _open_lease(endpoint: Endpoint) -> socket.socket:
    connection = _asked(endpoint, "/local/v1/lease")
    response = connection.getresponse()
    if response.status != http.HTTPStatus.OK or connection.sock is None:
        connection.close()
        raise StackFailed("Something else answers at the stack's address.")
    held = connection.sock
    held.settimeout(None)
    return held


def _leases(endpoint: Endpoint) -> int:
    try:
        with contextlib.closing(_asked(endpoint, "/local/v1/leases")) as connection:
            return int(msgspec.json.decode(connection.getresponse().read())["leases"])
    except (OSError, http.client.HTTPException, msgspec.DecodeError):
        return 0


def _asked(endpoint: Endpoint, path: str) -> http.client.HTTPConnection:
    address = urlsplit(endpoint.url)
    connection = http.client.HTTPConnection(address.hostname or "", address.port, timeout=5)
    try:
        connection.request("GET", path, headers={"Authorization": f"Bearer {endpoint.service_role_key}"})
    except OSError:
        connection.close()
        raise
    return connection
