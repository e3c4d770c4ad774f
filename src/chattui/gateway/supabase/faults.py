"""What the network, the auth server and PostgREST say when something is wrong, told as a gateway tells it."""

from typing import Never

import httpx
import msgspec
from postgrest import APIError
from pydantic import ValidationError
from supabase_auth.errors import AuthApiError, AuthError, AuthRetryableError, AuthSessionMissingError, AuthUnknownError

from chattui.gateway.errors import GatewayError, Misconfigured, SignedOut, Unreachable
from chattui.gateway.protocol import Refused
from chattui.gateway.supabase.patience import patience

OFFLINE = "The server can not be reached."
BROKEN = "The server's answer makes no sense; if it stays so, run `chattui doctor`."
TOO_MUCH = "The server has too much to do."
BUSY = "The database is busy; try again."
NO_SCHEMA = "The chattui migrations are missing in this project, or too old. Apply them with `supabase db push`."
WRONG_KEY = "The project does not accept this key. Compare `key` in the profile with the project's API settings."
WRONG_URL = "There is no Supabase project at this address. Check `url` in the profile."
SIGNED_OUT = "You are signed out. Run `chattui login`."

_EXPIRED = ("PGRST301", "PGRST303")
_VERDICTS: tuple[tuple[tuple[str, ...], type[GatewayError], str], ...] = (
    (_EXPIRED, SignedOut, SIGNED_OUT),
    (("PGRST202", "PGRST205", "42883", "42P01"), Misconfigured, NO_SCHEMA),
    (("55P03", "40001", "40P01", "57014"), Unreachable, BUSY),
    # A proxy's page of HTTP 5xx, SQLSTATE classes of a database that goes or comes, no pool, too many.
    (("50", "51", "52", "53", "08", "57P", "PGRST00", "429"), Unreachable, OFFLINE),
    (("404",), Misconfigured, WRONG_URL),
)
"""Beginnings of codes and what they mean; the first that fits."""
_KEY_WORDS = ("api key", "apikey")


class Denied(Exception):
    """The database said no, with a sentence."""

    def __init__(self, refused: Refused) -> None:
        super().__init__(refused.sentence)
        self.refused = refused


def expired(error: APIError) -> bool:
    """The access token is no longer good; a new one may help."""
    return error.code in _EXPIRED


def raise_rest(error: Exception) -> Never:
    """Raise what an error of a REST call means.

    Raises:
        Denied: the database refused.
        GatewayError: anything else; a bug raises itself.
    """
    match error:
        case APIError():
            raise _of_api(error) from error
        case httpx.UnsupportedProtocol() | httpx.InvalidURL():
            raise Misconfigured(WRONG_URL) from error
        case httpx.HTTPStatusError(response=response):
            raise Unreachable(TOO_MUCH, patience(response)) from error
        case httpx.HTTPError() | OSError():
            raise Unreachable(OFFLINE) from error
        case msgspec.ValidationError() | ValidationError() | ValueError():
            raise Unreachable(BROKEN) from error
        case _:
            raise error


def _of_api(error: APIError) -> Exception:
    code, message = error.code or "", error.message or ""
    if any(words in message.lower() for words in _KEY_WORDS):
        return Misconfigured(WRONG_KEY)
    if not code:
        return Unreachable(OFFLINE)
    for beginnings, kind, sentence in _VERDICTS:
        if code.startswith(beginnings):
            return kind(sentence)
    return Denied(Refused(code, message if code.startswith("PT") else f"The database does not accept it: {message}"))


def auth_error(error: Exception) -> GatewayError:
    """What a failed call of the auth server means; a refused password or token is `SignedOut`."""
    match error:
        case AuthSessionMissingError():
            return SignedOut(SIGNED_OUT)
        case AuthRetryableError() | AuthUnknownError() | ValidationError() | OSError():
            return Unreachable(OFFLINE)
        case AuthApiError(status=status) if status >= 500 or status == 429:  # noqa: PLR2004 - HTTP's own numbers
            return Unreachable(_TOO_OFTEN if status == 429 else OFFLINE)  # noqa: PLR2004
        case AuthApiError(message=message) if any(words in message.lower() for words in _KEY_WORDS):
            return Misconfigured(WRONG_KEY)
        case AuthApiError(status=404):
            return Misconfigured(WRONG_URL)
        case AuthError(code=code, message=message):
            return SignedOut(_REFUSED.get(code or "", f"The server does not let you in: {message.rstrip('.')}."))
        case _:
            raise error


_REFUSED = {
    "invalid_credentials": "The e-mail address or the password is wrong. Try again, or ask for a code by e-mail.",
    "email_not_confirmed": "This e-mail address is not confirmed yet. Open the link that was sent to it.",
    "otp_expired": "This code is wrong or too old. Ask for a new one.",
    "otp_disabled": "Nobody with this e-mail address may sign in here. Ask an admin to invite you.",
    "signup_disabled": "Nobody with this e-mail address may sign in here. Ask an admin to invite you.",
    "anonymous_provider_disabled": "This project does not let customers in without an account. Ask its owner.",
    "user_banned": "This account is locked. Ask an admin.",
}
_TOO_OFTEN = "The server asks for patience: too many attempts. Wait a minute, then try again."
