"""PostgREST's part."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from starlette.applications import Starlette

from chattui.local.services import Services


@asynccontextmanager
async def opened(services: Services) -> AsyncIterator[Starlette]:
    """The application below `/rest/v1`."""
    yield Starlette()
