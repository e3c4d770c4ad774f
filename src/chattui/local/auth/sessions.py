"""Sessions: begun by a sign-in, carried on by refresh tokens that change each time, ended by a sign-out."""

import secrets
import time
from typing import Any
from uuid import UUID

from chattui.local.auth import users
from chattui.local.auth.faults import AuthFaultError
from chattui.local.auth.users import Connection
from chattui.local.keys import Claims, Keys

LIFETIME = 3600
"""Seconds that an access token is good for."""

REUSE = 10
"""Seconds in which a refresh token may be used again: a client that lost the answer gets the same one."""

_FIND = """
select t.revoked, t.session_id, t.user_id, extract(epoch from now() - t.updated_at)::float, coalesce(s.tag, 'password')
from auth.refresh_tokens t join auth.sessions s on s.id = t.session_id where t.token = %s
"""
# Before `_FIND`, and apart from it: a statement that waited for the lock would still see the token as it was before.
_LOCK = """
select 1 from auth.sessions
where id = (select session_id from auth.refresh_tokens where token = %s) for update
"""
_SUCCESSOR = "select token from auth.refresh_tokens where session_id = %s and parent = %s and not revoked"
_REVOKE = "update auth.refresh_tokens set revoked = true, updated_at = now() where token = %s"
_REVOKE_ALL = "update auth.refresh_tokens set revoked = true, updated_at = now() where session_id = %s and not revoked"
_ISSUE = """
insert into auth.refresh_tokens (token, user_id, revoked, created_at, updated_at, parent, session_id)
values (%s, %s, false, now(), now(), %s, %s)
"""
_SCOPES = {
    "local": "delete from auth.sessions where id = %(session)s",
    "others": "delete from auth.sessions where user_id = %(user)s and id <> %(session)s",
    "global": "delete from auth.sessions where user_id = %(user)s",
}


class Sessions:
    """Begins, carries on and ends sessions; what it answers is GoTrue's session object."""

    def __init__(self, keys: Keys, url: str) -> None:
        self._keys = keys
        self._issuer = f"{url}/auth/v1"

    async def begin(self, connection: Connection, user_id: UUID, method: str) -> dict[str, Any]:
        """Sign somebody in; `method` is written into the token."""
        async with connection.transaction():
            cursor = await connection.execute(
                "insert into auth.sessions (user_id, created_at, updated_at, aal, tag)"
                " values (%s, now(), now(), 'aal1', %s) returning id",
                (user_id, method),
            )
            (session_id,) = await cursor.fetchone() or (None,)
            await connection.execute("update auth.users set last_sign_in_at = now() where id = %s", (user_id,))
            refresh_token = await _issue(connection, user_id, session_id, None)
            return await self._session(connection, user_id, session_id, refresh_token, method)

    async def refresh(self, connection: Connection, token: str) -> dict[str, Any]:
        """Trade a refresh token for a new session object.

        Raises:
            AuthFaultError: it is unknown, or was used too long ago; a second use of an older one ends the session.
        """
        answer: dict[str, Any] | AuthFaultError
        async with connection.transaction():
            answer = await self._refreshed(connection, token)
        if isinstance(answer, AuthFaultError):  # raised out here: what it revoked stays revoked
            raise answer
        return answer

    async def end(self, connection: Connection, claims: Claims, scope: str) -> None:
        """Sign out: this session (`local`), the `others`, or all of them (`global`)."""
        await connection.execute(_SCOPES[scope], {"session": claims.get("session_id"), "user": claims["sub"]})

    async def lives(self, connection: Connection, claims: Claims) -> bool:
        """Whether the session of an access token still exists."""
        cursor = await connection.execute("select 1 from auth.sessions where id = %s", (claims.get("session_id"),))
        return await cursor.fetchone() is not None

    async def _refreshed(self, connection: Connection, token: str) -> dict[str, Any] | AuthFaultError:
        await connection.execute(_LOCK, (token,))
        row = await (await connection.execute(_FIND, (token,))).fetchone()
        if row is None:
            return AuthFaultError(400, "refresh_token_not_found", "Invalid Refresh Token: Refresh Token Not Found")
        revoked, session_id, user_id, age, method = row
        if not revoked:
            await connection.execute(_REVOKE, (token,))
            fresh = await _issue(connection, user_id, session_id, token)
        else:
            successor = await (await connection.execute(_SUCCESSOR, (session_id, token))).fetchone()
            if successor is None:
                await connection.execute(_REVOKE_ALL, (session_id,))
            if successor is None or age > REUSE:
                return AuthFaultError(400, "refresh_token_already_used", "Invalid Refresh Token: Already Used")
            (fresh,) = successor
        return await self._session(connection, user_id, session_id, fresh, method)

    async def _session(
        self, connection: Connection, user_id: UUID | str, session_id: UUID, refresh_token: str, method: str
    ) -> dict[str, Any]:
        user = await users.shown(connection, user_id)
        if user is None:
            raise AuthFaultError(403, "user_not_found", "User from sub claim in JWT does not exist")
        expires_at = int(time.time()) + LIFETIME
        return {
            "access_token": self._access_token(user, session_id, expires_at, method),
            "token_type": "bearer",
            "expires_in": LIFETIME,
            "expires_at": expires_at,
            "refresh_token": refresh_token,
            "user": user,
        }

    def _access_token(self, user: dict[str, Any], session_id: UUID, expires_at: int, method: str) -> str:
        now = expires_at - LIFETIME
        copied = ("email", "phone", "app_metadata", "user_metadata", "role", "aud", "is_anonymous")
        return self._keys.sign(
            {
                **{name: user[name] for name in copied},
                "iss": self._issuer,
                "sub": user["id"],
                "session_id": str(session_id),
                "iat": now,
                "exp": expires_at,
                "aal": "aal1",
                "amr": [{"method": method, "timestamp": now}],
            }
        )


async def _issue(connection: Connection, user_id: UUID | str, session_id: UUID, parent: str | None) -> str:
    token = secrets.token_urlsafe(16)
    await connection.execute(_ISSUE, (token, str(user_id), parent, session_id))
    return token
