"""A process that exchanges its person's session again and again: python -m tests.security.renewing URL KEY TIMES.

It begins when a line comes on stdin, and says on stdout each refresh token that it has used.
"""

import asyncio
import sys
from typing import Any

from chattui.credentials import Credentials
from chattui.gateway.supabase.client import Connection


async def renew(url: str, key: str, times: int) -> None:
    connection = Connection(url, key, Credentials(url))
    exchange = connection.supabase.auth.refresh_session

    async def told(refresh_token: str | None = None) -> Any:
        sys.stdout.write(f"{refresh_token}\n")
        return await exchange(refresh_token)

    connection.supabase.auth.refresh_session = told  # type: ignore[method-assign]
    await connection.session.restore()
    sys.stdout.write("ready\n")
    sys.stdout.flush()
    await asyncio.to_thread(sys.stdin.readline)
    for _ in range(times):
        await connection.session.renew(await connection.session.fresh())
    await connection.aclose()


if __name__ == "__main__":
    asyncio.run(renew(sys.argv[1], sys.argv[2], int(sys.argv[3])))
