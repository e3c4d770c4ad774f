"""From the composer to the database: a disk that takes nothing, a link that is cut, a process that is killed."""

import asyncio
import json
import time
from collections.abc import Callable, Coroutine
from contextlib import ExitStack
from pathlib import Path
from typing import Any
from uuid import UUID

import psycopg
import pytest
from textual import events

from chattui.desk import Desk
from chattui.desk.drawer import DiskDrawer
from chattui.desk.keeping import Unkept, parked
from chattui.desk.shelf import Shelf
from chattui.model.intents import SendMessage
from chattui.model.records import ConversationId
from chattui.store.store import Store
from chattui.ui.widgets.composer import Mode
from tests.conftest import MakeOrganisation
from tests.desk.keeping import child, message_item
from tests.faults.faults import Cut
from tests.faults.proxy import FaultProxy
from tests.scripted import ANA
from tests.stack import Organisation, Person
from tests.ui.world import SAM, World, press, sees, until

ONE = ConversationId("one")
WIDE = (130, 30)


def in_real_time(test: Callable[[Path], Coroutine[Any, Any, None]]) -> Callable[[Path], None]:
    """Threads and pipes do not wait for a clock that jumps."""

    def run(tmp_path: Path) -> None:
        asyncio.run(test(tmp_path))

    run.__name__ = test.__name__
    return run


@in_real_time
async def test_a_draft_is_written_within_200_ms_of_the_key(tmp_path: Path) -> None:
    drawer, other = DiskDrawer(tmp_path, "here"), DiskDrawer(tmp_path, "here")
    drawer.open("database", ANA)
    other.open("database", ANA)
    await drawer.items()
    await other.items()
    news = other.changes()
    for length in range(1, 30):
        drawer.keep_draft(ONE, "reply", "x" * length)
        await asyncio.sleep(0)
    typed = time.monotonic()
    await asyncio.wrap_future(_after_the_timer(drawer))
    assert time.monotonic() - typed < 0.2
    await anext(news)
    assert other.draft(ONE, "reply") == "x" * 29
    await drawer.aclose()
    await other.aclose()


def _after_the_timer(drawer: DiskDrawer) -> Any:
    """Done when the writer is through with what the timer gave it."""
    import concurrent.futures  # noqa: PLC0415

    done: concurrent.futures.Future[None] = concurrent.futures.Future()
    assert drawer._timer is not None
    when = drawer._timer.when()
    asyncio.get_running_loop().call_at(
        when + 0.001,
        lambda: drawer._writer.submit(lambda: None).add_done_callback(lambda _: done.set_result(None)),
    )
    return done


@in_real_time
async def test_words_from_before_anybody_knows_where_they_belong_are_kept_then(tmp_path: Path) -> None:
    drawer = DiskDrawer(tmp_path, "here")
    assert await drawer.recall(ANA) == []
    drawer.keep_draft(ONE, "reply", "early")
    with pytest.raises(Unkept, match="not reached the project yet"):
        await drawer.put(message_item("a"))
    drawer.open("database", ANA)
    assert await drawer.items() == []
    assert drawer.draft(ONE, "reply") == "early"
    await drawer.aclose()
    again = DiskDrawer(tmp_path, "here")
    await again.recall(ANA)
    assert again.draft(ONE, "reply") == "early"
    await again.aclose()


@in_real_time
async def test_another_database_or_another_person_finds_another_drawer(tmp_path: Path) -> None:
    drawer = DiskDrawer(tmp_path, "here")
    drawer.open("database", ANA)
    await drawer.put(message_item("a"))
    drawer.keep_draft(ONE, "note", "remember")
    drawer.open("another", ANA)
    assert await drawer.items() == []
    assert drawer.drafted() == set()
    drawer.open("database", ANA)
    assert await drawer.items() == [message_item("a")]
    assert drawer.draft(ONE, "note") == "remember"
    await drawer.aclose()


@in_real_time
async def test_on_a_disk_that_takes_nothing_the_words_stay_and_one_sentence_says_so(tmp_path: Path) -> None:
    world = World()
    (tmp_path / "file").write_text("")
    world.desk = Desk(world.gateway, Store(), reconcile=False, drawer=DiskDrawer(tmp_path / "file" / "words", "here"))
    async with world.run(WIDE) as pilot:
        await sees(pilot, "● live")
        await press(pilot, "2")
        await sees(pilot, "Samuel")
        await press(pilot, "enter", *"hello", "enter")
        await sees(pilot, "Not sent: chattui cannot keep words in")
        assert world.inbox.writing.composer.text == "hello"
        assert not [one for one in world.gateway.submitted if isinstance(one, SendMessage)]
        (tmp_path / "file").unlink()
        await press(pilot, "enter")
        await until(pilot, lambda: [one for one in world.gateway.submitted if isinstance(one, SendMessage)])
        assert world.inbox.writing.composer.text == ""
        assert world.desk.drafts.of(SAM, Mode.REPLY) == ""


@in_real_time
async def test_what_is_typed_while_the_disk_takes_its_time_stays_and_goes_next(tmp_path: Path) -> None:
    world = World()
    drawer = DiskDrawer(tmp_path, "here")
    world.desk = Desk(world.gateway, Store(), reconcile=False, drawer=drawer)
    async with world.run(WIDE) as pilot:
        await sees(pilot, "● live")
        await press(pilot, "2")
        await sees(pilot, "Samuel")
        await press(pilot, "enter", *"first")
        busy = asyncio.Event()
        loop = asyncio.get_running_loop()
        drawer._writer.submit(lambda: asyncio.run_coroutine_threadsafe(_wait(busy), loop).result())
        for key in ("enter", *"second"):  # no pause between them: the pilot's would wait for the disk
            world.app.post_message(events.Key(key, None if key == "enter" else key))
        async with asyncio.timeout(5):
            while world.inbox.writing.composer.text != "firstsecond":  # noqa: ASYNC110 - a text area has no event for it
                await asyncio.sleep(0)
        busy.set()
        await until(pilot, lambda: world.inbox.writing.composer.text == "second")
        await press(pilot, "enter")
        await until(pilot, lambda: len(_bodies(world)) == 2)
        assert _bodies(world) == ["first", "second"]


@in_real_time
async def test_what_is_typed_while_words_come_back_is_never_written_in_their_place(tmp_path: Path) -> None:
    drawer, other = DiskDrawer(tmp_path, "here"), DiskDrawer(tmp_path, "here")
    for one in (drawer, other):
        one.open("database", ANA)
        await one.items()
    refused = parked(message_item("a"), "Bo has it.")
    await drawer.put(refused)
    drawer.keep_draft(ONE, "reply", "and")
    busy, loop = asyncio.Event(), asyncio.get_running_loop()
    drawer._writer.submit(lambda: asyncio.run_coroutine_threadsafe(_wait(busy), loop).result())
    taking = asyncio.create_task(drawer.take_back(refused))
    await asyncio.sleep(0)
    assert await drawer.take_back(refused) is None, "it comes back once"
    drawer.keep_draft(ONE, "reply", "and more")
    drawer.keep_drafts_now()
    busy.set()
    assert await taking == ([], "hello\n\nand")
    assert drawer.draft(ONE, "reply") == "hello\n\nand"
    await drawer.aclose()
    assert await other.items() == []
    assert other.draft(ONE, "reply") == "hello\n\nand"
    await other.aclose()


@in_real_time
async def test_where_words_cannot_come_back_the_draft_is_written_all_the_same(tmp_path: Path) -> None:
    drawer, other = DiskDrawer(tmp_path, "here"), DiskDrawer(tmp_path, "here")
    for one in (drawer, other):
        one.open("database", ANA)
        await one.items()
    refused = parked(message_item("a"), "Bo has it.")
    await drawer.put(refused)
    drawer.keep_draft(ONE, "reply", "and")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Shelf, "take_back", _full)
        taking = asyncio.create_task(drawer.take_back(refused))
        await asyncio.sleep(0)
        drawer.keep_draft(ONE, "reply", "and more")
        with pytest.raises(Unkept):
            await taking
    await drawer.aclose()
    assert await other.items() == [refused]
    assert other.draft(ONE, "reply") == "and more"
    await other.aclose()


def _full(*_: object) -> None:
    raise Unkept("The disk is full.")


async def _wait(event: asyncio.Event) -> None:
    await event.wait()


def _bodies(world: World) -> list[str]:
    return [one.body for one in world.gateway.submitted if isinstance(one, SendMessage)]


def _conversation(organisation: Organisation, me: Person) -> UUID:
    with psycopg.connect(organisation.stack.db_url) as database:
        row = database.execute(
            "insert into conversations (org_id, contact_id, status, assigned_to, last_agent_id)"
            " values (%s, %s, 'active', %s, %s) returning id",
            (organisation.id, organisation.customer("Rosa").contact_id, me.id, me.id),
        ).fetchone()
    assert row is not None
    return UUID(str(row[0]))


def _session(person: Person) -> str:
    user = {"id": str(person.id), "aud": "authenticated", "role": "authenticated", "email": person.email}
    user |= {"app_metadata": {}, "user_metadata": {}, "created_at": "2026-01-01T00:00:00Z"}  # type: ignore[dict-item]
    token = {"access_token": person.token, "refresh_token": "none", "token_type": "bearer", "expires_in": 3600}
    return json.dumps({**token, "expires_at": int(time.time()) + 3600, "user": user})


def test_queued_without_a_link_killed_and_started_again_it_is_stored_exactly_once(
    make_organisation: MakeOrganisation, tmp_path: Path
) -> None:
    asyncio.run(_stored_once(make_organisation(agents=1), tmp_path))


async def _stored_once(organisation: Organisation, directory: Path) -> None:
    me, stack = organisation.agents[0], organisation.stack
    one = _conversation(organisation, me)
    async with FaultProxy(stack.url) as proxy:
        with ExitStack() as ends:
            arguments = ("desk_on_disk", "real", str(directory), proxy.url, stack.anon_key)
            for kills in range(3):
                worker = ends.enter_context(child(*arguments))
                worker.hears(_session(me))
                worker.hears("live")
                await asyncio.to_thread(worker.until, "live")
                proxy.inject(Cut())
                for number in range(4):
                    worker.hears(f"send {one} {kills}.{number}")
                    await asyncio.to_thread(worker.until, f"sent {kills}.{number}")
                worker.hears(f"draft {one} half a sent")
                worker.kill()
                proxy.heal()
            last = ends.enter_context(child(*arguments))
            for order in (_session(me), "live", "drained"):
                last.hears(order)
            await asyncio.to_thread(last.until, "drained")
            last.hears("leave")
            await asyncio.to_thread(last.until, "left")
    with psycopg.connect(stack.db_url) as database:
        rows = database.execute("select body from messages where conversation_id = %s order by seq", (one,)).fetchall()
    assert [body for (body,) in rows] == [f"{kills}.{number}" for kills in range(3) for number in range(4)]
