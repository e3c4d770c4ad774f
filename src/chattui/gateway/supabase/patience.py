"""What a server that has too much to do asks for."""

from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

import httpx

BUSY = {httpx.codes.TOO_MANY_REQUESTS, httpx.codes.SERVICE_UNAVAILABLE}
MOST = 60.0
"""Seconds; whoever asks for an hour is asked again all the same."""


def asks_for_patience(response: httpx.Response) -> bool:
    """Whether it answers that it will not answer now, and when it will."""
    return response.status_code in BUSY and "Retry-After" in response.headers


def patience(response: httpx.Response) -> float:
    """For how many seconds, of which `Retry-After` tells the number or the end."""
    asked = response.headers.get("Retry-After", "")
    seconds = float(asked) if asked.isdecimal() else _seconds_until(asked, response.headers.get("Date"))
    return min(max(seconds, 0.0), MOST)


def _seconds_until(end: str, now: str | None) -> float:
    """By the clock of the server, where it tells its time; 0 where this is no date."""
    try:
        since = parsedate_to_datetime(now) if now else datetime.now(UTC)
        return (parsedate_to_datetime(end) - since).total_seconds()
    except (ValueError, TypeError):  # no date; one without a zone
        return 0.0
