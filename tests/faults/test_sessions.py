"""Sessions that end, are used by others, or are exchanged over a bad network; clocks that jump."""

import asyncio
import json
import time

import httpx
import pytest

from chattui.desk import waking
from chattui.gateway import supabase
from chattui.gateway.sessions import MemorySession
from chattui.model.events import LinkState
from tests.faults.faults import Cut, HttpFault, LoseAnswer, LoseRequest, Requests, Truncate
from tests.faults.scene import Scene, staged
from tests.gateway.conftest import Team
from tests.stack import PASSWORD

HOUR = 3600.0
TOKEN = Requests("/auth/v1/token")


def used(storage: MemorySession) -> str:
    return str(json.loads(storage.load() or "")["refresh_token"])


def end_token(scene: Scene, storage: MemorySession) -> None:
    """The access token is over, for the server too."""
    person = scene.acme.agents[0]
    stack = scene.acme.stack
    over = stack.keys.sign({"sub": str(person.id), "role": "authenticated", "exp": int(time.time()) - 60})
    session = scene.gateway._connection.session
    assert session._session is not None
    session._session.access_token = over
    session._good_until = time.time() - 60
    storage.save(json.dumps(json.loads(storage.load() or "") | {"access_token": over, "expires_at": 1}))


async def test_a_token_that_ended_while_offline_is_exchanged_before_anything_is_asked(team: Team) -> None:
    storage = MemorySession()
    scene = await staged(team, storage=storage)
    before = used(storage)
    cut = scene.proxy.inject(Cut())
    await scene.until(LinkState.OFFLINE, 2)
    end_token(scene, storage)
    await scene.ana.send(scene.one, "written in the dark")
    await scene.says("said meanwhile")
    await asyncio.sleep(1)
    scene.proxy.heal(cut)
    await scene.until(LinkState.LIVE, 2)
    assert await scene.settled(3) == []
    assert used(storage) != before


@pytest.mark.parametrize(
    "fault", [LoseAnswer(TOKEN), LoseRequest(TOKEN), Truncate(TOKEN), Truncate(TOKEN, broken=True)]
)
async def test_an_exchange_whose_answer_is_lost_signs_nobody_out(team: Team, fault: HttpFault) -> None:
    storage = MemorySession()
    scene = await staged(team, storage=storage)
    end_token(scene, storage)
    lost = scene.proxy.inject(fault)
    scene.ana.resync()
    await scene.says("said meanwhile")
    assert await scene.settled(5) == []
    assert lost.struck == 1


async def test_a_refresh_token_that_somebody_else_has_used_up_is_one_sentence_until_the_next_login(team: Team) -> None:
    storage = MemorySession()
    scene = await staged(team, storage=storage)
    stack = team.stack
    await _use_up(stack.url, stack.anon_key, used(storage))
    end_token(scene, storage)
    scene.ana.resync()
    await scene.until(LinkState.OFFLINE, 2)
    assert scene.ana.queries.header().link_reason == "You are signed out. Run `chattui login`."
    before = scene.proxy.connections
    await asyncio.sleep(2)
    assert scene.proxy.connections - before < 4, "it is not tried again and again"
    email = scene.acme.agents[0].email or ""
    await supabase.sign_in_with_password(stack.url, stack.anon_key, storage, email, PASSWORD)
    scene.ana.resync()
    await scene.until(LinkState.LIVE, 3)
    assert await scene.settled(3) == []


async def _use_up(url: str, key: str, token: str) -> None:
    """As somebody would who has a copy of it and knows nothing of our lock: so often that it is reuse, and theft."""
    async with httpx.AsyncClient(base_url=url, headers={"apikey": key}) as client:

        async def use(refresh_token: str) -> httpx.Response:
            return await client.post("/auth/v1/token?grant_type=refresh_token", json={"refresh_token": refresh_token})

        await use((await use(token)).json()["refresh_token"])
        assert (await use(token)).status_code == 400


@pytest.mark.parametrize("jump", [2 * HOUR, -2 * HOUR, 24 * 365 * HOUR], ids=["on", "back", "a year"])
async def test_a_clock_that_jumps_costs_a_sync_and_no_more(
    team: Team, monkeypatch: pytest.MonkeyPatch, jump: float
) -> None:
    monkeypatch.setattr(waking, "TICK", 0.1)
    storage = MemorySession()
    scene = await staged(team, storage=storage)
    wall = time.time
    monkeypatch.setattr(time, "time", lambda: wall() + jump)
    await asyncio.sleep(0.5)
    before = scene.proxy.connections
    since = scene.ana.store.state.link.since
    await scene.ana.send(scene.one, "after the jump")
    await scene.ana.note(scene.one, "after the jump")
    assert await scene.settled(3) == []
    await asyncio.sleep(1)
    assert scene.proxy.connections - before <= 3, "nothing goes on asking"
    assert abs((scene.ana.now() - since).total_seconds()) < 60, "time on the screen is the server's"
