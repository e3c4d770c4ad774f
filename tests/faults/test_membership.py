"""Rights that end while the inbox is open: one sentence, no loop, and no stranger's words on the screen."""

import asyncio
from typing import Any

import psycopg

from chattui.desk import following
from chattui.gateway.supabase import link
from chattui.model.events import LinkState
from tests.conftest import MakeOrganisation
from tests.faults.faults import Close
from tests.faults.scene import Scene, staged
from tests.gateway.conftest import Team, until

LEAVE = "update conversations set status = 'waiting', assigned_to = null, last_agent_id = null, waiting_since = now()"


async def change(scene: Scene, statement: str, *values: Any) -> None:
    def execute() -> None:
        with psycopg.connect(scene.acme.stack.db_url) as database:
            database.execute(LEAVE + " where id = %s", (scene.one,))
            database.execute(statement, values)

    await asyncio.to_thread(execute)


def requests(scene: Scene) -> int:
    return scene.proxy.connections


async def test_an_agent_who_is_none_any_more_is_told_once(team: Team) -> None:
    scene = await staged(team, reconcile=False)
    await change(scene, "delete from profiles where id = %s", scene.acme.agents[0].id)
    scene.ana._follower.want("it is time")
    await scene.until(LinkState.OFFLINE, 2)
    assert scene.ana.queries.header().link_reason == "You have no profile in this project; an admin has to add you."
    scene.proxy.inject(Close(1001))
    before = requests(scene)
    await asyncio.sleep(2)
    assert requests(scene) - before < 5, "it is not asked for again and again"
    assert scene.link is LinkState.OFFLINE


async def test_an_agent_who_changes_sides_sees_the_new_side_and_no_more_of_the_old(
    team: Team, make_organisation: MakeOrganisation
) -> None:
    other = make_organisation(agents=1)
    scene = await staged(team, reconcile=False)
    await change(scene, "update profiles set org_id = %s where id = %s", other.id, scene.acme.agents[0].id)
    scene.ana._follower.want("it is time")
    await until(scene.ana, lambda: not scene.ana.queries.knows(scene.one), 3)
    await scene.until(LinkState.LIVE, 3)
    liam = await team.customer(other, "Liam")
    two = (await liam.thread()).conversation_id
    await until(scene.ana, lambda: scene.ana.queries.knows(two), 3)


async def test_an_agent_who_changes_sides_while_the_link_is_down_is_let_in_there(
    team: Team, make_organisation: MakeOrganisation, monkeypatch: Any
) -> None:
    monkeypatch.setattr(link, "CONFIG_PAUSE", 0.5)
    monkeypatch.setattr(following, "PATIENCE", 0.5)
    other = make_organisation(agents=1)
    scene = await staged(team, reconcile=False)
    await change(scene, "update profiles set org_id = %s where id = %s", other.id, scene.acme.agents[0].id)
    scene.proxy.inject(Close(1001))
    liam = await team.customer(other, "Liam")
    two = (await liam.thread()).conversation_id
    await until(scene.ana, lambda: scene.ana.queries.knows(two), 10)
    assert not scene.ana.queries.knows(scene.one)
    await scene.until(LinkState.LIVE, 10)
