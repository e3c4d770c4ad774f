"""How soon the link is back, and that nothing waits which need not."""

from uuid import uuid4

import pytest

from chattui.desk import following
from chattui.model.events import LinkState
from chattui.model.records import MessageId
from tests.faults.faults import Answer, Cut, Drop, Frames, Kind, Requests, Reset, Stall, Strand
from tests.faults.scene import staged
from tests.gateway.conftest import Team, until

PAGE = Requests("/rest/v1/rpc/page")


async def test_a_page_that_did_not_come_is_asked_for_again(team: Team) -> None:
    scene = await staged(team, reconcile=False)
    other = await team.customer(scene.acme, "Liam")
    await other.send(MessageId(str(uuid4())), "hello?")
    two = (await other.thread()).conversation_id
    await until(scene.ana, lambda: scene.ana.queries.knows(two))
    scene.proxy.inject(Answer(PAGE, status=503))
    scene.ana.look(two)
    await until(scene.ana, lambda: scene.ana.queries.thread(two).loaded, 5)


async def test_whoever_waits_for_another_attempt_does_not_wait_when_the_link_is_back(
    team: Team, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(following, "_back_off", lambda *_: 30.0)
    scene = await staged(team, reconcile=False)
    scene.proxy.inject(Cut(), seconds=1)
    scene.ana._follower.want("a reason")
    await scene.until(LinkState.OFFLINE, 2)
    await scene.until(LinkState.LIVE, 4)


async def test_a_key_finds_out_at_once_that_nobody_is_there_any_more(team: Team) -> None:
    scene = await staged(team, reconcile=False)
    scene.proxy.inject(Strand())
    scene.ana.resync()
    await scene.until(LinkState.OFFLINE, 3)
    await scene.until(LinkState.LIVE, 1)
    assert await scene.settled(1) == []


async def test_a_key_does_not_wait_for_a_dead_connection(team: Team) -> None:
    scene = await staged(team, reconcile=False)
    silence = scene.proxy.inject(Stall(Requests("/rest/v1/rpc/sync")))
    scene.ana._follower.want("a reason")
    await silence.strikes()
    scene.ana.resync()
    assert scene.link is LinkState.CATCHING_UP, "it is not claimed until it is known"
    await scene.until(LinkState.LIVE, 1)


async def test_a_key_does_not_wait_for_a_handshake_or_a_join_that_nobody_answers(team: Team) -> None:
    scene = await staged(team, reconcile=False)
    for fault in (Stall(Requests("/realtime")), Drop(Frames(event="phx_reply")), Drop(Frames(event="system"))):
        silence = scene.proxy.inject(fault)
        scene.proxy.inject(Reset(Kind.SOCKET))
        await scene.until(LinkState.OFFLINE, 2)
        await silence.strikes()
        scene.ana.resync()
        await scene.until(LinkState.LIVE, 2)
