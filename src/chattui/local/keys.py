"""Tokens: signing our own, and believing none but them."""

from typing import Any

import jwt

from chattui.local.vault import Secrets

ISSUER = "supabase"
ALGORITHM = "HS256"
TEN_YEARS = 10 * 365 * 24 * 3600
REQUEST_ROLES = frozenset({"anon", "authenticated", "service_role"})
"""The roles that a token may ask for."""

Claims = dict[str, Any]


class InvalidTokenError(Exception):
    """A token that is not ours, has been tampered with, or is over."""

    def __init__(self, message: str, *, expired: bool = False) -> None:
        super().__init__(message)
        self.expired = expired


class Keys:
    """The signing key of one stack and the two API keys made with it; the same at every start."""

    def __init__(self, secrets: Secrets) -> None:
        self._secret = secrets.jwt_secret
        self.anon = self._api_key("anon", secrets.issued_at)
        self.service_role = self._api_key("service_role", secrets.issued_at)
        self._roles: dict[str, Claims] = {key: self.verify(key) for key in (self.anon, self.service_role)}

    def sign(self, claims: Claims) -> str:
        """A token that `verify` accepts until its `exp`."""
        return jwt.encode(claims, self._secret, ALGORITHM)

    def verify(self, token: str) -> Claims:
        """The claims of one of our tokens.

        Raises:
            InvalidTokenError: another signature or algorithm, no `exp` or one that has passed, nonsense.
        """
        try:
            return jwt.decode(
                token,
                self._secret,
                [ALGORITHM],
                options={"require": ["exp"], "verify_aud": False, "verify_iat": False},
            )
        except jwt.ExpiredSignatureError:
            raise InvalidTokenError("JWT expired", expired=True) from None
        except (jwt.InvalidTokenError, ValueError):
            raise InvalidTokenError("No suitable key or wrong key type") from None

    def of_api_key(self, key: str) -> Claims | None:
        """The claims that an API key stands for; None for anything else, a user's token included."""
        return self._roles.get(key)

    def _api_key(self, role: str, issued_at: int) -> str:
        return self.sign({"iss": ISSUER, "role": role, "iat": issued_at, "exp": issued_at + TEN_YEARS})
