"""A shift in which much goes wrong, for its log: python -m tests.security.shift URL KEY CONVERSATION [leaking].

Reads JSON `{"words": …, "password": …}` from stdin: `words` are written, noted, drafted and searched for, and stand in
errors. On stdout, as JSON, the tokens of every session that there was. `leaking` writes the log as if nothing were
secret.
"""

import asyncio
import contextlib
import gc
import json
import logging
import sys
import warnings
from typing import Any
from uuid import uuid4

import httpx
from websockets.asyncio.client import connect

from chattui import logs, paths
from chattui.cli.explaining import explained
from chattui.credentials import Credentials
from chattui.desk import Desk
from chattui.desk.drawer import DiskDrawer
from chattui.gateway import supabase
from chattui.gateway.errors import GatewayError
from chattui.gateway.protocol import Gateway
from chattui.gateway.supabase.agent import SupabaseGateway
from chattui.model.events import LinkState
from chattui.model.intents import AddNote, SendMessage, TakeOver
from chattui.model.records import ConversationId, MessageId, NoteId
from chattui.store import Store
from chattui.store.changes import Changes
from tests.gateway.conftest import until

NOBODY = "http://127.0.0.1:9"
"""Where no server is."""

_log = logging.getLogger("chattui.shift")


async def work(url: str, key: str, one: ConversationId, words: str) -> None:
    """Write in every way; an error with the words in it meets the desk as well."""
    gateway = await supabase.open_agent(url, key, Credentials(url))
    desk = Desk(gateway, Store(), drawer=DiskDrawer(paths.state_dir() / "words", url), reconcile=False)
    running = asyncio.create_task(desk.run())
    await until(desk, lambda: desk.queries.header().link is LinkState.LIVE, 20)
    desk.look(one)
    await desk.ask(TakeOver(one))
    for number in range(3):
        await desk.send(one, f"{words} {number}")
    await desk.note(one, f"{words} in a note")
    desk.drafts.keep(one, "reply", f"{words} in a draft")
    await until(desk, lambda: desk.queries.header().queued == 0, 20)
    await desk.search(words)
    await desk.send(ConversationId("00000000-0000-4000-8000-000000000000"), f"{words} refused")
    await until(desk, lambda: desk.queries.header().refused == 1, 20)
    await _met_a_fault(desk, gateway, one, words)
    assert isinstance(gateway, SupabaseGateway)
    for _ in range(2):
        session = gateway._connection.session
        await session.renew(await session.fresh())
        _told(Credentials(url))
    running.cancel()
    with contextlib.suppress(asyncio.CancelledError):
        await running
    await desk.aclose()


async def _met_a_fault(desk: Desk, gateway: Gateway, one: ConversationId, words: str) -> None:
    """A row event reaches a listener with a fault: it raises what it was about to show."""
    raised = asyncio.Event()

    def fail(changes: Changes) -> None:
        if changes.threads and not raised.is_set():
            raised.set()
            raise ValueError(words)

    desk.subscribe(fail)
    await gateway.submit(AddNote(NoteId(str(uuid4())), one, words))
    await raised.wait()


async def go_wrong(url: str, key: str, words: str, password: str) -> None:
    """Errors that have secrets in them: addresses with a key, a refused password, a task that nobody waits for."""
    token = json.loads(Credentials(url).load() or "")["access_token"]
    await _logged(_get(f"{url}/rest/v1/nothing?apikey={key}&access_token={token}"))
    await _logged(_dial(f"http://127.0.0.1/realtime/v1/websocket?apikey={key}&access_token={token}"))
    await _logged(_dial(f"{url.replace('http', 'ws')}/realtime/v1/nothing?apikey={key}&access_token={token}"))
    for address in (url, NOBODY):
        for secret in (password, f"{password} mistyped"):
            memory = Credentials(address, "elsewhere")
            await _logged(supabase.sign_in_with_password(address, key, memory, "nobody@example.com", secret))
    message = SendMessage(MessageId("no uuid"), ConversationId("none"), words)
    gateway = await supabase.open_agent(url, key, Credentials(url))
    _log.info("answered: %s", type(await gateway.submit(message)).__name__)
    await gateway.close()
    _log.warning("somebody wrote a line that should not be there: password=%r", password)
    warnings.warn(f"an old way to say {token}", DeprecationWarning, stacklevel=1)
    await asyncio.wait([asyncio.create_task(_raise(words))])  # nobody asks it what it raised
    gc.collect()
    explained(ValueError(words))
    explained(ValueError(token))


async def _raise(words: str) -> None:
    raise ValueError(words)


async def _get(url: str) -> None:
    async with httpx.AsyncClient() as http:
        (await http.get(url)).raise_for_status()


async def _dial(url: str) -> None:
    async with connect(url):
        pass


async def _logged(doing: Any) -> None:
    try:
        await doing
    except GatewayError as error:
        _log.info("%s", error)
    except Exception:  # noqa: BLE001 - whatever it is, it is to be logged
        _log.exception("it went wrong")


_seen: set[str] = set()


def _told(credentials: Credentials) -> None:
    session = json.loads(credentials.load() or "{}")
    _seen.update(session[name] for name in ("access_token", "refresh_token"))


def main(url: str, key: str, conversation: str, how: str = "") -> None:
    """Everything, and the tokens on stdout."""
    secrets = json.load(sys.stdin)
    logs.start()
    if how == "leaking":
        for handler in logging.getLogger().handlers:
            handler.setFormatter(logging.Formatter("%(message)s"))
    if logging.getLogger("chattui").level <= logging.DEBUG:
        for name in ("", "realtime", "httpx", "httpcore", "websockets", "hpack"):
            logging.getLogger(name).setLevel(logging.DEBUG)
    _told(Credentials(url))
    asyncio.run(work(url, key, ConversationId(conversation), secrets["words"]))
    asyncio.run(go_wrong(url, key, secrets["words"], secrets["password"]))
    sys.stdout.write(json.dumps(sorted(_seen)))


if __name__ == "__main__":
    main(*sys.argv[1:])
