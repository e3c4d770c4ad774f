"""A desk at work while it is recorded."""

import asyncio
import inspect
import os
from collections.abc import AsyncIterator
from contextlib import suppress
from pathlib import Path

from chattui.desk import Desk
from chattui.gateway.errors import SignedOut
from chattui.model.events import ChannelJoined, GatewayEvent, LinkState
from chattui.model.records import Row, Status
from chattui.recording import Header, RecordedDesk, Recorder, replayed
from chattui.recording.entries import Failed, Opened
from chattui.recording.replaying import ReplayedDesk
from chattui.recording.tape import read
from chattui.store import Queries
from tests.scripted import ScriptedGateway, contact, conversation, profile, tail


class Ended(ScriptedGateway):
    """Whoever listens is told that the session is over."""

    async def events(self) -> AsyncIterator[GatewayEvent]:
        async for _ in super().events():
            raise SignedOut("Nobody is signed in here. Sign in again.")
        yield ChannelJoined()


def desk_of(path: Path, gateway: ScriptedGateway | None = None) -> tuple[RecordedDesk, Recorder]:
    rows: list[Row] = [contact(), profile(), conversation("one", Status.WAITING), tail("one", 0)]
    recorder = Recorder(path, Header())
    return RecordedDesk(recorder, gateway or ScriptedGateway(rows), reconcile=False), recorder


def test_every_answer_that_a_desk_gives_is_recorded_and_played() -> None:
    public = {name: method for name, method in vars(Desk).items() if not name.startswith("_")}
    awaited = {name for name, method in public.items() if inspect.iscoroutinefunction(method)} - {"aclose"}
    assert awaited <= vars(RecordedDesk).keys()
    assert awaited - {"recall"} <= vars(ReplayedDesk).keys()


async def test_the_agent_is_told_in_the_loop_that_the_disk_is_full_and_goes_on(tmp_path: Path) -> None:
    desk, recorder = desk_of(tmp_path / "tape")
    heard: asyncio.Queue[str] = asyncio.Queue()
    live = asyncio.Event()
    desk.remarks.hear(heard.put_nowait)
    desk.subscribe(lambda _: live.set() if desk.queries.header().link is LinkState.LIVE else None)
    full = os.open("/dev/full", os.O_WRONLY)
    recorder._writer.submit(os.dup2, full, recorder._file.fileno()).result()
    running = asyncio.create_task(desk.run())
    async with asyncio.timeout(5):
        assert "ends here (No space left on device). Nothing else is affected." in await heard.get()
        await live.wait()
    running.cancel()
    with suppress(asyncio.CancelledError):
        await running
    await desk.aclose()
    recorder.close()
    os.close(full)
    assert heard.empty(), "it is said once"


async def test_a_store_is_made_again_of_what_a_desk_saw(tmp_path: Path) -> None:
    desk, recorder = desk_of(tmp_path / "tape")
    live = asyncio.Event()
    desk.subscribe(lambda _: live.set() if desk.queries.header().link is LinkState.LIVE else None)
    running = asyncio.create_task(desk.run())
    async with asyncio.timeout(5):
        await live.wait()
    running.cancel()
    with suppress(asyncio.CancelledError):
        await running
    await desk.aclose()
    recorder.close()
    tape = read(tmp_path / "tape")
    assert isinstance(tape.steps[0].entry, Opened)
    assert Queries(replayed(tape)).header() == desk.queries.header()
    assert Queries(replayed(tape, 1)).header() != desk.queries.header()


async def test_why_a_desk_could_not_go_on_is_recorded(tmp_path: Path) -> None:
    desk, recorder = desk_of(tmp_path / "tape", Ended([profile()]))
    told = ""
    try:
        async with asyncio.timeout(5):
            await desk.run()
    except* SignedOut as errors:
        told = str(errors.exceptions[0])
    await desk.aclose()
    recorder.close()
    failed = [step.entry for step in read(tmp_path / "tape").steps if isinstance(step.entry, Failed)]
    assert failed == [Failed(told)] == [Failed("Nobody is signed in here. Sign in again.")]
