"""Sessions on the real stack: signing in and out, and staying signed in."""

import asyncio
import json
import threading
import time
from pathlib import Path

import httpx
import pytest

from chattui.gateway import supabase
from chattui.gateway.errors import Misconfigured, SignedOut, Unreachable
from chattui.gateway.protocol import Gateway
from chattui.gateway.sessions import MemorySession
from chattui.gateway.supabase import client
from chattui.gateway.supabase.agent import SupabaseGateway
from chattui.gateway.supabase.client import Connection
from chattui.local.places import DataDirectory
from chattui.model.events import ChannelJoined, LinkState
from chattui.model.records import OrgId
from tests.conftest import MakeOrganisation
from tests.faults.faults import BlackHole, Cut, Requests, SlowBody, Stall
from tests.faults.proxy import FaultProxy
from tests.gateway.conftest import SessionOf, Team, until
from tests.stack import PASSWORD, Organisation, Person, Stack


class Counted(MemorySession):
    """A storage that several gateways share, and that counts."""

    def __init__(self, text: str | None = None) -> None:
        super().__init__(text)
        self.saved = 0

    def save(self, text: str) -> None:
        super().save(text)
        self.saved += 1


@pytest.fixture
def acme(make_organisation: MakeOrganisation) -> Organisation:
    return make_organisation(agents=2)


async def signed_in(stack: Stack, person: Person, **changes: object) -> Counted:
    """A session of the auth server, with some of it changed."""
    storage = Counted()
    await supabase.sign_in_with_password(stack.url, stack.anon_key, storage, person.email or "", PASSWORD)
    storage.save(json.dumps(json.loads(storage.load() or "") | changes))
    storage.saved = 0
    return storage


PATIENCE = 15
"""Seconds for what takes well under one."""
EXPIRED = {"expires_at": 1_700_000_000}


async def test_a_password_signs_in_and_the_session_is_kept(stack: Stack, acme: Organisation) -> None:
    storage = MemorySession()
    ana = acme.agents[0]
    who = await supabase.sign_in_with_password(stack.url, stack.anon_key, storage, ana.email or "", PASSWORD)
    assert (who.user_id, who.name, who.role, who.organization) == (str(ana.id), "Agent1", "agent", "Acme")
    assert await supabase.whoami(stack.url, stack.anon_key, storage) == who


async def test_a_wrong_password_is_one_sentence(stack: Stack, acme: Organisation) -> None:
    storage = MemorySession()
    with pytest.raises(SignedOut, match="e-mail address or the password is wrong"):
        await supabase.sign_in_with_password(stack.url, stack.anon_key, storage, acme.agents[0].email or "", "guess")
    assert storage.load() is None


async def test_nobody_is_signed_in(stack: Stack) -> None:
    for text in (None, "", "{", '{"access_token": 1}'):
        with pytest.raises(SignedOut, match="chattui login"):
            await supabase.open_agent(stack.url, stack.anon_key, MemorySession(text))


async def test_a_storage_that_can_not_be_read_says_so(stack: Stack) -> None:
    class Refusing(MemorySession):
        def load(self) -> str | None:
            raise PermissionError("Others can read the file.")

    with pytest.raises(Misconfigured, match="Others can read"):
        await supabase.open_agent(stack.url, stack.anon_key, Refusing())


async def test_a_restored_session_is_not_written_again(stack: Stack, acme: Organisation) -> None:
    storage = await signed_in(stack, acme.agents[0])
    gateway = await supabase.open_agent(stack.url, stack.anon_key, storage)
    await gateway.snapshot()
    await gateway.close()
    assert storage.saved == 0


async def test_an_expired_one_is_exchanged_once_by_many_calls(stack: Stack, acme: Organisation) -> None:
    storage = await signed_in(stack, acme.agents[0], **EXPIRED)
    before = storage.load()
    gateway = await supabase.open_agent(stack.url, stack.anon_key, storage)
    await asyncio.gather(*(gateway.snapshot() for _ in range(5)))
    await gateway.close()
    assert storage.saved == 1
    assert json.loads(storage.load() or "")["refresh_token"] != json.loads(before or "")["refresh_token"]


async def test_what_another_chattui_has_exchanged_is_taken_over(stack: Stack, acme: Organisation) -> None:
    storage = await signed_in(stack, acme.agents[0], **EXPIRED)
    first = await supabase.open_agent(stack.url, stack.anon_key, storage)
    second = await supabase.open_agent(stack.url, stack.anon_key, storage)
    await first.snapshot()
    await second.snapshot()
    assert storage.saved == 1
    await first.close()
    await second.close()


async def test_a_token_that_the_server_refuses_is_exchanged_and_the_call_repeated(
    stack: Stack, acme: Organisation
) -> None:
    ana = acme.agents[0]
    old = stack.keys.sign({"sub": str(ana.id), "role": "authenticated", "exp": int(time.time()) - 60})
    storage = await signed_in(stack, ana, access_token=old)  # by its own word it is good for an hour
    gateway = await supabase.open_agent(stack.url, stack.anon_key, storage)
    assert (await gateway.snapshot()).event.me == str(ana.id)
    await gateway.close()
    assert storage.saved == 1


async def test_a_dead_session_is_one_sentence_and_another_login_revives_it(stack: Stack, acme: Organisation) -> None:
    storage = await signed_in(stack, acme.agents[0], refresh_token="used up", **EXPIRED)
    gateway = await supabase.open_agent(stack.url, stack.anon_key, storage)
    for _ in range(2):
        with pytest.raises(SignedOut, match="You are signed out"):
            await gateway.snapshot()
    assert storage.load() is not None, "nothing is thrown away"
    email = acme.agents[0].email or ""
    await supabase.sign_in_with_password(stack.url, stack.anon_key, storage, email, PASSWORD)
    assert (await gateway.snapshot()).event.me == str(acme.agents[0].id)
    await gateway.close()


async def test_leaving_in_the_middle_of_an_exchange_does_not_lose_the_new_session(
    stack: Stack, acme: Organisation
) -> None:
    storage = await signed_in(stack, acme.agents[0], **EXPIRED)
    async with FaultProxy(stack.url) as proxy:
        gateway = await supabase.open_agent(proxy.url, stack.anon_key, storage)
        exchange = proxy.inject(SlowBody(Requests("/auth/v1/token"), seconds=0.2))
        asking = asyncio.create_task(gateway.snapshot())
        await exchange.strikes()
        asking.cancel()
        await gateway.close()
    assert storage.saved == 1
    assert (await supabase.whoami(stack.url, stack.anon_key, storage)).name == "Agent1"


async def test_somebody_else_s_login_is_not_taken_for_mine(stack: Stack, acme: Organisation) -> None:
    storage = await signed_in(stack, acme.agents[0], **EXPIRED)
    gateway = await supabase.open_agent(stack.url, stack.anon_key, storage)
    storage.save((await signed_in(stack, acme.agents[1])).load() or "")
    with pytest.raises(SignedOut, match="Somebody else"):
        await gateway.snapshot()
    await gateway.close()


async def test_without_a_network_an_expired_session_is_kept(stack: Stack, acme: Organisation) -> None:
    storage = await signed_in(stack, acme.agents[0], **EXPIRED)
    async with FaultProxy(stack.url) as proxy:
        proxy.inject(Cut())
        gateway = await supabase.open_agent(proxy.url, stack.anon_key, storage)
        with pytest.raises(Unreachable):
            await gateway.snapshot()
        proxy.heal()
        assert (await gateway.snapshot()).event.me == str(acme.agents[0].id)
        await gateway.close()


async def test_signing_out_ends_it_here_and_at_the_server(stack: Stack, acme: Organisation) -> None:
    storage = await signed_in(stack, acme.agents[0])
    token = json.loads(storage.load() or "")["refresh_token"]
    other = await signed_in(stack, acme.agents[0])
    await supabase.sign_out(stack.url, stack.anon_key, storage)
    assert storage.load() is None
    async with httpx.AsyncClient() as client:
        url = f"{stack.url}/auth/v1/token?grant_type=refresh_token"
        answer = await client.post(url, json={"refresh_token": token}, headers={"apikey": stack.anon_key})
    assert answer.status_code == 400
    assert (await supabase.whoami(stack.url, stack.anon_key, other)).name == "Agent1", "other devices stay"


async def test_signing_out_without_a_network_ends_it_here(stack: Stack, acme: Organisation) -> None:
    storage = await signed_in(stack, acme.agents[0], **EXPIRED)
    async with FaultProxy(stack.url) as proxy:
        proxy.inject(Cut())
        await supabase.sign_out(proxy.url, stack.anon_key, storage)
    assert storage.load() is None


async def test_a_new_token_goes_to_the_channel_and_nothing_is_lost(
    stack: Stack, acme: Organisation, team: Team
) -> None:
    ana = acme.agents[0]
    storage = await signed_in(stack, ana)
    desk = await team.agent(ana, storage=storage)
    gateway = desk._gateway
    assert isinstance(gateway, SupabaseGateway)
    session = gateway._connection.session
    before = await session.fresh()
    await session.renew(before)
    assert (await session.fresh()).refresh_token != before.refresh_token
    rosa = await team.customer(acme)
    one = (await rosa.thread()).conversation_id
    await until(desk, lambda: desk.queries.knows(one), 3)
    assert desk.queries.header().link is LinkState.LIVE


async def test_a_channel_whose_token_ends_is_joined_again(stack: Stack, acme: Organisation, team: Team) -> None:
    ana = acme.agents[0]
    short = stack.keys.sign({"sub": str(ana.id), "role": "authenticated", "exp": int(time.time()) + 3})
    storage = await signed_in(stack, ana, access_token=short)
    desk = await team.agent(ana, storage=storage)
    states: list[LinkState] = []
    desk.subscribe(lambda _changes: states.append(desk.queries.header().link))
    await until(desk, lambda: LinkState.OFFLINE in states, 10)
    await until(desk, lambda: desk.queries.header().link is LinkState.LIVE, 5)
    assert storage.saved == 1


@pytest.mark.parametrize("silent", ["/auth/v1/token", "/rest/v1/profiles"])
async def test_a_key_does_not_wait_for_an_answer_that_never_comes(
    stack: Stack, acme: Organisation, monkeypatch: pytest.MonkeyPatch, silent: str
) -> None:
    monkeypatch.setattr(client, "TIMEOUT", None)
    storage = await signed_in(stack, acme.agents[0], **EXPIRED)
    async with FaultProxy(stack.url) as proxy:
        stalled = proxy.inject(Stall(Requests(silent)))
        gateway = await supabase.open_agent(proxy.url, stack.anon_key, storage)
        joined = asyncio.create_task(_joined(gateway))
        await stalled.strikes()
        gateway.retry_now()
        await asyncio.wait_for(joined, PATIENCE)
        await gateway.close()
    assert storage.saved == 1


async def test_an_exchange_that_was_answered_is_not_begun_anew(stack: Stack, acme: Organisation) -> None:
    saving, go_on = threading.Event(), threading.Event()

    class Slow(Counted):
        def save(self, text: str) -> None:
            saving.set()
            go_on.wait(PATIENCE)
            super().save(text)

    storage = Slow((await signed_in(stack, acme.agents[0], **EXPIRED)).load())
    async with FaultProxy(stack.url) as proxy:
        exchanges = proxy.inject(SlowBody(Requests("/auth/v1/token"), times=None, seconds=0.1))
        gateway = await supabase.open_agent(proxy.url, stack.anon_key, storage)
        joined = asyncio.create_task(_joined(gateway))
        assert await asyncio.to_thread(saving.wait, PATIENCE)
        gateway.retry_now()
        go_on.set()
        await asyncio.wait_for(joined, PATIENCE)
        await gateway.close()
    assert (storage.saved, exchanges.struck) == (1, 1)


async def test_a_wrong_key_and_a_wrong_address_are_told_apart(stack: Stack, acme: Organisation) -> None:
    storage = await signed_in(stack, acme.agents[0])
    with pytest.raises(Misconfigured, match="key"):
        await supabase.whoami(stack.url, "not-a-key", storage)
    with pytest.raises(Misconfigured, match="address"):
        await supabase.whoami("not a url", stack.anon_key, storage)
    with pytest.raises(Misconfigured, match="address"):
        await supabase.whoami(stack.url + "/elsewhere", stack.anon_key, storage)


async def test_somebody_without_a_profile_hears_it(stack: Stack, acme: Organisation, session_of: SessionOf) -> None:
    rosa = acme.customer()
    gateway = await supabase.open_agent(stack.url, stack.anon_key, session_of(rosa))
    with pytest.raises(Misconfigured):
        await gateway.snapshot()
    await gateway.close()


@pytest.mark.parametrize("delay", [0, 0.001, 0.005, 0.02, 0.05, 0.2])
async def test_leaving_takes_less_than_a_second_at_any_moment(
    stack: Stack, acme: Organisation, session_of: SessionOf, delay: float
) -> None:
    gateway = await supabase.open_agent(stack.url, stack.anon_key, session_of(acme.agents[0]))
    listening = asyncio.create_task(_drain(gateway))
    await asyncio.sleep(delay)
    async with asyncio.timeout(1):
        await gateway.close()
    async with asyncio.timeout(1):
        await listening


async def test_leaving_a_frozen_network_takes_less_than_a_second(
    stack: Stack, acme: Organisation, session_of: SessionOf
) -> None:
    async with FaultProxy(stack.url) as proxy:
        gateway = await supabase.open_agent(proxy.url, stack.anon_key, session_of(acme.agents[0]))
        joined = asyncio.Event()
        listening = asyncio.create_task(_drain(gateway, joined))
        await asyncio.wait_for(joined.wait(), 5)
        proxy.inject(BlackHole())
        async with asyncio.timeout(1.1):
            await gateway.close()
        await listening


async def test_a_connection_asks_nothing_by_itself(stack: Stack) -> None:
    connection = Connection(stack.url, stack.anon_key, MemorySession())
    assert connection.supabase.auth._auto_refresh_token is False
    await connection.aclose()


async def _joined(gateway: Gateway) -> None:
    async for event in gateway.events():
        if isinstance(event, ChannelJoined):
            return


async def _drain(gateway: Gateway, joined: asyncio.Event | None = None) -> None:
    async for event in gateway.events():
        if joined and isinstance(event, ChannelJoined):
            joined.set()


async def test_a_code_that_was_sent_signs_in_once(stack: Stack, acme: Organisation, stack_directory: Path) -> None:
    email = acme.agents[0].email or ""
    await supabase.send_code(stack.url, stack.anon_key, email)
    log = await asyncio.to_thread(DataDirectory.at(stack_directory).log.read_text)
    code = log.rpartition(f"The sign-in code of {email} is ")[2][:6]
    storage = MemorySession()
    with pytest.raises(SignedOut, match="wrong or too old"):
        await supabase.sign_in_with_code(stack.url, stack.anon_key, storage, email, f"{(int(code) + 1) % 10**6:06}")
    who = await supabase.sign_in_with_code(stack.url, stack.anon_key, storage, email, code)
    assert who.email == email
    with pytest.raises(SignedOut, match="wrong or too old"):
        await supabase.sign_in_with_code(stack.url, stack.anon_key, storage, email, code)


async def test_a_code_for_a_stranger_is_refused(stack: Stack) -> None:
    with pytest.raises(SignedOut, match="Ask an admin"):
        await supabase.send_code(stack.url, stack.anon_key, "stranger@example.com")


async def test_a_customer_without_a_session_is_a_new_one(stack: Stack, acme: Organisation) -> None:
    storage = MemorySession()
    rosa = await supabase.open_customer(stack.url, stack.anon_key, storage, OrgId(str(acme.id)))
    thread = await rosa.start("Rosa")
    await rosa.close()
    again = await supabase.open_customer(stack.url, stack.anon_key, storage, OrgId(str(acme.id)))
    assert (await again.thread()).conversation_id == thread.conversation_id
    await again.close()
