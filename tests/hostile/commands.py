"""Commands that print what others wrote, before a gateway of hostile rows: `python -m tests.hostile.commands PAGES`."""

import json
import os
import sys
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from pathlib import Path

import click

from chattui.cli import gateways, main, tail
from chattui.config import Target
from chattui.gateway.protocol import Gateway
from chattui.model.events import ChannelLost, GatewayEvent, RowsStored
from tests.hostile.rows import SLOTS, Pages, Say, conversation_id, laid_out, rows
from tests.hostile.stage import StageGateway

ONE = [conversation_id(slot) for slot in range(SLOTS)]
LISTS = [["list"], *(["list", "--view", view] for view in ("waiting", "mine", "ai", "closed"))]
SHOWN = [["show", ONE[0]], ["show", ONE[9]]]
EXPORTED = [["export", ONE[slot], "--format", form] for slot, form in enumerate(("md", "txt", "json", "jsonl"))]
AS_JSON = [["list", "--json"], ["show", ONE[0], "--json"], ["tail", "--json"]]
REFUSED = [["take", ONE[0]], ["assign", ONE[0], "zzz"], ["label", ONE[0], "zzz"], ["close", "0"]]
COMMANDS: list[list[str]] = [*LISTS, *SHOWN, *EXPORTED, *AS_JSON, *REFUSED, ["tail"]]


class Once(StageGateway):
    """Says everything once more in a newer version, loses the link, and ends."""

    def __init__(self, words: Say) -> None:
        super().__init__(rows(words, 1))
        self.words = words

    async def events(self) -> AsyncIterator[GatewayEvent]:
        newer = rows(self.words, 2)
        self.store(*newer)
        yield RowsStored(tuple(newer))
        yield ChannelLost(self.words("reason of an outage", 0))


def play(pages: Pages, chosen: Sequence[list[str]]) -> None:
    """Every command with every page. An error is shown as the program shows it."""
    for page in pages:
        words = laid_out(page)

        @asynccontextmanager
        async def connected(_: Target, words: Say = words) -> AsyncIterator[Gateway]:
            yield Once(words)

        _connect(connected)
        for command in chosen:
            try:
                main(command, standalone_mode=False)
            except click.ClickException as error:
                error.show()


def _connect(connected: Callable[[Target], object]) -> None:
    for module in (gateways, tail):
        vars(module)["connected"] = connected  # in place of the network


if __name__ == "__main__":
    os.environ |= {"CHATTUI_URL": "http://127.0.0.1:9", "CHATTUI_KEY": "key"}
    told = json.loads(Path(sys.argv[1]).read_text("utf-8"))
    play(told["pages"], told["commands"])
