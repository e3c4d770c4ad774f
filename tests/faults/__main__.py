"""Measures at length how soon a bad network is noticed and left behind, and whether the header tells the truth.

python -m tests.faults [--agents N] [--seed N] [--sleep SECONDS] [--only NAME] [--json FILE]

A stack, agents behind proxies, and two real terminals; eight minutes. It prints a table in seconds and ends with 1
where a promise is broken.
"""

import argparse
import asyncio
import platform
import subprocess
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from pathlib import Path

import msgspec

from chattui.gateway.errors import GatewayError
from chattui.model.events import LinkState
from tests.e2e.terminal import Terminal
from tests.faults.client import client
from tests.faults.faults import BlackHole, Cut
from tests.faults.measures import (
    HALF_OPEN,
    HONEST,
    Measure,
    Trial,
    Witness,
    back,
    back_by_key,
    measure,
    notice,
)
from tests.faults.own_stack import OwnStack, own_stack
from tests.faults.proxy import FaultProxy
from tests.faults.scene import Scene, staged
from tests.gateway.conftest import Team, kept_session
from tests.program import bare
from tests.stack import PASSWORD, Person

STEP = 8.0
"""Seconds of the longest pause between two attempts."""
CALM = 8.0
SLEEPERS = 3
HEADER = "| what | at most | p50 | max | n |\n|---|---|---|---|---|"


class Wanted(argparse.Namespace):
    """What the command line says."""

    agents: int
    seed: int
    sleep: float
    only: str | None
    json: Path | None


async def run(wanted: Wanted) -> list[Measure]:
    """All of it."""
    witness = Witness()
    async with AsyncExitStack() as ends:
        own = ends.enter_context(own_stack())
        team = Team(own.stack, ends)
        scenes = [await staged(team) for _ in range(wanted.agents)]
        for scene in scenes:
            witness.watch(lambda scene=scene: scene.link is LinkState.LIVE, scene.proxy)  # type: ignore[misc]
        terminals = [await ends.enter_async_context(_terminal(team, witness)) for _ in range(2)]
        looking = asyncio.create_task(witness.look())
        troubling = asyncio.create_task(_trouble(terminals))
        measures = await _measured(wanted, own, team, scenes)
        for task in (troubling, looking):
            task.cancel()
            with suppress(asyncio.CancelledError):
                await task
    honest = Measure("age of the last byte when a header said `live`, a look each 0.1 s", HONEST, witness.ages)
    return [*measures, honest]


async def _measured(wanted: Wanted, own: OwnStack, team: Team, scenes: Sequence[Scene]) -> list[Measure]:
    async def tried(what: str, most: float, trials: Sequence[Trial]) -> list[Measure]:
        return [await measure(what, most, trials, scenes, wanted.seed)]

    outages = [back(seconds, CALM) for seconds in (0.5, 1, 2, 5, 10)]
    long = [back(seconds, CALM) for seconds in (15, 30, 60)]
    dark = [back(seconds, CALM, BlackHole()) for seconds in (1, 5, 20)]
    jobs: dict[str, Callable[[], Awaitable[list[Measure]]]] = {
        "notice": lambda: tried("half-open until noticed", HONEST, [notice(one) for one in HALF_OPEN]),
        "short": lambda: tried("server's return until `live`, outage 0.5 to 10 s", 1.0, outages),
        "long": lambda: tried("server's return until `live`, outage 15 to 60 s", STEP + 1, long),
        "dark": lambda: tried("return until `live`, nothing passed for up to 30 s", STEP + 1, dark),
        "key": lambda: tried("key until `live`, outage 20 s", 0.5, [back_by_key(20, CALM)]),
        "restart": lambda: _restarts(own, scenes),
        "fall": lambda: _falls(own, scenes),
        "sleep": lambda: _sleeps(team, wanted.sleep),
    }
    return [found for name, job in jobs.items() if wanted.only in {None, name} for found in await job()]


async def _restarts(own: OwnStack, scenes: Sequence[Scene], rounds: int = 5) -> list[Measure]:
    samples: list[float] = []
    for _ in range(rounds):
        await asyncio.gather(*(scene.until(LinkState.LIVE, 30) for scene in scenes))
        await own.restart(1.0)
        began = asyncio.get_running_loop().time()
        samples += [at - began for at in await asyncio.gather(*(one.until(LinkState.LIVE, 30) for one in scenes))]
    return [Measure("stack restarted until `live`", 1.0, samples)]


async def _falls(own: OwnStack, scenes: Sequence[Scene]) -> list[Measure]:
    """The server says nothing of it and loses what happens meanwhile; reconciliation finds out within a minute."""
    await asyncio.gather(*(scene.until(LinkState.LIVE, 30) for scene in scenes))
    began = time.monotonic()
    own.postmaster.kill()
    samples = [at - began for at in await asyncio.gather(*(_equal(scene) for scene in scenes))]
    return [Measure("Postgres killed until the store is equal", 90.0, samples)]


async def _equal(scene: Scene) -> float:
    while True:
        try:
            await scene.says("said while nobody heard")
            break
        except GatewayError:
            await asyncio.sleep(0.02)
    wrong = await scene.settled(120)
    assert wrong == [], wrong
    return time.monotonic()


async def _sleeps(team: Team, seconds: float) -> list[Measure]:
    doubted, lived = zip(*await asyncio.gather(*(_sleep(team, seconds) for _ in range(SLEEPERS))), strict=True)
    slept = f"awake after {seconds:g} s of SIGSTOP until"
    return [Measure(f"{slept} `live` is taken back", 1.5, doubted), Measure(f"{slept} `live` again", 5.0, lived)]


async def _sleep(team: Team, seconds: float) -> tuple[float, float]:
    scene = await staged(team)
    stack = team.stack
    async with client(scene.proxy.url, stack.anon_key, kept_session(scene.acme.agents[0]).load() or "") as there:
        await there.until(LinkState.LIVE, 10)
        there.stop()
        await scene.talk("in its sleep")
        await asyncio.sleep(seconds)
        woken = there.go_on()
        while (told := await there.next()).link is LinkState.LIVE:
            pass
        return told.at - woken, (await there.until(LinkState.LIVE, 30)).at - woken


@asynccontextmanager
async def _terminal(team: Team, witness: Witness) -> AsyncIterator[FaultProxy]:
    """The real program in a real terminal behind a proxy of its own; its painted header is watched."""
    scene = await staged(team)
    with tempfile.TemporaryDirectory(prefix="chattui-faults-") as home:
        env = bare(Path(home)) | {"CHATTUI_URL": scene.proxy.url, "CHATTUI_KEY": scene.acme.stack.anon_key}
        await asyncio.to_thread(_log_in, env, scene.acme.agents[0])
        with Terminal([sys.executable, "-m", "chattui"], env=env) as terminal:
            await asyncio.to_thread(terminal.sees, "● live")
            witness.watch(lambda: "● live" in terminal.text.partition("\n")[0], scene.proxy)
            yield scene.proxy


def _log_in(env: dict[str, str], person: Person) -> None:
    command = [sys.executable, "-m", "chattui", "login", "--email", person.email or "", "--password-stdin"]
    subprocess.run(command, env=env, input=f"{PASSWORD}\n", text=True, check=True, capture_output=True)


async def _trouble(proxies: Sequence[FaultProxy]) -> None:
    """Half of the time nothing passes; the other half all does, or nobody is there."""
    while True:
        for fault in (BlackHole(), Cut(), BlackHole()):
            for proxy in proxies:
                proxy.inject(fault, seconds=20)
            await asyncio.sleep(40)


def main() -> int:
    """Measure, print and keep."""
    parser = argparse.ArgumentParser(prog="python -m tests.faults", description="How soon, and how truly.")
    parser.add_argument("--agents", type=int, default=20, help="agents at the same time, each on a bad network")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--sleep", type=float, default=90, help="seconds for which programs are stopped")
    parser.add_argument("--only", help="one measure: notice, short, long, dark, key, restart, fall or sleep")
    parser.add_argument("--json", type=Path, help="where to write the numbers as well")
    wanted = parser.parse_args(namespace=Wanted())
    measures = asyncio.run(run(wanted))
    print(HEADER, *(one.line() for one in measures), sep="\n")  # noqa: T201 - it is a command
    if wanted.json:
        document = {"machine": platform.platform(), "measures": measures}
        wanted.json.write_bytes(msgspec.json.format(msgspec.json.encode(document)))
    return 0 if all(one.kept for one in measures) else 1


if __name__ == "__main__":
    sys.exit(main())
