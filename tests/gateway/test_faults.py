import subprocess
import sys

import httpx
import pytest
from postgrest import APIError
from supabase_auth.errors import AuthApiError, AuthRetryableError, AuthUnknownError

from chattui.gateway.errors import GatewayError, Misconfigured, SignedOut, Unreachable
from chattui.gateway.supabase.faults import Denied, auth_error, raise_rest
from chattui.gateway.supabase.patience import MOST, patience


def api(code: str | None, message: str = "prose of a server") -> APIError:
    return APIError({"code": code, "message": message, "hint": None, "details": None})


@pytest.mark.parametrize(
    ("error", "kind", "words"),
    [
        (api("PGRST301"), SignedOut, "chattui login"),
        (api("PGRST303"), SignedOut, "chattui login"),
        (api("PGRST202"), Misconfigured, "migrations"),
        (api("PGRST205"), Misconfigured, "migrations"),
        (api("42883"), Misconfigured, "migrations"),
        (api("55P03"), Unreachable, "busy"),
        (api("40P01"), Unreachable, "busy"),
        (api("502", "<html>Bad gateway</html>"), Unreachable, "can not be reached"),
        (api("503"), Unreachable, "can not be reached"),
        (api("PGRST002"), Unreachable, "can not be reached"),
        (api("57P03"), Unreachable, "can not be reached"),
        (api(None, "An invalid response was received"), Unreachable, "can not be reached"),
        (api(None, "Invalid API key"), Misconfigured, "key"),
        (api("401", "No API key found in request"), Misconfigured, "key"),
        (api("404"), Misconfigured, "address"),
        (httpx.ConnectError("refused"), Unreachable, "can not be reached"),
        (httpx.ReadTimeout("slow"), Unreachable, "can not be reached"),
        (httpx.RemoteProtocolError("cut short"), Unreachable, "can not be reached"),
        (httpx.UnsupportedProtocol("ftp"), Misconfigured, "address"),
        (ValueError("Expecting value"), Unreachable, "makes no sense"),
    ],
)
def test_every_failure_is_one_of_three_and_a_sentence(error: Exception, kind: type[Exception], words: str) -> None:
    with pytest.raises(kind, match=words) as raised:
        raise_rest(error)
    assert "<html>" not in str(raised.value)
    assert str(raised.value).endswith(".")


@pytest.mark.parametrize("code", ["PT403", "PT404", "PT409"])
def test_a_refusal_keeps_its_sentence(code: str) -> None:
    with pytest.raises(Denied) as raised:
        raise_rest(api(code, "Bo has it."))
    assert (raised.value.refused.code, raised.value.refused.sentence) == (code, "Bo has it.")


def test_what_the_database_does_not_accept_is_a_refusal_too() -> None:
    with pytest.raises(Denied, match="does not accept it: body too long"):
        raise_rest(api("23514", "body too long"))


def test_a_bug_is_a_bug() -> None:
    with pytest.raises(ZeroDivisionError):
        raise_rest(ZeroDivisionError())


@pytest.mark.parametrize(
    ("error", "kind", "words"),
    [
        (AuthApiError("Invalid login credentials", 400, "invalid_credentials"), SignedOut, "password is wrong"),
        (AuthApiError("Token has expired or is invalid", 403, "otp_expired"), SignedOut, "code"),
        (AuthApiError("Signups not allowed for otp", 422, "otp_disabled"), SignedOut, "admin"),
        (AuthApiError("novel", 400, None), SignedOut, "novel"),
        (AuthApiError("Invalid API key", 401, None), Misconfigured, "key"),
        (AuthApiError("not found", 404, None), Misconfigured, "address"),
        (AuthApiError("oops", 500, None), Unreachable, "can not be reached"),
        (AuthApiError("slow down", 429, "over_request_rate_limit"), Unreachable, "patience"),
        (AuthRetryableError("", 0), Unreachable, "can not be reached"),
        (AuthUnknownError("<html>", ValueError()), Unreachable, "can not be reached"),
    ],
)
def test_the_auth_server_s_errors_are_told_alike(error: Exception, kind: type[GatewayError], words: str) -> None:
    fault = auth_error(error)
    assert isinstance(fault, kind)
    assert words in str(fault)


def test_the_gateway_is_imported_without_the_slow_libraries() -> None:
    slow = "{'supabase', 'realtime', 'postgrest', 'httpx', 'pydantic', 'websockets'}"
    program = f"import sys, chattui.desk, chattui.gateway.supabase; print(sorted({slow} & set(sys.modules)))"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


NOON = "Mon, 02 Mar 2026 12:00:00 GMT"


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({"Retry-After": "7"}, 7),
        ({"Retry-After": "0"}, 0),
        ({"Retry-After": "9" * 400}, MOST),
        ({"Retry-After": "Mon, 02 Mar 2026 12:00:20 GMT", "Date": NOON}, 20),
        ({"Retry-After": "Mon, 02 Mar 2026 11:59:00 GMT", "Date": NOON}, 0),
        ({"Retry-After": "Tue, 03 Mar 2026 12:00:00 GMT", "Date": NOON}, MOST),
        ({"Retry-After": "Mon, 02 Mar 2026 12:00:20 -0000", "Date": NOON}, 0),
        ({"Retry-After": "Mon, 02 Mar 2099 12:00:00 GMT"}, MOST),
        ({"Retry-After": "Mon, 02 Mar 2026 12:00:20 GMT", "Date": "noon"}, 0),
        ({"Retry-After": "-7"}, 0),
        ({"Retry-After": "soon"}, 0),
        ({"Retry-After": ""}, 0),
        ({}, 0),
    ],
)
def test_how_long_a_server_asks_to_be_left_alone(headers: dict[str, str], seconds: float) -> None:
    assert patience(httpx.Response(429, headers=headers)) == seconds
