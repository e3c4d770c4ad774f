"""The people of the gateway's tests, behind bad networks."""

from tests.gateway.conftest import session_of, team

__all__ = ["session_of", "team"]
