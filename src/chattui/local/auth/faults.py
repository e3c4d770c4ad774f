"""How GoTrue says no."""

from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse

API_VERSION = "2024-01-01"
"""From here on clients expect the error code in `code`; before, the HTTP status stood there."""


class AuthFaultError(Exception):
    """A refusal: HTTP status, error code and sentence as the client libraries know them."""

    def __init__(self, status: int, code: str, message: str, **extra: Any) -> None:
        super().__init__(message)
        self.status = status
        self.code = code
        self.extra = extra

    def response(self, request: Request) -> JSONResponse:
        """In the form that the client's API version knows."""
        if request.headers.get("x-supabase-api-version", "") >= API_VERSION:
            body = {"code": self.code, "message": str(self), **self.extra}
            return JSONResponse(body, self.status, headers={"x-supabase-api-version": API_VERSION})
        return JSONResponse({"code": self.status, "error_code": self.code, "msg": str(self), **self.extra}, self.status)


def wrong_password() -> AuthFaultError:
    """The same for an unknown address: nobody learns who has an account."""
    return AuthFaultError(400, "invalid_credentials", "Invalid login credentials")


def invalid(message: str) -> AuthFaultError:
    """A request that makes no sense."""
    return AuthFaultError(400, "validation_failed", message)


def weak_password(least: int) -> AuthFaultError:
    """A password that is too short."""
    message = f"Password should be at least {least} characters."
    return AuthFaultError(422, "weak_password", message, weak_password={"message": message, "reasons": ["length"]})


def not_here(what: str) -> AuthFaultError:
    """A part of GoTrue that the embedded stack does not have."""
    return AuthFaultError(501, "not_implemented", f"The embedded stack has no {what}; a hosted project does.")
