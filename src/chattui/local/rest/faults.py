"""How PostgREST says no."""

from http import HTTPStatus

import psycopg
from starlette.responses import JSONResponse

PREFIXES = {
    "08": 503, "09": 500, "0L": 403, "0P": 403, "25": 500, "28": 403, "2D": 500, "38": 500, "39": 500, "3B": 500,
    "40": 500, "53": 503, "54": 500, "55": 500, "57": 500, "58": 500, "F0": 500, "HV": 500, "P0": 500, "XX": 500,
}  # fmt: skip
"""HTTP status by SQLSTATE class; 400 where nothing is said."""

EXACT = {"23503": 409, "23505": 409, "25006": 405, "42883": 404, "42P01": 404, "42P17": 500, "57P01": 503, "P0001": 400}
"""HTTP status by SQLSTATE, before the class."""

DENIED = "42501"


class RestFaultError(Exception):
    """A refusal in PostgREST's four fields."""

    def __init__(
        self, status: int, code: str, message: str, *, details: str | None = None, hint: str | None = None
    ) -> None:
        super().__init__(message)
        self.status = status
        self.code = code
        self.details = details
        self.hint = hint
        self.headers: dict[str, str] = {}

    def response(self) -> JSONResponse:
        """The answer."""
        body = {"code": self.code, "details": self.details, "hint": self.hint, "message": str(self)}
        return JSONResponse(body, self.status, self.headers)


def missing(what: str) -> RestFaultError:
    """A part of PostgREST that the embedded stack does not have."""
    return RestFaultError(
        HTTPStatus.NOT_IMPLEMENTED, "CHATTUI501", f"The embedded stack does not do {what}; a hosted project does."
    )


def unparsable(what: str, text: str) -> RestFaultError:
    """A query string that is not PostgREST's language."""
    return RestFaultError(HTTPStatus.BAD_REQUEST, "PGRST100", f'"failed to parse {what} ({text})"')


def from_database(error: psycopg.Error, *, anonymous: bool) -> RestFaultError:
    """What the database refused, in HTTP; `raise … errcode 'PT409'` becomes 409."""
    state = error.sqlstate
    if state is None and isinstance(error, psycopg.DataError):  # the driver would not even send it
        return RestFaultError(400, "22021", str(error))
    if state is None:
        return RestFaultError(503, "PGRST001", "Database connection error. Retrying the connection.")
    diagnosis = error.diag
    return RestFaultError(
        _status(state, anonymous=anonymous),
        state,
        diagnosis.message_primary or str(error),
        details=diagnosis.message_detail,
        hint=diagnosis.message_hint,
    )


def _status(state: str, *, anonymous: bool) -> int:
    if state.startswith("PT") and state[2:].isdigit() and 100 <= int(state[2:]) <= 599:  # noqa: PLR2004 - HTTP's range
        return int(state[2:])
    if state == DENIED:
        return HTTPStatus.UNAUTHORIZED if anonymous else HTTPStatus.FORBIDDEN
    return EXACT.get(state) or PREFIXES.get(state[:2], HTTPStatus.BAD_REQUEST)
