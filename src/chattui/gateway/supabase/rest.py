"""Calls of PostgREST with a good token, and errors told as a gateway tells them."""

import logging
from collections.abc import Callable
from typing import Any, Protocol, TypeVar

import msgspec
from postgrest import APIError, AsyncPostgrestClient

from chattui.gateway.errors import Misconfigured, Unreachable
from chattui.gateway.supabase.client import Connection
from chattui.gateway.supabase.faults import BROKEN, Denied, expired, raise_rest
from chattui.gateway.supabase.rows import row_of
from chattui.model.records import Row

_log = logging.getLogger(__name__)

T = TypeVar("T")


class _Answer(Protocol):
    data: Any


class _Request(Protocol):
    async def execute(self) -> _Answer: ...


class Rest:
    """What the database is asked.

    Every call raises `Unreachable`, `SignedOut`, `Misconfigured`, or `Denied` where the database refused.
    """

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    async def rpc(self, name: str, params: dict[str, Any] | None = None) -> Any:
        """The JSON that a function answers."""
        return await self.select(lambda rest: rest.rpc(name, params or {}))

    async def row(self, name: str, params: dict[str, Any], table: str) -> Row:
        """The row that a function answers. Another answer than a row leaves open whether it was done."""
        answer = await self.rpc(name, params)
        try:
            return row_of(table, answer)
        except (msgspec.ValidationError, UnicodeEncodeError) as error:
            _log.warning("the answer of %s made no sense: %s", name, error)
            raise Unreachable(BROKEN) from error

    async def ask(self, name: str, params: dict[str, Any], kind: type[T]) -> T:
        """What a function answers, as `kind`; a refusal is `Misconfigured`: it was nothing an agent could choose."""
        try:
            return msgspec.convert(await self.rpc(name, params), kind)
        except Denied as denied:
            raise Misconfigured(denied.refused.sentence) from denied
        except (msgspec.ValidationError, UnicodeEncodeError) as error:
            _log.warning("the answer of %s made no sense: %s", name, error)
            raise Unreachable(BROKEN) from error

    async def select(self, build: Callable[[AsyncPostgrestClient], Any]) -> Any:
        """The JSON that a request answers; it is built anew where it has to be repeated with a new token."""
        session = self._connection.session
        used = await session.fresh()
        try:
            return await self._execute(build)
        except APIError as error:
            if not expired(error):
                raise_rest(error)
        await session.renew(used)
        try:
            return await self._execute(build)
        except APIError as error:
            raise_rest(error)

    async def _execute(self, build: Callable[[AsyncPostgrestClient], Any]) -> Any:
        await self._connection.cleared()
        request: _Request = build(self._connection.supabase.postgrest)
        try:
            return (await request.execute()).data
        except APIError:
            raise
        except Exception as error:  # noqa: BLE001 - sorted out there; a bug raises itself
            raise_rest(error)
