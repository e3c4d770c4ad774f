"""One-time codes. There is no mail: whoever runs the stack reads them in its log."""

import hmac
import secrets
import time
from dataclasses import dataclass

LIFETIME = 600.0
"""Seconds that a code is good for."""

TRIES = 5
"""Wrong guesses after which a code is void: a guesser's chance is 1 in 200,000."""

MOST = 1000
"""Codes kept at a time; the oldest goes."""


@dataclass(slots=True)
class _Code:
    digits: str
    until: float
    tries: int = 0


class Codes:
    """The codes that wait to be typed, one for each address; a restart forgets them."""

    def __init__(self) -> None:
        self._codes: dict[str, _Code] = {}

    def issue(self, email: str) -> str:
        """Six digits for `email`; an earlier code of it is void."""
        self._codes.pop(email.lower(), None)
        if len(self._codes) >= MOST:
            del self._codes[next(iter(self._codes))]
        code = _Code(f"{secrets.randbelow(1_000_000):06}", time.monotonic() + LIFETIME)
        self._codes[email.lower()] = code
        return code.digits

    def redeem(self, email: str, digits: str) -> bool:
        """Whether this is the code; it is good once."""
        code = self._codes.get(email.lower())
        if code is None:
            return False
        code.tries += 1
        right = hmac.compare_digest(code.digits.encode(), digits.encode()) and time.monotonic() < code.until
        if right or code.tries >= TRIES:
            del self._codes[email.lower()]
        return right
