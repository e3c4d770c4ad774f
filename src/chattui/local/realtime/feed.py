"""From the write-ahead log to the channels: reads the stream, asks whose policies show a row, and delivers.

A restart of Postgres ends the stream and its temporary slot. The feed comes back by itself and says nothing about it;
what was committed in between is lost, as it is on the hosted server.
"""

import asyncio
import logging
from collections.abc import Iterable
from contextlib import suppress
from datetime import UTC, datetime
from itertools import groupby

import psycopg

from chattui.local.realtime import messages, pgoutput
from chattui.local.realtime.catalog import Catalog, Table
from chattui.local.realtime.config import Config
from chattui.local.realtime.frames import Push
from chattui.local.realtime.hub import Hub
from chattui.local.realtime.pgoutput import Begin, Change, Relation
from chattui.local.realtime.replication import Stream, replicate
from chattui.local.realtime.row_events import RowEvent
from chattui.local.realtime.subscriptions import Match, Subscriptions
from chattui.local.realtime.tokens import Claims

_RETRY = 0.25
"""Seconds between attempts to reach a database that went away."""
_logger = logging.getLogger(__name__)


class Feed:
    """The one reader of the log. `live` is set while a stream is open."""

    def __init__(self, config: Config, catalog: Catalog, subscriptions: Subscriptions, hub: Hub) -> None:
        self._config, self._catalog, self._subscriptions, self._hub = config, catalog, subscriptions, hub
        self._tables: dict[int, Table | None] = {}
        self._committed_at = datetime.now(UTC)
        self._unsettled: list[int] = []
        self.live = asyncio.Event()

    async def run(self) -> None:
        """Follow the log until cancelled."""
        while True:
            try:
                async with replicate(self._config.dsn, [self._config.publication, messages.PUBLICATION]) as stream:
                    await self._follow(stream)
            except (psycopg.Error, OSError) as error:
                _logger.warning("The stream of row events broke off: %s", str(error).strip())
            except Exception:
                _logger.exception("The stream of row events is read anew")
            finally:
                self.live.clear()
            await asyncio.sleep(_RETRY)

    async def _follow(self, stream: Stream) -> None:
        self._tables.clear()
        await self._catalog.forget()
        self.live.set()
        async for batch in stream:
            await self._route(batch)

    async def _route(self, batch: list[bytes]) -> None:
        """Deliver a batch in order; consecutive changes of one table share a question to the database."""
        events: list[RowEvent] = []
        for data in batch:
            match pgoutput.decode(data):
                case Begin(committed_at, xid):
                    self._committed_at = committed_at
                    self._unsettled.append(xid)
                case Relation() as relation:
                    await self._flush(events)
                    self._tables[relation.oid] = await self._catalog.describe(relation)
                case Change() as change if table := self._tables.get(change.relation):
                    events.append(RowEvent(table, change, self._committed_at))
        await self._flush(events)
        del self._unsettled[:-1]  # a long transaction goes on in the next batch

    async def _flush(self, events: list[RowEvent]) -> None:
        for _, same in groupby(events, key=lambda event: event.table.relation.oid):
            await self._deliver(list(same))
        events.clear()

    async def _deliver(self, events: list[RowEvent]) -> None:
        if events[0].table.name == messages.TABLE:
            self._broadcast(events)
            return
        concerned = [(event, found) for event in events if (found := await self._subscriptions.matches(event))]
        with suppress(psycopg.errors.UndefinedTable):
            seen = await self._visible(concerned)
            for event, matches in concerned:
                await self._tell(event, matches, seen)

    def _broadcast(self, events: Iterable[RowEvent]) -> None:
        for event in events:
            row = {name: value for name, value in event.new.items() if not isinstance(value, pgoutput.Unchanged)}
            if event.change.action == "INSERT" and (found := messages.sent(row)):
                self._hub.broadcast(*found)

    async def _visible(self, concerned: list[tuple[RowEvent, list[Match]]]) -> set[tuple[int, Claims]]:
        """Ask once, for all rows and all distinct callers; answer who sees which event."""
        asked = [event for event, _ in concerned if event.table.secured and event.table.keys and event.change.new]
        callers = list({match.subscriber.claims for _, matches in concerned for match in matches})
        callers = [each for each in callers if asked and asked[0].authorised(await self._readable(asked[0], each))]
        if not callers:
            return set()
        await self._settle()
        answers = iter(await self._catalog.visible(asked[0].table, [event.key for event in asked], callers))
        return {(id(event), caller) for event in asked for caller in callers if next(answers)}

    async def _settle(self) -> None:
        xids, self._unsettled = self._unsettled, []
        if xids:
            await self._catalog.settled(xids)

    async def _readable(self, event: RowEvent, caller: Claims) -> frozenset[str]:
        return await self._catalog.readable(event.table, caller.role)

    async def _tell(self, event: RowEvent, matches: list[Match], seen: set[tuple[int, Claims]]) -> None:
        payloads: dict[object, object] = {}
        for match in matches:
            claims = match.subscriber.claims
            readable = await self._readable(event, claims)
            if self._hidden(event, readable) and (id(event), claims) not in seen:
                continue
            if (shape := (claims.role, match.select)) not in payloads:
                payloads[shape] = event.payload(readable, match.select)
            payload = {"data": payloads[shape], "ids": match.ids}
            match.subscriber.deliver(Push(match.subscriber.topic, "postgres_changes", payload))

    def _hidden(self, event: RowEvent, readable: frozenset[str]) -> bool:
        """Tell whether the policies decide: not over a DELETE, and not over what is only an error anyway."""
        return event.table.secured and event.change.action != "DELETE" and event.authorised(readable)
