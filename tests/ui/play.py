"""The test world on a real terminal: `python -m tests.ui.play [fault] [still]`."""

import sys

from chattui.model.intents import TakeOver
from chattui.ui.app import run
from chattui.ui.settings import Settings
from tests.ui.world import World


def fault(_: object) -> Exception:
    raise ZeroDivisionError("on purpose")


def main(arguments: list[str]) -> int:
    world = World(Settings(log_file="chattui.log"), headless=False, still="still" in arguments)
    if "fault" in arguments:
        world.gateway.answer(TakeOver, fault)
    code = run(world.app)
    if world.app.failure:
        sys.stderr.write(f"chattui: {world.app.failure}\n")
    return code


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
