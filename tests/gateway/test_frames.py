"""What a server, or somebody who may write to a channel, can send: nothing raises, and a broadcast is never a row."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chattui.gateway.supabase import frames
from chattui.model.events import CustomerRead, RowPatched, RowsStored, RowSuspected, TypingSeen, ViewingSeen
from chattui.model.records import Availability, Conversation, Message, ReadMark, Status

STAMPS = {
    "org_id": "org",
    "version": 3,
    "sync_xid": "1978",
    "created_at": "2026-03-02T09:00:00.123+00:00",
    "updated_at": "2026-03-02T09:00:01.5+00:00",
}
CONVERSATION = STAMPS | {"id": "one", "contact_id": "rosa", "status": "waiting", "subject": "refund", "novelty": 1}
MESSAGE = STAMPS | {
    "id": "m1",
    "conversation_id": "one",
    "seq": 1,
    "inbound_no": 1,
    "sender_type": "customer",
    "body": "hello",
    "metadata": {"a": [1]},
}

json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4),
    max_leaves=20,
)


def changes(table: str, kind: str, record: dict[str, Any], *columns: str, errors: Any = None) -> dict[str, Any]:
    names = columns or tuple(record)
    return {
        "ids": [1],
        "data": {
            "schema": "public",
            "table": table,
            "type": kind,
            "commit_timestamp": "2026-03-02T09:00:00Z",
            "columns": [{"name": name, "type": "text"} for name in names],
            "record": record,
            "errors": errors,
        },
    }


def test_an_insert_is_a_row() -> None:
    match frames.change(changes("messages", "INSERT", MESSAGE)):
        case RowsStored(rows=(Message(id="m1", seq=1, metadata={"a": [1]}, version=3),)):
            pass
        case other:
            raise AssertionError(other)


def test_a_whole_update_is_a_row_and_columns_of_the_future_are_ignored() -> None:
    event = frames.change(changes("conversations", "UPDATE", CONVERSATION))
    assert isinstance(event, RowsStored)
    assert isinstance(event.rows[0], Conversation)
    assert event.rows[0].status is Status.WAITING


def test_an_update_without_its_large_columns_is_a_patch_of_typed_fields() -> None:
    patch = frames.change(changes("messages", "UPDATE", {**MESSAGE, "edited_at": None}, *MESSAGE, "edited_at", "large"))
    assert isinstance(patch, RowPatched)
    assert (patch.table, patch.key, patch.version) == ("messages", "m1", 3)
    assert patch.fields["edited_at"] is None
    assert patch.fields["created_at"].year == 2026
    assert "sync_xid" not in patch.fields


def test_the_key_of_a_patched_read_mark_is_both_its_columns() -> None:
    record = STAMPS | {"conversation_id": "one", "user_id": "ana", "last_read_seq": 2}
    patch = frames.change(changes("conversation_read_status", "UPDATE", record, *record, "last_read_at"))
    assert isinstance(patch, RowPatched)
    assert patch.key == "one/ana"
    whole = frames.change(changes("conversation_read_status", "INSERT", record))
    assert isinstance(whole, RowsStored)
    assert isinstance(whole.rows[0], ReadMark)


@pytest.mark.parametrize(
    "payload",
    [
        changes("messages", "INSERT", {"id": "m1"}, errors=["Error 413: Payload Too Large"]),
        changes("messages", "INSERT", {}, errors=["Error 401: Unauthorized"]),
        changes("messages", "INSERT", MESSAGE | {"seq": "three"}),
        changes("messages", "INSERT", MESSAGE | {"sender_type": "martian"}),
        changes("messages", "UPDATE", {"version": 4}, "id", "version"),
        changes("messages", "UPDATE", {"id": "m1"}, "id", "version"),
        changes("messages", "DELETE", {}),
        changes("secrets", "INSERT", {"id": "1"}),
    ],
)
def test_a_row_that_is_not_whole_is_suspected(payload: dict[str, Any]) -> None:
    event = frames.change(payload)
    assert isinstance(event, RowSuspected)
    assert event.table == payload["data"]["table"]


def test_broadcasts_tell_of_typing_viewing_and_reading_alone() -> None:
    typing = {"conversation_id": "one", "user_id": "bo", "is_typing": True}
    event = frames.broadcast({"type": "broadcast", "event": "typing", "payload": typing, "meta": {"id": "forged"}})
    assert isinstance(event, TypingSeen)
    viewing = frames.broadcast({"event": "viewing", "payload": {"conversation_id": None, "user_id": "bo"}})
    assert viewing == ViewingSeen(None, "bo")  # type: ignore[arg-type]
    read = {"conversation_id": "one", "user_id": "rosa", "last_read_seq": 4}
    assert isinstance(frames.broadcast({"event": "read", "payload": read}), CustomerRead)
    forged = {"event": "INSERT", "payload": {"table": "messages", "record": MESSAGE, "operation": "INSERT"}}
    assert frames.broadcast(forged) is None


@given(json_values)
def test_no_payload_raises(payload: Any) -> None:
    frames.change(payload)
    frames.change({"data": payload})
    frames.broadcast(payload)
    frames.broadcast({"event": "typing", "payload": payload})
    frames.other_side_types({"event": "typing", "payload": payload})
    roster = frames.Roster()
    roster.replace(payload)
    roster.change(payload)
    roster.change({"joins": payload, "leaves": payload})
    roster.agents()


@given(st.dictionaries(st.sampled_from(list(MESSAGE)), json_values))
def test_no_row_raises(record: dict[str, Any]) -> None:
    for kind in ("INSERT", "UPDATE", "DELETE"):
        frames.change(changes("messages", kind, MESSAGE | record, *MESSAGE, "large"))


def test_somebody_with_two_clients_is_as_present_as_the_more_present_one() -> None:
    roster = frames.Roster()
    away = {"phx_ref": "1", "availability": "away"}
    roster.replace({"bo": {"metas": [away]}, "cy": {"metas": [{"phx_ref": "9"}]}})
    roster.change({"joins": {"bo": {"metas": [{"phx_ref": "2", "availability": "online"}]}}, "leaves": {}})
    assert roster.agents() == {"bo": Availability.ONLINE, "cy": Availability.ONLINE}
    roster.change({"joins": {}, "leaves": {"bo": {"metas": [{"phx_ref": "2"}]}, "cy": {"metas": [{"phx_ref": "9"}]}}})
    assert roster.agents() == {"bo": Availability.AWAY}
