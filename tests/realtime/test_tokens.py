"""Which tokens are believed."""

import time

import jwt
import pytest

from chattui.local.realtime.tokens import TokenRefusedError, verify
from tests.realtime.wire import SECRET, token

ROLES = frozenset({"anon", "authenticated"})


def test_a_good_token() -> None:
    good = token("anon", "me")
    claims = verify(good, SECRET, ROLES)
    assert (claims.role, claims.token) == ("anon", good)
    assert '"sub":"me"' in claims.json


@pytest.mark.parametrize(
    ("bad", "code"),
    [
        (jwt.encode({"role": "anon", "exp": time.time() + 60}, "", algorithm="none"), "JwtSignatureError"),
        (jwt.encode({"role": "anon", "exp": time.time() + 60}, SECRET * 2, algorithm="HS512"), "JwtSignatureError"),
        (token("anon", key="another secret of at least 32 bytes"), "JwtSignatureError"),
        (token("anon")[:-4] + "AAAA", "JwtSignatureError"),
        (token("anon", lives=-1), "InvalidJWTToken"),
        (token("anon", lives=None), "InvalidJWTToken"),
        (token(None), "InvalidJWTToken"),
        (token("service_role"), "Unauthorized"),
        ("a.b", "MalformedJWT"),
        ("", "MalformedJWT"),
        (5, "MalformedJWT"),
        (None, "MalformedJWT"),
    ],
    ids=range(12),  # tokens carry the time, and a test's name has to be the same in every process
)
def test_a_bad_token(bad: object, code: str) -> None:
    with pytest.raises(TokenRefusedError) as refusal:
        verify(bad, SECRET, ROLES)
    assert refusal.value.code == code
