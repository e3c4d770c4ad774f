"""Who asks: the role and the claims that the database is told."""

from dataclasses import dataclass

import msgspec
from starlette.requests import Request

from chattui.local.gate import bearer
from chattui.local.keys import REQUEST_ROLES, Claims, InvalidTokenError, Keys
from chattui.local.rest.faults import DENIED, RestFaultError


@dataclass(frozen=True, slots=True)
class Caller:
    """The person, or the key, behind one request."""

    role: str
    claims: str
    """The token's claims as JSON."""
    method: str
    path: str
    headers: str
    """The request's headers as JSON, lower case."""

    @property
    def writes(self) -> bool:
        """Whether the request may change anything."""
        return self.method not in ("GET", "HEAD")


def caller(request: Request, keys: Keys) -> Caller:
    """Read the token; without one the API key speaks for itself.

    Raises:
        RestFaultError: 401 for a token that is not ours or is over, 403 for a role that nobody may ask for.
    """
    claims = _claims(request, keys)
    role = claims.get("role", "anon")
    if role not in REQUEST_ROLES:
        raise RestFaultError(403, DENIED, f'permission denied to set role "{role}"')
    return Caller(role, _json(claims), request.method, request.url.path, _json(dict(request.headers)))


def _claims(request: Request, keys: Keys) -> Claims:
    token = bearer(request.headers)
    if token is None or token == request.state.raw_api_key:
        api_key: Claims = request.state.api_key
        return api_key
    try:
        return keys.of_api_key(token) or keys.verify(token)
    except InvalidTokenError as error:
        raise RestFaultError(401, "PGRST303" if error.expired else "PGRST301", str(error)) from None


def _json(value: object) -> str:
    return msgspec.json.encode(value).decode()
