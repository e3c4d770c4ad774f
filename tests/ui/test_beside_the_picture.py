"""What others wrote reaches title and notices inert, and the clipboard as it was written, when the agent copies it."""

import base64
import re
from itertools import chain

import pytest
from textual import events
from textual.drivers.headless_driver import HeadlessDriver

from chattui.model.events import RowsStored
from chattui.model.records import Status
from chattui.store import Queries, Store
from chattui.text.inert import inert
from chattui.ui.notices import Notices
from chattui.ui.settings import Settings
from tests.hostile.corpus import CORPUS, SAMPLE
from tests.store.rows import ANA, A, contact, conversation, message, profile, snapshot, tail
from tests.ui.world import SAM, World, press, sees, until
from tests.ui.world import message as said

TITLE = r"\x1b\]0;(?:\(\d+\) )?chattui\x07"
WORDS = r"[^\x00-\x1f\x7f-\x9f;]{1,200}"
NOTICES = {
    "osc9": rf"\x1b\]9;({WORDS}): ({WORDS})\x1b\\\x07",
    "osc99": rf"\x1b\]99;i=chattui:d=0;({WORDS})\x1b\\\x1b\]99;i=chattui:p=body;({WORDS})\x1b\\\x07",
    "osc777": rf"\x1b\]777;notify;({WORDS});({WORDS})\x1b\\\x07",
}
TERMINALS = {
    "osc9": {"TERM_PROGRAM": "iTerm.app"},
    "osc99": {"TERM": "xterm-kitty"},
    "osc777": {"TERM_PROGRAM": "ghostty"},
}
CLIPBOARD = re.compile(r"\x1b\]52;c;([A-Za-z0-9+/=]*)\x07")


@pytest.mark.parametrize("way", list(NOTICES))
def test_of_names_and_words_only_what_is_inert_is_said(way: str) -> None:
    form = re.compile(f"(?:{TITLE})?{NOTICES[way]}")
    for raw in CORPUS:
        told = rung(way, raw)
        found = form.fullmatch(told)
        assert found, f"{raw!r} said {told!r}"
        for words in found.groups():
            assert inert(words) == words, f"{raw!r} said {told!r}"


def rung(way: str, raw: str) -> str:
    """What is said when a customer of this name writes these words to Ana, who looks elsewhere."""
    store = Store()
    mine = conversation("a", Status.ACTIVE, assigned_to=ANA)
    store.apply([snapshot(profile(), contact(raw), mine, tail("a", 0))])
    notices = Notices(Settings(notice_text=True), TERMINALS[way], lambda: 0.0)
    changes = store.apply([RowsStored((message(1, raw, str(A)),))])
    return notices.sequences(Queries(store), changes, here=False)


async def test_the_clipboard_changes_on_the_agents_key_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    written: list[str] = []
    monkeypatch.setattr(HeadlessDriver, "write", lambda _, sequence: written.append(sequence))
    world = World(Settings(theme="dark", guard=0, notice_text=True))
    bodies = [raw for raw in SAMPLE if raw.strip()]
    async with world.run((80, 24)) as pilot:
        await sees(pilot, "● live")
        world.app.post_message(events.AppBlur())
        rows = tuple(said(SAM, seq, 0, "c", raw) for seq, raw in enumerate(bodies, 6))
        world.gateway.store(*rows)
        world.gateway.tell(RowsStored(rows))
        await until(pilot, lambda: world.desk.queries.thread(SAM).last_seq == 5 + len(bodies))
        world.app.post_message(events.AppFocus())
        await press(
            pilot, "2", "enter", "pageup", "escape", "right", "alt+up", "O", "escape", "home", "end", "x", "e", "X"
        )
        assert CLIPBOARD.findall("".join(chain(written, world.told))) == []
        assert world.app.clipboard == ""
        await press(pilot, "alt+up", "y")
        entry = world.inbox.painting.thread.selected
        assert entry is not None
        original = next(row.body for row in rows if row.id == entry.key)
        (copied,) = CLIPBOARD.findall("".join(written))
        assert base64.b64decode(copied) == original.encode("utf-8", "replace")
