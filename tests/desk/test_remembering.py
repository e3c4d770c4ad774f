"""The last known state: there before any link, right after one sync, and never in the way."""
# ruff: noqa: ASYNC240 - a test waits for its own disk

import asyncio
import stat
from pathlib import Path

import msgspec
import pytest

from chattui.desk import Desk
from chattui.desk.remembering import EVERY, DiskMemory, Forgetful, Remembered, forget, memory_file
from chattui.gateway.errors import SignedOut
from chattui.gateway.opening import OpeningGateway
from chattui.gateway.protocol import Cursor, Gateway, Snapshot
from chattui.model.events import LinkState, RowsStored, SnapshotTaken
from chattui.model.intents import Viewing
from chattui.model.records import ConversationId, Status
from chattui.store.projections import View
from chattui.store.store import Store
from tests.desk.conftest import RunDesk
from tests.scripted import ANA, BO, ORG, T0, ScriptedGateway, contact, conversation, message, tail

ONE = ConversationId("one")
ADDRESS = "https://acme.example"


def gateway() -> ScriptedGateway:
    said = [message("one", seq) for seq in (1, 2)]
    return ScriptedGateway((contact(), conversation("one", Status.WAITING), tail("one", 2, 2), *said))


@pytest.fixture
def memory(tmp_path: Path) -> DiskMemory:
    return DiskMemory(tmp_path / "last", ADDRESS, ANA)


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return memory_file(tmp_path / "last", ADDRESS, ANA)


async def worked(run_desk: RunDesk, server: ScriptedGateway, memory: DiskMemory) -> None:
    """A session in which one thread was read."""
    desk = await run_desk(server, memory=memory)
    desk.look(ONE)
    await server.until(lambda: "page one None" in server.calls)
    await asyncio.sleep(0)
    await desk.aclose()


async def recalled(server: ScriptedGateway, memory: DiskMemory) -> Desk:
    desk = Desk(server, Store(), asyncio.get_running_loop().time, memory=memory, reconcile=False)
    await desk.recall()
    return desk


async def test_what_was_known_is_there_before_any_link(run_desk: RunDesk, memory: DiskMemory) -> None:
    server = gateway()
    await worked(run_desk, server, memory)
    server.calls.clear()
    desk = await recalled(server, memory)
    assert list(desk.queries.view(View.WAITING)) == [ONE]
    assert [entry.body for entry in desk.queries.thread(ONE).entries] == ["line 1", "line 2"]
    assert desk.queries.header().link is LinkState.CONNECTING
    assert server.calls == []


async def test_what_changed_meanwhile_is_caught_up_without_a_first_load(run_desk: RunDesk, memory: DiskMemory) -> None:
    server = gateway()
    await worked(run_desk, server, memory)
    server.calls.clear()
    server.store(message("one", 3), tail("one", 3, 3), conversation("two", Status.WAITING, 2), contact())
    desk = await recalled(server, memory)
    running = asyncio.create_task(desk.run())
    await server.until(lambda: "sync" in server.calls)
    await asyncio.sleep(1)
    assert "snapshot" not in server.calls
    assert desk.queries.header().link is LinkState.LIVE
    assert set(desk.queries.view(View.WAITING)) == {ONE, "two"}
    assert [entry.body for entry in desk.queries.thread(ONE).entries][-1] == "line 3"
    running.cancel()


async def test_another_database_means_a_first_load(run_desk: RunDesk, memory: DiskMemory) -> None:
    await worked(run_desk, gateway(), memory)
    other = ScriptedGateway((contact(), conversation("new", Status.WAITING)))
    kept = await memory.recall()
    assert kept is not None
    elsewhere = msgspec.structs.replace(kept.snapshot, cursor=Cursor("two", "1"))
    await memory.keep(msgspec.structs.replace(kept, snapshot=elsewhere))
    desk = await recalled(other, memory)
    running = asyncio.create_task(desk.run())
    await other.until(lambda: "snapshot" in other.calls)
    await asyncio.sleep(1)
    assert list(desk.queries.view(View.WAITING)) == ["new"]
    running.cancel()


async def test_it_is_written_some_time_after_a_change_and_then_no_more(
    run_desk: RunDesk, memory: DiskMemory, monkeypatch: pytest.MonkeyPatch
) -> None:
    kept: list[Remembered] = []

    async def keep(state: Remembered) -> None:
        kept.append(state)

    monkeypatch.setattr(memory, "keep", keep)
    server = gateway()
    desk = await run_desk(server, memory=memory)
    await asyncio.sleep(EVERY + 1)
    assert len(kept) == 1
    await asyncio.sleep(3600)
    assert len(kept) == 1
    server.tell(*(RowsStored((message("one", seq),)) for seq in range(3, 33)))
    await asyncio.sleep(EVERY + 1)
    assert len(kept) == 2
    await desk.aclose()
    assert len(kept) == 2


async def test_only_its_owner_can_read_it(run_desk: RunDesk, memory: DiskMemory, file: Path) -> None:
    await worked(run_desk, gateway(), memory)
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert stat.S_IMODE(file.parent.stat().st_mode) == 0o700


@pytest.mark.parametrize("damage", [b"", b"nonsense", b"\x93\x01\x02\x03"], ids=["empty", "words", "other"])
async def test_a_damaged_file_is_as_none(damage: bytes, run_desk: RunDesk, memory: DiskMemory, file: Path) -> None:
    await worked(run_desk, gateway(), memory)
    file.write_bytes(damage)
    assert await memory.recall() is None


async def test_half_a_file_is_as_none(run_desk: RunDesk, memory: DiskMemory, file: Path) -> None:
    await worked(run_desk, gateway(), memory)
    whole = file.read_bytes()
    for size in range(0, len(whole), 7):
        file.write_bytes(whole[:size])
        assert await memory.recall() is None


async def test_another_form_is_as_none(run_desk: RunDesk, memory: DiskMemory, file: Path) -> None:
    await worked(run_desk, gateway(), memory)
    form, *rest = msgspec.msgpack.decode(file.read_bytes())
    file.write_bytes(msgspec.msgpack.encode([form + 1, *rest]))
    assert await memory.recall() is None


async def test_it_is_of_one_person_alone(run_desk: RunDesk, memory: DiskMemory) -> None:
    await worked(run_desk, gateway(), memory)
    desk = await recalled(ScriptedGateway(me=BO), memory)
    assert desk.queries.counts()[View.WAITING] == 0


async def test_where_nothing_can_be_written_nobody_is_troubled(run_desk: RunDesk, tmp_path: Path) -> None:
    (tmp_path / "last").write_text("in the way")
    memory = DiskMemory(tmp_path / "last", ADDRESS, ANA)
    await worked(run_desk, gateway(), memory)
    assert await memory.recall() is None


async def test_it_can_be_forgotten(run_desk: RunDesk, memory: DiskMemory, file: Path, tmp_path: Path) -> None:
    await worked(run_desk, gateway(), memory)
    forget(tmp_path / "last", ADDRESS, ANA)
    assert not file.exists()
    forget(tmp_path / "last", ADDRESS, ANA)


async def test_a_desk_without_memory_keeps_nothing() -> None:
    taken = SnapshotTaken(ANA, ORG, T0, ())
    await Forgetful().keep(Remembered(Snapshot(taken, Cursor("one", "1")), ()))
    assert await Forgetful().recall() is None


# While the gateway is being opened


class Door:
    """Opens when it is told to."""

    def __init__(self, gateway: Gateway | Exception) -> None:
        self._gateway = gateway
        self.open = asyncio.Event()
        self.knocks = 0

    async def __call__(self) -> Gateway:
        self.knocks += 1
        await self.open.wait()
        if isinstance(self._gateway, Exception):
            raise self._gateway
        return self._gateway


async def test_whoever_asks_waits_and_it_is_opened_once() -> None:
    server = gateway()
    door = Door(server)
    opening = OpeningGateway(ANA, door)
    assert opening.me == ANA
    asked = [asyncio.create_task(call) for call in (opening.snapshot(), opening.page(ONE), opening.people([BO]))]
    await opening.say(Viewing(ONE))
    opening.retry_now()
    await asyncio.sleep(1)
    assert server.calls == []
    door.open.set()
    await asyncio.gather(*asked)
    assert door.knocks == 1
    assert sorted(server.calls) == ["page one None", f"people {BO}", "snapshot"]
    opening.retry_now()
    assert server.retries == 1
    await opening.close()
    assert server.closed


async def test_who_is_cancelled_does_not_end_the_opening() -> None:
    server = gateway()
    door = Door(server)
    opening = OpeningGateway(ANA, door)
    impatient = asyncio.create_task(opening.snapshot())
    await asyncio.sleep(0)
    impatient.cancel()
    door.open.set()
    await opening.snapshot()
    assert door.knocks == 1


async def test_why_it_cannot_be_opened_ends_the_desk() -> None:
    door = Door(SignedOut("You are signed out."))
    door.open.set()
    opening = OpeningGateway(ANA, door)
    desk = Desk(opening, Store(), asyncio.get_running_loop().time, reconcile=False)
    with pytest.raises(ExceptionGroup) as ended:
        await desk.run()
    assert ended.group_contains(SignedOut)
    await desk.aclose()


@pytest.mark.parametrize("asked", [True, False])
async def test_it_can_be_left_before_it_is_open(asked: bool) -> None:  # noqa: FBT001 - a parameter
    opening = OpeningGateway(ANA, Door(gateway()))
    waiting = asyncio.create_task(opening.snapshot()) if asked else None
    await asyncio.sleep(0)
    await opening.close()
    if waiting is not None:
        with pytest.raises(asyncio.CancelledError):
            await waiting
