"""GoTrue's part: who somebody is."""

from starlette.applications import Starlette

from chattui.local.services import Services


def app(services: Services) -> Starlette:
    """The application below `/auth/v1`."""
    return Starlette()
