"""One supabase client as chattui wants it: one HTTP client, no retries and no refreshing behind our back."""

import asyncio
import ipaddress
from contextlib import suppress
from urllib.parse import urlsplit

import httpx
import msgspec
from supabase import AsyncClient, AsyncClientOptions

from chattui.gateway.errors import Misconfigured
from chattui.gateway.protocol import SessionStorage
from chattui.gateway.supabase.faults import WRONG_URL
from chattui.gateway.supabase.patience import asks_for_patience
from chattui.gateway.supabase.session import SessionKeeper, Vault

NO_KEY = "There is no key. Set `key` in the profile."
TIMEOUT = httpx.Timeout(10.0, connect=5.0)


class Connection:
    """A client and the keeper of its session. Build it outside the event loop: certificates take 20 ms to load."""

    def __init__(self, url: str, key: str, storage: SessionStorage) -> None:
        """Nothing is sent yet.

        Raises:
            Misconfigured: no URL of a project, or no key.
        """
        if urlsplit(url).scheme not in {"http", "https"} or not urlsplit(url).hostname:
            raise Misconfigured(WRONG_URL)
        if not key:
            raise Misconfigured(NO_KEY)
        vault = Vault(storage)
        # HTTP/1.1: after a time-out httpx would go on using the dead connection of HTTP/2.
        self.http = httpx.AsyncClient(
            timeout=TIMEOUT,
            trust_env=not is_loopback(url),
            verify=urlsplit(url).scheme == "https",  # certificates that nobody asks for take 20 ms and 4 MB to load
            event_hooks={"response": [_heed_patience, _refuse_pages]},
        )
        options = AsyncClientOptions(
            auto_refresh_token=False,
            storage=vault,
            flow_type="implicit",
            httpx_client=self.http,
            postgrest_client_retry=False,
        )
        self.supabase = AsyncClient(url, key, options)
        self._closing: asyncio.Future[None] | None = None
        self.url = url
        self.key = key
        self.session = SessionKeeper(self.supabase, vault, storage)

    def doubt(self) -> None:
        """The network may be another one: close what HTTP connections are kept for later. A dead one costs 10 s."""
        self._closing = asyncio.ensure_future(self._close_idle())

    async def cleared(self) -> None:
        """Wait until what was doubted is closed, but no longer than half a second."""
        if self._closing is not None:
            await asyncio.wait((self._closing,), timeout=0.5)

    async def _close_idle(self) -> None:
        transports = (self.http._transport, *self.http._mounts.values())  # noqa: SLF001 - httpx has no other way
        for pool in [getattr(transport, "_pool", None) for transport in transports]:
            for kept in pool.connections if pool is not None else ():
                if kept.is_idle():
                    with suppress(Exception):
                        await kept.aclose()

    async def aclose(self) -> None:
        """Close the HTTP connections; the session stays, and one that is being renewed is saved first."""
        await self.session.settle(0.5)
        await self.cleared()
        await self.http.aclose()


async def _heed_patience(response: httpx.Response) -> None:
    """What postgrest raises by itself has no headers.

    Raises:
        HTTPStatusError: the server asks not to be asked again soon.
    """
    if _is_rest(response) and asks_for_patience(response):
        raise httpx.HTTPStatusError("busy", request=response.request, response=response)


async def _refuse_pages(response: httpx.Response) -> None:
    """A success of REST without JSON is no answer: postgrest would hand out a portal's page, or an answer cut off.

    Raises:
        ValueError: it is one.
    """
    if response.is_success and response.status_code != httpx.codes.NO_CONTENT and _is_rest(response):
        try:
            msgspec.json.decode(await response.aread(), type=msgspec.Raw)
        except msgspec.DecodeError as error:
            raise ValueError("an answer without JSON") from error


def _is_rest(response: httpx.Response) -> bool:
    return "/rest/v1/" in response.url.path


def is_loopback(url: str) -> bool:
    """Whether a URL means this machine: no proxy of the environment belongs between."""
    host = urlsplit(url).hostname or ""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost" or host.endswith(".localhost")
