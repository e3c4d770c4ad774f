"""The server process: PostgreSQL as its child, auth, REST and Realtime over it, until nobody needs them."""

import asyncio
import logging
import os
import signal
import socket
import time
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager, contextmanager
from dataclasses import dataclass
from functools import partial
from io import TextIOWrapper
from logging.handlers import RotatingFileHandler
from pathlib import Path

import uvicorn
from starlette.applications import Starlette
from starlette.routing import BaseRoute, Mount

from chattui.local import auth, binaries, rest, schema, vault
from chattui.local.errors import StackFailed
from chattui.local.gate import ApiKeyGate
from chattui.local.keys import Keys
from chattui.local.leases import Desk, Leases
from chattui.local.places import DataDirectory, opened_private
from chattui.local.postgres import HOST, Postgres, wipe_orphans
from chattui.local.processes import ProcessId
from chattui.local.realtime.app import UVICORN_OPTIONS, Config, Realtime
from chattui.local.services import Addresses, Services, opened
from chattui.local.state import Endpoint, Ports, Progress, State, announce, keep_ports, last_ports

log = logging.getLogger(__name__)

OpenServices = Callable[[], AbstractAsyncContextManager[Services]]

WATCH_EVERY = 0.25
RESTARTS = 5
"""How often in a row a PostgreSQL that does not last is started again before the server gives up."""
STEADY = 2.0
"""Seconds after which it has lasted."""


@dataclass(frozen=True, slots=True)
class Run:
    """What is to be served, and how."""

    data: DataDirectory
    port: int | None = None
    fresh: bool = False
    foreground: bool = False
    """Whether somebody runs it by hand: then it does not stop for want of leases."""


def run(wanted: Run, progress: Progress, ready: Callable[[Endpoint], None]) -> None:
    """Serve until it is no longer needed, or SIGTERM or SIGINT comes. The caller holds the directory's lock.

    `ready` is called once, when everything answers and the state file is written.

    Raises:
        StackFailed: it could not come up.
    """
    with _logged(wanted.data.log):
        try:
            _run(wanted, progress, ready)
        except (StackFailed, KeyboardInterrupt, SystemExit):
            raise
        except Exception as error:
            log.exception("The server ended")
            raise StackFailed(f"The stack ended ({error}); {wanted.data.log} tells more.") from error


def _run(wanted: Run, progress: Progress, ready: Callable[[Endpoint], None]) -> None:
    data = wanted.data
    # A cluster whose password is gone belonged to a directory that was deleted.
    fresh = wanted.fresh or not data.secrets.exists()
    secrets = vault.load(data)
    ports = last_ports(data)
    keys = Keys(secrets)
    with (
        _terminable(),
        _listening(wanted.port, ports.http) as listener,
        _postgres(data, fresh=fresh, progress=progress) as pg,
    ):
        addresses = Addresses.of(pg.port, secrets)
        schema.prepare(addresses.superuser, lambda: addresses.postgres, secrets, progress)
        accounts = schema.enrol(addresses.superuser, data)
        http_port = listener.getsockname()[1]
        keep_ports(data, Ports(http_port, pg.port))
        endpoint = Endpoint(f"http://{HOST}:{http_port}", keys.anon, keys.service_role, addresses.postgres, accounts)

        def announced() -> None:
            announce(data, State(endpoint, ProcessId.of(os.getpid()), wanted.foreground))
            ready(endpoint)

        def tell(message: str) -> None:
            log.warning(message)
            progress(message)

        try:
            opening = partial(opened, secrets, keys, endpoint.url, addresses, tell)
            asyncio.run(_serve(listener, Server(keys, opening, pg, forever=wanted.foreground), announced))
        finally:
            data.state.unlink(missing_ok=True)


class Server:
    """The HTTP server over a running PostgreSQL."""

    def __init__(self, keys: Keys, services: OpenServices, postgres: Postgres, *, forever: bool) -> None:
        self._keys = keys
        self._services = services
        self._postgres = postgres
        self.leases = Leases(self.stop, forever=forever)
        app = Starlette(lifespan=self._lifespan)
        # Connections are long: a shutdown waits one second for the answers under way.
        self.http = _Http(
            uvicorn.Config(
                app,
                log_config=None,
                access_log=False,
                **UVICORN_OPTIONS,  # type: ignore[arg-type]
                timeout_graceful_shutdown=1,
                timeout_keep_alive=75,
                server_header=False,
                h11_max_incomplete_event_size=64 * 1024,
            )
        )

    def stop(self) -> None:
        """Begin to shut down."""
        self.http.should_exit = True

    async def watch(self) -> None:
        """Start PostgreSQL again when it dies; stop the server when that does not help."""
        falls = 0
        while falls < RESTARTS:
            since = time.monotonic()
            while self._postgres.alive():  # noqa: ASYNC110 - no event of a child works on every platform
                await asyncio.sleep(WATCH_EVERY)
            falls = falls + 1 if time.monotonic() - since < STEADY else 1
            log.error("PostgreSQL ended unexpectedly; starting it again")
            try:
                await asyncio.to_thread(self._postgres.start, self._postgres.port)
            except StackFailed:
                log.exception("PostgreSQL does not come back")
                break
        self.stop()

    @asynccontextmanager
    async def _lifespan(self, app: Starlette) -> AsyncIterator[None]:
        async with self._services() as services, _parts(services) as routes:
            desk = Desk(self._keys, self.leases)
            app.router.routes.extend([Mount("/local/v1", routes=desk.routes()), *routes])
            yield


@asynccontextmanager
async def _parts(services: Services) -> AsyncIterator[list[BaseRoute]]:
    """The three services a client knows."""
    realtime = Realtime(Config(dsn=services.addresses.superuser, jwt_secret=services.jwt_secret))
    async with rest.opened(services) as rest_app:
        await realtime.start()
        try:
            yield [
                Mount("/auth/v1", ApiKeyGate(auth.app(services), services.keys)),
                Mount("/rest/v1", ApiKeyGate(rest_app, services.keys)),
                *realtime.routes,
            ]
        finally:
            await realtime.stop()


class _Http(uvicorn.Server):
    """Tells when it has started."""

    def __init__(self, config: uvicorn.Config) -> None:
        super().__init__(config)
        self.up = asyncio.Event()

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        if self.started:
            self.up.set()


async def _serve(listener: socket.socket, server: Server, started: Callable[[], None]) -> None:
    serving = asyncio.create_task(server.http.serve(sockets=[listener]))
    starting = asyncio.create_task(server.http.up.wait())
    await asyncio.wait((serving, starting), return_when=asyncio.FIRST_COMPLETED)
    watching = asyncio.create_task(server.watch())
    try:
        if server.http.started:
            started()
            server.leases.wait()
        await serving
    finally:
        watching.cancel()
        starting.cancel()
    if not server.http.started:
        raise StackFailed("The HTTP server did not start.")


@contextmanager
def _postgres(data: DataDirectory, *, fresh: bool, progress: Progress) -> Iterator[Postgres]:
    programs = binaries.find()
    postgres = Postgres(programs, data.cluster)
    if data.apart:
        wipe_orphans(programs, data.cluster.parent)
    if fresh:
        postgres.wipe()
    if not postgres.made:
        progress("Making a PostgreSQL cluster")
        postgres.make(vault.load(data).superuser_password)
        postgres.belongs_to(data.root)
    postgres.check_version()
    progress("Starting PostgreSQL")
    try:
        postgres.start(last_ports(data).postgres)
        yield postgres
    finally:
        postgres.stop()


def _listening(wanted: int | None, last: int) -> socket.socket:
    """A bound socket: at the wanted port or an error; else at the last run's, else at any free one."""
    for port in (wanted,) if wanted else (last, 0):
        # With the protocol named asyncio sets TCP_NODELAY; without it every answer waits 40 ms for an acknowledgement.
        listener = socket.socket(proto=socket.IPPROTO_TCP)
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            listener.bind((HOST, port))
            listener.listen(1024)
        except (OSError, OverflowError):
            listener.close()
        else:
            return listener
    raise StackFailed(f"Port {wanted} is taken or not allowed; choose another with --port, or leave it out.")


class _PrivateLog(RotatingFileHandler):
    """It holds codes that sign people in: nobody else may read it, wherever it lies."""

    def _open(self) -> TextIOWrapper:
        return open(self.baseFilename, "a", encoding=self.encoding, opener=opened_private)


@contextmanager
def _logged(file: Path) -> Iterator[None]:
    """Write what we and the HTTP server have to say to `file`, and nowhere else."""
    handler = _PrivateLog(file, maxBytes=1_000_000, backupCount=1, encoding="utf-8")
    handler.setFormatter(logging.Formatter("%(asctime)s %(levelname)s %(name)s %(message)s"))
    loggers = [logging.getLogger(name) for name in ("chattui.local", "uvicorn", "psycopg.pool")]
    for logger in loggers:
        logger.addHandler(handler)
        logger.setLevel(logging.WARNING)
        logger.propagate = False
    try:
        yield
    finally:
        for logger in loggers:
            logger.removeHandler(handler)
        handler.close()


@contextmanager
def _terminable() -> Iterator[None]:
    """Let SIGTERM unwind the stack, as SIGINT does, also while PostgreSQL is starting."""

    def leave(*_: object) -> None:
        raise SystemExit(0)

    before = signal.signal(signal.SIGTERM, leave)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)
