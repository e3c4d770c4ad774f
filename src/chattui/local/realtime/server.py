"""The parts of one realtime server, and what channels ask of them."""

import asyncio
import logging
from collections.abc import Coroutine
from contextlib import suppress
from typing import Any

import psycopg

from chattui.local.realtime import messages
from chattui.local.realtime.authorization import Authorizer
from chattui.local.realtime.catalog import VISIBLE, Catalog
from chattui.local.realtime.config import Config
from chattui.local.realtime.database import Session
from chattui.local.realtime.feed import Feed
from chattui.local.realtime.hub import Hub
from chattui.local.realtime.subscriptions import Subscriptions
from chattui.local.realtime.tokens import Claims, verify

_PARTITIONS_EVERY = 6 * 3600.0
"""Seconds between looks at the daily partitions, which are made three days ahead."""
_logger = logging.getLogger(__name__)


class Server:
    """Everything behind the sockets. Three connections: the log, the visibility of rows, and everything else."""

    def __init__(self, config: Config) -> None:
        self.config = config
        self.hub = Hub()
        self.session = Session(config.dsn)
        self._eyes = Session(config.dsn, setup=VISIBLE)
        self.authorizer = Authorizer(self.session)
        self.subscriptions = Subscriptions(self.session, config.publication)
        self.feed = Feed(config, Catalog(self._eyes), self.subscriptions, self.hub)
        self._tasks: set[asyncio.Task[None]] = set()

    def verify(self, token: object) -> Claims:
        """Answer the claims of a token or of an opaque API key; raises TokenRefusedError."""
        known = self.config.api_keys.get(token) if isinstance(token, str) else None
        return verify(known or token, self.config.jwt_secret, self.config.roles)

    async def start(self) -> None:
        """Follow the log; returns when it is followed.

        Raises:
            psycopg.OperationalError: the database is not there.
        """
        await messages.publish(self.session)
        self.spawn(self.feed.run())
        self.spawn(self._partition())
        await self.feed.live.wait()

    async def stop(self) -> None:
        """End all tasks and connections."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        await self.session.close()
        await self._eyes.close()

    def spawn(self, work: Coroutine[Any, Any, None]) -> asyncio.Task[None]:
        """Run something beside the sockets until it ends or the server stops."""
        task = asyncio.get_running_loop().create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._done)
        return task

    def _done(self, task: asyncio.Task[None]) -> None:
        self._tasks.discard(task)
        if not task.cancelled() and (error := task.exception()):
            _logger.error("A task of the realtime server failed", exc_info=error)

    async def _partition(self) -> None:
        while True:
            with suppress(psycopg.Error):
                async with self.session.use() as connection:
                    await connection.execute("select realtime.make_partitions()")
            await asyncio.sleep(_PARTITIONS_EVERY)
