"""Sessions for people who have a token."""

import json
import time
from collections.abc import Callable

import pytest

from chattui.gateway.sessions import MemorySession
from tests.stack import Person

SessionOf = Callable[[Person], MemorySession]


@pytest.fixture
def session_of() -> SessionOf:
    """A storage in which this person is signed in, for an hour and without a refresh token that works."""
    return _session_of


def _session_of(person: Person) -> MemorySession:
    now = int(time.time())
    user = {
        "id": str(person.id),
        "aud": "authenticated",
        "role": "authenticated",
        "email": person.email,
        "app_metadata": {},
        "user_metadata": {},
        "created_at": "2026-01-01T00:00:00Z",
    }
    session = {
        "access_token": person.token,
        "refresh_token": "none",
        "token_type": "bearer",
        "expires_in": 3600,
        "expires_at": now + 3600,
        "user": user,
    }
    return MemorySession(json.dumps(session))
