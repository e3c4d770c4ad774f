"""Whose tokens are believed: HS256 with our secret, a role we know, not yet expired."""

import json
import time
from dataclasses import dataclass

import jwt

SIGNATURE, MALFORMED, INVALID, UNAUTHORIZED = "JwtSignatureError", "MalformedJWT", "InvalidJWTToken", "Unauthorized"


@dataclass(frozen=True, slots=True)
class Claims:
    """A verified token: what the database is told about the caller."""

    token: str
    role: str
    exp: float
    json: str
    """All claims as compact JSON, the value of `request.jwt.claims`."""


class TokenRefusedError(Exception):
    """A token is not believed. `code` names the join error, the text says why."""

    def __init__(self, code: str, text: str) -> None:
        super().__init__(text)
        self.code = code

    def at_handshake(self) -> str:
        """The sentence of a refused handshake, which never counts seconds."""
        return "Token has expired" if str(self).startswith("Token has expired") else str(self)

    def at_refresh(self) -> str:
        """The sentence of a `system` error after `access_token`."""
        return ":signature_error" if self.code == SIGNATURE else str(self)


def verify(token: object, secret: str, roles: frozenset[str]) -> Claims:
    """Answer the claims of a token.

    Raises:
        TokenRefusedError: another algorithm or secret, garbage, no role, no expiry, expired, or a role not in `roles`.
    """
    payload = _payload(token, secret)
    role, exp = payload.get("role"), payload.get("exp")
    if not isinstance(role, str) or not isinstance(exp, int | float):
        raise TokenRefusedError(INVALID, "Fields `role` and `exp` are required in JWT")
    if (age := time.time() - exp) >= 0:
        raise TokenRefusedError(INVALID, f"Token has expired {int(age)} seconds ago")
    if role not in roles:
        raise TokenRefusedError(UNAUTHORIZED, "You do not have permissions to read from this Channel topic")
    return Claims(str(token), role, exp, json.dumps(payload, separators=(",", ":")))


def _payload(token: object, secret: str) -> dict[str, object]:
    if not isinstance(token, str):
        raise TokenRefusedError(MALFORMED, "The token provided is not a valid JWT")
    try:
        return dict(jwt.decode(token, secret, algorithms=["HS256"], options=_SIGNATURE_ONLY))
    except (jwt.InvalidSignatureError, jwt.InvalidAlgorithmError) as error:
        raise TokenRefusedError(SIGNATURE, "Failed to validate JWT signature") from error
    except jwt.InvalidTokenError as error:
        raise TokenRefusedError(MALFORMED, "The token provided is not a valid JWT") from error


_SIGNATURE_ONLY: "jwt.types.Options" = {
    "verify_exp": False,
    "verify_aud": False,
    "verify_iat": False,
    "verify_nbf": False,
    "verify_sub": False,
    "verify_jti": False,
}
"""The claims are judged above, in the words of the wire."""
