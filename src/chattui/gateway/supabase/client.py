"""One supabase client as chattui wants it: one HTTP client, no retries and no refreshing behind our back."""

import ipaddress
from urllib.parse import urlsplit

import httpx
import msgspec
from supabase import AsyncClient, AsyncClientOptions

from chattui.gateway.errors import Misconfigured
from chattui.gateway.protocol import SessionStorage
from chattui.gateway.supabase.faults import WRONG_URL
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
        hooks = {"response": [_refuse_pages]}
        self.http = httpx.AsyncClient(timeout=TIMEOUT, trust_env=not is_loopback(url), event_hooks=hooks)
        options = AsyncClientOptions(
            auto_refresh_token=False,
            storage=vault,
            flow_type="implicit",
            httpx_client=self.http,
            postgrest_client_retry=False,
        )
        self.supabase = AsyncClient(url, key, options)
        self.url = url
        self.key = key
        self.session = SessionKeeper(self.supabase, vault, storage)

    async def aclose(self) -> None:
        """Close the HTTP connections; the session stays, and one that is being renewed is saved first."""
        await self.session.settle(0.5)
        await self.http.aclose()


async def _refuse_pages(response: httpx.Response) -> None:
    """A success of REST without JSON is no answer: postgrest would hand out a portal's page, or an answer cut off.

    Raises:
        ValueError: it is one.
    """
    if response.is_success and response.status_code != httpx.codes.NO_CONTENT and "/rest/v1/" in response.url.path:
        try:
            msgspec.json.decode(await response.aread(), type=msgspec.Raw)
        except msgspec.DecodeError as error:
            raise ValueError("an answer without JSON") from error


def is_loopback(url: str) -> bool:
    """Whether a URL means this machine: no proxy of the environment belongs between."""
    host = urlsplit(url).hostname or ""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost" or host.endswith(".localhost")
