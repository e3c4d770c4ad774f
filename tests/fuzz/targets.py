"""What the nonsense is thrown at. Each answers with what came of it, in a word; what it raises is a fault."""

import json
import logging
import struct
from collections.abc import Callable, Iterable
from datetime import UTC
from typing import Any

import msgspec
from rich.style import Style

from chattui.gateway.supabase import frames
from chattui.gateway.supabase.agent import SupabaseGateway, _Page, _Snapshot, _Sync
from chattui.gateway.supabase.frames import Frame, System, decode_frame
from chattui.gateway.supabase.rows import rows_of
from chattui.local.realtime import joining, pgoutput
from chattui.local.realtime.frames import Frame as Said
from chattui.local.realtime.frames import Version1, Version2
from chattui.model.events import Event, PageLoaded, RowsStored, RowSuspected, SnapshotTaken
from chattui.model.records import ConversationId
from chattui.store import Queries, Store
from chattui.store.projections import View
from chattui.ui.widgets.conversation_rows import draw_row
from chattui.ui.widgets.panel_lines import panel_lines
from chattui.ui.widgets.thread_lines import Setting, lines_of
from tests.fuzz.seeds import beginning
from tests.hostile.rows import NOW, conversation_id

NONSENSE = (msgspec.MsgspecError, UnicodeDecodeError, RecursionError)
"""What a frame or an answer that makes no sense raises before anything of it is taken."""
TORN = (struct.error, ValueError, IndexError, OverflowError)
"""What a torn message of the log raises: the connection to Postgres ends then, and is opened anew."""
ANSWERS = (_Snapshot, _Sync, _Page)
KNOWN = ("postgres_changes", "broadcast", "presence_state", "presence_diff")
STATE = 97
"""Inputs that one store takes before it begins anew."""
LOOKED = 6
"""Conversations that are looked at after each input."""
V1, V2 = Version1(), Version2()


class Screenful:
    """One agent's state, into which all goes that was not refused."""

    def __init__(self) -> None:
        logging.disable(logging.CRITICAL)
        self._taken = STATE
        self._gateway = object.__new__(SupabaseGateway)
        self._anew()

    def _anew(self) -> None:
        self._taken = 0
        self.store = Store()
        self.store.apply(beginning())
        self._gateway._roster = frames.Roster()

    def frame(self, data: bytes) -> str:
        """Bytes of the socket."""
        try:
            frame = decode_frame(data)
        except NONSENSE as error:
            return type(error).__name__
        if frame.event == "system":
            return self._system(frame)
        event = self._gateway._event(frame)
        customer = frames.other_side_types(frame.payload) if frame.event == "broadcast" else None
        if event is None or isinstance(event, RowSuspected):
            known = frame.event if frame.event in KNOWN else "something else"
            return f"{known} {type(event).__name__} {customer} {getattr(event, 'reason', '')[:60]}"
        return self._take([event])  # type: ignore[list-item]  # what is left is an event of the store

    @staticmethod
    def _system(frame: Frame) -> str:
        try:
            return msgspec.convert(frame.payload, System).status
        except msgspec.ValidationError as error:
            return str(error)[:60]

    def answer(self, data: bytes) -> str:
        """Bytes of an HTTP answer, read as the HTTP library reads them."""
        try:
            tree = json.loads(data)
        except (ValueError, RecursionError) as error:
            return type(error).__name__
        made = next((one for kind in ANSWERS if (one := _made(tree, kind)) is not None), None)
        return "no answer" if made is None else self._take(_events(made))

    def _take(self, events: Iterable[Event]) -> str:
        self._taken += 1
        if self._taken > STATE:
            self._anew()
        changes = self.store.apply(events)
        self._look(list(changes.conversations)[:LOOKED])
        seen = (len(changes.holes) > 0, len(changes.stale), len(changes.unknown), changes.views, changes.everything)
        return f"{[type(event).__name__ for event in events]} {seen}"

    def _look(self, touched: list[ConversationId]) -> None:
        """As the screen does."""
        queries = Queries(self.store)
        queries.header()
        queries.counts()
        queries.next_needing_me(None, NOW)
        for one in {*touched, conversation_id(0)}:
            if queries.knows(one):
                self._look_at(queries, one)
        if self._taken % 16 == 0:
            list(queries.filtering(View.ALL, "a"))
            queries.colleagues()

    @staticmethod
    def _look_at(queries: Queries, one: ConversationId) -> None:
        row, panel, thread = queries.row(one, NOW), queries.panel(one), queries.thread(one)
        queries.head(one, NOW)
        queries.replies("", one)
        queries.labels(one)
        entries = list(thread.entries[-8:])
        draw_row(row, 40, NOW, _plain, cursor=False)
        panel_lines(panel, 26, NOW, UTC)
        setting = Setting(40, UTC, NOW, None, 0)
        for before, entry in zip([None, *entries], entries, strict=False):
            lines_of(entry, before, setting)


def _plain(_: str) -> Style:
    return Style.null()


def _made(tree: Any, kind: Any) -> Any:
    try:
        return msgspec.convert(tree, kind)
    except (msgspec.ValidationError, UnicodeEncodeError):
        return None


def _events(made: Any) -> list[Event]:
    rows = rows_of(made.rows)
    match made:
        case _Snapshot():
            return [SnapshotTaken(made.me, made.org_id, made.now, rows)]
        case _Page():
            return [PageLoaded(made.conversation_id, made.lo, made.hi, rows)]
        case _:
            return [RowsStored(rows)]


def said(data: bytes) -> str:
    """Bytes of a client, at the local server's socket, in both of its versions."""
    told = []
    for codec in (V1, V2):
        frame = codec.decode(_texted(data))
        told.append(type(frame).__name__)
        if isinstance(frame, Said) and frame.event == "phx_join":
            told.append(_joined(frame))
    return " ".join(told)


def _texted(data: bytes) -> str | bytes:
    """A web socket's text is UTF-8, or it is closed before anybody looks."""
    try:
        return data.decode()
    except UnicodeDecodeError:
        return data


def _joined(frame: Said) -> str:
    try:
        return type(joining.read_join(frame.topic, frame.payload)).__name__
    except joining.JoinRefusedError as refused:
        return str(refused)[:60]


def logged(data: bytes) -> str:
    """A message of the database's log."""
    try:
        return type(pgoutput.decode(data)).__name__
    except TORN as error:
        return type(error).__name__


def targets() -> dict[str, Callable[[bytes], str]]:
    """By name."""
    screenful = Screenful()
    return {"frame": screenful.frame, "answer": screenful.answer, "said": said, "logged": logged}
