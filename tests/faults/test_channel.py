"""What a server says of a channel before it closes it, and what follows."""

import asyncio
import json

import pytest

from chattui.gateway.supabase import link
from chattui.model.events import LinkState
from tests.faults.faults import Answer, Close, Drop, Insert, Kind, Requests, Reset
from tests.faults.scene import Scene, staged
from tests.gateway.conftest import Team, until


def said(scene: Scene, event: str, payload: object, ref: str | None = None) -> Insert:
    topic = f"realtime:org:{scene.acme.id}"
    return Insert(json.dumps({"topic": topic, "event": event, "payload": payload, "ref": ref}))


def system(scene: Scene, extension: str, message: str) -> Insert:
    return said(scene, "system", {"extension": extension, "status": "error", "message": message})


async def track(scene: Scene) -> None:
    await scene.gateway._link.push("presence", {"type": "presence", "event": "track", "payload": {"n": 1}})


async def test_too_many_signs_of_presence_close_the_channel_and_it_is_joined_again(team: Team) -> None:
    scene = await staged(team, reconcile=False)
    for _ in range(6):
        await track(scene)
    await scene.until(LinkState.OFFLINE, 2)
    assert "presence rate limit" in scene.ana.queries.header().link_reason
    await scene.says("said meanwhile")
    await scene.until(LinkState.LIVE, 2)
    assert await scene.settled(2) == []


async def test_row_events_that_are_refused_are_told_and_asked_for_again_in_half_a_minute_or_by_a_key(
    team: Team,
) -> None:
    scene = await staged(team, reconcile=False)
    message = "Unable to subscribe to changes with given parameters. [table: messages]"
    scene.proxy.inject(system(scene, "postgres_changes", message))
    await scene.until(LinkState.OFFLINE, 1)
    assert "migrations" in scene.ana.queries.header().link_reason
    before = scene.proxy.connections
    await asyncio.sleep(1.5)
    assert scene.proxy.connections == before
    scene.ana.resync()
    await scene.until(LinkState.LIVE, 1)


async def test_a_project_that_sends_too_much_is_given_time(team: Team, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(link, "CAP", 2.0)
    scene = await staged(team, reconcile=False)
    scene.proxy.inject(system(scene, "system", "Too many messages per second"))
    lost = await scene.until(LinkState.OFFLINE, 1)
    assert await scene.until(LinkState.LIVE, 4) - lost > 1.4


@pytest.mark.parametrize(("status", "sentence"), [(502, "can not be reached"), (429, "too many connections")])
async def test_a_handshake_that_is_refused_is_told_and_tried_again(
    team: Team, monkeypatch: pytest.MonkeyPatch, status: int, sentence: str
) -> None:
    monkeypatch.setattr(link, "CAP", 1.0)
    scene = await staged(team, reconcile=False)
    scene.proxy.inject(Answer(Requests("/realtime"), status=status))
    scene.proxy.inject(Reset(Kind.SOCKET))
    await until(scene.ana, lambda: sentence in scene.ana.queries.header().link_reason, 3)
    await scene.until(LinkState.LIVE, 3)


@pytest.mark.parametrize("event", ["phx_close", "phx_error"])
async def test_a_channel_that_the_server_ends_is_joined_again(team: Team, event: str) -> None:
    scene = await staged(team, reconcile=False)
    channel = next(iter(scene.gateway._link._life._socket.channels.values()))  # type: ignore[union-attr]
    scene.proxy.inject(said(scene, event, {}, channel.join_push.ref))
    await scene.until(LinkState.OFFLINE, 1)
    await scene.until(LinkState.LIVE, 2)


async def test_an_idle_close_is_no_farewell(team: Team) -> None:
    scene = await staged(team, reconcile=False)
    scene.proxy.inject(Close(1000))
    lost = await scene.until(LinkState.OFFLINE, 1)
    await scene.says("said meanwhile")
    assert await scene.until(LinkState.LIVE, 2) - lost < 1.5
    assert await scene.settled(1) == []


async def test_before_a_second_promise_of_row_events_may_have_been_a_gap(team: Team) -> None:
    scene = await staged(team, reconcile=False)
    gap = scene.proxy.inject(Drop(times=None))
    await scene.says("said into the gap")
    await gap.strikes()
    await asyncio.sleep(0.3)
    scene.proxy.heal()
    assert await scene.wrong()
    scene.proxy.inject(
        said(scene, "system", {"extension": "postgres_changes", "status": "ok", "message": "Subscribed to PostgreSQL"})
    )
    assert await scene.settled(2) == []
